//! The safe face of CPython. Everything raw, and every `unsafe`, of the engine is below this folder.
//!
//! Holding an interpreter's lock is a value, [`Attached`]; an object is an [`Object`] that cannot leave the attachment
//! it was made in; what lives longer is a [`Kept`]. Nothing here knows WSGI, except that [`no_python`] lists which
//! types may be used while detached.

mod attached;
pub mod audit;
mod call;
mod capsule;
pub mod class;
mod dict;
mod exception;
mod filling;
pub mod gil;
mod gil_state;
mod kept;
pub mod no_python;
mod object;
mod place;
pub mod runtime;
mod source;
mod text;
mod thread_state;
mod turns;
mod values;
pub mod waiting;

pub use attached::{Attached, is_attached};
pub use call::borrow_descriptor;
pub use exception::{Exception, Kind, PyResult, Raised};
pub use filling::Room;
pub use kept::Kept;
pub use no_python::NoPython;
pub use object::Object;
pub use source::Source;
pub use thread_state::{
    InterpreterId, Parked, Remains, ThreadState, leaves_through_main, raise_in_thread, thread_ident,
};
pub use values::Builtin;
