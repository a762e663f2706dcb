//! Whether the port is free, and if not, whose it is.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Makes sure that httpd can listen on `address`.
///
/// # Errors
///
/// One sentence: somebody else listens there (and who, if that can be known), or it is not allowed.
pub(crate) fn must_be_free(address: SocketAddr) -> Result<()> {
    let Err(error) = TcpListener::bind(address) else {
        return Ok(());
    };
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => match holder_of(port) {
            Some(holder) => bail!("port {port} is in use by {holder}; choose another with --port"),
            None => bail!("port {port} is in use; choose another with --port"),
        },
        ErrorKind::PermissionDenied => {
            bail!("only root may listen on port {port}; choose one from 1024 on with --port")
        }
        ErrorKind::AddrNotAvailable => {
            bail!("{} is no address of this machine", address.ip())
        }
        _ => Err(error).with_context(|| format!("nothing can listen on {address}")),
    }
}

/// The process that listens on `port`, as `name (process 123)`; `None` if it is not ours to see.
fn holder_of(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| fs::read_to_string(table).unwrap_or_default());
    let sockets: Vec<_> = tables
        .iter()
        .flat_map(|table| listening(table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    for process in processes {
        let Some(number) = process.file_name().to_str().and_then(number) else {
            continue;
        };
        if has_open(&process.path(), &sockets).unwrap_or(false) {
            let name = fs::read_to_string(process.path().join("comm")).ok()?;
            return Some(format!("{} (process {number})", name.trim()));
        }
    }
    None
}

fn number(name: &str) -> Option<u32> {
    name.parse().ok()
}

fn has_open(process: &Path, sockets: &[String]) -> io::Result<bool> {
    for descriptor in fs::read_dir(process.join("fd"))? {
        let Ok(target) = fs::read_link(descriptor?.path()) else {
            continue; // closed meanwhile
        };
        if sockets
            .iter()
            .any(|socket| target.as_os_str() == socket.as_str())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The inodes of the sockets that listen on `port`, by the kernel's `table`.
fn listening(table: &str, port: u16) -> Vec<&str> {
    const LISTEN: &str = "0A";
    let inode = |line| {
        let fields: Vec<&str> = str::split_whitespace(line).collect();
        let (_, local_port) = fields.get(1)?.rsplit_once(':')?;
        let here = u16::from_str_radix(local_port, 16).ok()? == port;
        (here && *fields.get(3)? == LISTEN).then_some(*fields.get(9)?)
    };
    table.lines().skip(1).filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    use super::{listening, must_be_free};

    #[test]
    fn the_kernels_table_is_understood() {
        let table = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F40 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000 0 4712 1 0 100 0 0 10 0
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 4713 1 0 100 0 0 10 0
";
        assert_eq!(listening(table, 8000), ["4711"]);
        assert_eq!(listening(table, 80), ["4713"]);
        assert!(listening(table, 1).is_empty());
    }

    #[test]
    fn a_port_in_use_is_said_with_its_holder() {
        let holder = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = holder.local_addr().unwrap();
        let sentence = must_be_free(address).unwrap_err().to_string();
        let own = format!("(process {})", std::process::id());
        assert!(sentence.contains(&own), "{sentence}");
        drop(holder);
        // A process that another test is just starting holds all descriptors for a moment.
        let deadline = Instant::now() + Duration::from_secs(10);
        while must_be_free(address).is_err() {
            assert!(Instant::now() < deadline, "{address} does not become free");
        }
    }

    #[test]
    fn an_address_of_another_machine_is_refused() {
        let sentence = must_be_free("192.0.2.1:0".parse().unwrap());
        assert!(sentence.is_err());
    }
}
