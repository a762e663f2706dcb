//! What daemons and httpd do about groups that there are not, scripts of others, and peers that speak no protocol.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use clutch_tests::support::daemons;
use clutch_tests::support::error_log::ErrorLog;
use clutch_tests::support::{Httpd, Plan, Request, app, installation, python};

#[test]
fn a_process_group_that_there_is_not_is_500_with_a_sentence_that_names_it() {
    let httpd = daemons::running("")
        .config("<Location /wiki>\nWSGIProcessGroup wiki\n</Location>")
        .expects_log("WSGI0151")
        .start();
    assert_eq!(httpd.get("/wiki").status, 500);
    let line = httpd.wait_for_log("WSGI0151");
    assert!(line.contains("'wiki'"), "{line}");
    httpd.serving_pid();
}

#[test]
fn a_process_group_that_there_is_not_is_refused_at_the_start_where_it_can_be_seen_then() {
    let refusal = Plan::new()
        .script("app.wsgi", app::RUNNING)
        .config("WSGIDaemonProcess shop")
        .config("WSGIScriptAlias / ${APP}/app.wsgi process-group=wiki application-group=%{GLOBAL}")
        .check()
        .unwrap_err();
    assert!(refusal.contains("'wiki'"), "{refusal}");
}

#[test]
fn wsgi_restrict_process_keeps_requests_out_of_other_groups() {
    let httpd = daemons::running("")
        .config("WSGIDaemonProcess wiki\nWSGIRestrictProcess wiki")
        .config("<Location /wiki>\nWSGIProcessGroup wiki\n</Location>")
        .expects_log("WSGI0149")
        .start();
    assert_eq!(httpd.get("/").status, 500);
    let line = httpd.wait_for_log("WSGI0149");
    assert!(line.contains("'shop'"), "{line}");
    assert_eq!(httpd.get(&daemons::pid().replace('/', "/wiki")).status, 200);
}

#[test]
fn a_group_of_a_virtual_host_serves_that_server_name_alone() {
    let httpd = Httpd::serving(app::RUNNING)
        .config("WSGIRestrictEmbedded On\nWSGIApplicationGroup %{GLOBAL}\nWSGIProcessGroup shop")
        .config("<VirtualHost *:${PORT}>\nServerName shop.example\nWSGIDaemonProcess shop\n</VirtualHost>")
        .config("<VirtualHost *:${PORT}>\nServerName wiki.example\n</VirtualHost>")
        .expects_log("WSGI0152")
        .start();
    let ask = |host: &str| httpd.send(&Request::get(&daemons::pid()).header("Host", host));
    ask("shop.example").ok();
    assert_eq!(ask("wiki.example").status, 500);
    let line = httpd.wait_for_log("WSGI0152");
    assert!(line.contains("'shop'"), "{line}");
}

#[test]
fn lines_of_a_virtual_hosts_daemons_go_to_its_own_log() {
    let httpd = Httpd::serving(app::RUNNING)
        .config("WSGIRestrictEmbedded On\nWSGIApplicationGroup %{GLOBAL}\nWSGIProcessGroup shop")
        .config(
            "<VirtualHost *:${PORT}>\nServerName shop.example\nErrorLog ${ROOT}/shop.log\n\
             WSGIDaemonProcess shop\n</VirtualHost>",
        )
        .start();
    let print = "print('from a request', file=environ['wsgi.errors'])\n\
                 print('from the process', file=sys.__stderr__, flush=True)\nok()\nreturn []";
    let request = Request::get(&app::target(print)).header("Host", "shop.example");
    httpd.send(&request).ok();
    let own = ErrorLog::at(httpd.root().join("shop.log"));
    own.wait_for("from a request");
    own.wait_for("from the process");
    assert!(
        !httpd.error_log().contains("from "),
        "{}",
        httpd.error_log()
    );
}

