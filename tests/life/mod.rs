//! Start, restart, stop, reload and death, of httpd and of its children.

mod crash;
mod ending;
mod extensions;
mod reload;
mod restart;
mod soak;
mod start;
