//! httpd's scoreboard, where its processes tell each other what they do.

use std::ffi::{c_char, c_int};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use clutch_core::scoreboard::{Process, Scoreboard, Worker};
use ffi_httpd::{global_score, process_score, worker_score};

/// Place for the copy of a thread's entry: a later httpd may append to it.
#[repr(C)]
struct Place {
    entry: worker_score,
    _spare: [u64; 128],
}

/// The scoreboard as it is now; `None` if there is none. Other processes write to it meanwhile, so that an entry may be of two
/// moments.
pub fn read() -> Option<Scoreboard> {
    // SAFETY: no preconditions.
    if unsafe { ffi_httpd::ap_exists_scoreboard_image() } == 0 {
        return None;
    }
    // SAFETY: there is a scoreboard.
    let global = NonNull::new(unsafe { ffi_httpd::ap_get_scoreboard_global() })?;
    // SAFETY: in the scoreboard, which stays; the parent may write meanwhile.
    let global: global_score = unsafe { global.as_ptr().read_volatile() };
    let (processes, threads) = (global.server_limit, global.thread_limit);
    Some(Scoreboard {
        server_limit: processes.max(0).unsigned_abs(),
        thread_limit: threads.max(0).unsigned_abs(),
        generation: global.running_generation.into(),
        restart_time: global.restart_time,
        processes: (0..processes)
            .map(|number| process(number, threads))
            .collect(),
    })
}

/// The entry of a process with its threads.
fn process(number: c_int, threads: c_int) -> Process {
    // SAFETY: there is a scoreboard, with place for so many processes.
    let Some(entry) = NonNull::new(unsafe { ffi_httpd::ap_get_scoreboard_process(number) }) else {
        return Process::default();
    };
    // SAFETY: in the scoreboard, which stays; the parent may write meanwhile.
    let entry: process_score = unsafe { entry.as_ptr().read_volatile() };
    Process {
        pid: entry.pid.max(0).unsigned_abs(),
        generation: entry.generation.into(),
        quiescing: entry.quiescing != 0,
        workers: (0..threads).map(|thread| worker(number, thread)).collect(),
    }
}

/// The entry of a thread.
fn worker(process: c_int, thread: c_int) -> Worker {
    let mut place = MaybeUninit::<Place>::zeroed();
    // SAFETY: there is a scoreboard, with this entry; the place has room for more than any httpd 2.4 copies.
    unsafe {
        ffi_httpd::ap_copy_scoreboard_worker(
            place.as_mut_ptr().cast::<worker_score>(),
            process,
            thread,
        );
    }
    // SAFETY: numbers and characters, for which all bytes are valid.
    let Place { entry, .. } = unsafe { place.assume_init_ref() };
    let client = match text(&entry.client64) {
        short if short.is_empty() => text(&entry.client),
        whole => whole,
    };
    Worker {
        thread_num: entry.thread_num.max(0).unsigned_abs(),
        generation: entry.generation.into(),
        status: entry.status,
        access_count: entry.access_count,
        bytes_served: u64::try_from(entry.bytes_served).unwrap_or(0),
        start_time: entry.start_time,
        stop_time: entry.stop_time,
        last_used: entry.last_used,
        client,
        request: text(&entry.request),
        vhost: text(&entry.vhost),
    }
}

/// What stands before the first NUL, if there is one.
fn text(characters: &[c_char]) -> Vec<u8> {
    let bytes = characters.iter().map(|character| character.cast_unsigned());
    bytes.take_while(|&byte| byte != 0).collect()
}
