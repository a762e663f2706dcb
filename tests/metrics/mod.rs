//! What is measured, and who is told.

mod server;
