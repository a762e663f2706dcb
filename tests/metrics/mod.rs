//! What is measured, and who is told.

mod program;
mod receiver;
mod requests;
mod server;
mod telemetry;
