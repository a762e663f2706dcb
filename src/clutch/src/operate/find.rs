//! Servers that run on this machine: each has a supervisor that listens for questions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

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

/// The paths of supervisors' sockets in a listing of the kernel's.
fn sockets_in(listing: &str) -> Vec<PathBuf> {
    let paths = listing
        .lines()
        .filter_map(|line| line.split_whitespace().nth(7));
    let mut found: Vec<_> = paths
        .filter(|path| path.starts_with('/') && path.ends_with(ENDING))
        .map(PathBuf::from)
        .filter(|path| path.exists()) // a connection has its listener's path, and the name may be of an earlier one
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;

    use super::sockets_in;

    #[test]
    fn a_supervisors_socket_is_found_among_those_of_the_machine() {
        let place = std::env::temp_dir().join(format!("clutch-{}-find", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let path = place.join("wsgi.1.supervisor.sock");
        let (_listener, _other) = (
            UnixListener::bind(&path).unwrap(),
            UnixListener::bind(place.join("wsgi.1.abc.sock")).unwrap(),
        );
        let listing = fs::read_to_string("/proc/net/unix").unwrap();
        let found = sockets_in(&listing);
        assert_eq!(found.iter().filter(|one| **one == path).count(), 1);
        assert!(!found.contains(&place.join("wsgi.1.abc.sock")));
        fs::remove_dir_all(&place).unwrap();
        assert!(!sockets_in(&listing).contains(&path));
    }
}
