//! A request and the head of a response as payloads of [`clutch_core::transport`]: what an httpd child and a daemon, both
//! hosts of engines, hand to each other.

use clutch_core::exchange::ResponseHead;
use clutch_core::response_head;
use clutch_core::transport::{Decoder, Encoder, Malformed, VERSION};
use smallvec::SmallVec;

use crate::abi::{FIELDS, List, Pair, Request, Slice};

/// Shortest form of a text: its length.
const LEAST_TEXT: usize = 4;

/// Shortest form of a pair: two lengths.
const LEAST_PAIR: usize = 8;

/// What of a request is not for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// The most detailed level that the log of the request keeps.
    pub log_level: u8,
    /// Whether the connection to the client is protected by TLS.
    pub is_https: bool,
    /// Whether the application's activity counts for time limits of idle processes.
    pub counts: bool,
}

/// Puts `request` behind `bytes`.
pub fn put_request(bytes: &mut Vec<u8>, request: &Request<'_>, attached: Attached) {
    let mut encoder = Encoder(bytes);
    encoder.put_u16(VERSION);
    encoder.put_u8(attached.log_level);
    let flags = [
        request.reload,
        request.https,
        attached.is_https,
        attached.counts,
    ];
    encoder.put_u8((0..).zip(flags).map(|(at, is)| u8::from(is) << at).sum());
    encoder.put_i64(request.script_mtime);
    encoder.put_i64(request.content_length);
    encoder.put_u32(request.server_pid);
    encoder.put_i64(request.request_start);
    encoder.put_i64(request.queue_start);
    encoder.put_u32(request.daemon_connects);
    encoder.put_u32(request.daemon_restarts);
    encoder.put_text(request.group.bytes());
    encoder.put_text(request.script.bytes());
    encoder.put_text(request.callable.bytes());
    encoder.put_u8(request.question);
    let arguments = request.arguments.get();
    encoder.put_count(arguments.len());
    for argument in arguments {
        encoder.put_text(argument.bytes());
    }
    encoder.put_u32(FIELDS as u32);
    for field in &request.fields {
        encoder.put_maybe(field.get());
    }
    put_pairs(&mut encoder, request.env.get());
    put_pairs(&mut encoder, request.headers.get());
}

fn put_pairs(encoder: &mut Encoder<'_>, pairs: &[Pair<'_>]) {
    encoder.put_count(pairs.len());
    for pair in pairs {
        encoder.put_text(pair.name.bytes());
        encoder.put_maybe(pair.value.get());
    }
}

type Pairs<'a> = SmallVec<[Pair<'a>; 24]>;

type Texts<'a> = SmallVec<[Slice<'a>; 2]>;

/// A request as it has come.
#[derive(Debug)]
pub struct Received<'a> {
    /// Without its lists, which stand beside it.
    request: Request<'a>,
    arguments: Texts<'a>,
    env: Pairs<'a>,
    headers: Pairs<'a>,
    /// What is not for the engine.
    pub attached: Attached,
}

impl<'a> Received<'a> {
    /// The request in `payload`.
    ///
    /// # Errors
    ///
    /// It is none, or of another version.
    pub fn of(payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder(payload);
        if decoder.u16()? != VERSION {
            return Err(Malformed);
        }
        let log_level = decoder.u8()?;
        let flags = decoder.u8()?;
        if flags >= 16 {
            return Err(Malformed);
        }
        let is = |at: u8| flags & (1 << at) != 0;
        let mut request = Request {
            script_mtime: decoder.i64()?,
            reload: is(0),
            https: is(1),
            content_length: decoder.i64()?,
            server_pid: decoder.u32()?,
            request_start: decoder.i64()?,
            queue_start: decoder.i64()?,
            daemon_connects: decoder.u32()?,
            daemon_restarts: decoder.u32()?,
            ..Request::EMPTY
        };
        request.group = Slice::new(decoder.text()?);
        request.script = Slice::new(decoder.text()?);
        request.callable = Slice::new(decoder.text()?);
        request.question = decoder.u8()?;
        let count = decoder.count(LEAST_TEXT)?;
        let arguments = (0..count)
            .map(|_| decoder.text().map(Slice::new))
            .collect::<Result<_, _>>()?;
        if decoder.u32()? as usize != FIELDS {
            return Err(Malformed);
        }
        for field in &mut request.fields {
            *field = Slice::maybe(decoder.maybe()?);
        }
        let env = pairs(&mut decoder)?;
        let headers = pairs(&mut decoder)?;
        decoder.end()?;
        let attached = Attached {
            log_level,
            is_https: is(2),
            counts: is(3),
        };
        Ok(Self {
            request,
            arguments,
            env,
            headers,
            attached,
        })
    }

    /// The request, taken by a daemon at `daemon_start` (microseconds since the epoch).
    pub fn request(&self, daemon_start: i64) -> Request<'_> {
        Request {
            arguments: List::new(&self.arguments),
            env: List::new(&self.env),
            headers: List::new(&self.headers),
            daemon_start,
            ..self.request
        }
    }
}

fn pairs<'a>(decoder: &mut Decoder<'a>) -> Result<Pairs<'a>, Malformed> {
    let count = decoder.count(LEAST_PAIR)?;
    let pair = |decoder: &mut Decoder<'a>| {
        let name = Slice::new(decoder.text()?);
        let value = Slice::maybe(decoder.maybe()?);
        Ok(Pair { name, value })
    };
    (0..count).map(|_| pair(decoder)).collect()
}

