//! httpd's scoreboard for applications: those of this process, and those of daemons, whom children answer.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::OnceLock;
use std::thread;

use clutch_core::code;
use clutch_core::scoreboard::MOST_BYTES;
use clutch_sys::question::{self, Question};
use clutch_sys::signal;

use crate::httpd::{log, scoreboard};

/// Bytes of stack for a thread that answers.
const STACK: usize = 128 * 1024;

/// Made by the parent before there are children; the supervisor gets one end of it, and all children have the other.
static QUESTIONS: OnceLock<Option<Ends>> = OnceLock::new();

/// The two ends of the way that questions take.
struct Ends {
    asking: OwnedFd,
    answering: OwnedFd,
}

fn ends() -> Option<&'static Ends> {
    let made = QUESTIONS.get_or_init(|| match question::pair() {
        Ok((asking, answering)) => Some(Ends { asking, answering }),
        Err(error) => {
            let text = format!("daemons cannot ask for the scoreboard: {error}");
            log::fault(&code::NO_SCOREBOARD.says(text));
            None
        }
    });
    made.as_ref()
}

/// The end for the supervisor. To be called in the parent.
pub fn asking() -> Option<&'static OwnedFd> {
    ends().map(|ends| &ends.asking)
}

/// The scoreboard as bytes, if there is one.
pub fn bytes() -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    scoreboard::read()?.put(&mut bytes);
    (bytes.len() <= MOST_BYTES).then_some(bytes)
}

/// Has a thread of this child answer questions of daemons.
pub fn answer_daemons() {
    let Some(Some(ends)) = QUESTIONS.get() else {
        return; // there are no daemons
    };
    let answer = move || {
        signal::leave_to_others();
        answer_all(&ends.answering);
    };
    let thread = thread::Builder::new().name("wsgi-board".into());
    if let Err(error) = thread.stack_size(STACK).spawn(answer) {
        let text = format!("this child answers no daemon's question for the scoreboard: {error}");
        log::fault(&code::NO_BOARD_THREAD.says(text));
    }
}

/// Answers until nobody can ask any more.
fn answer_all(socket: &OwnedFd) {
    while let Ok(question) = Question::next(socket.as_fd()) {
        if let Some(bytes) = bytes() {
            // Who has asked may have gone, or have no place for the answer.
            let _ = question.answer(&bytes);
        }
    }
}
