//! What is left of an answer when that is taken away which differs from server to server and from run to run.

use clutch_tests::support::Httpd;

/// What differs from server to server, and the words that stand for it.
#[derive(Debug)]
pub(crate) struct Words(Vec<(String, &'static str)>);

impl Words {
    /// Those of this server.
    pub(crate) fn of(httpd: &Httpd) -> Self {
        Self(vec![
            (httpd.root().display().to_string(), "ROOT"),
            (httpd.port().to_string(), "PORT"),
        ])
    }

    /// `text` with these words in place.
    pub(crate) fn put(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (own, word) in &self.0 {
            text = text.replace(own, word);
        }
        banner(&address(&text))
    }
}

/// The module's name and version, in a server banner.
fn banner(text: &str) -> String {
    let words = text.split_inclusive(' ').map(|word| {
        let module = ["mod_wsgi/", "mod_clutch/"]
            .iter()
            .find_map(|name| word.find(name));
        module.map_or_else(|| word.to_owned(), |at| format!("{}MODULE ", &word[..at]))
    });
    words.collect()
}

/// Addresses of objects, names of script modules, which are made of the path, and boundaries of several ranges; what a challenge of
/// Digest and the answer to it are made of.
fn address(text: &str) -> String {
    let text = hidden(text, "0x", "ADDRESS");
    let text = hidden(&text, "_mod_wsgi_", "SCRIPT");
    let text = hidden(&text, "boundary=", "BOUNDARY");
    let text = hidden(&text, "\n--", "BOUNDARY");
    let text = hidden(&text, "rspauth=\"", "AUTHENTICATED\"");
    nonce(&text)
}

/// `text` without the nonces of Digest.
fn nonce(text: &str) -> String {
    match text.split_once(" nonce=\"") {
        Some((before, rest)) => {
            let after = rest.split_once('"').map_or("", |(_, after)| after);
            format!("{before} nonce=\"…\"{after}")
        }
        None => text.to_owned(),
    }
}

/// `text` without the hexadecimal digits that follow `prefix`: both become `word`.
fn hidden(text: &str, prefix: &str, word: &str) -> String {
    let mut parts = text.split(prefix);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
        let is_address = part.len() - rest.len() >= 6;
        out += if is_address { word } else { prefix };
        out += if is_address { rest } else { part };
    }
    out
}

/// Keys of the environ whose values differ from request to request; what is left is the type and whether it is zero.
const VOLATILE: &[&str] = &[
    "REMOTE_PORT",
    "UNIQUE_ID",
    "mod_wsgi.request_id",
    "mod_wsgi.connection_id",
    "mod_wsgi.server_pid",
    "mod_wsgi.thread_id",
    "mod_wsgi.request_start",
    "mod_wsgi.queue_start",
    "mod_wsgi.daemon_start",
    "mod_wsgi.application_start",
];

/// A line of an environ, `key`, type and `repr` with tabs between them.
pub(crate) fn entry(line: &str) -> (String, String) {
    let mut parts = line.splitn(3, '\t');
    let mut next = || parts.next().unwrap_or_default();
    let (key, kind, value) = (next(), next(), next());
    let value = match value {
        "0.0" | "'0'" | "''" | "None" => value,
        _ if VOLATILE.contains(&key) => "…",
        _ => value,
    };
    (key.to_owned(), format!("{kind} {value}"))
}

/// The records of a piece of the error log that count: at warning and worse, and what applications say (`app:`).
pub(crate) fn records(text: &str, words: &Words) -> Vec<String> {
    let mut after = After::Nothing;
    let mut records = Vec::new();
    for line in text.lines() {
        let line = words.put(line);
        let (record, next) = record(&line, after);
        after = next;
        records.extend(record);
    }
    records
}

/// What the record before was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing of these.
    Nothing,
    /// A script could not be loaded. mod_wsgi says then what kind of exception it was, in a record of its own.
    Script,
    /// An exception is shown, of which lines are still to come.
    Exception,
}

