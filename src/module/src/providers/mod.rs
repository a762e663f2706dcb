//! Scripts that httpd asks: who may come in ([`access`], [`authn`], [`authz`]), and who serves ([`dispatch`]).
//!
//! All of them go one way: a question to the engine of this process or to a daemon, and an answer, or a refusal. Whatever fails is a
//! refusal.

pub mod access;
mod asking;
pub mod authn;
pub mod authz;
pub mod dispatch;
mod environ;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use clutch_core::code::{self, Code};
use clutch_core::config::{ProviderScript, Section, Settings};
use clutch_core::question::{Answer, Question};
use ffi_engine::Slice;
use ffi_engine::abi::{self, FIELDS, List, Pair};
use smallvec::SmallVec;

use crate::environ::Place;
use crate::handler::{self, Server};
use crate::headers::Headers;
use crate::httpd::{Request, log};
use crate::life;
use crate::refusal::Refusal;
use asking::Asking;

/// A script that is asked about a request.
pub struct Asked<'a, 'r> {
    /// The request.
    pub request: Request<'r>,
    /// Where it is.
    pub place: &'a Place<'r>,
    /// The script.
    pub script: &'a ProviderScript,
    /// Whether the client speaks TLS.
    pub https: bool,
    /// Of its environ.
    pub fields: [Slice<'a>; FIELDS],
    /// Of its environ.
    pub env: &'a [Pair<'a>],
    /// Of its environ.
    pub headers: &'a [Pair<'a>],
}

/// Asks `script` about `request`, as far as that is known before anybody serves it.
///
/// # Errors
///
/// There is no answer; it has been logged why.
fn ask(
    request: Request<'_>,
    script: &ProviderScript,
    question: Question,
    arguments: &[&[u8]],
) -> Result<Answer, Refusal> {
    let case_sensitive = life::child().is_none_or(|child| child.case_sensitive);
    let place = Place::of(request, case_sensitive);
    let headers = Headers::of(request.headers_in(), request.pool());
    let asked = Asked {
        request,
        place: &place,
        script,
        https: request.connection().is_https(),
        fields: environ::fields(request, &headers),
        env: &environ::variables(request),
        headers: headers.pairs.as_slice(),
    };
    asked.ask(question, arguments)
}

impl Asked<'_, '_> {
    /// Asks the script.
    ///
    /// # Errors
    ///
    /// There is no answer; it has been logged why.
    fn ask(&self, question: Question, arguments: &[&[u8]]) -> Result<Answer, Refusal> {
        self.try_to_ask(question, arguments).map_err(|refusal| {
            refusal.log(self.request);
            let script = String::from_utf8_lossy(&self.script.script);
            let function = question.function();
            let text = format!("the script {script} has given no answer ({function})");
            log::request_fault(self.request, &unanswered(question).says(text));
            Refusal::Logged(match refusal.status() {
                // Nobody could be reached, or nobody has answered in time.
                status @ 502..=504 => status,
                // The script is to blame, or the configuration: not the client, whatever that means for an application.
                _ => 500,
            })
        })
    }

    fn try_to_ask(&self, question: Question, arguments: &[&[u8]]) -> Result<Answer, Refusal> {
        let Self {
            request, script, ..
        } = *self;
        let child = life::child().ok_or(Refusal::NoPython)?;
        let nothing = Section::default();
        let settings = Settings::of(request.section().unwrap_or(&nothing), None);
        let server = match &script.process_group {
            None => Server::Here(child, child.engine_for_questions()?),
            Some(name) => {
                let daemons = handler::daemons(child, request, name, &script.script)?;
                Server::Daemons(daemons)
            }
        };
        let group = script.application_group.expand(self.place);
        let arguments: SmallVec<[_; 2]> = arguments.iter().copied().map(Slice::new).collect();
        let call = abi::Request {
            group: Slice::new(&group),
            script: Slice::new(&script.script),
            script_mtime: changed_at(&script.script),
            question: question as u8,
            arguments: List::new(&arguments),
            reload: settings.script_reloading,
            https: self.https,
            fields: self.fields,
            env: List::new(self.env),
            headers: List::new(self.headers),
            server_pid: std::process::id(),
            request_start: request.time(),
            apache_request: handler::record(request, &settings),
            ..abi::Request::EMPTY
        };
        let mut asking = Asking::of(request);
        match server.call(request, &call, &settings, &mut asking)? {
            None => asking.into_answer().ok_or(Refusal::Engine(500)),
            Some(status) => Err(Refusal::Engine(status)),
        }
    }
}

/// When the script was changed, in microseconds since the epoch; 0 if this process cannot see it.
fn changed_at(script: &[u8]) -> i64 {
    let found = fs::metadata(Path::new(OsStr::from_bytes(script)));
    found.map_or(0, |found| {
        found.mtime() * 1_000_000 + found.mtime_nsec() / 1000
    })
}

/// The code of a question without an answer.
fn unanswered(question: Question) -> &'static Code {
    match question {
        Question::CheckPassword => code::PASSWORD_NOT_JUDGED,
        Question::GetRealmHash => code::DIGEST_NOT_GIVEN,
        Question::GroupsForUser => code::GROUPS_NOT_GIVEN,
        Question::AllowAccess => code::ACCESS_NOT_JUDGED,
        Question::Dispatch => code::NOT_DISPATCHED,
    }
}