/// A server whose script belongs to user 5 and group 60 (`games`), with this option.
fn owned(option: &str) -> Httpd {
    let httpd = Httpd::with_config("WSGIRestrictEmbedded On")
        .file("app/games/app.wsgi", app::answering("'served'"))
        .config("WSGIScriptAlias / ${APP}/games/app.wsgi")
        .config(&format!(
            "WSGIDaemonProcess shop {option}\nWSGIProcessGroup shop"
        ))
        .allows_log("WSGI01")
        .start();
    let script = httpd.script("games/app.wsgi");
    for path in [script.parent().unwrap(), &script] {
        chown(path, Some(5), Some(60)).unwrap();
    }
    httpd
}

#[test]
fn script_user_and_script_group_let_only_scripts_of_their_own_pass() {
    let name = "script_user_and_script_group_let_only_scripts_of_their_own_pass";
    if !installation::is_root(name) {
        return;
    }
    for (option, status) in [
        ("script-user=games", 200),
        ("script-user=#5", 200),
        ("script-group=games", 200),
        ("script-user=news", 403),
        ("script-group=news", 403),
    ] {
        let httpd = owned(option);
        assert_eq!(httpd.get("/").status, status, "{option}");
        if status == 403 {
            let line = httpd.wait_for_log("app.wsgi] CLUTCH01");
            assert!(line.contains("news"), "{line}");
        }
    }
}

#[test]
fn a_script_that_others_may_write_is_403_where_its_owner_matters() {
    let name = "a_script_that_others_may_write_is_403_where_its_owner_matters";
    if !installation::is_root(name) {
        return;
    }
    let httpd = owned("script-user=games");
    let script = httpd.script("games/app.wsgi");
    let directory = script.parent().unwrap().to_owned();
    for (path, mode, id) in [
        (&script, 0o664, "WSGI0166"),
        (&script, 0o646, "WSGI0167"),
        (&directory, 0o777, "WSGI0172"),
        (&directory, 0o775, "WSGI0173"),
    ] {
        let before = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        assert_eq!(httpd.get("/").status, 403, "{id}");
        httpd.wait_for_log(id);
        fs::set_permissions(path, before).unwrap();
        assert_eq!(httpd.get("/").ok(), "served");
    }
}

/// The socket of the only group.
fn socket(httpd: &Httpd) -> PathBuf {
    let sockets = daemons::sockets(httpd.root());
    let groups = sockets.iter().find(|name| !name.contains("supervisor"));
    httpd.root().join("run").join(groups.unwrap())
}

/// A header of a frame.
fn header(kind: u8, flag: u8, length: u32) -> Vec<u8> {
    [&[kind, flag, 0, 0][..], &length.to_ne_bytes()].concat()
}

#[test]
fn what_is_no_request_closes_the_connection_and_nothing_else() {
    let httpd = daemons::running("threads=2 socket-timeout=2")
        .expects_log("WSGI0080")
        .start();
    let pid = httpd.serving_pid();
    let socket = socket(&httpd);
    let other_version = [header(1, 0, 2), vec![99, 99]].concat();
    let wrong: [(&str, Vec<u8>); 8] = [
        ("text", b"GET / HTTP/1.0\r\n\r\n".to_vec()),
        ("unknown kind", header(99, 0, 0)),
        ("kind of a daemon", header(25, 0, 2)),
        ("oversized", header(1, 0, u32::MAX)),
        ("just too large", header(1, 0, (16 << 20) + 1)),
        ("another version", other_version),
        ("an empty request", header(1, 0, 0)),
        (
            "a request without an end",
            [header(1, 0, 1000), vec![1; 10]].concat(),
        ),
    ];
    for (what, bytes) in &wrong {
        let mut client = UnixStream::connect(&socket).unwrap();
        client
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        client.write_all(bytes).unwrap();
        let mut said = Vec::new();
        let ended = client.read_to_end(&mut said);
        let is_reset = ended
            .as_ref()
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset);
        assert!(ended.is_ok() || is_reset, "{what}: {ended:?}");
        assert!(said.len() <= 16, "{what}: at most the greeting: {said:?}");
        assert_eq!(httpd.serving_pid(), pid, "{what}");
    }
    let told = httpd.log().wait_for_count("WSGI0080", wrong.len());
    assert_eq!(told.len(), wrong.len());
    // Connections that say nothing, or stop in the middle, hold up nobody.
    let silent: Vec<_> = (0..50)
        .map(|_| UnixStream::connect(&socket).unwrap())
        .collect();
    assert_eq!(httpd.serving_pid(), pid);
    (&silent[0]).write_all(&header(1, 0, 500)[..5]).unwrap();
    assert_eq!(httpd.serving_pid(), pid);
}

