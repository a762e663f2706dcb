//! What is known of mod_wsgi 6: its directives, and where a line means something else here.

use crate::config::directive::Directive;

/// Directives of mod_wsgi before version 6.
const OF_OLD: [&str; 5] = [
    "WSGILazyInitialization",
    "WSGIPy3kWarningFlag",
    "WSGIReloadMechanism",
    "WSGIScriptReloadingFunction",
    "WSGIUserAuthScript",
];

/// What is to be said of a directive that has no row; `None` if it is not about WSGI.
pub(super) fn without_row(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if !lower.starts_with("wsgi") && !lower.starts_with("clutch") {
        return None;
    }
    let is = |other: &str| other.eq_ignore_ascii_case(name);
    Some(match OF_OLD.iter().any(|other| is(other)) {
        true => "is of an older mod_wsgi, and version 6 does not have it either; leave it out",
        false => "is no directive; httpd does not start with it",
    })
}

/// What a line means otherwise than with mod_wsgi. Its words were accepted.
pub(super) fn difference(row: &Directive, words: &[&[u8]]) -> Option<&'static str> {
    let first = words.first().copied().unwrap_or_default();
    let is = |word: &str| first.eq_ignore_ascii_case(word.as_bytes());
    match row.name() {
        "WSGIPythonHashSeed" if is("random") => {
            Some("random means random here; mod_wsgi takes it for the fixed seed 0")
        }
        "WSGISocketRotation" if is("On") => Some(
            "has no effect: sockets keep their names over restarts, so that old children reach new daemons",
        ),
        "WSGIAcceptMutex" => {
            Some("has no effect: the processes of a group need no lock to take requests in turn")
        }
        "WSGIPerInterpreterGIL" if is("On") => Some(
            "On has an effect from Python 3.13 on; on 3.12 the GIL stays shared, with a warning",
        ),
        _ => None,
    }
}

/// What options of a `WSGIDaemonProcess` mean otherwise than with mod_wsgi.
pub(super) fn option_differences(words: &[&[u8]]) -> Vec<&'static str> {
    let given = |option: &str| {
        let values = words.iter().rev().filter_map(|word| {
            let rest = word.strip_prefix(option.as_bytes())?;
            rest.strip_prefix(b"=")
        });
        values.into_iter().next()
    };
    let is_none = |option: &str| given(option).is_some_and(|value| value == b"0");
    let mut found = Vec::new();
    if given("request-timeout").is_some_and(|value| value != b"0") {
        found.push(
            "request-timeout is the limit as it stands, and ends the request with 504; mod_wsgi's grows with the number of threads, and ends the process",
        );
    }
    if is_none("deadlock-timeout") && given("inactivity-timeout").is_none_or(|value| value == b"0")
    {
        found.push(
            "each time limit holds here, also when deadlock-timeout and inactivity-timeout are 0",
        );
    }
    if ["maximum-requests", "restart-interval", "inactivity-timeout"]
        .iter()
        .any(|option| given(option).is_some() && !is_none(option))
    {
        found.push("a process that is to go is replaced first: for a moment there is one more than processes says");
    }
    found
}

/// Names that httpd computes for CGI programs; with `SetEnv` mod_wsgi shows what was set.
pub(super) const HIDDEN: [&str; 3] = ["GATEWAY_INTERFACE", "REMOTE_HOST", "SERVER_SIGNATURE"];

#[cfg(test)]
mod tests {
    use super::{OF_OLD, without_row};
    use crate::config::directives::ALL;

    #[test]
    fn what_has_no_row_and_is_about_wsgi_is_told_apart() {
        assert_eq!(without_row("ServerName"), None);
        let says = |name: &str, part: &str| {
            let text = without_row(name).unwrap();
            assert!(text.contains(part), "{text}");
        };
        says("WSGILazyInitialization", "older mod_wsgi");
        says("WSGIScriptAlia", "is no directive");
        says("ClutchEngines", "is no directive");
    }

    #[test]
    fn what_is_said_to_be_old_has_no_row() {
        let has_row = |name: &&str| ALL.iter().any(|row| row.name().eq_ignore_ascii_case(name));
        assert!(!OF_OLD.iter().any(has_row));
    }
}
