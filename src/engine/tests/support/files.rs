//! Scripts that change, and waiting for what comes of it.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Says its number and how many modules of its kind this interpreter has seen.
pub fn counting(number: u32) -> String {
    format!(
        "
import sys
sys.seen = getattr(sys, 'seen', 0) + 1
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'version {number}, seen %d' % sys.seen]
"
    )
}

/// Writes a file so that its time differs from what it was.
pub fn write(path: &Path, source: &str) {
    let before = fs::metadata(path).and_then(|found| found.modified()).ok();
    fs::write(path, source).unwrap();
    let now = fs::metadata(path).and_then(|found| found.modified()).ok();
    if before == now {
        let later = SystemTime::now() + Duration::from_millis(20);
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(later)
            .unwrap();
    }
}

/// Waits until `answer` gives what is wanted; the test fails when that takes too long.
pub fn until(wanted: &str, mut answer: impl FnMut() -> String) {
    let begun = Instant::now();
    loop {
        let last = answer();
        if last == wanted {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "still {last}");
        thread::sleep(Duration::from_millis(10));
    }
}
