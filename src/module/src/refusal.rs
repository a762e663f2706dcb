//! Why a request gets no application, what the client is told, and what the log says.

use clutch_core::code::{self, Fault};

use crate::httpd::{Request, log};

/// A reason to answer a request without calling an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The file may not be executed where it is.
    NotExecutable,
    /// There is no such script.
    Missing,
    /// The script is a directory.
    Directory,
    /// There is more path than the script's, and the operator does not want that.
    PathInfo,
    /// A transfer encoding that httpd cannot undo.
    TransferEncoding,
    /// A body without a declared length, and the operator does not want that.
    Chunked,
    /// A declared length that is no number.
    ContentLength,
    /// httpd does not take the body, with this status.
    Body(u16),
    /// The application group needs a process of its own, and gets none.
    NoProcess,
    /// It has been logged why, and the client gets this status.
    Logged(u16),
    /// The client has its answer, or is gone.
    Answered,
    /// The operator wants no Python in httpd's processes.
    Restricted,
    /// Python did not start in this process; the log of its start says why.
    NoPython,
    /// The engine answers with this status, and has logged why.
    Engine(u16),
}

impl Refusal {
    /// The status for the client. The only place where a refusal becomes a status.
    pub fn status(self) -> u16 {
        match self {
            Self::NotExecutable | Self::Directory => 403,
            Self::Missing | Self::PathInfo => 404,
            Self::TransferEncoding => 501,
            Self::Chunked => 411,
            Self::ContentLength => 400,
            Self::Restricted | Self::NoPython => 500,
            Self::NoProcess => 503,
            Self::Body(status) | Self::Engine(status) | Self::Logged(status) => status,
            Self::Answered => 200,
        }
    }

    /// The line for the log; `None` where somebody else has written it.
    fn fault(self) -> Option<Fault> {
        Some(match self {
            Self::NotExecutable => {
                code::NOT_EXECUTABLE.says("Options ExecCGI is off for the script")
            }
            Self::Missing => {
                code::NO_SCRIPT.says("there is no such script, or httpd may not look for it")
            }
            Self::Directory => code::SCRIPT_IS_DIRECTORY.says("the script is a directory"),
            Self::PathInfo => {
                code::PATH_INFO.says("AcceptPathInfo is off, and the URL goes on after the script")
            }
            Self::TransferEncoding => {
                code::TRANSFER_ENCODING.says("the transfer encoding of the request is not chunked")
            }
            Self::Chunked => code::CHUNKED_OFF
                .says("the request has no Content-Length, and WSGIChunkedRequest is off"),
            Self::ContentLength => {
                code::BAD_CONTENT_LENGTH.says("the Content-Length of the request is not a number")
            }
            Self::Restricted => code::EMBEDDED_OFF
                .says("WSGIRestrictEmbedded keeps applications out of httpd's own processes"),
            Self::NoProcess => code::NO_PROCESS
                .says("the application group needs a process of its own, and gets none"),
            Self::NoPython => code::NO_PYTHON_HERE.says("Python did not start in this process"),
            Self::Body(_) | Self::Engine(_) | Self::Logged(_) | Self::Answered => return None,
        })
    }

    /// Whether an error document that follows sees the variables of CGI.
    pub fn is_after_the_environ(self) -> bool {
        matches!(
            self,
            Self::Logged(_) | Self::NoProcess | Self::Restricted | Self::NoPython | Self::Engine(_)
        )
    }

    /// Writes the line to the log of `request`.
    pub fn log(self, request: Request<'_>) {
        if let Some(fault) = self.fault() {
            log::request_fault(request, &fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn every_refusal_has_the_documented_status() {
        for (refusal, status) in [
            (Refusal::NotExecutable, 403),
            (Refusal::Missing, 404),
            (Refusal::Directory, 403),
            (Refusal::PathInfo, 404),
            (Refusal::TransferEncoding, 501),
            (Refusal::Chunked, 411),
            (Refusal::ContentLength, 400),
            (Refusal::Body(413), 413),
            (Refusal::Logged(503), 503),
            (Refusal::Restricted, 500),
            (Refusal::NoPython, 500),
            (Refusal::Engine(404), 404),
        ] {
            assert_eq!(refusal.status(), status, "{refusal:?}");
        }
    }
}