#[test]
fn a_process_of_another_user_is_turned_away_even_where_the_socket_is_open_to_it() {
    let name = "a_process_of_another_user_is_turned_away_even_where_the_socket_is_open_to_it";
    if !installation::is_root(name) {
        return;
    }
    let Some(python) = python::executable() else {
        return installation::skipped(name, "no Python to be the foreign process");
    };
    let httpd = daemons::running("").expects_log("WSGI0034").start();
    let pid = httpd.serving_pid();
    let socket = socket(&httpd);
    let connect = "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n\
                   s.settimeout(10)\nprint(len(s.recv(100)))\n";
    let run = || {
        let mut command = Command::new(&python);
        command
            .arg("-c")
            .arg(connect)
            .arg(&socket)
            .uid(9)
            .gid(9)
            .env("HOME", "/")
            .current_dir("/");
        command.output().unwrap()
    };
    let refused = String::from_utf8_lossy(&run().stderr).into_owned();
    assert!(refused.contains("PermissionError"), "{refused}");
    fs::set_permissions(&socket, Permissions::from_mode(0o666)).unwrap();
    assert_eq!(String::from_utf8_lossy(&run().stdout).trim(), "0");
    let line = httpd.wait_for_log("WSGI0034");
    assert!(
        line.contains("user 9") && line.contains("wsgi:alert"),
        "{line}"
    );
    assert_eq!(httpd.serving_pid(), pid);
}

/// Puts a listener in the place of the group's, which answers every request with `said` and closes.
fn impostor(httpd: &Httpd, said: Vec<u8>) {
    let path = socket(httpd);
    let new = httpd.root().join("run/impostor");
    let listener = UnixListener::bind(&new).unwrap();
    fs::set_permissions(&new, Permissions::from_mode(0o666)).unwrap();
    fs::rename(new, path).unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else {
                return;
            };
            let _ = connection.read(&mut [0; 64 * 1024]);
            let _ = connection.write_all(&said);
        }
    });
}

#[test]
fn a_daemon_that_does_not_speak_the_protocol_costs_a_502() {
    let hello = [
        header(16, 0, 8),
        1u16.to_ne_bytes().to_vec(),
        vec![0, 0, 1, 0, 0, 0],
    ]
    .concat();
    let other = [header(16, 0, 8), 9u16.to_ne_bytes().to_vec(), vec![0; 6]].concat();
    for (what, said) in [
        ("text", b"HTTP/1.0 200 OK\r\n\r\nhello".to_vec()),
        ("another version", other),
        (
            "a kind of a child",
            [hello.clone(), header(1, 0, 0)].concat(),
        ),
        (
            "a head that is none",
            [hello.clone(), header(18, 0, 3), vec![1, 2, 3]].concat(),
        ),
        (
            "an oversized frame",
            [hello.clone(), header(19, 0, u32::MAX)].concat(),
        ),
        (
            "a file without a file",
            [hello, header(20, 0, 16), vec![0; 16]].concat(),
        ),
    ] {
        let httpd = daemons::running("").expects_log("WSGI0148").start();
        impostor(&httpd, said);
        assert_eq!(httpd.get("/").status, 502, "{what}");
        httpd.wait_for_log("WSGI0148");
    }
}

