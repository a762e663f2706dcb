//! A version read is a version that can be written, and an engine is found under its own name only. Input: a version, the
//! tag in an engine's file name, and the text of a `pyvenv.cfg`.
#![no_main]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::LazyLock;

use clutch_core::installation::{Version, engines_in};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// Longest tag that still makes a file name.
const MOST: usize = 200;

static PLACE: LazyLock<TempDir> =
    LazyLock::new(|| TempDir::new().expect("the temporary directory can be written"));

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |&byte| byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (version, tag, settings) = (next(), next(), next());
    if let Ok(text) = std::str::from_utf8(version) {
        check(Version::parse(text));
    }
    check(version_of_home(settings));
    if tag.len() <= MOST && !tag.iter().any(|byte| b"/\0".contains(byte)) {
        check_engine(tag);
    }
});

fn check(version: Option<Version>) {
    let Some(version) = version else { return };
    assert_eq!(Version::parse(&version.to_string()), Some(version));
    assert_eq!(
        version.tag(),
        format!("cp{}", version.to_string().replace('.', ""))
    );
}

fn version_of_home(settings: &[u8]) -> Option<Version> {
    let file = PLACE.path().join("pyvenv.cfg");
    fs::write(&file, settings).expect("the directory is ours");
    let found = Version::of_home(PLACE.path());
    fs::remove_file(&file).expect("it was just written");
    found
}

fn check_engine(tag: &[u8]) {
    let name = [b"libclutch_engine-", tag, b".so"].concat();
    let file = PLACE.path().join(OsStr::from_bytes(&name));
    fs::write(&file, b"").expect("the directory is ours");
    let found = engines_in(PLACE.path());
    fs::remove_file(&file).expect("it was just written");
    for (version, path) in found {
        assert_eq!(path, file);
        assert_eq!(version.engine_file_name().as_bytes(), name);
    }
}