/// One record, `level scope text`, and what follows it.
fn record(line: &str, after: After) -> (Option<String>, After) {
    let Some((module, level, rest)) = decorated(line) else {
        let text = (!line.trim().is_empty()).then(|| format!("stderr {line}"));
        return (text, after);
    };
    let rest = without_system_error(rest);
    let (is_request, rest) = match decoration(rest, "[client ") {
        (true, rest) => (true, rest),
        (false, rest) => decoration(rest, "[remote "),
    };
    let (is_script, text) = decoration(rest, "[script ");
    let is_quiet = !matches!(level, "warn" | "error" | "crit" | "alert" | "emerg");
    if is_quiet && !text.contains("app:") || is_of_the_machine(text) {
        return (None, after);
    }
    let kind = kind(text);
    let is_new = kind != text || text.starts_with("app:") || module != "wsgi";
    let next = match kind {
        "WSGI0174" | "WSGI0175" if after == After::Script => return (None, After::Exception),
        "a script" => After::Script,
        // That `close` cannot be looked up; the exception follows, which says it.
        "WSGI0194" => return (None, After::Nothing),
        "WSGI0174" | "WSGI0175" | "WSGI0112" | "WSGI0190" => After::Exception,
        _ if is_new => After::Nothing,
        _ => after,
    };
    // What belongs to an exception is decorated otherwise by mod_wsgi: the first line alone has the script.
    let scope = match (is_request, is_script) {
        (true, _) if after != After::Nothing && !is_new => "traceback",
        (_, true) if next == After::Nothing => "script",
        (true, _) => "request",
        (false, _) => "server",
    };
    let kind = own_words(kind);
    let module = if module == "wsgi" { "" } else { module };
    (Some(format!("{module}{level} {scope} {kind}")), next)
}

/// Exceptions that a module raises itself keep their type, and a refused `.htaccess` its file; the words are each module's own.
fn own_words(text: &str) -> &str {
    if let Some((file, _)) = text.split_once("/.htaccess: ") {
        return file;
    }
    let is_own = [
        "start_response()",
        "must yield bytes",
        "must return bytes",
        "must give bytes",
        "Content-Length",
        "failed to write response data",
    ]
    .iter()
    .any(|words| text.contains(words));
    match text.split_once(": ") {
        Some((class, _)) if is_own && !class.contains(' ') => class,
        _ => text,
    }
}

/// Module, level and the rest of `[time] [module:level] [pid 1:tid 2] rest`.
fn decorated(line: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = line.strip_prefix('[')?.split_once("] [")?;
    let (head, rest) = rest.split_once("] [pid ")?;
    let (module, level) = head.rsplit_once(':')?;
    let (_, rest) = rest.split_once(']')?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    // At level debug httpd says which line of which file speaks.
    let place = rest.split_once("): ");
    let is_place = |text: &str| text.contains('(') && !text.contains(' ') && level == "debug";
    let rest = match place {
        Some((place, rest)) if is_place(place) => rest,
        _ => rest,
    };
    Some((module, level, rest))
}

/// The text without what httpd puts before it if the system has refused something, `(2)No such file or directory: `.
fn without_system_error(text: &str) -> &str {
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    match text.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((digits, rest)) if is_number(digits) => {
            rest.split_once(": ").map_or(text, |(_, rest)| rest)
        }
        _ => text,
    }
}

/// Whether the text begins with this decoration, and what follows it.
fn decoration<'a>(text: &'a str, opening: &str) -> (bool, &'a str) {
    match text
        .strip_prefix(opening)
        .and_then(|rest| rest.split_once("] "))
    {
        Some((_, rest)) => (true, rest),
        None => (false, text),
    }
}

/// What httpd says about this machine or about its own end.
fn is_of_the_machine(text: &str) -> bool {
    [
        "AH00558", "AH00161", "AH10159", "AH00484", "AH00485", "AH00286", "AH03092", "AH03093",
        "AH00288",
    ]
    .iter()
    .any(|id| text.contains(id))
}

/// The number at the beginning of a message: mod_wsgi's, else ours or httpd's; else all of the text.
fn kind(text: &str) -> &str {
    let first = text.split_once(": ").map_or("", |(first, _)| first);
    let numbers: Vec<_> = first.split(' ').collect();
    let theirs = numbers.iter().find(|word| word.starts_with("WSGI"));
    let number = theirs.or(numbers.last()).copied().unwrap_or_default();
    match number {
        // A script that cannot be read, that is no Python, that raised or exited; at a request or at the start.
        "WSGI0105" | "WSGI0106" | "WSGI0107" | "WSGI0108" | "WSGI0109" | "WSGI0110" => "a script",
        _ if is_number(number) => number,
        _ => text,
    }
}

/// Whether this is `WSGI0134`, `CLUTCH0401` or `AH00126`.
fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    word.len() - digits.len() >= 2
        && digits.len() >= 4
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}
