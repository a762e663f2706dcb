//! An alias takes the paths below its own and no others. Input: the alias's path, its target, and a request's path.
#![no_main]

use clutch_core::config::AliasOptions;
use clutch_core::config::alias::{Alias, Pattern};
use clutch_core::group::script_name::collapsed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |&byte| byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (prefix, target, path) = (next(), next(), next());
    let alias = Alias {
        pattern: Pattern::Prefix(prefix.into()),
        target: target.into(),
        options: AliasOptions::default(),
    };
    let found = alias.file_name(path);
    assert_eq!(found.is_some(), is_below(prefix, path));
    let Some(file) = found else { return };
    assert_eq!(&*file.target, target);
    assert!(path.ends_with(file.rest));
    let before = &path[..path.len() - file.rest.len()];
    if collapsed(prefix).as_ref() == b"/" {
        assert_eq!(file.rest, path, "the root keeps the whole path");
    } else {
        assert_eq!(collapsed(before), collapsed(prefix));
    }
});

/// The rule in its simplest form: without runs of slashes, by whole segments.
fn is_below(prefix: &[u8], path: &[u8]) -> bool {
    let (prefix, path) = (collapsed(prefix), collapsed(path));
    let Some(rest) = path.strip_prefix(&*prefix) else {
        return false;
    };
    match prefix.last() {
        None => false,
        Some(b'/') => true,
        Some(_) => rest.is_empty() || rest[0] == b'/',
    }
}