/// Puts the head of a response behind `bytes`.
pub fn put_head(bytes: &mut Vec<u8>, head: &ResponseHead<'_>) {
    let mut encoder = Encoder(bytes);
    encoder.put_u16(head.status);
    let length = head
        .content_length
        .and_then(|length| i64::try_from(length).ok());
    encoder.put_i64(length.unwrap_or(-1));
    encoder.put_text(head.status_line);
    encoder.put_count(head.headers.len());
    for (name, value) in head.headers {
        encoder.put_text(name);
        encoder.put_text(value);
    }
}

/// Calls `take` with the head of a response that `payload` is.
///
/// # Errors
///
/// It is none. What an application may not say in a head has been judged where it was said; what could harm httpd is refused
/// here again: line breaks and NULs, names that are empty. The rest httpd judges itself, as in embedded mode.
pub fn with_head<R>(
    payload: &[u8],
    take: impl FnOnce(&ResponseHead<'_>) -> R,
) -> Result<R, Malformed> {
    let mut decoder = Decoder(payload);
    let status = decoder.u16()?;
    let content_length = u64::try_from(decoder.i64()?).ok();
    let status_line = harmless(decoder.text()?)?;
    let count = decoder.count(LEAST_PAIR)?;
    let mut headers: SmallVec<[(&[u8], &[u8]); 16]> = SmallVec::new();
    for _ in 0..count {
        let name = harmless(decoder.text()?)?;
        if response_head::name(name).is_err() {
            return Err(Malformed);
        }
        headers.push((name, harmless(decoder.text()?)?));
    }
    decoder.end()?;
    if status > 999 {
        return Err(Malformed);
    }
    Ok(take(&ResponseHead {
        status,
        status_line,
        headers: &headers,
        content_length,
    }))
}

fn harmless(text: &[u8]) -> Result<&[u8], Malformed> {
    let harms = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
    (!text.iter().any(harms)).then_some(text).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use clutch_core::exchange::ResponseHead;

    use super::{Attached, Received, put_head, put_request, with_head};
    use crate::abi::{FIELDS, Field, List, Pair, Request, Slice};

    const ATTACHED: Attached = Attached {
        log_level: 4,
        is_https: true,
        counts: true,
    };

    fn bytes() -> Vec<u8> {
        let mut fields = [Slice::ABSENT; FIELDS];
        fields[Field::PathInfo as usize] = Slice::new(b"");
        fields[Field::QueryString as usize] = Slice::new(b"a=1");
        let pair = Pair {
            name: Slice::new(b"Host"),
            value: Slice::new(b"x"),
        };
        let valueless = Pair {
            name: Slice::new(b"SITE"),
            value: Slice::ABSENT,
        };
        let mut bytes = Vec::new();
        let (env, headers) = ([valueless], [pair]);
        let arguments = [Slice::new(b"anna"), Slice::new(b"")];
        let request = Request {
            group: Slice::new(b"shop"),
            script: Slice::new(b"/srv/shop.wsgi"),
            script_mtime: 17,
            callable: Slice::new(b"application"),
            question: 2,
            arguments: List::new(&arguments),
            reload: true,
            https: false,
            fields,
            env: List::new(&env),
            headers: List::new(&headers),
            content_length: -1,
            server_pid: 4,
            request_start: 1,
            queue_start: 2,
            daemon_connects: 6,
            daemon_restarts: 5,
            ..Request::EMPTY
        };
        put_request(&mut bytes, &request, ATTACHED);
        bytes
    }

    #[test]
    fn a_request_survives_its_bytes() {
        let bytes = bytes();
        let received = Received::of(&bytes).unwrap();
        assert_eq!(received.attached, ATTACHED);
        let request = received.request(3);
        assert_eq!(request.group.bytes(), b"shop");
        assert_eq!((request.reload, request.https), (true, false));
        assert_eq!((request.script_mtime, request.content_length), (17, -1));
        assert_eq!((request.queue_start, request.daemon_start), (2, 3));
        assert_eq!(request.server_pid, 4);
        let arguments = request.arguments.get().iter().map(|one| one.bytes());
        assert_eq!(request.question, 2);
        assert!(arguments.eq([&b"anna"[..], b""]));
        assert_eq!((request.daemon_connects, request.daemon_restarts), (6, 5));
        assert_eq!(
            request.fields[Field::PathInfo as usize].get(),
            Some(&b""[..])
        );
        assert_eq!(request.fields[Field::RemoteUser as usize].get(), None);
        assert_eq!(request.env.get()[0].value.get(), None);
        assert_eq!(request.headers.get()[0].value.bytes(), b"x");
    }

    #[test]
    fn a_request_that_is_cut_or_of_another_version_is_refused() {
        let bytes = bytes();
        for length in 0..bytes.len() {
            assert!(Received::of(&bytes[..length]).is_err(), "{length}");
        }
        let mut other = bytes;
        other[0] += 1;
        assert!(Received::of(&other).is_err());
    }

    #[test]
    fn a_head_survives_its_bytes_and_may_not_harm() {
        let put = |value: &[u8]| {
            let mut bytes = Vec::new();
            put_head(
                &mut bytes,
                &ResponseHead {
                    status: 200,
                    status_line: b"200 OK",
                    headers: &[(b"X", b"1"), (b"X", value)],
                    content_length: None,
                },
            );
            bytes
        };
        let seen = with_head(&put(b"2"), |head| {
            (head.status, head.content_length, head.headers.len())
        });
        assert_eq!(seen, Ok((200, None, 2)));
        for harmful in [&b"a\r\nb"[..], b"a\nb", b"a\0b"] {
            assert!(with_head(&put(harmful), |_| ()).is_err());
        }
    }
}
