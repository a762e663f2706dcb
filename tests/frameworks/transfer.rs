//! Bodies that no server should keep in memory: a download by `wsgi.file_wrapper`, uploads by length and in chunks.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use clutch_tests::support::client::as_chunk;
use clutch_tests::support::{Ending, Httpd, Plan, Request};

use super::checksum::Checksum;
use super::tour::noise;

const MIB: usize = 1024 * 1024;

/// By how much the memory of the child may grow while it passes on a hundred times as much. What grows is allocator
/// arenas and at most one mapped piece of a file (httpd maps 4 MiB at once).
const FLAT: u64 = 16 * 1024;

#[test]
fn a_download_of_200_mb_by_file_wrapper_is_exact_and_takes_no_memory() {
    download("");
}

#[test]
fn a_download_of_200_mb_by_sendfile_is_exact_and_takes_no_memory() {
    download("WSGIEnableSendfile On\nEnableSendfile On");
}

#[test]
fn an_upload_of_100_mb_arrives_exact_and_takes_no_memory() {
    upload(&("Content-Length", &(100 * MIB).to_string()), |block| {
        block.to_vec()
    });
}

#[test]
fn a_chunked_upload_of_100_mb_arrives_exact_and_takes_no_memory() {
    upload(&("Transfer-Encoding", "chunked"), as_chunk);
}

/// Receives a file of 200 MB that has no two equal blocks.
fn download(config: &str) {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = directory.path().join("large");
    let mut file = File::create(&path).unwrap();
    let blocks = 200;
    (0..blocks).for_each(|number| file.write_all(&block(number)).unwrap());
    let httpd = serve(config).environment("TRANSFER_FILE", path.to_str().unwrap());
    let httpd = httpd.start();

    let child = warm(&httpd);
    let before = peak(child);
    let mut connection = httpd.connect();
    connection.send(Request::get("/download").bytes());
    let head = connection.head();
    assert_eq!(head.status, 200, "{head:?}");
    assert_eq!(
        head.header("Content-Length"),
        Some((blocks * MIB).to_string())
    );
    for number in 0..blocks {
        // Not assert_eq: it would print both megabytes.
        assert!(connection.exactly(MIB) == block(number), "MiB {number}");
    }
    assert!(connection.is_closed(), "more came than was promised");
    assert_flat(child, before);
}

/// Sends 100 MB in blocks that `framed` puts on the wire, and compares the checksum that the application answers.
fn upload(framing: &(&str, &str), framed: impl Fn(&[u8]) -> Vec<u8>) {
    let httpd = serve("WSGIChunkedRequest On").start();
    let child = warm(&httpd);
    let before = peak(child);
    let mut connection = httpd.connect();
    let request = Request::new("POST", "/upload").header(framing.0, framing.1);
    connection.send(request.head_bytes());
    let mut checksum = Checksum::new();
    for number in 0..100 {
        let block = block(number);
        connection.send(framed(&block));
        checksum.add(&block);
    }
    if framing.1 == "chunked" {
        connection.send(b"0\r\n\r\n");
    }
    let response = connection.response_to("POST");
    assert_eq!(response.ending, Ending::Complete);
    assert_eq!(response.ok(), checksum.hex());
    assert_flat(child, before);
}

fn serve(config: &str) -> Plan {
    Httpd::serving(include_str!("apps/transfer.wsgi"))
        .environment("TRANSFER_FILE", "")
        .config(config)
}

/// Passes something small through everything that will be measured; the process id of the child.
fn warm(httpd: &Httpd) -> u32 {
    httpd.send(&Request::post("/upload", noise(MIB))).ok();
    httpd.get("/").ok().parse().expect("it is a process id")
}

/// A MiB that is different for every number.
fn block(number: usize) -> Vec<u8> {
    thread_local!(static NOISE: Vec<u8> = noise(MIB));
    let mut block = NOISE.with(Clone::clone);
    let tag = u8::try_from(number).expect("fewer than 256 blocks");
    block.iter_mut().for_each(|byte| *byte ^= tag);
    block
}

/// The most memory that the process ever had resident, in KiB.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.expect("the process has memory").trim();
    number.trim_end_matches(" kB").parse().unwrap()
}

fn assert_flat(child: u32, before: u64) {
    let after = peak(child);
    assert!(
        after - before < FLAT,
        "the child's memory grew from {before} KiB to {after} KiB"
    );
}
