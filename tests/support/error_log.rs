//! httpd's error log: what was said, and whether anything in it is a complaint.

use std::fs;
use std::path::PathBuf;

use super::wait;

/// Levels at which a line fails a test that did not expect it.
const BAD_LEVELS: &[&str] = &["error", "crit", "alert", "emerg"];

/// What fails a test at any level: a child ended by a signal, and our own panics.
const BAD_WORDS: &[&str] = &[CRASH, "panicked at", "panic:", "Fatal Python error"];

/// A child was ended by a signal.
const CRASH: &str = "exit signal";

/// What httpd itself says at a bad level although nothing is wrong: the event MPM, stopping while a client's connection
/// still lingers or waits; and that these small servers have no spare workers.
const HARMLESS: &[&str] = &[
    "AH03092", "AH03093", "AH00286", "AH00484", "AH00485", "AH00161", "AH00288", "AH10159",
];

/// The log of one server.
#[derive(Debug, Clone)]
pub struct ErrorLog {
    path: PathBuf,
}

impl ErrorLog {
    /// The log in this file, which may not exist yet.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// All of it; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.path).unwrap_or_default()).into_owned()
    }

    /// The lines that contain `pattern`.
    pub fn matching(&self, pattern: &str) -> Vec<String> {
        self.text()
            .lines()
            .filter(|line| line.contains(pattern))
            .map(str::to_owned)
            .collect()
    }

    /// How many lines contain `pattern`.
    pub fn count(&self, pattern: &str) -> usize {
        self.matching(pattern).len()
    }

    /// The first line that contains `pattern`, as soon as there is one.
    ///
    /// # Panics
    ///
    /// If there is none in time; the message has the whole log.
    pub fn wait_for(&self, pattern: &str) -> String {
        self.wait_for_count(pattern, 1).swap_remove(0)
    }

    /// The lines that contain `pattern`, as soon as there are at least `count`.
    ///
    /// # Panics
    ///
    /// As [`ErrorLog::wait_for`].
    pub fn wait_for_count(&self, pattern: &str, count: usize) -> Vec<String> {
        let enough = || {
            let lines = self.matching(pattern);
            (lines.len() >= count).then_some(lines)
        };
        wait::within(wait::PATIENCE, enough).unwrap_or_else(|| {
            panic!(
                "no {count} lines with {pattern:?} in the error log:\n{}",
                self.text()
            )
        })
    }

    /// The lines that no test wants to see, but for those that contain one of `expected`.
    pub fn complaints(&self, expected: &[String]) -> Vec<String> {
        let text = self.text();
        let bad = text.lines().filter(|line| is_complaint(line));
        bad.filter(|line| {
            !expected
                .iter()
                .any(|pattern| line.contains(pattern.as_str()))
        })
        .map(str::to_owned)
        .collect()
    }
}

/// The text of a line of the module under test: what follows httpd's own decoration.
///
/// `[time] [wsgi:error] [pid 1:tid 2] [client 127.0.0.1:80] [script /a] text` gives `[script /a] text`.
pub fn message(line: &str) -> &str {
    let mut rest = line;
    for opening in ["[", "[", "[pid ", "[client ", "[remote "] {
        if rest.starts_with(opening)
            && let Some((_, after)) = rest.split_once("] ")
        {
            rest = after;
        }
    }
    rest
}

/// The level of a line in httpd's default format, `[time] [module:level] …`.
pub fn level(line: &str) -> Option<&str> {
    let (_, after_time) = line.strip_prefix('[')?.split_once("] [")?;
    let (module_and_level, _) = after_time.split_once(']')?;
    Some(module_and_level.rsplit_once(':')?.1)
}

/// A line that httpd did not write (a crash report on stderr) is one too.
fn is_complaint(line: &str) -> bool {
    if line.trim().is_empty() || HARMLESS.iter().any(|word| line.contains(word)) {
        return false;
    }
    let is_bad = level(line).is_none_or(|level| BAD_LEVELS.contains(&level));
    is_bad || BAD_WORDS.iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{is_complaint, level, message};

    const LINE: &str = "[Mon Nov 24 13:37:00.1 2026] [wsgi:error] [pid 1:tid 2] [client 127.0.0.1:80] [script /a] text";

    #[test]
    fn a_line_has_a_level_and_a_message() {
        assert_eq!(level(LINE), Some("error"));
        assert_eq!(message(LINE), "[script /a] text");
        assert_eq!(level("Segmentation fault"), None);
    }

    #[test]
    fn errors_and_foreign_lines_are_complaints_and_notices_are_not() {
        assert!(is_complaint(LINE));
        assert!(is_complaint("Fatal Python error: init_fs_encoding"));
        assert!(!is_complaint(
            "[Mon Nov 24 2026] [mpm_event:notice] [pid 1] AH00489: resuming"
        ));
        assert!(is_complaint(
            "[Mon Nov 24 2026] [core:notice] [pid 1] AH00052: child pid 3 exit signal"
        ));
    }
}
