//! `WSGIAuthGroupScript`: which groups has a user? For `Require wsgi-group NAME ...`.

use clutch_core::code;
use clutch_core::config::words;
use clutch_core::question::{Answer, Question};

use crate::httpd::{Request, log};

/// What is found out about the groups of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authz {
    /// The user is in one of them.
    Granted,
    /// The user is in none of them.
    Denied,
    /// There is no user yet.
    NoUser,
    /// Nothing was found out; it has been logged why. Not the same as being in none: `Require not` turns that round.
    Failed,
}

/// Whether the user of `request` is in one of the groups that `line` names.
pub fn check(request: Request<'_>, line: &[u8]) -> Authz {
    let Some(user) = request.user() else {
        return Authz::NoUser;
    };
    let section = request.section();
    let Some(script) = section.and_then(|one| one.auth_group_script.as_ref()) else {
        let text = "Require wsgi-group needs a WSGIAuthGroupScript here";
        log::request_fault(request, &code::NO_GROUP_SCRIPT.says(text));
        return Authz::Failed;
    };
    let Ok(Answer::Texts(groups)) = super::ask(request, script, Question::GroupsForUser, &[user])
    else {
        return Authz::Failed;
    };
    let wanted = words(line);
    let is_wanted = |group: &[u8]| wanted.iter().any(|one| one.eq_ignore_ascii_case(group));
    if groups.iter().flatten().any(|group| is_wanted(group)) {
        return Authz::Granted;
    }
    let (user, line) = (String::from_utf8_lossy(user), String::from_utf8_lossy(line));
    let fault = match groups.is_empty() {
        true => code::IN_NO_GROUP.says(format!("the user '{user}' is in no group")),
        false => {
            let text = format!("the user '{user}' is in none of the groups {line}");
            code::IN_OTHER_GROUPS.says(text)
        }
    };
    log::request_fault(request, &fault);
    Authz::Denied
}
