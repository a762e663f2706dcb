//! Why a process has ended, in words.

use clutch_sys::process::Ended;

/// Why a process has ended, in words: how, and what it had `said`. `killed`: by this supervisor, because it had not ended.
pub(super) fn reason(ended: Ended, said: Option<&str>, killed: bool) -> String {
    let how = match ended {
        Ended::Signal {
            number: libc::SIGKILL,
            ..
        } if killed => "it did not end in time, and was ended by SIGKILL".to_owned(),
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

#[cfg(test)]
mod tests {
    use clutch_sys::process::Ended;

    use super::reason;

    #[test]
    fn who_was_killed_because_its_time_was_over_is_not_told_as_short_of_memory() {
        let killed = Ended::Signal {
            number: libc::SIGKILL,
            core: false,
        };
        let ours = reason(killed, Some("script_reload"), true);
        assert_eq!(
            ours,
            "script_reload (it did not end in time, and was ended by SIGKILL)"
        );
        assert!(reason(killed, None, false).contains("memory is short"));
        let other = Ended::Signal {
            number: libc::SIGSEGV,
            core: false,
        };
        assert!(reason(other, None, true).contains("SIGSEGV"));
    }
}
