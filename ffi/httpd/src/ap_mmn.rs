//! `ap_mmn.h`

use core::ffi::{c_int, c_ulong};

c_const! { "ap_mmn.h"
    MODULE_MAGIC_COOKIE: c_ulong = 0x4150_3234,
    MODULE_MAGIC_NUMBER_MAJOR: c_int = 20_120_211,
}

/// The interface these declarations need: that of httpd 2.4.50. The installed one may be higher.
pub const MODULE_MAGIC_NUMBER_MINOR: c_int = 117;
