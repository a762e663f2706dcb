//! Who daemons are and what they can reach, seen from inside. Only root can make them somebody else.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};

use clutch_tests::support::daemons::{self, answering};
use clutch_tests::support::{Httpd, Plan, app, installation, process};

/// What a Python expression is in the daemons of the group `shop`.
fn is(httpd: &Httpd, expression: &str) -> String {
    httpd.get(&answering(expression)).ok().to_owned()
}

#[test]
fn a_daemon_is_the_user_and_the_group_of_its_options_and_cannot_go_back() {
    let name = "a_daemon_is_the_user_and_the_group_of_its_options_and_cannot_go_back";
    if !installation::is_root(name) {
        return;
    }
    let httpd =
        daemons::running("user=nobody group=daemon supplementary-groups=games,#4711").start();
    assert_eq!(is(&httpd, "os.getresuid()"), "(65534, 65534, 65534)");
    assert_eq!(is(&httpd, "os.getresgid()"), "(1, 1, 1)");
    assert_eq!(is(&httpd, "sorted(os.getgroups())"), "[1, 60, 4711]");
    let attempt = "import ctypes\nc = ctypes.CDLL(None)\nok()\n\
                   return [str((c.setuid(0), c.setgid(0), c.setgroups(0, None))).encode()]";
    assert_eq!(httpd.get(&app::target(attempt)).ok(), "(-1, -1, -1)");
    assert_eq!(
        is(
            &httpd,
            "[l for l in open('/proc/self/status') if 'CapEff' in l or 'CapPrm' in l]"
        ),
        "['CapPrm:\\t0000000000000000\\n', 'CapEff:\\t0000000000000000\\n']"
    );
}

#[test]
fn a_daemon_of_which_nothing_is_said_is_httpds_user_and_group() {
    let name = "a_daemon_of_which_nothing_is_said_is_httpds_user_and_group";
    if !installation::is_root(name) {
        return;
    }
    let httpd = daemons::running("").start();
    let account = installation::account();
    let found = is(&httpd, "__import__('pwd').getpwuid(os.getuid()).pw_name");
    assert_eq!(found, account);
    assert_eq!(
        is(&httpd, "__import__('grp').getgrgid(os.getgid()).gr_name"),
        account
    );
    assert_eq!(is(&httpd, "0 in os.getgroups()"), "False");
}

#[test]
fn umask_nice_value_home_and_limits_are_those_of_the_options() {
    let httpd = daemons::running(
        "umask=0027 cpu-priority=7 home=/usr/share cpu-time-limit=1000 shutdown-timeout=4 \
         memory-limit=8000000000 virtual-memory-limit=16000000000 display-name=%{GROUP} lang=C.UTF-8 locale=C.UTF-8",
    )
    .start();
    assert_eq!(is(&httpd, "oct(os.umask(0))"), "0o27");
    assert_eq!(is(&httpd, "os.getpriority(os.PRIO_PROCESS, 0)"), "7");
    assert_eq!(is(&httpd, "os.getcwd()"), "/usr/share");
    assert_eq!(is(&httpd, "sys.path[0]"), "/usr/share");
    let limit = |what: &str| is(&httpd, &format!("__import__('resource').getrlimit({what})"));
    assert_eq!(limit("0"), "(1000, 1005)");
    assert_eq!(limit("2"), "(8000000000, 8000000000)");
    assert_eq!(limit("9"), "(16000000000, 16000000000)");
    assert_eq!(
        is(&httpd, "(os.environ['LANG'], os.environ['LC_ALL'])"),
        "('C.UTF-8', 'C.UTF-8')"
    );
    let shown = is(
        &httpd,
        "open('/proc/self/cmdline').read().rstrip(chr(0)).strip()",
    );
    assert_eq!(shown, "(wsgi:shop)");
}

