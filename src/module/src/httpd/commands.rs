//! The rows of `clutch_core::config::directives` as httpd's command table, and the one function that serves them all.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::{ptr, slice};

use clutch_core::config::directive::{Arguments, Directive, Remark, Scope, Takes};
use clutch_core::config::directives::ALL;
use clutch_core::config::{Refusal, Section};
use smallvec::SmallVec;

use crate::httpd::boundary::guard;
use crate::httpd::expression::Expressions;
use crate::httpd::host;
use crate::httpd::pool::Pool;
use crate::httpd::record;
use crate::httpd::server::ServerConfig;

/// httpd's command table: a record per row, and one without a name at the end.
struct Table([ffi_httpd::command_rec; ALL.len() + 1]);

// SAFETY: never written to; the pointers in it are to statics.
unsafe impl Sync for Table {}

static TABLE: Table = Table({
    const END: ffi_httpd::command_rec = ffi_httpd::command_rec {
        name: ptr::null(),
        func: ffi_httpd::cmd_func { no_args: None },
        cmd_data: ptr::null_mut(),
        req_override: 0,
        args_how: ffi_httpd::RAW_ARGS,
        errmsg: ptr::null(),
    };
    let mut table = [END; ALL.len() + 1];
    let mut at = 0;
    while at < ALL.len() {
        table[at] = command(&ALL[at]);
        at += 1;
    }
    table
});

/// The table, for the module record.
pub(super) const fn table() -> *const ffi_httpd::command_rec {
    TABLE.0.as_ptr()
}

const fn command(row: &'static Directive) -> ffi_httpd::command_rec {
    ffi_httpd::command_rec {
        name: row.name.as_ptr(),
        func: match row.takes {
            Takes::Line => ffi_httpd::cmd_func {
                raw_args: Some(block),
            },
            _ => ffi_httpd::cmd_func {
                take_argv: Some(directive),
            },
        },
        cmd_data: ptr::from_ref(row).cast_mut().cast(),
        req_override: match row.scope {
            Scope::Main | Scope::Server => ffi_httpd::RSRC_CONF,
            Scope::Section => ffi_httpd::RSRC_CONF | ffi_httpd::ACCESS_CONF,
            Scope::SectionAndHtaccess => ffi_httpd::OR_FILEINFO,
            Scope::DirectoryAndHtaccess => ffi_httpd::OR_AUTHCFG,
        },
        args_how: match row.takes {
            Takes::Line => ffi_httpd::RAW_ARGS,
            _ => ffi_httpd::TAKE_ARGV,
        },
        errmsg: row.summary.as_ptr(),
    }
}

/// # Safety
///
/// Called by httpd only, with a line it reads for one of the records above, and the section the line stands in.
unsafe extern "C" fn directive(
    parms: *mut ffi_httpd::cmd_parms,
    section: *mut c_void,
    count: c_int,
    words: *const *mut c_char,
) -> *const c_char {
    // SAFETY: the caller's promise.
    let refusal = guard("a directive", || unsafe {
        apply(parms, section, count, words)
    });
    match refusal {
        Some(None) => ptr::null(),
        Some(Some(sentence)) => sentence,
        None => c"a directive could not be read because of an error in the module".as_ptr(),
    }
}

/// # Safety
///
/// Called by httpd only, with the first line of a section that one of the records above begins.
unsafe extern "C" fn block(
    parms: *mut ffi_httpd::cmd_parms,
    section: *mut c_void,
    line: *const c_char,
) -> *const c_char {
    let words = [line.cast_mut()];
    // SAFETY: the caller's promise; one word.
    let refusal = unsafe { directive(parms, section, 1, words.as_ptr()) };
    if !refusal.is_null() {
        return refusal;
    }
    // SAFETY: httpd's own, alive during the call; no reference to it lasts beyond this statement.
    let line = unsafe { parms.read() };
    let (directive, place, server) = (line.directive, line.context, line.server);
    // SAFETY: the directive that is read now; what stands in it, if anything does.
    let inside = unsafe { (*directive).first_child };
    // SAFETY: the tree and the place live as long as the configuration is read. What is not about interpreters has its
    // effect at `place`, where the section itself stands.
    let refusal = unsafe { ffi_httpd::ap_walk_config(inside, parms, place) };
    // SAFETY: alive, and the walk is over.
    if let Some(config) = unsafe { config_of(server) } {
        config.section.is_in_block = false;
    }
    refusal
}

