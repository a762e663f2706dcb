//! What is asked: groups of cases, each group one configuration that both servers start with.

use std::time::Duration;

use clutch_tests::support::{Plan, Request, app};

/// One thing a client does, and the server's answer to it is compared.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What it shows, in a few words; unique in its group.
    pub(crate) name: String,
    /// The method, which says whether a response has a body.
    pub(crate) method: String,
    /// What the client does, on one connection.
    pub(crate) steps: Vec<Step>,
    /// How many requests of it end in the access log.
    pub(crate) requests: usize,
}

/// A step of a client.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Sends these bytes. `${PORT}` becomes the server's port.
    Send(Vec<u8>),
    /// Waits for a response head, interim or final.
    Head,
    /// Asks for this target as anna with the password `secret`, in answer to the challenge of Digest in the last head.
    Digest(String),
    /// Does nothing for so long.
    Wait(Duration),
    /// Says that nothing more comes.
    HalfClose,
    /// Writes a script of the group anew, with a later time of modification.
    Write(&'static str, String),
}

/// A case with these steps. Its client reads until the server closes the connection.
pub(crate) fn steps(name: &str, method: &str, steps: Vec<Step>) -> Case {
    Case {
        name: name.to_owned(),
        method: method.to_owned(),
        steps,
        requests: 1,
    }
}

/// These bytes are sent. Where the server is to close the connection after its response, they say so.
pub(crate) fn raw(name: &str, bytes: impl AsRef<[u8]>) -> Case {
    let bytes = bytes.as_ref().to_vec();
    let method = bytes.split(|&byte| byte == b' ').next().unwrap_or_default();
    let method = String::from_utf8_lossy(method).into_owned();
    steps(name, &method, vec![Step::Send(bytes)])
}

/// This request is sent.
pub(crate) fn ask(name: &str, request: &Request) -> Case {
    raw(name, request.bytes())
}

/// A GET request.
pub(crate) fn get(target: &str) -> Case {
    ask(target, &Request::get(target))
}

/// GET requests for each of these targets, which are also the names.
pub(crate) fn gets(targets: &[&str]) -> Vec<Case> {
    targets.iter().map(|target| get(target)).collect()
}

/// A request with this `Host` header.
pub(crate) fn host(host: &str, target: &str) -> Case {
    let name = format!("{target} of {host:?}");
    ask(&name, &Request::get(target).header("Host", host))
}

/// [`app::RUNNING`] runs these statements.
pub(crate) fn run(name: &str, statements: &str) -> Case {
    ask(name, &Request::get(&app::target(statements)))
}

/// [`app::EVALUATING`] evaluates each of these expressions, which are also the names.
pub(crate) fn evals(expressions: &[&str]) -> Vec<Case> {
    expressions
        .iter()
        .map(|expression| ask(expression, &Request::get(&app::target(expression))))
        .collect()
}

impl Case {
    /// Says that so many requests of it end in the access log.
    pub(crate) fn requests(mut self, count: usize) -> Self {
        self.requests = count;
        self
    }
}

/// Cases with one configuration.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// A short name, unique; in daemon mode it ends with `@daemon`.
    pub(crate) name: String,
    /// The configuration and the files.
    pub(crate) plan: Plan,
    /// What is asked, in this order.
    pub(crate) cases: Vec<Case>,
    /// Whether what `${OUT}/told` says when the server has ended is compared, too.
    pub(crate) has_end: bool,
}

/// Whether both modules take a configuration, or refuse it.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// The configuration, which is also the name.
    pub(crate) config: &'static str,
}

/// The group of daemons that a group of cases has in daemon mode.
const DAEMON: &str = "WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess compat threads=8\nWSGIProcessGroup compat\nWSGIRestrictEmbedded On\n";

impl Group {
    /// A group with this configuration.
    pub(crate) fn new(name: &str, config: &str) -> Self {
        Self {
            name: name.to_owned(),
            plan: Plan::new().config(SERVER).config(config),
            cases: Vec::new(),
            has_end: false,
        }
    }

    /// A group that answers everything with this script.
    pub(crate) fn serving(name: &str, script: &str) -> Self {
        Self::new(name, "WSGIScriptAlias / ${APP}/app.wsgi").script("app.wsgi", script)
    }

    /// Adds a script `${APP}/name`.
    pub(crate) fn script(mut self, name: &str, text: &str) -> Self {
        self.plan = self.plan.script(name, text);
        self
    }

    /// Adds a file `${ROOT}/path`.
    pub(crate) fn file(mut self, path: &str, content: &str) -> Self {
        self.plan = self.plan.file(path, content);
        self
    }

    /// Adds configuration.
    pub(crate) fn config(mut self, text: &str) -> Self {
        self.plan = self.plan.config(text);
        self
    }

    /// Loads modules of httpd.
    pub(crate) fn modules(mut self, names: &[&str]) -> Self {
        self.plan = self.plan.modules(names);
        self
    }

    /// Adds cases.
    pub(crate) fn cases(mut self, cases: impl IntoIterator<Item = Case>) -> Self {
        self.cases.extend(cases);
        self
    }

    /// Has its scripts write to `${OUT}/told` when the server ends, which is compared as the case `the end`.
    pub(crate) fn and_its_end(mut self) -> Self {
        self.has_end = true;
        self
    }

    /// The same in a daemon process.
    pub(crate) fn in_daemon(mut self) -> Self {
        self.name += "@daemon";
        self.plan = self.plan.config(DAEMON);
        self
    }

    /// This group, and the same in a daemon process.
    pub(crate) fn in_both_modes(self) -> Vec<Self> {
        vec![self.clone(), self.in_daemon()]
    }
}

/// What every server of this suite has: short waits.
const SERVER: &str = "KeepAliveTimeout 2\n";