#[test]
fn the_locale_of_a_group_is_that_of_its_c_code_and_one_that_there_is_not_is_said() {
    let category =
        |name: &str| format!("__import__('locale').setlocale(__import__('locale').{name})");
    let httpd = daemons::running("locale=C.UTF-8").start();
    assert_eq!(is(&httpd, &category("LC_TIME")), "C.UTF-8");
    assert_eq!(is(&httpd, &category("LC_NUMERIC")), "C.UTF-8");
    let httpd = daemons::running("locale=xx_YY")
        .expects_log("WSGI0079")
        .start();
    assert_eq!(is(&httpd, &category("LC_TIME")), "C");
    assert_eq!(is(&httpd, "os.environ['LC_ALL']"), "xx_YY");
}

#[test]
fn a_daemon_that_begins_to_serve_says_who_it_is_at_level_info() {
    let httpd = daemons::running("threads=3")
        .config("LogLevel warn wsgi:info")
        .start();
    let who = is(
        &httpd,
        "'as user %d and group %d, with 3 threads and Python' % (os.getuid(), os.getgid())",
    );
    httpd.wait_for_log(who.trim_matches('\''));
}

#[test]
fn no_new_privileges_holds_where_it_is_asked_for() {
    let asked =
        "[line.split()[1] for line in open('/proc/self/status') if line.startswith('NoNewPrivs')]";
    for (option, holds) in [("no-new-privileges=On", "['1']"), ("threads=2", "['0']")] {
        let httpd = daemons::running(option).start();
        assert_eq!(is(&httpd, asked), holds, "{option}");
    }
}

#[test]
fn the_home_of_another_user_is_where_its_daemon_works() {
    let name = "the_home_of_another_user_is_where_its_daemon_works";
    if !installation::is_root(name) {
        return;
    }
    // Of these, `games` has a home that exists, and `nobody` has none.
    let httpd = daemons::running("user=games group=games")
        .environment("USER", "root")
        .environment("HOME", "/root")
        .start();
    assert_eq!(is(&httpd, "os.environ['HOME']"), "/usr/games");
    assert_eq!(is(&httpd, "os.environ['USER']"), "games");
    assert_eq!(is(&httpd, "os.getcwd()"), "/usr/games");
    let nobody = daemons::running("user=nobody").start();
    assert_eq!(is(&nobody, "os.environ['HOME']"), "/nonexistent");
    assert_eq!(is(&nobody, "os.getcwd()"), "/");
}

#[test]
fn root_and_accounts_that_there_are_not_are_refused_at_the_start_in_one_sentence() {
    let name = "root_and_accounts_that_there_are_not_are_refused_at_the_start_in_one_sentence";
    if !installation::is_root(name) {
        return;
    }
    for (options, said) in [
        ("user=root", "root"),
        ("user=#0", "0"),
        ("user=no-such-user", "no-such-user"),
        ("group=no-such-group", "no-such-group"),
        ("supplementary-groups=daemon,no-such-group", "no-such-group"),
        ("script-user=no-such-user", "no-such-user"),
        ("script-group=no-such-group", "no-such-group"),
        ("socket-user=no-such-user", "no-such-user"),
    ] {
        let refusal = Plan::new()
            .config(&format!("WSGIDaemonProcess shop {options}"))
            .check()
            .expect_err(options);
        assert!(
            refusal.contains("WSGIDaemonProcess") && refusal.contains(said),
            "{refusal}"
        );
    }
}

#[test]
fn httpd_that_runs_as_root_itself_gives_its_daemons_no_root() {
    let name = "httpd_that_runs_as_root_itself_gives_its_daemons_no_root";
    if !installation::is_root(name) {
        return;
    }
    // `User root` is a compile-time choice of httpd; a group that names nobody is then root's, and is refused.
    let refusal = Plan::new()
        .config("User root\nWSGIDaemonProcess shop")
        .check();
    assert!(refusal.is_err() || installation::account() != "root");
}

/// Two groups of different users, each with a secret file of mode 0600.
fn neighbours() -> Httpd {
    let httpd = daemons::running("user=games group=games")
        .config("WSGIDaemonProcess other user=news group=news")
        .config("<Location /other>\nWSGIProcessGroup other\n</Location>")
        .file("secret/key.pem", "the private key")
        .file("logs/requests", "")
        .config("CustomLog ${ROOT}/logs/requests brief")
        .start();
    let logs = httpd.root().join("logs");
    fs::set_permissions(logs, Permissions::from_mode(0o750)).unwrap();
    let secret = httpd.root().join("secret");
    fs::set_permissions(secret.join("key.pem"), Permissions::from_mode(0o600)).unwrap();
    let of_other = httpd.out("other");
    fs::write(&of_other, "the other's").unwrap();
    fs::set_permissions(&of_other, Permissions::from_mode(0o600)).unwrap();
    chown(&of_other, Some(9), Some(9)).unwrap();
    httpd
}

