//! Why a call ends early, what the client is told, and what the log.

use std::borrow::Cow;

use clutch_core::code::{self, Fault};
use ffi_engine::abi::{MAY_NEED_PROCESS, NEEDS_PROCESS, STALE};

use crate::interpreter::Refusal;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The script file is not there (any more).
    ScriptMissing,
    /// The script file may not be read.
    ScriptForbidden,
    /// The script could not be read, compiled or executed.
    Script,
    /// The script has no callable of the configured name.
    CallableMissing,
    /// The application raised, or broke the protocol; logged already, with its traceback.
    Application,
    /// There is no interpreter for the group.
    Interpreter,
    /// The client went away; nobody is left to tell.
    ClientGone,
    /// The carrier failed for a reason of its own.
    Carrier,
    /// The group needs a process of its own, which the host gives it.
    NeedsProcess,
    /// As `NeedsProcess`, which is a guess so far.
    MayNeedProcess,
    /// The request is for newer code, which a new process has; the host gives it to one.
    Stale,
    /// The group is as busy as it may be.
    Full,
    /// The call has waited for its turn as long as it may.
    QueueTimeout,
    /// The call has run as long as it may.
    RequestTimeout,
    /// The call is to run again, in another interpreter; nothing of it has happened yet.
    Again,
    /// The script of a service has raised `SystemExit`: it wants to end.
    Exit,
    /// Our own mistake.
    Bug,
}

/// A failure and the sentence for the log, if it has not been logged where it happened.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    fault: Option<Fault>,
    /// The extension module that would not load, if that stands behind it.
    refusal: Option<Box<Refusal>>,
}

impl Error {
    /// A failure that is logged already, or not worth it.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            fault: None,
            refusal: None,
        }
    }

    /// A failure with a sentence for the log.
    pub fn saying(kind: Kind, fault: Fault) -> Self {
        Self {
            kind,
            fault: Some(fault),
            refusal: None,
        }
    }

    /// With the extension module that stands behind it.
    pub fn behind(self, refusal: Option<Refusal>) -> Self {
        Self {
            refusal: refusal.map(Box::new),
            ..self
        }
    }

    /// The extension module that would not load and stands behind it.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_deref()
    }

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the call is to run again.
    pub fn is_again(&self) -> bool {
        self.kind == Kind::Again
    }

    /// Whether the group needs a process of its own, and gets it.
    pub fn needs_process(&self) -> bool {
        self.kind == Kind::NeedsProcess
    }

    /// Whether the application is to blame.
    pub fn is_of_application(&self) -> bool {
        self.kind == Kind::Application
    }

    /// Status for the client; `None` if nobody is left to tell. The only place where a failure becomes a status.
    pub fn status(&self) -> Option<u16> {
        match self.kind {
            Kind::ScriptMissing | Kind::CallableMissing => Some(404),
            Kind::ScriptForbidden => Some(403),
            Kind::Script | Kind::Application | Kind::Interpreter | Kind::Carrier | Kind::Bug => {
                Some(500)
            }
            Kind::Again | Kind::Exit => Some(500),
            Kind::NeedsProcess => Some(NEEDS_PROCESS),
            Kind::MayNeedProcess => Some(MAY_NEED_PROCESS),
            Kind::Stale => Some(STALE),
            Kind::Full => Some(503),
            Kind::QueueTimeout | Kind::RequestTimeout => Some(504),
            Kind::ClientGone => None,
        }
    }

    /// The line for the log.
    pub fn fault(&self) -> Option<Cow<'_, Fault>> {
        match (&self.fault, self.kind) {
            (Some(fault), _) => Some(Cow::Borrowed(fault)),
            (None, Kind::Carrier) => {
                let text = "the server could not carry out an operation for this request";
                Some(Cow::Owned(code::CARRIER_FAILED.says(text)))
            }
            (None, _) => None,
        }
    }
}
