//! Servers that run on this machine: each has a supervisor that listens for questions.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clutch_sys::socket::{self, NotConnected, Waiting};

/// What the names of their sockets end with.
const ENDING: &str = ".supervisor.sock";

/// The socket of the server that is meant: the one named, else the only one.
///
/// # Errors
///
/// There is none, or more than one.
pub(crate) fn server(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let listing = fs::read_to_string("/proc/net/unix")
        .context("the sockets of this machine are not known")?;
    let mut found = sockets_in(&listing);
    match found.len() {
        0 => bail!("no server with a supervisor runs on this machine; --server SOCKET names one"),
        1 => Ok(found.remove(0)),
        _ => {
            let shown: Vec<_> = found.iter().map(|one| one.display().to_string()).collect();
            bail!(
                "several servers run on this machine; name one with --server: {}",
                shown.join(", ")
            )
        }
    }
}

/// The most directories that are looked into, and the most of what is in one.
const MOST: usize = 10_000;

/// The paths of supervisors' sockets at which somebody listens, by a listing of the kernel's: that has sockets by the names that they
/// were made with, which a listener has changed since, in the same directory.
fn sockets_in(listing: &str) -> Vec<PathBuf> {
    let paths = listing
        .lines()
        .filter_map(|line| line.split_whitespace().nth(7));
    let absolute = paths.filter(|path| path.starts_with('/'));
    let parents = absolute.filter_map(|path| Path::new(path).parent());
    let directories: BTreeSet<PathBuf> =
        parents.filter_map(|one| one.canonicalize().ok()).collect();
    let entries = directories.into_iter().take(MOST);
    let entries = entries.filter_map(|directory| fs::read_dir(directory).ok());
    let entries = entries.flat_map(|entries| entries.flatten().take(MOST));
    let named = entries.filter(|entry| entry.file_name().as_bytes().ends_with(ENDING.as_bytes()));
    let mut found: Vec<_> = named
        .map(|entry| entry.path())
        .filter(|path| is_listened_at(path))
        .collect();
    found.sort();
    found
}

/// Whether somebody listens there, or may.
fn is_listened_at(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    is_socket
        && !matches!(
            socket::connect(path, Waiting::Never),
            Err(NotConnected::Refused)
        )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;
    use std::thread;
    use std::time::{Duration, Instant};

    use clutch_sys::socket::{Listener, Listening};

    use super::sockets_in;

    #[test]
    fn a_supervisors_socket_is_found_among_those_of_the_machine() {
        let place = std::env::temp_dir().join(format!("clutch-{}-find", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let place = place.canonicalize().unwrap();
        let path = place.join("wsgi.1.supervisor.sock");
        let listening = Listening {
            backlog: 1,
            owner: None,
        };
        let listener = Listener::bind(&path, listening).unwrap();
        let _other = UnixListener::bind(place.join("wsgi.1.abc.sock")).unwrap();
        let left = place.join("wsgi.2.supervisor.sock");
        drop(UnixListener::bind(&left).unwrap());
        fs::write(place.join("wsgi.3.supervisor.sock"), "no socket").unwrap();
        let listing = fs::read_to_string("/proc/net/unix").unwrap();
        let found = sockets_in(&listing);
        let own: Vec<_> = found.iter().filter(|one| one.starts_with(&place)).collect();
        assert_eq!(own, [&path]);
        drop(listener);
        // A process that another test has just forked has a copy of it until it becomes a program.
        let end = Instant::now() + Duration::from_secs(10);
        while sockets_in(&listing).contains(&path) {
            assert!(Instant::now() < end, "nobody listens there any more");
            thread::sleep(Duration::from_millis(1));
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
