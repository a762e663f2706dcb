//! `apr_hooks.h`

use core::ffi::c_int;

c_const! { "apr_hooks.h"
    APR_HOOK_REALLY_FIRST: c_int = -10,
    APR_HOOK_FIRST: c_int = 0,
    APR_HOOK_MIDDLE: c_int = 10,
    APR_HOOK_LAST: c_int = 20,
    APR_HOOK_REALLY_LAST: c_int = 30,
}
