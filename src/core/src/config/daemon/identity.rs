//! Options about who the daemons are, how many, and the environment they run in.

use crate::config::daemon::parse::Row;
use crate::config::daemon::read::{self, Read};

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "processes",
        syntax: "NUMBER",
        default: "1",
        summary: "How many processes the group has. Where it is given, `wsgi.multiprocess` is true.",
        set: |group, value| {
            group.processes = read::processes(value)?;
            group.multiprocess = true;
            Ok(())
        },
    },
    Row {
        name: "max-processes",
        syntax: "NUMBER",
        default: "as processes",
        summary: "How many processes the group may have when those it has are busy.",
        set: |group, value| {
            group.max_processes = Some(read::processes(value)?);
            group.multiprocess = true;
            Ok(())
        },
    },
    option!("threads" "NUMBER", "15",
        "How many requests a process serves at once. With 1, `wsgi.multithread` is false. With 0 the process takes no requests: it is for a script that is imported at its start."
        => threads = read::threads),
    option!("start" "eager|on-demand", "as ClutchDaemonStart",
        "Whether the processes are started with httpd, or with the first request for them."
        => start = read::start),
    option!("user" "NAME|#NUMBER", "as User",
        "Whose the processes are. Not root. Has an effect only where httpd is started as root."
        => user = read::user),
    option!("group" "NAME|#NUMBER", "as Group",
        "Their primary group. Has an effect only where httpd is started as root."
        => group = read::account),
    option!("supplementary-groups" "GROUP[,GROUP...]", "those that the user is in",
        "Their other groups, exactly these. An empty list is none."
        => supplementary_groups = read::accounts),
    option!("umask" "OCTAL", "as httpd",
        "The permissions that new files do not get."
        => umask = read::umask),
    option!("no-new-privileges" "On|Off", "Off",
        "Whether programs that they start get no more rights than they have: `sudo`, `ping` or a mail program with a set-user-ID bit do not work then."
        => no_new_privileges = read::on_off),
    option!("chroot" "DIRECTORY", "none",
        "The directory that is the root of their file system. httpd must be started as root."
        => chroot = read::directory),
    option!("home" "DIRECTORY", "the user's home, if it is another user than httpd's",
        "Their working directory, by its absolute path. It comes first in `sys.path`."
        => home = read::directory),
    option!("lang" "TEXT", "as httpd",
        "The variable `LANG`."
        => lang = read::text),
    option!("locale" "TEXT", "as httpd",
        "The variable `LC_ALL`, and the locale that is in force."
        => locale = read::text),
    Row {
        name: "display-name",
        syntax: "TEXT|%{GROUP}",
        default: "none",
        summary: "The name that lists of processes show. `%{GROUP}` is the name of the group, as `(wsgi:NAME)`.",
        set: |group, value| {
            group.display_name = match value {
                b"%{GROUP}" => Some([b"(wsgi:", &*group.name, b")"].concat().into()),
                text => read::some_text(text)?,
            };
            Ok(())
        },
    },
    option!("cpu-priority" "NUMBER", "0",
        "Their nice value: the higher, the less they press. 0 leaves it alone."
        => cpu_priority = read::signed),
    option!("stack-size" "BYTES", "as the platform has it",
        "The stack of each thread."
        => stack_size = |value| read::bytes(value, 1)),
    option!("python-home" "DIRECTORY", "as WSGIPythonHome",
        "The Python installation or virtual environment of the group; its Python may be another than httpd's."
        => python_home = read::some_text),
    option!("python-path" "DIRECTORY[:DIRECTORY...]", "none",
        "Directories for the front of `sys.path`. Takes the place of `WSGIPythonPath`."
        => python_path = read::some_text),
    option!("python-eggs" "DIRECTORY", "none",
        "The variable `PYTHON_EGG_CACHE`."
        => python_eggs = read::some_text),
    option!("switch-interval" "SECONDS", "Python's own",
        "How long a thread keeps the GIL while others wait for it, above 0. Takes the place of `WSGISwitchInterval`."
        => switch_interval = read::switch_interval),
    option!("server-metrics" "On|Off", "Off",
        "Whether `mod_wsgi.server_metrics()` tells something."
        => server_metrics = read::on_off),
    option!("script-user" "NAME|#NUMBER", "any",
        "Whose a script must be. Excludes script-group."
        => script_user = read::account),
    option!("script-group" "NAME|#NUMBER", "any",
        "Of which group a script must be. Excludes script-user."
        => script_group = read::account),
    option!("socket-user" "NAME|#NUMBER", "as User",
        "Who owns the socket of the group."
        => socket_user = read::account),
];
