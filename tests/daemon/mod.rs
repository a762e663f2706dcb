//! What only daemon processes have: lives of their own, users of their own, limits.

mod bad;
mod limits;
mod lives;
mod signals;
mod who;