#[test]
fn a_daemon_opens_no_file_socket_or_process_of_another_user() {
    let name = "a_daemon_opens_no_file_socket_or_process_of_another_user";
    if !installation::is_root(name) {
        return;
    }
    let httpd = neighbours();
    let opened = |path: &str| {
        let statements = format!(
            "try:\n    text = open({path:?}, 'rb').read(9)\nexcept OSError as error:\n    text = type(error).__name__.encode()\nok()\nreturn [text]"
        );
        httpd.get(&app::target(&statements)).ok().to_owned()
    };
    let root = httpd.root().display();
    assert_eq!(opened(&format!("{root}/secret/key.pem")), "PermissionError");
    assert_eq!(opened(&format!("{root}/out/other")), "PermissionError");
    let supervisor = httpd.supervisor().unwrap();
    let other: u32 = httpd
        .get(&daemons::pid().replace('/', "/other"))
        .ok()
        .parse()
        .unwrap();
    for pid in [
        httpd.pid(),
        supervisor,
        other,
        *httpd.children().first().unwrap(),
    ] {
        for what in ["environ", "mem", "maps", "fd/3"] {
            assert_eq!(
                opened(&format!("/proc/{pid}/{what}")),
                "PermissionError",
                "{pid} {what}"
            );
        }
    }
    for socket in daemons::sockets(httpd.root()) {
        let statements = format!(
            "import socket\ns = socket.socket(socket.AF_UNIX)\ntry:\n    s.connect('{root}/run/{socket}')\n    text = b'connected'\n\
             except OSError as error:\n    text = type(error).__name__.encode()\nok()\nreturn [text]"
        );
        assert_eq!(
            httpd.get(&app::target(&statements)).ok(),
            "PermissionError",
            "{socket}"
        );
    }
    assert_eq!(opened(&format!("{root}/logs/requests")), "PermissionError");
}

/// What a descriptor of a daemon is for; `None` if nobody knows.
fn purpose(descriptor: &str) -> Option<&'static str> {
    let (number, target) = descriptor.split_once(' ').unwrap();
    Some(match (number, target) {
        ("0", "/dev/null") => "standard input: empty",
        ("1" | "2", log) if log.ends_with("error.log") => {
            "standard output and error: the log of the group's server"
        }
        ("3", socket) if socket.starts_with("socket:") => {
            "the supervisor's commands, and reports to it"
        }
        ("4", socket) if socket.starts_with("socket:") => {
            "the group's socket, where httpd's children connect"
        }
        (_, "anon_inode:[eventpoll]") => "waiting for requests",
        (_, "anon_inode:[eventfd]") => "telling threads to end, and the main one of wishes",
        (_, pipe) if pipe.starts_with("pipe:") => "signals that have come",
        (_, socket) if socket.starts_with("socket:") => "connections of httpd's children",
        (_, fd) if fd.starts_with("/proc/") && fd.ends_with("/fd") => "the listing of this test",
        (_, "/dev/urandom") => "Python's random numbers",
        _ => return None,
    })
}