/// Applies a line. The sentence for httpd if it is refused.
///
/// # Safety
///
/// As for [`directive`].
unsafe fn apply(
    parms: *mut ffi_httpd::cmd_parms,
    section: *mut c_void,
    count: c_int,
    words: *const *mut c_char,
) -> Option<*const c_char> {
    // SAFETY: httpd's own, alive during the call.
    let line = unsafe { &*parms };
    // SAFETY: `cmd_data` of each of our records is a static row.
    let row = unsafe { &*line.info.cast::<Directive>() };
    if row.scope == Scope::Main {
        // SAFETY: httpd's own, alive during the call.
        let refusal = unsafe { ffi_httpd::ap_check_cmd_context(parms, ffi_httpd::GLOBAL_ONLY) };
        if !refusal.is_null() {
            return Some(refusal);
        }
    }
    let words: &[*mut c_char] = match usize::try_from(count) {
        Ok(count @ 1..) => {
            // SAFETY: httpd passes `count` words, alive during the call.
            unsafe { slice::from_raw_parts(words.cast(), count) }
        }
        _ => &[],
    };
    let words: SmallVec<[&[u8]; 8]> = words
        .iter()
        .map(|&word| {
            // SAFETY: NUL-terminated, alive during the call.
            unsafe { CStr::from_ptr(word) }.to_bytes()
        })
        .collect();
    // SAFETY: the pool of the configuration the line belongs to, alive as long as that.
    let pool = unsafe { Pool::of_hook(line.pool) };
    let arguments = Arguments {
        words: &words,
        expressions: &Expressions::of(pool),
        remarks: &RefCell::default(),
        // So httpd tells these files, too: what is read while it serves belongs to the request.
        in_htaccess: line.pool == line.temp_pool,
    };
    // SAFETY: `section` is what httpd keeps for the section of this line, made by our own functions.
    let outcome = unsafe { apply_row(row, &arguments, line.server, section) };
    let Err(refusal) = outcome else {
        // SAFETY: alive, and read by one thread.
        unsafe { keep_remarks(row, line.server, arguments.remarks.take()) };
        return None;
    };
    let sentence = row.sentence(&refusal);
    Some(pool.c_string(sentence.as_bytes()).as_ptr())
}

/// Keeps what there is to say about a line until there is a log; nothing of a line that is read for a request.
///
/// # Safety
///
/// As for [`config_of`].
unsafe fn keep_remarks(row: &Directive, server: *mut ffi_httpd::server_rec, remarks: Vec<Remark>) {
    if remarks.is_empty() || !host::is_reading() {
        return;
    }
    // SAFETY: the caller's promise.
    if let Some(config) = unsafe { config_of(server) } {
        let said = remarks.into_iter().map(|remark| row.said(remark));
        config.section.remarks.extend(said);
    }
}

/// # Safety
///
/// `server` is alive and `section` was made by `hooks::create_section`; nobody else uses them now.
unsafe fn apply_row(
    row: &Directive,
    arguments: &Arguments<'_>,
    server: *mut ffi_httpd::server_rec,
    section: *mut c_void,
) -> Result<(), Refusal> {
    row.apply(
        arguments,
        || {
            // SAFETY: the caller's promise.
            unsafe { section.cast::<Section>().as_mut() }
        },
        || {
            // SAFETY: the caller's promise.
            let config = unsafe { config_of(server) };
            config.map(|config| &mut config.section)
        },
    )
}

/// # Safety
///
/// `server` is alive, and nobody else uses our configuration of it during `'c`: it is read by one thread.
unsafe fn config_of<'c>(server: *mut ffi_httpd::server_rec) -> Option<&'c mut ServerConfig> {
    // SAFETY: the caller's promise.
    let slots = unsafe { (*server).module_config };
    // SAFETY: the slots belong to a live server, and ours was made by `hooks::create_server_config`.
    let config = unsafe { ffi_httpd::ap_get_module_config(slots, record::module()) };
    // SAFETY: as above.
    unsafe { config.cast::<ServerConfig>().as_mut() }
}
