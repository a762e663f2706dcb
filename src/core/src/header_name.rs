//! From request header names to environ names (PEP 3333, "environ Variables"; RFC 3875 section 4.1.18).

/// Longest header name that becomes an environ key, in bytes. httpd's own limit for a whole line is 8190.
pub const MOST: usize = 1024;

/// Writes the environ key of request header `name` to `key`: `HTTP_` and the name in upper case, `-` as `_`.
///
/// Returns whether the header may be shown to an application. Names with anything but ASCII letters, digits and `-`
/// are hidden: with an underscore they could pose as another header. `Content-Type` and `Content-Length` have keys
/// of their own, `Proxy` would be read as a proxy setting by HTTP clients, and the two authorization headers are the
/// operator's decision; none of them is written here.
pub fn environ_key(name: &[u8], key: &mut Vec<u8>) -> bool {
    key.clear();
    if name.is_empty()
        || name.len() > MOST
        || !name
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return false;
    }
    key.reserve(name.len() + 5);
    key.extend_from_slice(b"HTTP_");
    key.extend(name.iter().map(|&byte| {
        if byte == b'-' {
            b'_'
        } else {
            byte.to_ascii_uppercase()
        }
    }));
    !is_special(name)
}

/// Whether header `name` never becomes an `HTTP_` key of its own accord.
pub fn is_special(name: &[u8]) -> bool {
    const SPECIAL: [&[u8]; 5] = [
        b"content-type",
        b"content-length",
        b"proxy",
        b"authorization",
        b"proxy-authorization",
    ];
    SPECIAL
        .iter()
        .any(|special| name.eq_ignore_ascii_case(special))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::environ_key;

    fn key(name: &[u8]) -> Option<String> {
        let mut key = Vec::new();
        environ_key(name, &mut key).then(|| String::from_utf8(key).unwrap())
    }

    #[test]
    fn a_header_becomes_an_upper_case_key() {
        assert_eq!(key(b"User-Agent").unwrap(), "HTTP_USER_AGENT");
        assert_eq!(key(b"x2-y").unwrap(), "HTTP_X2_Y");
    }

    #[test]
    fn a_header_with_an_underscore_cannot_pose_as_one_with_a_dash() {
        for name in ["X_User", "X-U\u{e4}", "", "X.Y", "A B"] {
            assert_eq!(key(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn headers_with_keys_of_their_own_are_left_out() {
        for name in [
            "Content-Type",
            "content-length",
            "PROXY",
            "Authorization",
            "Proxy-Authorization",
        ] {
            assert_eq!(key(name.as_bytes()), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn two_different_accepted_headers_never_become_one_key(a in "[-A-Za-z0-9_.]{1,12}", b in "[-A-Za-z0-9_.]{1,12}") {
            if let (Some(left), Some(right)) = (key(a.as_bytes()), key(b.as_bytes())) {
                prop_assert_eq!(left == right, a.eq_ignore_ascii_case(&b));
            }
        }
    }
}
