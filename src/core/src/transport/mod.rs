//! What an httpd child and a daemon say to each other over a connection.
//!
//! A connection carries one request after the other. The child sends [`Kind::Request`] and then only what it is asked for;
//! the daemon sends what the application wants of the request's carrier, and at last [`Kind::Answer`]. So, until its first
//! frame about a request has come, a daemon that goes away has either read the whole request and begun with it, or left
//! some of it unread, which the kernel tells the child: nothing is ever begun twice, and nothing is lost.
//!
//! Everything is in the machine's byte order: both ends run on it. Numbers have their natural size, texts a length of four
//! bytes before them.

mod coder;
mod frame;

pub use coder::{Decoder, Encoder, Malformed};
pub use frame::{Frame, Header, Kind, put_record};

/// The version of this protocol, first in [`Kind::Hello`] and in every [`Kind::Request`].
pub const VERSION: u16 = 5;

/// Most bytes of a body in one frame.
pub const PIECE: usize = 64 * 1024;

/// Most bytes of the payload of a request: names and values of a request are bounded by httpd, its environment is not.
pub const MOST_REQUEST: usize = 16 << 20;

/// Most bytes of any other payload but a response's head.
pub const MOST_PAYLOAD: usize = PIECE + 64;

/// Most bytes of a response's head.
pub const MOST_HEAD: usize = 8 << 20;
