//! What a client says of its user: the credentials of Basic (RFC 7617) and Digest (RFC 7616, with MD5).

/// The value of `Authorization` for this user with this password.
pub fn basic(user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> String {
    let pair = [user.as_ref(), b":", password.as_ref()].concat();
    format!("Basic {}", base64(&pair))
}

/// The value of `Authorization` that answers this challenge of Digest, for a GET request for `target`.
///
/// # Panics
///
/// If the challenge has no realm or no nonce.
pub fn digest(challenge: &str, target: &str, user: &str, password: &str) -> String {
    let quoted = |name: &str| {
        let (_, rest) = challenge
            .split_once(&format!("{name}=\""))
            .unwrap_or_else(|| panic!("no {name} in {challenge:?}"));
        rest.split('"').next().unwrap_or_default()
    };
    let hash = |text: String| format!("{:x}", md5::compute(text));
    let (realm, nonce) = (quoted("realm"), quoted("nonce"));
    let secret = hash(format!("{user}:{realm}:{password}"));
    let asked = hash(format!("GET:{target}"));
    let response = hash(format!("{secret}:{nonce}:00000001:0123:auth:{asked}"));
    format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", algorithm=MD5, qop=auth, \
         nc=00000001, cnonce=\"0123\", response=\"{response}\""
    )
}

/// `bytes` in base64 (RFC 4648 section 4).
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for at in 0..4 {
            let digit = DIGITS[(number >> (18 - 6 * at)) as usize & 63];
            text.push(if at > chunk.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    text
}
