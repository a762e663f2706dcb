//! curl, where a test needs HTTP/2 or TLS.

use std::process::Command;

use super::installation;

/// What curl made of a request.
#[derive(Debug)]
pub struct Outcome {
    /// curl's exit code; 0 for a complete response.
    pub code: i32,
    /// The response body, as far as it came.
    pub body: Vec<u8>,
    /// The last response's status line and headers.
    pub head: String,
}

/// Runs curl with these arguments; `None`, with a line on the terminal, if it is missing or has no HTTP/2.
pub fn run(test: &str, arguments: &[&str]) -> Option<Outcome> {
    let version = Command::new("curl").arg("--version").output();
    if !version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("HTTP2")) {
        installation::skipped(test, "no curl with HTTP/2 here");
        return None;
    }
    let head = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new("curl")
        .args([
            "--silent",
            "--insecure",
            "--max-time",
            "60",
            "--dump-header",
        ])
        .arg(head.path())
        .args(arguments)
        .output()
        .unwrap();
    Some(Outcome {
        code: output.status.code().unwrap_or(-1),
        body: output.stdout,
        head: std::fs::read_to_string(head.path()).unwrap(),
    })
}
