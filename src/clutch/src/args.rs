//! What was typed, word by word; what it means is decided in `serve::plan` and `python`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::typed::{CheckArguments, CheckRunArguments};
use crate::serve::mount::{Alias, Mount};

/// Serve Python web applications (WSGI) with Apache httpd.
#[derive(Debug, Parser)]
#[command(name = "clutch", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve applications in the foreground until Ctrl-C.
    Serve(Box<ServeArguments>),
    /// Say what an application can be served in: interpreters with a GIL of their own, with a shared one, or a process of its
    /// own; and which extension module stands in the way. With --config: what becomes of an Apache configuration.
    Check(CheckArguments),
    /// Load an application for `check`, which starts this in a process of its own.
    #[command(hide = true)]
    CheckRun(CheckRunArguments),
    /// Have a running server run new code: of a group of daemon processes, or of an application group.
    Reload(ReloadArguments),
    /// Show the daemon processes of a running server.
    Status(StatusArguments),
    /// Engines: one file for each Python that applications can run on.
    #[command(subcommand)]
    Engine(EngineCommand),
    /// Show the Pythons of this machine, and which one would be chosen, and why.
    Pythons(PythonsArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum EngineCommand {
    /// List the engines beside this program.
    List,
}

#[derive(Debug, Args)]
pub(crate) struct ReloadArguments {
    /// The group of daemon processes (WSGIDaemonProcess); if there is none of this name, the application group of httpd's
    /// own processes.
    pub(crate) group: String,
    /// Only the interpreters of this application group in the daemon processes, not the processes themselves.
    #[arg(long, value_name = "NAME")]
    pub(crate) application_group: Option<String>,
    /// The socket of the server's supervisor [default: the only one of this machine].
    #[arg(long, value_name = "SOCKET")]
    pub(crate) server: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// The socket of the server's supervisor [default: the only one of this machine].
    #[arg(long, value_name = "SOCKET")]
    pub(crate) server: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PythonsArguments {
    /// The Python to choose: an executable, or a virtual environment or installation.
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Choose one that an engine can be built for; whether there is one already does not count.
    #[arg(long)]
    pub(crate) to_build: bool,
    /// Print only the chosen one's tag and executable, for programs; the reason goes to standard error.
    #[arg(long, conflicts_with = "usable")]
    pub(crate) chosen: bool,
    /// Print only the newest usable one of each version, oldest first: tag and executable, for programs.
    #[arg(long)]
    pub(crate) usable: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The application: a Python file that defines `application`.
    #[arg(required_unless_present = "mounts")]
    pub(crate) app: Option<PathBuf>,

    /// Also serve the application in SCRIPT below URL, in a group of its own (its name: the URL's, unless given).
    #[arg(long = "mount", value_name = "URL=SCRIPT[,group=NAME]")]
    pub(crate) mounts: Vec<Mount>,

    /// Serve the files of DIR below URL.
    #[arg(long = "alias", value_name = "URL=DIR")]
    pub(crate) aliases: Vec<Alias>,

    /// The URL path that APP is served below.
    #[arg(long, value_name = "PATH", default_value = "/", requires = "app")]
    pub(crate) url_path: String,

    /// The name of the application in its file.
    #[arg(long, value_name = "NAME", default_value = "application")]
    pub(crate) callable: String,

    /// Address to listen on; 0.0.0.0 or :: for all.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(crate) host: IpAddr,

    /// Port to listen on.
    #[arg(long, short, default_value_t = 8000, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,

    /// How httpd divides its work: event and worker have threads, prefork has processes only.
    #[arg(long, value_enum, default_value_t = Mpm::Event)]
    pub(crate) mpm: Mpm,

    /// Processes that serve [default: 1; with prefork 8].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) workers: Option<u32>,

    /// Threads of each process [default: 16; with prefork always 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) threads: Option<u32>,

    /// The Python to run on: an executable, or a virtual environment or installation [default: the active virtual
    /// environment's, else the newest that an engine is built for].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,

    /// A directory to import modules from, before all others [APP's own directory always is one].
    #[arg(long = "python-path", value_name = "DIR")]
    pub(crate) python_paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) interpreters: InterpreterArguments,

    /// What httpd logs: LEVEL, or MODULE:LEVEL words after it, as its LogLevel (`warn`, `"info wsgi:trace1"`).
    #[arg(long, value_name = "LEVEL", default_value = "warn", value_parser = log_level)]
    pub(crate) log_level: String,

    /// The user that httpd's processes become when started as root [default: www-data, apache, http or nobody].
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,

    /// The module to load [default: mod_clutch.so beside this program, else in httpd's module directory].
    #[arg(long, value_name = "FILE")]
    pub(crate) module: Option<PathBuf>,

    /// The httpd to run [default: the one of apxs, else the system's].
    #[arg(long, value_name = "FILE")]
    pub(crate) httpd: Option<PathBuf>,

    /// Keep the directory with httpd's configuration at the end.
    #[arg(long)]
    pub(crate) keep_config: bool,
}

/// How applications are kept apart and renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub(crate) struct InterpreterArguments {
    /// What makes changed code run: only a restart (off), a change of the script (script: executed again in the same
    /// interpreter; group: in a new one), or of any imported source file (modules).
    #[arg(long, value_enum, default_value_t = Reload::Modules)]
    pub(crate) reload: Reload,

    /// What applications share: as little as their extension modules allow (auto), no GIL (own-gil), the GIL
    /// (shared-gil), or no process (process).
    #[arg(long, value_enum, default_value_t = Isolation::Auto)]
    pub(crate) isolation: Isolation,
}

