//! A script name is what stands before the path info, in whole segments. Input: a path info, then on the next line the URI, which may hold anything.
#![no_main]

use clutch_core::group::script_name::{collapsed, of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let (info, uri) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let name = of(uri, info);
    assert!(uri.starts_with(name));
    let rest = &uri[name.len()..];
    assert!(rest.is_empty() || rest[0] == b'/', "a segment is cut");
    if let Some(script) = uri.strip_suffix(info)
        && info.starts_with(b"/")
        && collapsed(info) == info
    {
        let slashes = script
            .iter()
            .rev()
            .take_while(|&&byte| byte == b'/')
            .count();
        assert_eq!(
            name,
            &script[..script.len() - slashes],
            "not what stands before the path info"
        );
    }

    let single = collapsed(uri);
    assert!(!single.windows(2).any(|pair| pair == b"//"));
    assert_eq!(collapsed(&single), single);
    let letters = |path: &[u8]| {
        path.iter()
            .copied()
            .filter(|byte| *byte != b'/')
            .collect::<Vec<_>>()
    };
    assert_eq!(letters(&single), letters(uri));
});
