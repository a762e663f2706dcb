//! `clutch serve`: one httpd in the foreground, made for some applications and gone afterwards.

pub(crate) mod access;
mod config;
mod directory;
mod launch;
mod lines;
pub(crate) mod mount;
pub(crate) mod plan;
mod port;
mod quote;
mod ready;
mod refusal;
mod run;

use anyhow::{Result, anyhow};
use clutch_sys::signal::{Signal, Signals};

use crate::args::ServeArguments;
use crate::terminal::{Names, Terminal};

use config::Places;
use directory::RunDirectory;
use launch::Launched;
use run::Run;

/// Serves what was typed until it is told to end.
///
/// # Errors
///
/// One sentence: what was typed cannot be served, or httpd has ended by itself.
pub(crate) fn serve(typed: ServeArguments, terminal: &mut Terminal) -> Result<()> {
    let keep = typed.keep_config;
    let (plan, httpd, choice) = plan::make(typed)?;
    // From here on Ctrl-C ends the loop of `Run`, not this process: what is made below is deleted.
    let signals = Signals::watch(&[
        Signal::Interrupt,
        Signal::Terminate,
        Signal::HangUp,
        Signal::User1,
        Signal::Child,
    ])?;
    let directory = RunDirectory::make(plan.account.as_ref(), keep)?;
    let places = Places {
        root: directory.path(),
        documents: &directory.documents(),
        mime_types: &directory.mime_types(),
    };
    let text = config::text(&plan, &places).map_err(|sentence| anyhow!(sentence))?;
    let file = directory.write_config(&text)?;
    terminal.say(&choice);
    terminal.say(&format!("{}, {}", httpd.version, plan.processes_in_words()));
    if keep {
        terminal.say(&format!("httpd's configuration is {}", file.display()));
    }
    if plan.mounts.len() > 1 {
        terminal.name_scripts(Names::Shown);
    }
    let launched = Launched::start(&httpd, &file)?;
    Run::new(&plan, launched, signals, terminal).until_the_end(&text)
}
