//! The kernel's queue of events in directories (inotify), read without waiting.

use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

/// Bytes read at once: some 2,000 events.
const AT_ONCE: usize = 64 * 1024;

/// Reads in one go, so that somebody who makes events all the time cannot keep a reader for ever. Above what a queue
/// holds by the kernel's default (16,384 events).
const READS: usize = 256;

/// What the kernel is asked for in every watched directory: names that come and go.
const NAMES: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO);

/// And in one that holds followed files: writing, its end, and new times (`touch`, `utime`).
const CONTENT: WatchFlags = NAMES
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::ATTRIB);

/// How the kernel calls one watched directory.
pub(super) type Number = i32;

/// What is of interest in a directory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Interest {
    /// Which names there are: paths lead through it.
    Names,
    /// And what the files hold.
    Content,
}

/// What the kernel says.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(super) enum Event {
    /// Something happened to the name in the directory.
    Name(Number, OsString),
    /// The file of that name has other content or another time, and may still be open for writing. The kernel says the
    /// same of a write, of truncate(2), and of a new time of modification without a new time of access.
    Written(Number, OsString),
    /// The directory is no longer watched: it is gone, or its file system is.
    Ended(Number),
    /// Events were lost.
    Overflow,
}

/// The queue.
pub(super) struct Queue {
    descriptor: Arc<OwnedFd>,
    buffer: Box<[MaybeUninit<u8>]>,
}

impl Queue {
    /// A new queue, inherited by no program.
    pub(super) fn open() -> io::Result<Self> {
        let descriptor = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        Ok(Self {
            descriptor: Arc::new(descriptor),
            buffer: Box::new_uninit_slice(AT_ONCE),
        })
    }

    /// What becomes readable when there are events.
    pub(super) fn descriptor(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.descriptor)
    }

    /// Watches the directory that stands at `path` now; gives the number it already has if it is watched.
    pub(super) fn add(&self, path: &Path, interest: Interest) -> io::Result<Number> {
        let flags = match interest {
            Interest::Names => NAMES,
            Interest::Content => CONTENT,
        };
        // MASK_ADD: the same directory may be known by another path with more interest.
        let flags = flags | WatchFlags::ONLYDIR | WatchFlags::MASK_ADD;
        Ok(inotify::add_watch(&self.descriptor, path, flags)?)
    }

    /// Watches it no longer.
    pub(super) fn remove(&self, number: Number) {
        if let Err(error) = inotify::remove_watch(&self.descriptor, number) {
            // Usual for a directory that was deleted: the kernel was faster.
            tracing::trace!(number, %error, "a directory was not watched any more");
        }
    }

    /// Hands out what is queued, in order; does not wait.
    pub(super) fn drain(&mut self, mut each: impl FnMut(Event)) {
        let mut reader = Reader::new(&self.descriptor, &mut self.buffer);
        let mut reads = 0;
        loop {
            if reader.is_buffer_empty() {
                reads += 1;
                if reads > READS {
                    return;
                }
            }
            let Ok(event) = reader.next() else {
                return; // AGAIN: there is no more
            };
            let kind = event.events();
            if kind.contains(ReadFlags::QUEUE_OVERFLOW) {
                each(Event::Overflow);
            } else if kind.contains(ReadFlags::IGNORED) {
                each(Event::Ended(event.wd()));
            } else if let Some(name) = event.file_name() {
                let name = OsStr::from_bytes(name.to_bytes()).to_owned();
                each(match kind.contains(ReadFlags::MODIFY) {
                    true => Event::Written(event.wd(), name),
                    false => Event::Name(event.wd(), name),
                });
            }
        }
    }
}

/// Waits until there are events, at most for `limit`; whether there are.
pub(super) fn wait(descriptor: &OwnedFd, limit: Duration) -> bool {
    let limit = Timespec::try_from(limit).ok();
    let mut polled = [PollFd::from_borrowed_fd(descriptor.as_fd(), PollFlags::IN)];
    poll(&mut polled, limit.as_ref()).is_ok_and(|count| count > 0)
}
