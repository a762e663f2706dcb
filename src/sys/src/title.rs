//! The name under which `ps` and `top` show a process.

use std::fs;
use std::io;
use std::ops::Range;
use std::ptr;

use crate::failed;

/// Shows this process as `name`: its first 15 bytes where the short name stands (`top`, `ps -e`, `pgrep`), and as much as
/// there is place for where the arguments stand (`ps -f`, `/proc/PID/cmdline`). Says how many bytes the latter show.
///
/// To be called at the start of a program: the arguments' memory is written to only as long as the process has one thread,
/// else their part stays as it is and 0 is the answer. There is as much place as the arguments took that the program was
/// started with. What std says of the program's arguments afterwards is pieces of the name.
///
/// # Errors
///
/// `InvalidInput` for a name with a NUL; else the failed call and its reason.
pub fn name_process(name: &[u8]) -> io::Result<usize> {
    let short = std::ffi::CString::new(&name[..name.len().min(15)])?;
    if name.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    rustix::thread::set_name(&short).map_err(|error| failed("prctl(PR_SET_NAME)", error))?;
    let about = fs::read_to_string("/proc/self/stat")?;
    let mapped = fs::read_to_string("/proc/self/maps")?;
    Ok(arguments(&about, &mapped).map_or(0, |place| write(name, place)))
}

/// Where the kernel has put this process's arguments. `None` if it does not say so, if that memory is not mapped for writing
/// any more, or if there are other threads.
///
/// `about` is `/proc/self/stat`, `mapped` is `/proc/self/maps`.
fn arguments(about: &str, mapped: &str) -> Option<Range<usize>> {
    let (_, fields) = about.rsplit_once(')')?; // the second field, a name, may hold anything
    let number = |field: usize| {
        fields
            .split_whitespace()
            .nth(field - 3)?
            .parse::<usize>()
            .ok()
    };
    let (threads, place) = (number(20)?, number(48)?..number(49)?);
    let covers = |line: &str| {
        let (from, rest) = line.split_once('-')?;
        let (to, rest) = rest.split_once(' ')?;
        let range = usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?;
        let is_inside = range.start <= place.start && place.end <= range.end;
        (is_inside && rest.starts_with("rw")).then_some(())
    };
    let is_ours = threads == 1 && place.start != 0 && !place.is_empty();
    (is_ours && mapped.lines().any(|line| covers(line).is_some())).then_some(place)
}

/// Writes as much of `name` as `place` has room for, and zeroes after it: the last byte stays the end of a text, as those
/// need that look at the arguments one by one.
fn write(name: &[u8], place: Range<usize>) -> usize {
    let length = name.len().min(place.len() - 1);
    let start = ptr::with_exposed_provenance_mut::<u8>(place.start);
    // SAFETY: the kernel has made this memory for the arguments, at the bottom of the first thread's stack, and it is mapped
    // for writing (`arguments` has looked). There is no other thread that could read it meanwhile. std copies arguments at
    // each question and keeps no reference; the C library keeps pointers to texts, which still end within the place.
    unsafe { ptr::copy_nonoverlapping(name.as_ptr(), start, length) };
    // SAFETY: within the same place.
    let rest = unsafe { start.add(length) };
    // SAFETY: as above; the rest of the place.
    unsafe { ptr::write_bytes(rest, 0, place.len() - length) };
    length
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::{arguments, name_process};
    use crate::in_child::in_child;

    fn command_line() -> Vec<u8> {
        fs::read("/proc/self/cmdline").unwrap()
    }

    #[test]
    fn a_process_is_shown_under_its_name() {
        in_child(|| {
            let place = command_line().len();
            let name = &b"(wsgi:a-shop-of-books)"[..22.min(place - 1)];
            assert_eq!(name_process(name).unwrap(), name.len());
            let short = fs::read("/proc/self/comm").unwrap();
            assert_eq!(short.trim_ascii_end(), &name[..15]);
            let shown = command_line();
            assert_eq!((&shown[..name.len()], shown.len()), (name, place));
            assert!(shown[name.len()..].iter().all(|byte| *byte == 0));
            let first = std::env::args().next().unwrap();
            assert_eq!(first.as_bytes(), name, "arguments are still texts");
            let own = std::process::id().to_string();
            if let Ok(ps) = Command::new("ps")
                .args(["-o", "args=", "-p", &own])
                .output()
            {
                assert_eq!(ps.stdout.trim_ascii_end(), name);
            }
        });
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_and_a_shorter_one_later_is_whole() {
        in_child(|| {
            let place = command_line().len();
            let long = vec![b'x'; place + 100];
            assert_eq!(name_process(&long).unwrap(), place - 1);
            assert_eq!(command_line(), [vec![b'x'; place - 1], vec![0]].concat());
            assert_eq!(name_process(b"y").unwrap(), 1);
            assert!(command_line().starts_with(b"y\0\0"));
            assert!(name_process(b"a nul far behind\0").is_err());
        });
    }

    #[test]
    fn arguments_that_another_thread_could_read_are_not_written_to() {
        in_child(|| {
            let before = command_line();
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let other = std::thread::spawn(move || stopped.recv());
            assert_eq!(name_process(b"short name").unwrap(), 0);
            assert_eq!(command_line(), before);
            assert_eq!(
                fs::read_to_string("/proc/self/comm").unwrap(),
                "short name\n"
            );
            drop(stop);
            let _ = other.join();
        });
    }

    #[test]
    fn arguments_stand_only_where_the_kernel_says_and_where_one_may_write() {
        let about = |threads: u32, from: u32, to: u32| {
            let zeroes = |count| "0 ".repeat(count);
            format!(
                "1 (a) b (c) S {}{threads} {}{from} {to} 0 0",
                zeroes(16),
                zeroes(27)
            )
        };
        let mapped = "1000-2000 r-xp 0 0 0 f\n7000-9000 rw-p 0 0 0 [stack]\n";
        let place = |about: String| arguments(&about, mapped);
        assert_eq!(place(about(1, 0x7100, 0x7200)), Some(0x7100..0x7200));
        assert_eq!(place(about(2, 0x7100, 0x7200)), None, "another thread");
        assert_eq!(
            place(about(1, 0x1100, 0x1200)),
            None,
            "not to be written to"
        );
        assert_eq!(
            place(about(1, 0x8f00, 0x9001)),
            None,
            "not all of it mapped"
        );
        assert_eq!(place(about(1, 0, 0)), None, "not told");
        assert_eq!(place(about(1, 0x7200, 0x7100)), None);
        assert_eq!(place("1 (x) S".to_owned()), None);
    }
}
