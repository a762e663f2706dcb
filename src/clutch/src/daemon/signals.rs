//! Signals that are the applications': those are told on a thread of its own, which may take its time.

use std::sync::mpsc::{self, SyncSender};
use std::thread;

use clutch_core::code;
use clutch_sys::signal::Signal;
use ffi_engine::host::Engine;

use super::log;

/// Most signals that wait to be told; more are dropped.
const WAITING: usize = 4;

/// The way to the applications.
pub(super) struct Messenger {
    engine: Engine,
    /// To the thread, once there was a signal.
    thread: Option<SyncSender<i32>>,
}

impl Messenger {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            thread: None,
        }
    }

    /// Has the applications told of `signal`.
    pub(super) fn tell(&mut self, signal: Signal) {
        if self.thread.is_none() {
            self.thread = start(self.engine);
        }
        if let Some(thread) = &self.thread {
            let _ = thread.try_send(signal.number()); // Of a burst, some are enough.
        }
    }
}

fn start(engine: Engine) -> Option<SyncSender<i32>> {
    let (sender, signals) = mpsc::sync_channel(WAITING);
    let work = move || signals.into_iter().for_each(|number| engine.signal(number));
    match thread::Builder::new()
        .name("wsgi-signals".into())
        .spawn(work)
    {
        Ok(_) => Some(sender),
        Err(error) => {
            let text = format!("applications are not told of a signal: {error}");
            log::fault(&code::SIGNALS_NOT_TOLD.says(text));
            None
        }
    }
}
