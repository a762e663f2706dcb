//! The program that takes reports and shows them, mod_wsgi-telemetry. It comes from PyPI, so this runs only when it is asked for.

use std::env;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clutch_tests::support::{installation, python, wait};

use super::ask;
use super::telemetry::{place, reporting};

/// Most seconds that an answer of the program may take.
const ANSWER: &str = "5";

/// The program. It ends with this.
struct Program {
    child: Child,
    port: u16,
}

impl Program {
    /// Starts it, receiving at `socket`.
    fn start(executable: &Path, socket: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .unwrap()
            .port();
        let child = Command::new(executable)
            .args(["serve", "--socket-mode", "0666", "--http-port"])
            .arg(port.to_string())
            .arg("--listen")
            .arg(format!("unix:{}", socket.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut program = Self { child, port };
        wait::until_true("the program's first answer", || {
            let ended = program.child.try_wait().unwrap();
            assert!(ended.is_none(), "the program has ended: {ended:?}");
            program.state().contains("processes")
        });
        program
    }

    /// What it knows; empty if it does not answer.
    fn state(&self) -> String {
        let address = format!("http://127.0.0.1:{}/api/state", self.port);
        let answer = Command::new("curl")
            .args(["--silent", "--max-time", ANSWER, &address])
            .output();
        String::from_utf8_lossy(&answer.unwrap().stdout).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_program_mod_wsgi_telemetry_understands_the_reports() {
    let name = "the_program_mod_wsgi_telemetry_understands_the_reports";
    if env::var_os("CLUTCH_TELEMETRY_PROGRAM").is_none() {
        let why = "installs a package from PyPI; CLUTCH_TELEMETRY_PROGRAM=1 asks for it";
        return installation::skipped(name, why);
    }
    let Some(venv) = python::venv(name, &["mod_wsgi-telemetry"]) else {
        panic!("the package cannot be installed");
    };
    let place = place();
    let executable = venv.join("bin/mod_wsgi-telemetry");
    let program = Program::start(&executable, &place.path().join("t"));
    let httpd = reporting(&place, "WSGISlowRequests 0.2").start();
    for alias in ["/own", "/shop"] {
        ask(&httpd, alias, "__import__('time').sleep(0.5)");
    }
    wait::until_true("reports in the program", || {
        let state = program.state();
        let named = ["\"shop\"", "\"/own\"", "\"/shop\""];
        named.iter().all(|name| state.contains(name))
    });
    assert!(program.state().contains("\"decode_errors\": 0}"));
}
