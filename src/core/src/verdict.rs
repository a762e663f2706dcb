//! What was learned about an application that an extension module has taken down the isolation ladder, as the text of a
//! small file. Pure: who reads and writes the files is in the engine.
//!
//! ```text
//! clutch verdict 1
//! python 3.13.0 (main, …)
//! process-group
//! group shop
//! script /srv/shop/app.wsgi
//! rung shared-gil
//! module lxml.etree
//! file /srv/shop/venv/lib/python3.13/site-packages/lxml/etree.cpython-313-x86_64-linux-gnu.so
//! reason module lxml.etree does not support loading in subinterpreters
//! fingerprint 0f343b0931126a20f133d67c2b018a3b
//! directory /srv/shop/venv/lib/python3.13/site-packages
//! end
//! ```
//!
//! The order is fixed, `directory` may come any number of times up to [`MOST_DIRECTORIES`]. A value is bytes; a backslash in
//! it is written `\\`, a line end `\n`. There is one text for each verdict, so a text that was read is the text that is
//! written.

use crate::rung::Rung;

/// The longest text, in bytes; a longer one is none.
pub const MOST_BYTES: usize = 64 * 1024;

/// The most directories that a verdict depends on.
pub const MOST_DIRECTORIES: usize = 64;

const FIRST: &[u8] = b"clutch verdict 1";
const LAST: &[u8] = b"end";

/// What a verdict is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Version and build of Python, in its own words.
    pub python: Vec<u8>,
    /// The process group; empty in an httpd child.
    pub process_group: Vec<u8>,
    /// The application group.
    pub group: Vec<u8>,
    /// The script's path.
    pub script: Vec<u8>,
}

/// Where an application lives, why, and what that depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it is about.
    pub key: Key,
    /// The rung that the application needs.
    pub rung: Rung,
    /// The extension module that refused the rung above.
    pub module: Vec<u8>,
    /// Its file.
    pub file: Vec<u8>,
    /// What it said.
    pub reason: Vec<u8>,
    /// Of the packages and settings as they were.
    pub fingerprint: u128,
    /// The directories with packages that the fingerprint was taken of.
    pub directories: Vec<Vec<u8>>,
}

impl Verdict {
    /// The text; `None` if that would be longer than [`MOST_BYTES`], or have more than [`MOST_DIRECTORIES`].
    pub fn text(&self) -> Option<Vec<u8>> {
        let fingerprint = format!("{:032x}", self.fingerprint);
        let mut text = [FIRST, b"\n"].concat();
        let fields: [(&str, &[u8]); 9] = [
            ("python", &self.key.python),
            ("process-group", &self.key.process_group),
            ("group", &self.key.group),
            ("script", &self.key.script),
            ("rung", self.rung.name().as_bytes()),
            ("module", &self.module),
            ("file", &self.file),
            ("reason", &self.reason),
            ("fingerprint", fingerprint.as_bytes()),
        ];
        let directories = self.directories.iter().map(|path| ("directory", &path[..]));
        for (name, value) in fields.into_iter().chain(directories) {
            text.extend_from_slice(name.as_bytes());
            text.push(b' ');
            escape(value, &mut text);
            text.push(b'\n');
        }
        text.extend_from_slice(LAST);
        text.push(b'\n');
        let fits = text.len() <= MOST_BYTES && self.directories.len() <= MOST_DIRECTORIES;
        fits.then_some(text)
    }

    /// The verdict in a text; `None` if it is anything else, even by a byte.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() > MOST_BYTES {
            return None;
        }
        let mut lines = text.strip_suffix(b"\n")?.split(|&byte| byte == b'\n');
        if lines.next()? != FIRST {
            return None;
        }
        let mut field = |name| value(lines.next()?, name);
        let key = Key {
            python: field("python")?,
            process_group: field("process-group")?,
            group: field("group")?,
            script: field("script")?,
        };
        let rung = Rung::named(std::str::from_utf8(&field("rung")?).ok()?)?;
        let (module, file, reason) = (field("module")?, field("file")?, field("reason")?);
        let fingerprint = fingerprint(&field("fingerprint")?)?;
        let mut directories = Vec::new();
        loop {
            let line = lines.next()?;
            if line == LAST {
                break;
            }
            if directories.len() == MOST_DIRECTORIES {
                return None;
            }
            directories.push(value(line, "directory")?);
        }
        lines.next().is_none().then_some(Self {
            key,
            rung,
            module,
            file,
            reason,
            fingerprint,
            directories,
        })
    }
}

/// The value in a line, if that is the line of this name.
fn value(line: &[u8], name: &str) -> Option<Vec<u8>> {
    let rest = line.strip_prefix(name.as_bytes())?;
    unescape(rest.strip_prefix(b" ")?)
}

/// 32 digits, as they are written.
fn fingerprint(digits: &[u8]) -> Option<u128> {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let digits = std::str::from_utf8(digits).ok()?;
    if digits.len() != 32 || !digits.as_bytes().iter().all(is_digit) {
        return None;
    }
    u128::from_str_radix(digits, 16).ok()
}

fn escape(value: &[u8], text: &mut Vec<u8>) {
    for &byte in value {
        match byte {
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'\n' => text.extend_from_slice(b"\\n"),
            other => text.push(other),
        }
    }
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        value.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                _ => return None,
            },
            other => other,
        });
    }
    Some(value)
}

#[cfg(test)]
mod tests;
