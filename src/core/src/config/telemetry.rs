//! What is reported of processes that run Python, to whom, and how often.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::number;
use crate::config::value::Refusal;

/// The shortest interval between reports.
const SHORTEST: Duration = Duration::from_millis(500);

/// Who takes reports, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The path of its Unix socket.
    pub socket: Arc<[u8]>,
    /// The time between reports.
    pub interval: Duration,
}

impl Service {
    /// The service that these words mean: `unix:PATH`, and perhaps `interval=SECONDS`.
    ///
    /// # Errors
    ///
    /// Other words, and an interval below half a second. A number ends where its digits end, and what is none is 0, as C's
    /// `strtod` has it.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        let (target, interval) = match words {
            [target] => (*target, None),
            [target, interval] => (*target, Some(*interval)),
            _ => {
                let count = words.len();
                return Err(Refusal::because(format!(
                    "takes unix:PATH and perhaps interval=SECONDS, not {count} words"
                )));
            }
        };
        let socket = target
            .strip_prefix(b"unix:")
            .ok_or_else(|| Refusal::of(target, "the path of a Unix socket, as unix:PATH"))?;
        let interval = match interval {
            None => Duration::from_secs(1),
            Some(word) => {
                let seconds = word
                    .strip_prefix(b"interval=")
                    .ok_or_else(|| Refusal::of(word, "interval=SECONDS as its second word"))?;
                let interval = number::leading_seconds(seconds).filter(|&time| time >= SHORTEST);
                interval.ok_or_else(|| Refusal::of(word, "an interval of 0.5 seconds or more"))?
            }
        };
        Ok(Self {
            socket: socket.into(),
            interval,
        })
    }
}

/// After how long a request is reported as a slow one; 0: none is. What is no number is 0.
///
/// # Errors
///
/// A time below 0.
pub fn slow_requests(word: &[u8]) -> Result<Duration, Refusal> {
    number::leading_seconds(word).ok_or_else(|| Refusal::of(word, "seconds, 0 or more"))
}

/// Whether reports name the client's program, if they did `before` this line of flags.
///
/// # Errors
///
/// Unknown flags, and flags with and without a sign on one line.
pub fn captures_user_agent(before: bool, words: &[&[u8]]) -> Result<bool, Refusal> {
    let is_signed = |word: &&[u8]| matches!(word.first(), Some(b'+' | b'-'));
    let signed = words.iter().copied().filter(|word| is_signed(word)).count();
    if signed != 0 && signed != words.len() {
        return Err(Refusal::because(
            "takes flags that all have a sign, + or -, or flags of which none has one",
        ));
    }
    let mut captures = signed != 0 && before;
    for word in words {
        let (wanted, flag) = match word.split_first() {
            Some((b'+', flag)) => (true, flag),
            Some((b'-', flag)) => (false, flag),
            _ => (true, *word),
        };
        let is = |name: &str| flag.eq_ignore_ascii_case(name.as_bytes());
        captures = match signed {
            _ if is("CaptureUserAgent") => wanted,
            0 if is("All") => true,
            0 if is("None") => false,
            0 if flag.is_empty() => captures,
            0 => return Err(Refusal::of(word, "CaptureUserAgent, All or None")),
            _ => return Err(Refusal::of(word, "CaptureUserAgent with its sign")),
        };
    }
    Ok(captures)
}

/// What a process reports, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telemetry {
    /// Who takes reports.
    pub service: Service,
    /// After how long a request is reported as a slow one; 0: none is.
    pub slow_requests: Duration,
    /// Reports of slow requests name the client's program.
    pub user_agent: bool,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Service, captures_user_agent, slow_requests};

    fn service(line: &str) -> Result<(Vec<u8>, f64), String> {
        let words: Vec<_> = line.split(' ').map(str::as_bytes).collect();
        let service = Service::parse(&words).map_err(|refusal| refusal.to_string())?;
        Ok((service.socket.to_vec(), service.interval.as_secs_f64()))
    }

    #[test]
    fn a_service_is_a_unix_socket_with_an_interval() {
        let at = |path: &str, interval| Ok((path.as_bytes().to_vec(), interval));
        assert_eq!(service("unix:/run/t"), at("/run/t", 1.0));
        assert_eq!(service("unix:/run/t interval=0.5x"), at("/run/t", 0.5));
        assert_eq!(service("unix:t interval=12"), at("t", 12.0));
        assert!(service("unix:t interval=1e30").is_ok());
        for wrong in [
            "/run/t",
            "UNIX:/run/t",
            "udp:localhost:1",
            "unix:/run/t 5",
            "unix:/run/t INTERVAL=5",
            "unix:/run/t interval=",
            "unix:/run/t interval=abc",
            "unix:/run/t interval=0.4",
            "unix:/run/t interval=-1",
            "unix:/run/t interval=1 x",
        ] {
            assert!(service(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn slow_is_a_time_and_what_is_no_number_is_none() {
        let seconds = |word: &str| slow_requests(word.as_bytes()).map(|time| time.as_secs_f64());
        assert_eq!(seconds("2.5s"), Ok(2.5));
        assert_eq!(seconds("abc"), Ok(0.0));
        assert_eq!(seconds("0"), Ok(0.0));
        assert!(seconds("-1").is_err());
        assert_eq!(slow_requests(b"0.0001"), Ok(Duration::from_millis(1)));
    }

    #[test]
    fn flags_replace_or_add_up() {
        let flags = |before, line: &str| {
            let words: Vec<_> = line.split(' ').map(str::as_bytes).collect();
            captures_user_agent(before, &words)
        };
        for (before, line, after) in [
            (false, "CaptureUserAgent", true),
            (true, "captureuseragent", true),
            (true, "None", false),
            (false, "all", true),
            (true, "None CaptureUserAgent", true),
            (false, "+CaptureUserAgent", true),
            (true, "-captureuseragent", false),
            (true, "+CaptureUserAgent -CaptureUserAgent", false),
            (true, "", false),
        ] {
            assert_eq!(flags(before, line), Ok(after), "{before} {line}");
        }
        for wrong in [
            "x",
            "+",
            "-",
            "+All",
            "-none",
            "CaptureUserAgent +CaptureUserAgent",
        ] {
            assert!(flags(false, wrong).is_err(), "{wrong}");
        }
    }
}
