//! What a request is for: the script that its URL leads to, or a handler that is a script.

use clutch_core::config::{Alias, AliasOptions, HandlerScript, Section};

use crate::alias;
use crate::handler::SCRIPT_HANDLER;
use crate::httpd::{Request, Script};
use crate::refusal::Refusal;

/// The handler of scripts as a content type, for `AddType`.
const SCRIPT_TYPE: &[u8] = b"application/x-httpd-wsgi";

/// What serves a request.
#[derive(Debug, Clone, Copy)]
pub enum Target<'c> {
    /// The file that the URL leads to, if it may run; and the alias that has led there, if it was one.
    Script(Option<&'c Alias>),
    /// A script whose name is the request's handler, wherever the URL leads.
    Handler(&'c HandlerScript),
}

impl<'c> Target<'c> {
    /// The target of `request`, where `section` is in force; `None` if the request is not ours.
    pub fn of(request: Request<'c>, section: &'c Section) -> Option<Self> {
        let handler = request.handler()?;
        if handler == SCRIPT_HANDLER.to_bytes() || handler == SCRIPT_TYPE {
            return Some(Self::Script(alias::of(request)));
        }
        section.handlers.get(handler).map(Self::Handler)
    }

    /// What is said beside the target, stronger than any section.
    pub fn options(self) -> Option<&'c AliasOptions> {
        match self {
            Self::Script(alias) => alias.map(|alias| &alias.options),
            Self::Handler(handler) => Some(&handler.options),
        }
    }

    /// Path of the script.
    pub fn script(self, request: Request<'c>) -> &'c [u8] {
        match self {
            Self::Script(_) => request.filename(),
            Self::Handler(handler) => &handler.script,
        }
    }

    /// Path of the script, if it is a handler; else empty.
    pub fn handler_script(self) -> &'c [u8] {
        match self {
            Self::Script(_) => b"",
            Self::Handler(handler) => &handler.script,
        }
    }

    /// Lets a request pass that may be served. When its script was changed, in microseconds after 1970; 0 if nobody has looked.
    ///
    /// # Errors
    ///
    /// There is no script, it may not run here, or there is more path than the operator wants. A handler and what it is for are
    /// the operator's own: neither is looked at.
    pub fn admit(self, request: Request<'_>) -> Result<i64, Refusal> {
        let mtime = match self {
            Self::Handler(_) => 0,
            Self::Script(None) if !request.may_execute() => return Err(Refusal::NotExecutable),
            Self::Script(_) => match request.script() {
                Script::Missing => return Err(Refusal::Missing),
                Script::Directory => return Err(Refusal::Directory),
                Script::File(mtime) => mtime,
            },
        };
        if request.rejects_path_info() && !request.path_info().is_empty() {
            return Err(Refusal::PathInfo);
        }
        Ok(mtime)
    }

    /// The status for the client when the engine says `status` in place of an application. The URL is right where a handler
    /// is missing, or has no function of the name: that is the operator's mistake.
    pub fn status(self, status: u16) -> u16 {
        match (self, status) {
            (Self::Handler(_), 403 | 404) => 500,
            _ => status,
        }
    }
}
