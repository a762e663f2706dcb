//! Lines out of a pipe that is never waited for.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use clutch_sys::signal::never_wait;

/// The longest line that is shown whole, in bytes.
const LONGEST: usize = 64 * 1024;

/// The read end of a pipe, and the beginning of the line that is not whole yet.
#[derive(Debug)]
pub(crate) struct Lines {
    pipe: File,
    begun: Vec<u8>,
    open: bool,
}

impl Lines {
    /// Reads from `pipe`.
    ///
    /// # Errors
    ///
    /// What fcntl(2) says.
    pub(crate) fn of(pipe: OwnedFd) -> io::Result<Self> {
        never_wait(pipe.as_fd())?;
        Ok(Self {
            pipe: pipe.into(),
            begun: Vec::new(),
            open: true,
        })
    }

    /// The pipe, to wait for; `None` once it has ended.
    pub(crate) fn source(&self) -> Option<BorrowedFd<'_>> {
        self.open.then(|| self.pipe.as_fd())
    }

    /// The lines that are whole now. The last one counts as whole when the pipe has ended.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let mut chunk = [0; 16 * 1024];
        while self.open {
            match self.pipe.read(&mut chunk) {
                Ok(0) => self.open = false,
                Ok(length) => self.begun.extend_from_slice(&chunk[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.open = false,
            }
        }
        self.split()
    }

    fn split(&mut self) -> Vec<String> {
        let whole = match self.begun.iter().rposition(|byte| *byte == b'\n') {
            _ if !self.open || self.begun.len() > LONGEST => self.begun.len(),
            Some(end) => end + 1,
            None => return Vec::new(),
        };
        let rest = self.begun.split_off(whole);
        let lines = String::from_utf8_lossy(&self.begun)
            .lines()
            .map(str::to_owned)
            .collect();
        self.begun = rest;
        lines
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::{LONGEST, Lines};

    #[test]
    fn lines_are_taken_once_they_are_whole() {
        let (read, mut write) = io::pipe().unwrap();
        let mut lines = Lines::of(read.into()).unwrap();
        assert!(lines.take().is_empty());
        write.write_all(b"one\ntw").unwrap();
        assert_eq!(lines.take(), ["one"]);
        write.write_all(b"o\n\nthree").unwrap();
        assert_eq!(lines.take(), ["two", ""]);
        drop(write);
        assert!(lines.source().is_some());
        // A process that another test starts just now may hold the end, too, until it runs its program.
        let mut last = Vec::new();
        while lines.source().is_some() {
            last.extend(lines.take());
        }
        assert_eq!(last, ["three"]);
    }

    #[test]
    fn a_line_without_end_is_shown_in_pieces() {
        let (read, mut write) = io::pipe().unwrap();
        let mut lines = Lines::of(read.into()).unwrap();
        let mut taken = Vec::new();
        for _ in 0..=LONGEST / 4096 {
            write.write_all(&[b'x'; 4096]).unwrap();
            taken.extend(lines.take());
        }
        assert_eq!(taken.len(), 1);
    }
}
