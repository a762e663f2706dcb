//! Lines that belong to no request, written to the log of the group's server as httpd writes them when nothing else is asked for.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU8, Ordering};

use clutch_core::code::Fault;
use clutch_core::log::{Forward, Level, Record, Sink};
use clutch_sys::{process, time};

/// Most bytes of a line's text, as httpd.
const MOST: usize = 8192;

/// The most detailed level that is kept. Written rarely; a line more or less does not matter.
static LEVEL: AtomicU8 = AtomicU8::new(Level::Info as u8);

/// The log of the group's server.
struct ErrorLog;

impl Sink for ErrorLog {
    fn level(&self) -> Level {
        level()
    }

    fn write(&self, record: &Record<'_>) {
        write(record);
    }
}

/// Keeps lines of this level and worse, and our own events with them.
pub(crate) fn keep(level: Level) {
    set_level(level);
    Forward::to(ErrorLog).install();
}

/// Keeps lines of this level and worse from now on.
pub(crate) fn set_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

/// The most detailed level that is kept.
pub(crate) fn level() -> Level {
    Level::from_number(LEVEL.load(Ordering::Relaxed))
}

/// Writes what is wrong.
#[track_caller]
pub(crate) fn fault(fault: &Fault) {
    fault.write(write);
}

/// Writes a line of our own, of level notice or below.
pub(crate) fn say(level: Level, text: &str) {
    write(&Record {
        level,
        file: file!(),
        line: line!(),
        text: text.as_bytes(),
    });
}

/// Writes a line, if its level is kept.
pub(crate) fn write(record: &Record<'_>) {
    if record.level > level() {
        return;
    }
    let mut line = Vec::with_capacity(record.text.len() + 96);
    let (now, word) = (time::now_as_httpd_shows_it(), name(record.level));
    let (pid, thread) = (std::process::id(), process::thread_number());
    // Writing to a Vec cannot fail.
    let _ = write!(line, "[{now}] [wsgi:{word}] [pid {pid}:tid {thread}] ");
    escape(&record.text[..record.text.len().min(MOST)], &mut line);
    line.push(b'\n');
    // One system call, so that lines of several processes do not mix. Nobody can be told if it fails.
    let _ = io::stderr().write_all(&line);
}

/// Puts `text`, with control characters as httpd shows them.
fn escape(text: &[u8], line: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            0 => return,
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\t' => line.extend_from_slice(b"\\t"),
            b'\\' => line.extend_from_slice(b"\\\\"),
            byte if byte < 0x20 || byte == 0x7f => {
                let _ = write!(line, "\\x{byte:02x}");
            }
            byte => line.push(byte),
        }
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Emerg => "emerg",
        Level::Alert => "alert",
        Level::Crit => "crit",
        Level::Error => "error",
        Level::Warning => "warn",
        Level::Notice => "notice",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace1 => "trace1",
        Level::Trace2 => "trace2",
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_line_stays_one_line_whatever_an_application_prints() {
        let mut line = Vec::new();
        escape(b"a\tb\nc\\d\x1b[0m\xc3\xa4\0hidden", &mut line);
        assert_eq!(line, b"a\\tb\\nc\\\\d\\x1b[0m\xc3\xa4");
    }
}
