//! Questions that some process answers, whoever has time: a number goes there, and a file of bytes comes back.
//!
//! ```text
//! asker ── number ──▶ passer-on ── number and the way back ──▶ answerers, of whom one takes it
//!   ◀──────────────────────────────────────────── number and a sealed file
//! ```
//!
//! Who asks is not trusted: nobody waits for it, and all it can do is ask on its own socket.

use std::fs::File;
use std::io::{self, IoSlice, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::failed;
use crate::poll::{self, Interest};
use crate::socket::{self, Waiting};

/// Nobody changes the file of an answer any more.
const SEALED: SealFlags = SealFlags::WRITE
    .union(SealFlags::SHRINK)
    .union(SealFlags::GROW)
    .union(SealFlags::SEAL);

/// Two sockets for whole messages, connected with each other.
///
/// # Errors
///
/// The failed call and its reason.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::SEQPACKET);
    socketpair(family, kind, SocketFlags::CLOEXEC, None)
        .map_err(|error| failed("socketpair(SOCK_SEQPACKET)", error))
}

/// A question that has been taken.
#[derive(Debug)]
pub struct Question {
    number: [u8; 4],
    back: OwnedFd,
}

impl Question {
    /// The next question that was passed on to `socket`. Waits for it.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if nobody can ask any more; what recvmsg(2) says.
    pub fn next(socket: BorrowedFd<'_>) -> io::Result<Self> {
        loop {
            let mut number = [0; 4];
            let mut came = Vec::new();
            match socket::receive(socket, &mut number, &mut came, Waiting::Allowed)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                4 => (),
                _ => continue,
            }
            if let Some(back) = came.pop() {
                return Ok(Self { number, back });
            }
        }
    }

    /// Answers with `bytes`. Does not wait for who has asked.
    ///
    /// # Errors
    ///
    /// There is no memory for the answer, or who has asked has gone or does not take it.
    pub fn answer(&self, bytes: &[u8]) -> io::Result<()> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = memfd_create("clutch", flags).map_err(|error| failed("memfd_create", error))?;
        let file = File::from(file);
        io::Write::write_all(&mut &file, bytes)?;
        fcntl_add_seals(&file, SEALED)?;
        let number = [IoSlice::new(&self.number)];
        socket::send(self.back.as_fd(), &number, &[file.as_fd()], Waiting::Never)?;
        Ok(())
    }
}

/// Passes a question on, if one has come from the `asker` at the other end, to who answers. `false` when no more can come.
pub fn pass_on(asker: BorrowedFd<'_>, to: Option<BorrowedFd<'_>>) -> bool {
    let mut number = [0; 4];
    let mut came = Vec::new(); // an asker sends none, and if it does they are closed
    match socket::receive(asker, &mut number, &mut came, Waiting::Never) {
        Ok(4) => {
            if let Some(to) = to {
                // If nobody takes it, who has asked waits as long as it means to.
                let _ = socket::send(to, &[IoSlice::new(&number)], &[asker], Waiting::Never);
            }
            true
        }
        Ok(0) => false,
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    }
}

/// Asks on `socket`, and waits at most `limit` for an answer of at most `most` bytes. `number` is another one each time.
///
/// # Errors
///
/// `TimedOut`; `UnexpectedEof` if there is nobody to ask; `InvalidData` for what is no answer.
pub fn ask(
    socket: BorrowedFd<'_>,
    number: u32,
    limit: Duration,
    most: usize,
) -> io::Result<Vec<u8>> {
    let until = Instant::now() + limit;
    let number = number.to_ne_bytes();
    socket::send(socket, &[IoSlice::new(&number)], &[], Waiting::Never)?;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || !poll::wait(socket, Interest::Read, Some(left))? {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut answered = [0; 4];
        let mut came = Vec::new();
        match socket::receive(socket, &mut answered, &mut came, Waiting::Never) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            // An answer to a question before, which was not waited for any more.
            Ok(_) if answered != number => continue,
            Ok(_) => (),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let file = came.pop().ok_or(io::ErrorKind::InvalidData)?;
        return content(file, most);
    }
}

