//! Whether httpd answers: asked in a way that no application notices.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long one question may take. httpd answers within a millisecond once it serves.
const PATIENCE: Duration = Duration::from_millis(250);

/// Asked of httpd itself, as no application has the path `*`.
const QUESTION: &[u8] = b"OPTIONS * HTTP/1.0\r\n\r\n";

/// Whether the httpd that listens on `address` answers. Waits [`PATIENCE`] at most for each step.
pub(crate) fn answers(address: SocketAddr) -> bool {
    ask(reachable(address)).is_some_and(|answer| &answer == b"HTTP/1")
}

fn ask(address: SocketAddr) -> Option<[u8; 6]> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(QUESTION).ok()?;
    let mut answer = [0; 6];
    stream.read_exact(&mut answer).ok()?;
    Some(answer)
}

/// An address that reaches a server that listens on `address`: this machine's own for "all addresses".
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let host = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    SocketAddr::new(host, address.port())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::{answers, reachable};

    #[test]
    fn all_addresses_are_reached_through_this_machines_own() {
        for (listens, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.1:80", "10.0.0.1:80"),
        ] {
            assert_eq!(
                reachable(listens.parse().unwrap()),
                reached.parse().unwrap()
            );
        }
    }

    #[test]
    fn only_a_server_that_answers_counts() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        assert!(!answers(address), "it listens, but does not answer");
        let serving = thread::spawn(move || {
            for _ in 0..2 {
                let (mut client, _) = server.accept().unwrap(); // the first one has given up
                let mut question = [0; 9];
                client.read_exact(&mut question).unwrap();
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            }
        });
        assert!(answers(address));
        serving.join().unwrap();
        assert!(!answers(address), "it is gone");
    }
}