/// httpd's multi-processing modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mpm {
    Event,
    Worker,
    Prefork,
}

impl Mpm {
    /// Its name in httpd's module names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Worker => "worker",
            Self::Prefork => "prefork",
        }
    }
}

/// The words of `ClutchReload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reload {
    Off,
    Script,
    Group,
    Modules,
}

impl Reload {
    /// As the directive has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Script => "script",
            Self::Group => "group",
            Self::Modules => "modules",
        }
    }
}

/// The words of `ClutchIsolation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Isolation {
    Auto,
    OwnGil,
    SharedGil,
    Process,
}

impl Isolation {
    /// As the directive has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::OwnGil => "own-gil",
            Self::SharedGil => "shared-gil",
            Self::Process => "process",
        }
    }
}

const LEVELS: [&str; 16] = [
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug", "trace1", "trace2",
    "trace3", "trace4", "trace5", "trace6", "trace7", "trace8",
];

/// Accepts what httpd's LogLevel accepts, so that a wrong word is refused before anything starts.
fn log_level(text: &str) -> Result<String, String> {
    let mut words = text.split_whitespace().peekable();
    if words.peek().is_none() {
        return Err("no level is given".into());
    }
    for word in words {
        let (module, level) = word.split_once(':').unwrap_or(("core", word));
        if !LEVELS.contains(&level) {
            return Err(format!("`{level}` is none of {}", LEVELS.join(", ")));
        }
        if !is_module_name(module) {
            return Err(format!("`{module}` is not a module's name"));
        }
    }
    Ok(text.to_owned())
}

fn is_module_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_.".contains(letter))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, ValueEnum};
    use clutch_core::config::interpreter;

    use super::{Arguments, Isolation, Reload, log_level};

    #[test]
    fn the_command_line_is_defined_without_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_words_for_interpreters_are_those_of_the_directives() {
        let typed =
            |value: Option<clap::builder::PossibleValue>| value.unwrap().get_name().to_owned();
        for one in Reload::value_variants() {
            assert_eq!(one.word(), typed(one.to_possible_value()));
            interpreter::Reload::parse(one.word().as_bytes()).unwrap();
        }
        for one in Isolation::value_variants() {
            assert_eq!(one.word(), typed(one.to_possible_value()));
            interpreter::Isolation::parse(one.word().as_bytes()).unwrap();
        }
    }

    #[test]
    fn log_levels_are_those_of_httpd() {
        for good in [
            "warn",
            "info wsgi:trace1",
            "debug core.c:info ssl_module:warn",
        ] {
            assert_eq!(log_level(good), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "loud",
            "info wsgi:",
            "info ws\"gi:info",
            "warn\nUser root",
        ] {
            assert!(log_level(bad).is_err(), "{bad}");
        }
    }
}
