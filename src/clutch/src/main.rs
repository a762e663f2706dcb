//! `clutch`: serves Python applications with Apache httpd, from the command line.
#![forbid(unsafe_code)]

mod args;
mod check;
mod engine;
mod httpd;
mod private;
mod python;
mod serve;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command, EngineCommand};
use terminal::Terminal;

/// 0 when it did what was asked, 1 when it could not (one sentence says why), 2 when it did not understand.
fn main() -> ExitCode {
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
