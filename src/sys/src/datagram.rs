//! Sending to a Unix datagram socket that somebody else has, or has not.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::net::{
    AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, sendto, socket_with,
};

use crate::failed;
use crate::socket::address;

/// The way to a socket. There need not be one yet; whoever makes it anew gets what is sent from then on.
#[derive(Debug)]
pub struct Datagrams {
    socket: OwnedFd,
    to: SocketAddrUnix,
}

impl Datagrams {
    /// The way to the socket at `path`.
    ///
    /// # Errors
    ///
    /// The path is too long for a socket, or there is no descriptor left.
    pub fn to(path: &Path) -> io::Result<Self> {
        let to = address(path)?;
        let (family, kind) = (AddressFamily::UNIX, SocketType::DGRAM);
        let socket = socket_with(family, kind, SocketFlags::CLOEXEC, None)
            .map_err(|error| failed("socket(SOCK_DGRAM)", error))?;
        Ok(Self { socket, to })
    }

    /// Sends `bytes` as one datagram. Never waits.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if the receiver has no room; `NotFound` and `ConnectionRefused` if there is none; what sendto(2) says.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        sendto(&self.socket, bytes, flags, &self.to)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::os::unix::net::UnixDatagram;
    use std::{env, fs, process};

    use super::Datagrams;

    #[test]
    fn datagrams_arrive_when_there_is_a_receiver_and_never_wait_for_one() {
        let path = env::temp_dir().join(format!("clutch-datagrams-{}", process::id()));
        let way = Datagrams::to(&path).unwrap();
        assert_eq!(way.send(b"x").unwrap_err().kind(), ErrorKind::NotFound);
        for _ in 0..2 {
            let receiver = UnixDatagram::bind(&path).unwrap();
            way.send(b"hello").unwrap();
            let mut room = [0; 9];
            assert_eq!(receiver.recv(&mut room).unwrap(), 5);
            let full = (0..10_000).find_map(|_| way.send(b"x").err());
            assert_eq!(full.unwrap().kind(), ErrorKind::WouldBlock);
            drop(receiver);
            let gone = way.send(b"x").unwrap_err().kind();
            assert_eq!(gone, ErrorKind::ConnectionRefused);
            fs::remove_file(&path).unwrap();
        }
        let long = Datagrams::to(&env::temp_dir().join("x".repeat(200)));
        assert!(long.is_err());
    }
}
