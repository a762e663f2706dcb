//! What was typed after `clutch check`, and what the program types after `clutch check-run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The application: a Python file that defines `application`. It is loaded, not called.
    #[arg(required_unless_present = "config")]
    pub(crate) app: Option<PathBuf>,

    /// Judge an Apache configuration instead, as it was written for mod_wsgi: mistakes, what is different with Clutch, and
    /// what could be better. FILE is httpd's main file, or a part of it. Nothing is started or changed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["app", "callable", "python"])]
    pub(crate) config: Option<PathBuf>,

    /// With --config: what httpd would be started with, as its option -D, or a variable of its environment.
    #[arg(
        long = "define",
        short = 'D',
        value_name = "NAME[=VALUE]",
        requires = "config"
    )]
    pub(crate) defines: Vec<String>,

    /// The name of the application in its file.
    #[arg(long, value_name = "NAME", default_value = "application")]
    pub(crate) callable: String,

    /// The Python to load it on: an executable, or a virtual environment or installation [default: as `clutch serve`].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,

    /// Print the verdict as JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckRunArguments {
    /// The engine to open.
    #[arg(long)]
    pub(crate) engine: PathBuf,
    /// The virtual environment or installation.
    #[arg(long)]
    pub(crate) home: PathBuf,
    /// The name of the application in its file.
    #[arg(long)]
    pub(crate) callable: String,
    /// Where to load it.
    #[arg(long, value_enum)]
    pub(crate) place: Place,
    /// The directory of this run.
    pub(crate) directory: PathBuf,
    /// The application.
    pub(crate) app: PathBuf,
}

/// Where `check` has an application loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    /// In two interpreters, from their own GILs down the isolation ladder.
    Auto,
    /// In two interpreters that share the GIL.
    SharedGil,
    /// In the main interpreter.
    Main,
}

impl Place {
    /// As it is typed.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::SharedGil => "shared-gil",
            Self::Main => "main",
        }
    }
}
