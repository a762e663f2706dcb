//! `clutch`: serves Python applications with Apache httpd, from the command line.
#![forbid(unsafe_code)]

mod args;
mod check;
mod daemon;
mod engine;
mod httpd;
mod operate;
mod private;
mod python;
mod serve;
mod supervisor;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command, EngineCommand};
use terminal::Terminal;

/// 0 when it did what was asked, 1 when it could not (one sentence says why), 2 when it did not understand.
fn main() -> ExitCode {
    // What httpd and the supervisor start is not for people, and parses nothing.
    let mut words = std::env::args_os().skip(1);
    match (words.next(), words.next()) {
        (Some(word), None) if word == "daemon" => return daemon::run(),
        (Some(word), None) if word == "supervisor" => return supervisor::run(),
        _ => (),
    }
    let arguments = Arguments::parse();
    let mut terminal = Terminal::of_this_process();
    let done = match arguments.command {
        Command::Serve(typed) => serve::serve(*typed, &mut terminal),
        Command::Check(typed) => match check::check(&typed, &mut terminal) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE, // all has been said
            Err(error) => Err(error),
        },
        Command::CheckRun(typed) => check::run(&typed),
        Command::Engine(EngineCommand::List) => engine::list(&mut terminal),
        Command::Reload(typed) => operate::reload(&typed, &mut terminal),
        Command::Status(typed) => operate::status(&typed, &mut terminal),
        Command::Pythons(typed) => python::show(&typed, &mut terminal),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.failure(&error);
            ExitCode::FAILURE
        }
    }
}
