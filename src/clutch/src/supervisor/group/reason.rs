//! Why a process has ended, in words.

use clutch_sys::process::Ended;

/// Why a process has ended, in words.
pub(super) fn reason(ended: Ended, said: Option<&str>) -> String {
    let how = match ended {
        Ended::Exit(0) => "it ended by itself".to_owned(),
        Ended::Exit(status) => format!("it ended with status {status}"),
        Ended::Signal { number, core } => {
            let core = if core { ", with a core file" } else { "" };
            format!(
                "it was ended by signal {number} ({}){core}",
                signal_name(number)
            )
        }
    };
    match said {
        Some(said) => format!("{said} ({how})"),
        None => how,
    }
}

fn signal_name(number: i32) -> &'static str {
    match number {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL; the kernel sends it, too, when memory is short",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGTERM => "SIGTERM",
        libc::SIGXCPU => "SIGXCPU: cpu-time-limit",
        libc::SIGSYS => "SIGSYS",
        _ => "a signal",
    }
}