/// The bytes of a sealed file.
fn content(file: OwnedFd, most: usize) -> io::Result<Vec<u8>> {
    let is_sealed = fcntl_get_seals(&file).is_ok_and(|seals| seals.contains(SEALED));
    let size = u64::try_from(rustix::fs::fstat(&file)?.st_size).unwrap_or(u64::MAX);
    if !is_sealed || size > most as u64 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut file = File::from(file);
    io::Seek::rewind(&mut file)?; // where it stands is shared with who has written it
    let mut bytes = Vec::new();
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::fd::AsFd;
    use std::thread;
    use std::time::Duration;

    use super::{Question, ask, pair, pass_on};
    use crate::poll::{self, Interest};

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn a_question_is_passed_on_and_answered_to_who_has_asked() {
        let (asker, ours) = pair().unwrap();
        let (to, answerer) = pair().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..2 {
                    let question = Question::next(answerer.as_fd()).unwrap();
                    question.answer(&vec![7; 300_000]).unwrap();
                }
                drop(answerer);
            });
            scope.spawn(|| {
                while poll::wait(ours.as_fd(), Interest::Read, Some(LONG)).unwrap()
                    && pass_on(ours.as_fd(), Some(to.as_fd()))
                {}
            });
            for number in [1, 2] {
                let answer = ask(asker.as_fd(), number, LONG, 1 << 20).unwrap();
                assert_eq!(answer, vec![7; 300_000]);
            }
            drop(asker);
        });
    }

    #[test]
    fn an_answer_that_comes_too_late_is_not_taken_for_the_next_one() {
        let (asker, ours) = pair().unwrap();
        let (to, answerer) = pair().unwrap();
        let late = ask(asker.as_fd(), 1, Duration::ZERO, 100).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert!(pass_on(ours.as_fd(), Some(to.as_fd())));
        let first = Question::next(answerer.as_fd()).unwrap();
        first.answer(b"late").unwrap();
        thread::scope(|scope| {
            let asked = scope.spawn(|| ask(asker.as_fd(), 2, LONG, 100).unwrap());
            assert!(poll::wait(ours.as_fd(), Interest::Read, Some(LONG)).unwrap());
            assert!(pass_on(ours.as_fd(), Some(to.as_fd())));
            let second = Question::next(answerer.as_fd()).unwrap();
            second.answer(b"new").unwrap();
            assert_eq!(asked.join().unwrap(), b"new");
        });
    }

    #[test]
    fn an_answer_that_is_too_long_is_refused() {
        let (asker, ours) = pair().unwrap();
        let (to, answerer) = pair().unwrap();
        thread::scope(|scope| {
            let asked = scope.spawn(|| ask(asker.as_fd(), 2, LONG, 3).unwrap_err());
            assert!(poll::wait(ours.as_fd(), Interest::Read, Some(LONG)).unwrap());
            assert!(pass_on(ours.as_fd(), Some(to.as_fd())));
            let question = Question::next(answerer.as_fd()).unwrap();
            question.answer(b"four").unwrap();
            assert_eq!(asked.join().unwrap().kind(), io::ErrorKind::InvalidData);
        });
    }

    #[test]
    fn an_asker_that_takes_no_answers_holds_up_nobody() {
        let (asker, ours) = pair().unwrap();
        let (to, answerer) = pair().unwrap();
        let mut refused = 0;
        for number in 0..2_000_u32 {
            let _ = ask(asker.as_fd(), number, Duration::ZERO, 100);
            pass_on(ours.as_fd(), Some(to.as_fd()));
            let question = Question::next(answerer.as_fd()).unwrap();
            refused += u32::from(question.answer(b"nobody listens").is_err());
        }
        assert!(refused > 0, "the asker's room for answers is bounded");
    }

    #[test]
    fn who_has_gone_asks_no_more() {
        let (asker, ours) = pair().unwrap();
        assert!(pass_on(ours.as_fd(), None));
        drop(asker);
        assert!(!pass_on(ours.as_fd(), None));
    }
}
