//! What reverse proxies say of a request (`WSGITrustedProxyHeaders`, `WSGITrustedProxies`), and whom to believe.
//!
//! No name is ever looked up: an address is digits.

pub mod header;
pub mod subnet;
pub mod told;

pub use header::{Category, ProxyHeader};
pub use subnet::Subnet;
pub use told::Told;
