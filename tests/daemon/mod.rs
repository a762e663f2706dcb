//! What only daemon processes have: lives of their own, users of their own, limits.

mod bad;
mod limits;
mod lives;
mod pythons;
mod signals;
mod who;
