//! Directives about daemon processes: which there are, and which requests they serve.

use std::sync::Arc;

use crate::config::daemon::{DaemonGroup, DaemonStart};
use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::interpreter::ReloadUnit;
use crate::config::number;
use crate::config::value::{self, Refusal};
use crate::group::GroupTemplate;

/// The most processes of a group.
const MOST_PROCESSES: u32 = i32::MAX.unsigned_abs();

/// The words of `WSGIAcceptMutex`.
const MUTEXES: &[(&str, &str)] = &[
    ("default", "default"),
    ("flock", "flock"),
    ("fcntl", "fcntl"),
    ("sysvsem", "sysvsem"),
    ("posixsem", "posixsem"),
    ("pthread", "pthread"),
];

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"ClutchDaemonProcesses",
        scope: Scope::Main,
        takes: Takes::Two,
        syntax: "LEAST MOST",
        default: "1 1",
        summary: c"How many processes a daemon process group has at least, and at most when they are busy, if its WSGIDaemonProcess does not say it.",
        apply: Apply::Server(|server, args| {
            server.daemon_processes = Some(processes(args.words)?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchDaemonStart",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "eager|on-demand",
        default: "eager",
        summary: c"Whether daemon processes are started with httpd or with the first request for them, if their WSGIDaemonProcess does not say it.",
        apply: Apply::Server(|server, args| {
            server.daemon_start = Some(DaemonStart::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchProgram",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "FILE",
        default: "the file clutch beside the module",
        summary: c"The program clutch, by its absolute path, that starts the daemon processes and becomes them.",
        apply: Apply::Server(|server, args| {
            let file = value::absolute_path(args.only(), "the program clutch")?;
            server.program = Some(file);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchReloadUnit",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "interpreter|process",
        default: "process in daemon processes, interpreter in httpd's own",
        summary: c"What is replaced when an application has new code: its interpreter, or the whole daemon process. httpd's own processes are not replaced for it.",
        apply: Apply::Interpreter(|says, args| {
            says.reload_unit = Some(ReloadUnit::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIAcceptMutex",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "default|flock|fcntl|sysvsem|posixsem|pthread",
        default: "default",
        summary: c"Accepted for the sake of configurations that have it: the processes of a group need no lock to take requests in turn.",
        apply: Apply::Server(|server, args| {
            server.accept_mutex = Some(value::choice(args.only(), MUTEXES)?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIDaemonProcess",
        scope: Scope::Server,
        takes: Takes::OneOrMore,
        syntax: "NAME [OPTION=VALUE...]",
        default: "none",
        summary: c"A group of daemon processes: they run applications under a user of their own, outside of httpd. Each name is given once.",
        apply: Apply::Server(|server, args| {
            let group = DaemonGroup::parse(args.words)?;
            server.add_daemons(group)
        }),
    },
    switch!(
        c"WSGIIgnoreActivity",
        SectionAndHtaccess,
        Section.ignore_activity,
        "Off",
        c"Whether requests leave the inactivity-timeout of their daemon process alone, as those of a monitor should."
    ),
    Directive {
        name: c"WSGIProcessGroup",
        scope: Scope::Section,
        takes: Takes::One,
        syntax: "NAME|%{GLOBAL}|%{SERVER}|%{HOST}|%{RESOURCE}|%{ENV:VARIABLE}",
        default: "%{GLOBAL}",
        summary: c"The group of daemon processes that serves the requests. %{GLOBAL} is httpd's own processes.",
        apply: Apply::Section(|section, args| {
            section.process_group = Some(GroupTemplate::parse(args.only()));
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIRestrictProcess",
        scope: Scope::Section,
        takes: Takes::Any,
        syntax: "[NAME|%{GLOBAL}...]",
        default: "any",
        summary: c"The process groups that requests may run in, their names in any case; %{GLOBAL} is httpd's own processes. Without a name, none. Requests for others get status 500.",
        apply: Apply::Section(|section, args| {
            let names = args.words.iter().map(|&word| match word {
                b"%{GLOBAL}" => Arc::from(&b""[..]),
                name => Arc::from(name),
            });
            section.restrict_process = Some(names.collect());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGISocketPrefix",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "PATH",
        default: "wsgi in httpd's runtime directory",
        summary: c"How the paths of the sockets of daemon processes begin. A relative path is below ServerRoot.",
        apply: Apply::Server(|server, args| {
            server.socket_prefix = Some(args.only().into());
            Ok(())
        }),
    },
    switch!(
        c"WSGISocketRotation",
        Main,
        Server.socket_rotation,
        "On",
        c"Accepted, without effect: sockets of daemon processes keep their names over restarts, so that httpd's processes of before reach the new ones."
    ),
];

/// The words of `ClutchDaemonProcesses`.
fn processes(words: &[&[u8]]) -> Result<(u32, u32), Refusal> {
    let [least, most] = words else {
        return Err(Refusal::because("takes two numbers"));
    };
    let least = number::whole(least, 1, MOST_PROCESSES)?;
    Ok((least, number::whole(most, least, MOST_PROCESSES)?))
}
