//! `WSGIAccessScript`: may a client come in?

use clutch_core::code;
use clutch_core::question::{Answer, Question};

use crate::httpd::{Outcome, Request, log};

/// What the script of `request` says about its client. Not ours without a script, or if the script leaves it to others.
pub fn check(request: Request<'_>) -> Outcome {
    /// The engine's word for a mistake of the script.
    const MISTAKE: u16 = 500;
    let Some(script) = request.section().and_then(|one| one.access_script.as_ref()) else {
        return Outcome::Declined;
    };
    let host = request.client_name();
    match super::ask(request, script, Question::AllowAccess, &[host]) {
        Ok(Answer::Nothing) => Outcome::Declined,
        Ok(Answer::Yes) => Outcome::Done,
        Ok(_) => denied(request, host, &script.script),
        Err(refusal) => match refusal.status() {
            MISTAKE => denied(request, host, &script.script),
            status => Outcome::Status(status),
        },
    }
}

/// The client is not let in, which is said, unless its user may be.
fn denied(request: Request<'_>, host: &[u8], script: &[u8]) -> Outcome {
    const FORBIDDEN: u16 = 403;
    if !request.may_satisfy_by_authentication() {
        let (host, script) = (
            String::from_utf8_lossy(host),
            String::from_utf8_lossy(script),
        );
        let text = format!("the script {script} does not let {host} in");
        log::request_fault(request, &code::ACCESS_DENIED.says(text));
    }
    Outcome::Status(FORBIDDEN)
}
