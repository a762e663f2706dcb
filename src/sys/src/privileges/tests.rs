//! Privileges are given up in copies of the test program, and looked for afterwards.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use super::*;
use crate::account::Account;
use crate::in_child::{in_child, in_child_as_root};

const NOBODY: u32 = 65534;

fn identity(groups: &[u32]) -> Identity {
    Identity {
        uid: NOBODY,
        gid: NOBODY - 1,
        groups: Groups::Exactly(groups.to_vec()),
    }
}

/// A line of the calling thread's status.
fn status(name: &str) -> String {
    let all = fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = all
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn identity_now() -> [String; 3] {
    ["Uid:", "Gid:", "Groups:"].map(status)
}

#[test]
fn a_process_becomes_a_user_with_exactly_the_groups_named_and_stays_that() {
    in_child_as_root("becoming a user", || {
        become_user(&identity(&[7, 9])).unwrap();
        let [user, group] = [NOBODY, NOBODY - 1].map(|id| [id.to_string().as_str(); 4].join(" "));
        assert_eq!(identity_now(), [user, group, "7 9".to_owned()]);
        for privileged in ["CapEff:", "CapPrm:"] {
            assert_eq!(status(privileged), "0000000000000000");
        }
        assert_eq!(
            File::open("/etc/shadow").unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
        // SAFETY: takes a number.
        assert_eq!(unsafe { libc::seteuid(0) }, -1);
    });
}

#[test]
fn all_threads_of_a_process_become_the_user() {
    in_child_as_root("becoming a user in all threads", || {
        let (ask, asked) = mpsc::channel();
        let other = thread::spawn(move || {
            asked.recv().unwrap();
            identity_now()
        });
        become_user(&identity(&[])).unwrap();
        ask.send(()).unwrap();
        assert_eq!(other.join().unwrap(), identity_now());
        assert!(identity_now()[0].starts_with("65534 65534"));
    });
}

#[test]
fn the_groups_of_a_user_are_those_of_the_database() {
    in_child_as_root("taking a user's groups", || {
        let account = Account::named("nobody").unwrap().unwrap();
        let wanted = Identity {
            uid: account.uid,
            gid: account.gid,
            groups: Groups::OfUser(c"nobody".to_owned()),
        };
        become_user(&wanted).unwrap();
        let expected: Vec<_> = account.groups().iter().map(u32::to_string).collect();
        assert_eq!(status("Groups:"), expected.join(" "));
    });
}

#[test]
fn a_process_that_could_become_root_again_is_an_error() {
    in_child_as_root("keeping capabilities on purpose", || {
        const NO_SETUID_FIXUP: libc::c_ulong = 1 << 2; // capabilities outlive the change of the user
        // SAFETY: takes a number.
        done(unsafe { libc::prctl(libc::PR_SET_SECUREBITS, NO_SETUID_FIXUP) }).unwrap();
        let error = become_user(&identity(&[])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(
            error.to_string(),
            "setuid(65534): the process can become root again"
        );
    });
}

#[test]
fn who_is_not_root_is_told_which_call_failed() {
    in_child_as_root("being nobody", || {
        become_user(&identity(&[])).unwrap();
        let refused = |groups| {
            let wanted = Identity {
                groups,
                ..identity(&[])
            };
            become_user(&wanted).unwrap_err().to_string()
        };
        assert_eq!(
            refused(Groups::Exactly(vec![1, 2])),
            "setgroups([1, 2]): Operation not permitted"
        );
        assert_eq!(
            refused(Groups::OfUser(c"root".to_owned())),
            "initgroups(root, 65533): Operation not permitted"
        );
        let error = set_priority(-5).unwrap_err();
        assert_eq!(error.to_string(), "setpriority(-5): Permission denied");
        let error = change_root(Path::new("/tmp")).unwrap_err();
        assert_eq!(error.to_string(), "chroot(/tmp): Operation not permitted");
    });
}

#[test]
fn umask_priority_and_no_new_privileges_hold() {
    in_child(|| {
        set_umask(0o027);
        assert_eq!(set_umask(0o077), 0o027);
        set_priority(7).unwrap();
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), 7);
        assert_eq!(status("NoNewPrivs:"), "0");
        no_new_privileges().unwrap();
        assert_eq!(status("NoNewPrivs:"), "1");
    });
}

#[test]
fn a_changed_root_is_all_that_is_seen() {
    let name = format!("clutch-sys-{}-root", std::process::id());
    let directory = std::env::temp_dir().join(name);
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("seen"), "").unwrap();
    in_child_as_root("changing the root directory", || {
        change_root(&directory).unwrap();
        for place in [".", "/", "/.."] {
            let seen = fs::read_dir(place).unwrap().flatten();
            let seen: Vec<_> = seen.map(|entry| entry.file_name()).collect();
            assert_eq!(seen, ["seen"]);
        }
        assert!(!Path::new("/proc").exists());
    });
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn the_signal_at_the_parents_end_is_asked_for_after_the_change_of_user() {
    in_child_as_root("the parent's death signal of another user", || {
        let asked = || rustix::process::parent_process_death_signal().unwrap();
        parent_death_signal(Signal::Terminate).unwrap();
        assert!(asked().is_some());
        become_user(&identity(&[])).unwrap();
        assert!(asked().is_none(), "the kernel forgets it");
        parent_death_signal(Signal::Terminate).unwrap();
        assert!(asked().is_some());
    });
}
