//! httpd's regular expressions, for `WSGIScriptAliasMatch`.

use std::ffi::c_int;
use std::ptr::NonNull;

use clutch_core::config::expression::{Compile, GROUPS, Matched, Search};

use crate::httpd::pool::Pool;

/// Compiles expressions that live in a pool of the configuration.
pub(super) struct Expressions<'p>(Pool<'p>);

impl<'p> Expressions<'p> {
    pub(super) fn of(pool: Pool<'p>) -> Self {
        Self(pool)
    }
}

impl Compile for Expressions<'_> {
    fn compile(&self, pattern: &[u8]) -> Option<Box<dyn Search>> {
        let pattern = self.0.c_string(pattern);
        // SAFETY: the pool is alive, the pattern NUL-terminated.
        let raw = unsafe {
            ffi_httpd::ap_pregcomp(self.0.raw(), pattern.as_ptr(), ffi_httpd::AP_REG_EXTENDED)
        };
        NonNull::new(raw).map(|raw| Box::new(Expression(raw)) as Box<dyn Search>)
    }
}

/// An expression in the pool of a configuration, which is also the pool of the alias that owns it.
#[derive(Debug)]
struct Expression(NonNull<ffi_httpd::ap_regex_t>);

// SAFETY: a compiled expression is not changed by a search.
unsafe impl Send for Expression {}
// SAFETY: as above.
unsafe impl Sync for Expression {}

impl Search for Expression {
    fn search(&self, path: &[u8]) -> Option<Matched> {
        const NOWHERE: ffi_httpd::ap_regmatch_t = ffi_httpd::ap_regmatch_t {
            rm_so: -1,
            rm_eo: -1,
        };
        let mut found = [NOWHERE; GROUPS];
        // SAFETY: the expression lives as long as the alias that owns self; `path` and `found` have the lengths given.
        let outcome = unsafe {
            ffi_httpd::ap_regexec_len(
                self.0.as_ptr(),
                path.as_ptr().cast(),
                path.len(),
                found.len(),
                found.as_mut_ptr(),
                0,
            )
        };
        let place = |at: c_int| usize::try_from(at).ok();
        let range =
            |group: &ffi_httpd::ap_regmatch_t| Some(place(group.rm_so)?..place(group.rm_eo)?);
        (outcome == 0).then(|| std::array::from_fn(|at| range(&found[at])))
    }
}
