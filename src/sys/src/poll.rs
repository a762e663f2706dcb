//! Waiting for several descriptors at once.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

/// Waits until at least one of `sources` can be read without waiting (data, or its end), at most for `limit`.
///
/// Says for each, in order, whether it can. All false: the time is up, or a signal came.
///
/// # Errors
///
/// What poll(2) says, except that it was interrupted.
pub fn readable(sources: &[BorrowedFd<'_>], limit: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> = sources
        .iter()
        .map(|source| libc::pollfd {
            fd: source.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        })
        .collect();
    let limit = limit.as_micros().div_ceil(1000);
    let limit = i32::try_from(limit).unwrap_or(i32::MAX);
    // SAFETY: `polled` is valid for its own length, and its descriptors are borrowed for the call.
    let count = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, limit) };
    if count < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
        return Ok(vec![false; sources.len()]);
    }
    Ok(polled.iter().map(|one| one.revents != 0).collect())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::os::fd::AsFd;
    use std::time::Duration;

    use super::readable;

    #[test]
    fn data_and_an_end_are_readable_and_silence_is_not() {
        let (silent, _open) = io::pipe().unwrap();
        let (talking, mut voice) = io::pipe().unwrap();
        voice.write_all(b"x").unwrap();
        let (ended, end) = io::pipe().unwrap();
        drop(end);
        // A process that another test starts at this moment holds a copy of the dropped end, until its exec.
        assert_eq!(
            readable(&[ended.as_fd()], Duration::from_secs(60)).unwrap(),
            [true]
        );
        let sources = [silent.as_fd(), talking.as_fd(), ended.as_fd()];
        assert_eq!(
            readable(&sources, Duration::from_secs(60)).unwrap(),
            [false, true, true]
        );
        assert_eq!(readable(&sources[..1], Duration::ZERO).unwrap(), [false]);
    }
}
