//! httpd's scoreboard, which a daemon cannot see: it asks httpd's children, if its group may know (`server-metrics=On`).

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::OnceLock;
use std::time::Duration;

use clutch_core::log::Level;
use clutch_core::scoreboard::MOST_BYTES;
use clutch_sys::lock::Mutex;
use clutch_sys::question;

use super::log;

/// How long an answer is waited for. There is none while no child of httpd's runs.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where to ask, and how many questions there have been; `None` if this daemon may not.
static ASKING: OnceLock<Option<Mutex<(OwnedFd, u32)>>> = OnceLock::new();

/// Questions go there. To be called once.
pub(super) fn ask_at(socket: Option<OwnedFd>) {
    ASKING.get_or_init(|| socket.map(|socket| Mutex::new((socket, 0))));
}

/// The scoreboard as bytes, if this daemon may see it and somebody answers.
pub(super) fn bytes() -> Option<Vec<u8>> {
    let mut asking = ASKING.get()?.as_ref()?.lock();
    let (socket, number) = &mut *asking;
    *number = number.wrapping_add(1);
    match question::ask(socket.as_fd(), *number, PATIENCE, MOST_BYTES) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            log::say(
                Level::Info,
                &format!("httpd's scoreboard is not to be had: {error}"),
            );
            None
        }
    }
}
