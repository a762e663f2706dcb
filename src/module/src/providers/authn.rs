//! `WSGIAuthUserScript`: who is a user? For `AuthBasicProvider wsgi` and `AuthDigestProvider wsgi`.

use std::sync::Arc;

use clutch_core::code::{self, Code};
use clutch_core::config::ProviderScript;
use clutch_core::question::{Answer, Question};

use crate::httpd::{Request, log};

/// What is found out about a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authn<'r> {
    /// The password is the user's.
    Granted,
    /// It is not.
    Denied,
    /// The digest of the user.
    Digest(&'r [u8]),
    /// Nobody knows the user; others may be asked.
    Unknown,
    /// Nothing was found out; it has been logged why.
    Failed,
}

/// Whether `password` is the one of `user`, who may get another name.
pub fn check_password<'r>(request: Request<'r>, user: &[u8], password: &[u8]) -> Authn<'r> {
    let Some(script) = script(request, code::NO_PASSWORD_SCRIPT) else {
        return Authn::Failed;
    };
    match super::ask(request, script, Question::CheckPassword, &[user, password]) {
        Ok(Answer::Yes) => Authn::Granted,
        Ok(Answer::No) => Authn::Denied,
        Ok(Answer::Nothing) => Authn::Unknown,
        Ok(Answer::Text(name)) if !name.is_empty() && !name.contains(&0) => {
            request.set_user(&name);
            Authn::Granted
        }
        Ok(_) | Err(_) => Authn::Failed,
    }
}

/// The digest of `user` in `realm`.
pub fn realm_hash<'r>(request: Request<'r>, user: &[u8], realm: &[u8]) -> Authn<'r> {
    let Some(script) = script(request, code::NO_DIGEST_SCRIPT) else {
        return Authn::Failed;
    };
    match super::ask(request, script, Question::GetRealmHash, &[user, realm]) {
        Ok(Answer::Nothing) => Authn::Unknown,
        Ok(Answer::Text(hash)) if !hash.is_empty() => Authn::Digest(request.pool().copy(&hash)),
        Ok(_) | Err(_) => Authn::Failed,
    }
}

fn script<'r>(request: Request<'r>, missing: &'static Code) -> Option<&'r Arc<ProviderScript>> {
    let section = request.section();
    let script = section.and_then(|one| one.auth_user_script.as_ref());
    if script.is_none() {
        let fault = missing.says("the provider wsgi needs a WSGIAuthUserScript here");
        log::request_fault(request, &fault);
    }
    script
}
