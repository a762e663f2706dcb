//! SHA-256 by `sha256sum`, which every machine has.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

/// A checksum in the making.
pub(super) struct Checksum(Child);

impl Checksum {
    /// The checksum of nothing yet.
    pub(super) fn new() -> Self {
        let mut command = Command::new("sha256sum");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Self(command.spawn().expect("sha256sum runs"))
    }

    /// Adds bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let input = self.0.stdin.as_mut().expect("it was piped");
        input.write_all(bytes).expect("sha256sum takes it");
    }

    /// The checksum of all bytes, in hexadecimal digits.
    pub(super) fn hex(mut self) -> String {
        drop(self.0.stdin.take());
        let output = self.0.wait_with_output().expect("sha256sum ends");
        let text = String::from_utf8(output.stdout).expect("sha256sum prints text");
        text.split(' ').next().unwrap_or_default().to_owned()
    }
}

/// The checksum of `bytes`, in hexadecimal digits.
pub(super) fn of(bytes: &[u8]) -> String {
    let mut checksum = Checksum::new();
    checksum.add(bytes);
    checksum.hex()
}

#[test]
fn a_checksum_is_sha_256() {
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(of(b"abc"), known);
}
