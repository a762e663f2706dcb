//! `clutch reload` and `clutch status`: what an operator asks of a server that runs.

mod find;

use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clutch_core::control::{MOST_SMALL_MESSAGE, Question, Reply};
use clutch_sys::link::limit_waiting;
use clutch_sys::message::{self, Inbox};
use clutch_sys::socket::{self, NotConnected, Waiting};

use crate::args::{ReloadArguments, StatusArguments};
use crate::terminal::Terminal;

/// How long the supervisor may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// `clutch reload`.
///
/// # Errors
///
/// No server runs, more than one does, or it has no such group.
pub(crate) fn reload(typed: &ReloadArguments, terminal: &mut Terminal) -> Result<()> {
    let group = typed.group.clone().into_bytes();
    let application_group = typed.application_group.clone().map(String::into_bytes);
    let question = Question::Reload(group, application_group);
    match ask(&find::server(typed.server.as_deref())?, &question)? {
        Reply::Reloading(0) => terminal.say(&format!(
            "application group '{}': each of httpd's processes that runs it reloads it with its next request",
            typed.group
        )),
        Reply::Reloading(1) => terminal.say(&format!("'{}': one process runs new code soon", typed.group)),
        Reply::Reloading(many) => {
            terminal.say(&format!("'{}': {many} processes run new code soon", typed.group));
        }
        _ => bail!("the server has no group of daemon processes called '{}'", typed.group),
    }
    Ok(())
}

/// `clutch status`.
///
/// # Errors
///
/// No server runs, or more than one does.
pub(crate) fn status(typed: &StatusArguments, terminal: &mut Terminal) -> Result<()> {
    let reply = ask(&find::server(typed.server.as_deref())?, &Question::Status)?;
    let Reply::Status(groups) = reply else {
        bail!("the server did not understand the question");
    };
    for group in &groups {
        let name = String::from_utf8_lossy(&group.name);
        let deaths = match group.deaths {
            0 => String::new(),
            many => format!("  ({many} ended unexpectedly so far)"),
        };
        terminal.answer(&format!("{name}{deaths}"));
        for (number, life) in &group.processes {
            terminal.answer(&format!("  {number:>8}  {life}"));
        }
    }
    if groups.is_empty() {
        terminal.say("the server has no daemon processes");
    }
    Ok(())
}

/// What the supervisor that listens at `socket` replies.
fn ask(socket: &Path, question: &Question) -> Result<Reply> {
    let shown = socket.display();
    let connection = match socket::connect(socket, Waiting::Never) {
        Ok(connection) => connection,
        Err(NotConnected::Failed(error)) => {
            return Err(error).context("the server cannot be asked");
        }
        Err(NotConnected::Refused | NotConnected::Full) => bail!("nobody answers at {shown}"),
    };
    limit_waiting(&connection, PATIENCE)?;
    message::send(connection.as_fd(), question, &[])?;
    Inbox::new(MOST_SMALL_MESSAGE)
        .wait(connection.as_fd())
        .with_context(|| {
            format!("the supervisor at {shown} gave no answer; it answers the user that started httpd, and root")
        })
}
