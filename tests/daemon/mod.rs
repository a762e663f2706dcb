//! What only daemon processes have: lives of their own, users of their own, limits.

mod bad;
mod crowds;

mod limits;
mod lives;
mod numbers;
mod operators;
mod paths;
mod pythons;
mod reloads;
mod roots;
mod scarcity;
mod services;
mod signals;
mod starts;
mod told;
mod who;
