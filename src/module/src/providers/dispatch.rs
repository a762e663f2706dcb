//! `WSGIDispatchScript`: who serves a request?

use clutch_core::group::{Callable, GroupTemplate};
use clutch_core::question::{Answer, Question};

use super::Asked;
use crate::refusal::Refusal;

/// What a script has chosen; what it has not stays as it is configured.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The process group.
    pub process_group: Option<GroupTemplate>,
    /// The application group.
    pub application_group: Option<GroupTemplate>,
    /// The callable.
    pub callable: Option<Callable>,
}

/// What the script chooses for the request.
///
/// # Errors
///
/// It gives no answer; it has been logged why. The request is not served by whom the operator did not mean.
pub fn choose(asked: &Asked<'_, '_>) -> Result<Chosen, Refusal> {
    match asked.ask(Question::Dispatch, &[])? {
        Answer::Texts(texts) => match &texts[..] {
            [process_group, application_group, callable] => Ok(Chosen {
                process_group: process_group.as_deref().map(GroupTemplate::parse),
                application_group: application_group.as_deref().map(GroupTemplate::parse),
                callable: callable.as_deref().map(Callable::parse),
            }),
            _ => Err(Refusal::Engine(500)),
        },
        _ => Err(Refusal::Engine(500)),
    }
}