#[test]
fn a_daemon_has_no_descriptor_but_those_that_it_needs() {
    // Listeners, logs of other servers, TLS keys: httpd has them open, and none is a daemon's.
    let httpd = daemons::running("")
        .file("secret/key.pem", "the private key")
        .config("<VirtualHost *:1>\nServerName other\nErrorLog ${ROOT}/other.log\n</VirtualHost>")
        .start();
    let listing = "chr(10).join(n + ' ' + os.readlink('/proc/self/fd/' + n) for n in os.listdir('/proc/self/fd') if os.path.islink('/proc/self/fd/' + n))";
    httpd.get(&daemons::pid()).ok();
    let found = is(&httpd, listing);
    let lines: Vec<&str> = found.lines().collect();
    let unknown: Vec<_> = lines
        .iter()
        .filter(|line| purpose(line).is_none())
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}\nof {lines:#?}");
    let sockets = lines.iter().filter(|line| line.contains("socket:")).count();
    assert!(sockets <= 4, "{lines:#?}");
    // None of the sockets is httpd's: no listener of TCP.
    let own: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once("socket:[")?.1.strip_suffix(']'))
        .collect();
    for table in ["/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        let inodes = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().nth(9));
        for inode in inodes {
            assert!(!own.contains(&inode), "{inode} in {table}");
        }
    }
    for pid in [httpd.daemon(), httpd.supervisor().unwrap()] {
        for word in ["mod_ssl", "apache2", "libhttpd", "mod_clutch"] {
            assert!(!process::maps(pid, word), "{word} is mapped in {pid}");
        }
    }
    assert!(!process::maps(httpd.supervisor().unwrap(), "libpython"));
}

#[test]
fn the_environment_of_a_daemon_is_httpds_with_the_words_of_its_user() {
    let httpd = daemons::running("")
        .environment("SECRET_OF_HTTPD", "1")
        .start();
    let names = is(&httpd, "sorted(os.environ)");
    for name in ["PATH", "SECRET_OF_HTTPD"] {
        assert!(names.contains(name), "{names}");
    }
    for name in ["CLUTCH", "NOTIFY", "LISTEN_FDS", "MALLOC"] {
        assert!(!names.contains(name), "{names}");
    }
}

#[test]
fn a_daemon_that_cannot_become_its_user_serves_nothing() {
    let name = "a_daemon_that_cannot_become_its_user_serves_nothing";
    if !installation::is_root(name) {
        return;
    }
    let httpd = daemons::running("chroot=/no/such/root connect-timeout=1")
        .expects_log("WSGI0003")
        .allows_log("of group 'shop'")
        .start();
    assert_eq!(httpd.get("/").status, 503);
}

#[test]
fn sockets_are_open_to_httpds_user_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let httpd = daemons::running("")
        .config("WSGIDaemonProcess other socket-user=daemon")
        .start();
    httpd.serving_pid();
    let run = httpd.root().join("run");
    let mut owners: Vec<u32> = Vec::new();
    for socket in daemons::sockets(httpd.root()) {
        let found = fs::symlink_metadata(run.join(&socket)).unwrap();
        assert_eq!(found.mode() & 0o777, 0o600, "{socket}");
        owners.push(found.uid());
    }
    if installation::is_root("sockets_are_open_to_httpds_user_alone") {
        assert!(owners.contains(&1) && !owners.contains(&0), "{owners:?}");
    }
}

#[test]
fn without_root_users_of_a_group_have_no_effect_and_one_line_says_so() {
    let name = "without_root_users_of_a_group_have_no_effect_and_one_line_says_so";
    let own = fs::metadata("/proc/self").unwrap();
    let own = std::os::unix::fs::MetadataExt::uid(&own);
    if own == 0 {
        return installation::skipped(name, "needs a user that is not root");
    }
    let httpd = daemons::running("user=nobody").start();
    assert_eq!(is(&httpd, "os.getuid()"), own.to_string());
    assert_eq!(
        httpd
            .log()
            .count("have no effect, because httpd was not started by root"),
        1
    );
}

#[test]
fn what_daemons_remember_is_open_to_their_user_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let name = "what_daemons_remember_is_open_to_their_user_alone";
    if !installation::is_root(name) {
        return;
    }
    let httpd = daemons::running("user=nobody").start();
    httpd.serving_pid();
    let found = fs::symlink_metadata(httpd.root().join("run/clutch-state-of-65534")).unwrap();
    assert_eq!((found.uid(), found.mode() & 0o777), (65534, 0o700));
    let httpds = httpd.root().join("run/clutch-state");
    assert_eq!(
        is(
            &httpd,
            &format!("os.access('{}', os.R_OK)", httpds.display())
        ),
        "False"
    );
}
