//! The path of an application and the rest of the path, as an application sees them.

use std::borrow::Cow;

/// The part of `uri` before `path_info`, the part that httpd found no file for.
///
/// Both are compared from the right, where a run of slashes in `uri` counts as one. A difference inside a path segment
/// leaves the whole segment to the script.
///
/// ```
/// use clutch_core::group::script_name::of;
/// assert_eq!(of(b"/shop//item/7", b"/item/7"), b"/shop");
/// ```
pub fn of<'a>(uri: &'a [u8], path_info: &[u8]) -> &'a [u8] {
    if path_info.is_empty() {
        return uri;
    }
    let mut end = uri.len();
    for &wanted in path_info.iter().rev() {
        if end == 0 || uri[end - 1] != wanted {
            break;
        }
        end -= 1;
        while wanted == b'/' && end > 0 && uri[end - 1] == b'/' {
            end -= 1;
        }
    }
    let last = end.saturating_sub(1);
    let rest = uri[last..].iter().position(|&byte| byte == b'/');
    &uri[..rest.map_or(uri.len(), |rest| last + rest)]
}

/// `path` with each run of slashes as one.
pub fn collapsed(path: &[u8]) -> Cow<'_, [u8]> {
    if !path.windows(2).any(|pair| pair == b"//") {
        return Cow::Borrowed(path);
    }
    let mut single = path.to_vec();
    single.dedup_by(|next, last| *next == b'/' && *last == b'/');
    Cow::Owned(single)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{collapsed, of};

    #[test]
    fn the_script_name_is_what_stands_before_the_path_info() {
        for (uri, path_info, expected) in [
            ("/foo/a/b", "/a/b", "/foo"),
            ("/foo", "", "/foo"),
            ("/", "/", ""),
            ("/a/b", "/a/b", ""),
            ("//a/b", "/a/b", ""),
            ("/foo//a///b", "/a/b", "/foo"),
            ("/apps/x.wsgi/y", "/y", "/apps/x.wsgi"),
            ("/foo/", "/", "/foo"),
            ("/other", "/unrelated/path", "/other"),
            ("", "/a", ""),
        ] {
            let name = of(uri.as_bytes(), path_info.as_bytes());
            assert_eq!(String::from_utf8_lossy(name), expected, "{uri} {path_info}");
        }
    }

    #[test]
    fn a_segment_that_matches_in_part_belongs_to_the_script() {
        assert_eq!(of(b"/wiki/pages", b"ges"), b"/wiki/pages");
    }

    proptest! {
        #[test]
        fn a_script_name_and_a_path_info_make_the_uri(name in "(/[a-c]{1,3}){0,3}", info in "(/[a-c]{1,3}){1,3}") {
            let uri = format!("{name}{info}");
            prop_assert_eq!(of(uri.as_bytes(), info.as_bytes()), name.as_bytes());
        }

        #[test]
        fn a_script_name_is_a_prefix_of_the_uri(uri: Vec<u8>, info: Vec<u8>) {
            prop_assert!(uri.starts_with(of(&uri, &info)));
        }

        #[test]
        fn collapsing_leaves_no_run_of_slashes_and_nothing_else_changes(path in "[/ab]{0,12}") {
            let once = collapsed(path.as_bytes()).into_owned();
            prop_assert!(!once.windows(2).any(|pair| pair == b"//"));
            let letters = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'/').collect::<Vec<_>>();
            prop_assert_eq!(letters(&once), letters(path.as_bytes()));
        }
    }
}
