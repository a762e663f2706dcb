//! A file of remembered verdicts is read without harm, whatever is in it; what is read is written as it was. Input: the
//! file.
#![no_main]

use clutch_core::verdict::{MOST_BYTES, MOST_DIRECTORIES, Verdict};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(verdict) = Verdict::parse(input) else {
        return;
    };
    assert!(input.len() <= MOST_BYTES);
    assert!(verdict.directories.len() <= MOST_DIRECTORIES);
    assert_eq!(verdict.text().as_deref(), Some(input));
});
