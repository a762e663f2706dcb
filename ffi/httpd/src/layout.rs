//! What is recorded about a C declaration, and the macros that declare and record in one place.

use core::marker::{PhantomData, PhantomPinned};

/// A struct or union as recorded.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The header that defines it.
    pub header: &'static str,
    /// Its C name.
    pub name: &'static str,
    /// Its size.
    pub size: Size,
    /// Its fields. One whose name begins with `_` stands for bit-fields and padding, and C has no such name.
    pub fields: &'static [Field],
}

/// How large a struct is, in bytes.
#[derive(Debug, Clone, Copy)]
pub enum Size {
    /// This large in every httpd 2.4.
    Exactly(usize),
    /// Later versions append fields; only the host makes one, and it is reached by pointer only.
    AtLeast(usize),
}

/// A field as recorded.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its C name.
    pub name: &'static str,
    /// Bytes before it.
    pub offset: usize,
    /// Its Rust type, as written.
    pub of: &'static str,
}

/// An integer constant (macro or enumerator) as recorded.
#[derive(Debug, Clone, Copy)]
pub struct Constant {
    /// The header that defines it.
    pub header: &'static str,
    /// Its C name.
    pub name: &'static str,
    /// Its value.
    pub value: i64,
}

/// Where a bit-field is. Its value is `(byte & mask) >> mask.trailing_zeros()`.
#[derive(Debug, Clone, Copy)]
pub struct BitField {
    /// The header that defines the struct.
    pub header: &'static str,
    /// The struct it is in.
    pub within: &'static str,
    /// Its C name.
    pub name: &'static str,
    /// Bytes before the one it is in.
    pub byte: usize,
    /// Its bits in that byte.
    pub mask: u8,
}

/// Last field of a type that only the host can make, copy or size.
pub type HostMade = PhantomData<(*mut u8, PhantomPinned)>;

/// Declares a struct or union, records it, and has rustc judge the record.
macro_rules! c_struct {
    ($header:literal $kind:ident $name:ident ($size:literal) { $($fields:tt)* }) => {
        c_struct! { @declare $header $kind $name { $($fields)* } {} Exactly($size) }
        const _: () = assert!(size_of::<$name>() == $size);
    };
    ($header:literal $kind:ident $name:ident (at least $size:literal) { $($fields:tt)* }) => {
        c_struct! { @declare $header $kind $name { $($fields)* } { _rest: crate::layout::HostMade, } AtLeast($size) }
        const _: () = assert!(size_of::<$name>() == $size);
    };
    (@declare $header:literal $kind:ident $name:ident
        { $($offset:literal $field:ident: $of:ty,)* } { $($rest:tt)* } $size:ident($bytes:literal)) => {
        #[repr(C)]
        pub $kind $name { $(pub $field: $of,)* $($rest)* }

        impl $name {
            pub const LAYOUT: crate::layout::Layout = crate::layout::Layout {
                header: $header,
                name: stringify!($name),
                size: crate::layout::Size::$size($bytes),
                fields: &[$(crate::layout::Field {
                    name: stringify!($field),
                    offset: $offset,
                    of: stringify!($of),
                },)*],
            };
        }

        const _: () = { $(assert!(core::mem::offset_of!($name, $field) == $offset);)* };
    };
}

/// Declares types that only the host looks into.
macro_rules! c_opaque {
    ($($name:ident)*) => { $(
        #[repr(C)]
        pub struct $name { _opaque: [u8; 0], _host: crate::layout::HostMade }
    )* };
}

/// Declares constants and records them.
macro_rules! c_const {
    ($header:literal $($name:ident: $of:ty = $value:expr,)*) => {
        $(pub const $name: $of = $value;)*

        pub(crate) const CONSTANTS: &[crate::layout::Constant] = &[$(crate::layout::Constant {
            header: $header,
            name: stringify!($name),
            value: $name as i64,
        },)*];
    };
}
