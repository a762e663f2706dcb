//! `WSGIAccessScript`: may a client come in?

use clutch_core::code;
use clutch_core::question::{Answer, Question};

use crate::httpd::{Outcome, Request, log};

/// What the script of `request` says about its client. Not ours without a script, or if the script leaves it to others.
pub fn check(request: Request<'_>) -> Outcome {
    /// The script does not let the client in, or has made a mistake.
    const FORBIDDEN: u16 = 403;
    /// The engine's word for a mistake of the script.
    const MISTAKE: u16 = 500;
    let Some(script) = request.section().and_then(|one| one.access_script.as_ref()) else {
        return Outcome::Declined;
    };
    let host = request.client_name();
    match super::ask(request, script, Question::AllowAccess, &[host]) {
        Ok(Answer::Nothing) => Outcome::Declined,
        Ok(Answer::Yes) => Outcome::Done,
        Ok(_) => {
            if !request.may_satisfy_by_authentication() {
                let (host, script) = (
                    String::from_utf8_lossy(host),
                    String::from_utf8_lossy(&script.script),
                );
                let text = format!("the script {script} does not let {host} in");
                log::request_fault(request, &code::ACCESS_DENIED.says(text));
            }
            Outcome::Status(FORBIDDEN)
        }
        Err(refusal) => Outcome::Status(match refusal.status() {
            MISTAKE => FORBIDDEN,
            status => status,
        }),
    }
}
