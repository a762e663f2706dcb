//! Application groups: which interpreter serves a request, and that groups do not see each other.

mod callbacks;
mod creation;
mod environment;
mod isolation;
mod names;
mod own_gil;
mod threads;
mod told;
