//! A process that runs scripts and serves nobody. Without the test harness, which would keep the first thread for itself.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that is a program"
)]

#[allow(dead_code, reason = "there are no requests")]
mod support;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::{Duration, Instant};

use ffi_engine::Slice;
use ffi_engine::abi::Preload;
use support::{be_a_daemon, engine, server_log};

const SCRIPT: &str = "
import atexit, signal, threading, time
def note(text):
    with open({path:?}, 'a') as file:
        file.write(text + '\\n')
atexit.register(note, 'exit')
note(repr((threading.current_thread() is threading.main_thread(), callable(signal.getsignal(signal.SIGTERM)))))
try:
    signal.signal(signal.SIGUSR1, lambda *_: note('handled'))
    signal.raise_signal(signal.SIGUSR1)
    threading.Thread(target=lambda: (time.sleep(0.1), note('thread'))).start()
    {wait}
except SystemExit as exit:
    note(f'SystemExit({exit.code})')
    raise
";

fn main() {
    // As the test harness does it: a list of no tests, or a filter that leaves out ours.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|one| one == "--list") {
        return println!("a_service_runs_on_the_first_thread_and_ends_by_sigterm: test");
    }
    be_a_daemon(true);
    let path = std::env::temp_dir().join(format!("clutch-service-{}", std::process::id()));
    let waits = ["pass", "time.sleep(60)", "while True: pass"];
    let scripts = waits.map(|wait| {
        let file = path.with_extension(format!("{}.py", wait.len()));
        let source = SCRIPT
            .replace("{path:?}", &format!("{path:?}"))
            .replace("{wait}", wait);
        fs::write(&file, source).unwrap();
        file
    });
    let preload = |number: usize| Preload {
        group: Slice::new(b""),
        script: Slice::new(scripts[number].as_os_str().as_bytes()),
    };
    let engine = engine();
    engine.preload(&[preload(0)]);
    let begun = Instant::now();
    for number in [1, 2] {
        let kill = format!("sleep 0.5; kill -TERM {}", std::process::id());
        let mut killer = Command::new("sh").args(["-c", &kill]).spawn().unwrap();
        engine.preload(&[preload(number), preload(0)]); // The last one does not run any more.
        killer.wait().unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(30));
    engine.stop(5000, "");
    let told = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    scripts
        .iter()
        .for_each(|file| fs::remove_file(file).unwrap());
    let run = "(True, True)\nhandled\n";
    let expected = format!(
        "{run}thread\n{run}thread\nSystemExit(None)\n{run}thread\nSystemExit(None)\nexit\nexit\nexit\n"
    );
    assert_eq!(told, expected, "{:?}", server_log());
    let log = server_log().join("\n");
    assert!(!log.contains("SystemExit"), "{log}");
    println!("test result: ok. 1 passed; 0 failed");
}