/// Statements that say `frames` (Python expressions of bytes) on the connection of the request, with the descriptor `file`
/// if there is one, and then end the process.
fn speaking(before: &str, frames: &str, file: &str) -> String {
    format!(
        "import array, socket, struct\n{before}\n\
         def frame(kind, payload, flag=0): return struct.pack('=BBHI', kind, flag, 0, len(payload)) + payload\n\
         def text(t): return struct.pack('=I', len(t)) + t\n\
         def head(*headers): return frame(18, struct.pack('=Hq', 200, -1) + text(b'200 OK') + struct.pack('=I', len(headers)) \
         + b''.join(text(n) + text(v) for n, v in headers))\n\
         numbers = [int(n) for n in os.listdir('/proc/self/fd') if int(n) > 4]\n\
         sockets = [n for n in numbers if os.path.exists(f'/proc/self/fd/{{n}}') or os.path.islink(f'/proc/self/fd/{{n}}')]\n\
         sockets = [n for n in sockets if os.path.islink(f'/proc/self/fd/{{n}}') and os.readlink(f'/proc/self/fd/{{n}}').startswith('socket:')]\n\
         assert len(sockets) == 1, sockets\n\
         s = socket.socket(fileno=os.dup(sockets[0]))\n\
         files = [{file}]\n\
         extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', files))] if files else []\n\
         s.sendmsg([{frames}], extra)\n\
         import time\ntime.sleep(0.5)\nos._exit(0)"
    )
}

#[test]
fn a_process_that_lies_to_httpd_gets_no_file_that_it_may_not_read() {
    let name = "a_process_that_lies_to_httpd_gets_no_file_that_it_may_not_read";
    if !installation::is_root(name) {
        return;
    }
    // httpd's user may read it, and the daemon's may not.
    let httpd = daemons::running("user=news group=news supplementary-groups=")
        .file("secret/key", "for httpd alone")
        .allows_log("of group 'shop'")
        .start();
    let secret = httpd.root().join("secret/key");
    let group = fs::metadata(httpd.out("..").join("run"))
        .map(|_| 33)
        .unwrap();
    chown(&secret, Some(0), Some(group)).unwrap();
    fs::set_permissions(&secret, Permissions::from_mode(0o640)).unwrap();
    let before = format!("descriptor = os.open('{}', os.O_PATH)", secret.display());
    let file = "frame(20, struct.pack('=QQ', 0, 15))";
    let frames = format!("head() + {file} + frame(25, struct.pack('=H', 0))");
    let statements = speaking(&before, &frames, "descriptor");
    let response = httpd.get(&app::target(&statements));
    assert_eq!(response.status, 502);
    assert!(
        !String::from_utf8_lossy(&response.body).contains("for httpd"),
        "{response:?}"
    );
}

#[test]
fn a_process_that_lies_to_httpd_splits_no_response() {
    for header in [
        "(b'X', b'a\\r\\nSet-Cookie: evil=1')",
        "(b'X\\nY', b'a')",
        "(b'', b'a')",
        "(b'X: y', b'a')",
        "(b'X', b'a\\0b')",
    ] {
        let httpd = daemons::running("").allows_log("of group 'shop'").start();
        let frames =
            format!("head({header}) + frame(19, b'body', 3) + frame(25, struct.pack('=H', 0))");
        let response = httpd.get(&app::target(&speaking("", &frames, "")));
        assert_eq!(response.status, 502, "{header}: {response:?}");
        assert_eq!(response.header("Set-Cookie"), None);
    }
}

#[test]
fn a_process_that_asks_for_a_body_without_bounds_gets_what_there_is() {
    let httpd = daemons::running("").allows_log("of group 'shop'").start();
    let frames = "frame(17, struct.pack('=Q', 2**64 - 1), 1)";
    let target = app::target(&speaking("", frames, ""));
    let response = httpd.send(&Request::post(&target, vec![b'x'; 300_000]));
    assert_eq!(response.status, 502);
    httpd.serving_pid();
}

#[test]
fn a_request_that_comes_in_many_pieces_is_served() {
    // Larger than the buffer of a socket: the child sends it bit by bit while the daemon reads.
    let httpd = Httpd::serving(&app::answering("len(environ['BIG']), len(environ['HTTP_X'])"))
        .modules(&["env"])
        .config("WSGIRestrictEmbedded On\nWSGIDaemonProcess shop receive-buffer-size=4096\nWSGIProcessGroup shop")
        .config(&format!("SetEnv BIG {}", "b".repeat(7_000)))
        .config("LimitRequestFieldSize 2000000")
        .start();
    for length in [100, 60_000, 300_000, 1_500_000] {
        for _ in 0..3 {
            let request = Request::get("/").header("X", &"x".repeat(length));
            assert_eq!(httpd.send(&request).ok(), format!("(7000, {length})"));
        }
    }
}
