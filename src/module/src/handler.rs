//! A request is served, or not: the whole decision.

use std::ffi::{CStr, c_void};
use std::ptr;

use clutch_core::code::{self, Code};
use clutch_core::config::interpreter::EMBEDDED;
use clutch_core::config::{Section, Settings};
use clutch_core::response_head;
use ffi_engine::Slice;
use ffi_engine::abi::{self, Field, List};
use ffi_engine::host::Engine;

use crate::client::{Daemons, Served};
use crate::embedded::Embedded;
use crate::env::{self, Env};
use crate::environ::{self, Place};
use crate::headers::Headers;
use crate::httpd::{Outcome, Request, Sendfile, log};
use crate::life::{self, Child};
use crate::providers::Asked;
use crate::providers::dispatch::{self, Chosen};
use crate::refusal::Refusal;
use crate::target::Target;
use crate::{proxies, supervisor};

/// The handler of scripts.
pub const SCRIPT_HANDLER: &CStr = c"wsgi-script";

/// The application group is as busy as it may be.
const SERVICE_UNAVAILABLE: u16 = 503;

/// Serves `request` if it is ours.
pub fn respond(request: Request<'_>) -> Outcome {
    let nothing = Section::default();
    let section = request.section().unwrap_or(&nothing);
    let Some(target) = Target::of(request, section) else {
        return Outcome::Declined;
    };
    match serve(request, section, target) {
        Ok(()) => Outcome::Done,
        Err(refusal) => {
            refusal.log(request);
            if refusal.status() == SERVICE_UNAVAILABLE {
                request.headers_for_errors().set(c"Retry-After", c"1");
            }
            if refusal.is_after_the_environ() {
                env::prepare_for_error_document(request);
            }
            Outcome::Status(refusal.status())
        }
    }
}

/// Serves `request`, which is for `target`, where `section` is in force.
fn serve<'r>(
    request: Request<'r>,
    section: &'r Section,
    target: Target<'r>,
) -> Result<(), Refusal> {
    let script_mtime = target.admit(request)?;
    let settings = Settings::of(section, target.options());
    let mut headers = Headers::of(request.headers_in(), request.pool());
    let content_length = admit_body(request, &headers, &settings)?;
    let mut env = Env::of(request.env());
    assert!(
        env.panic != Some(b"module"),
        "the variable clutch.panic asks for it"
    );
    let child = life::child().ok_or(Refusal::NoPython)?;
    let place = Place::of(request, child.case_sensitive);
    let mut fields = environ::fields(&place, &headers, &settings);
    fields[Field::HandlerScript as usize] = Slice::new(target.handler_script());
    let https = proxies::tell(request, &settings, &mut headers, &mut env, &mut fields);
    let chosen = match settings.dispatch_script {
        None => Chosen::default(),
        Some(script) => dispatch::choose(&Asked {
            request,
            place: &place,
            script,
            https,
            fields,
            env: env.with_https(https).as_slice(),
            headers: headers.pairs.as_slice(),
        })?,
    };
    let process_group = chosen.process_group.as_ref();
    let process_group = process_group.unwrap_or(settings.process_group);
    let process_group = process_group.expand(&place);
    let server = admit_process_group(
        child,
        request,
        &process_group,
        target.script(request),
        &settings,
    )?;
    let sendfile = match settings.enable_sendfile {
        true => Sendfile::Allowed,
        false => Sendfile::Off,
    };
    let mut exchange = Embedded::of(request, content_length, sendfile);
    let application_group = chosen.application_group.as_ref();
    let application_group = application_group.unwrap_or(settings.application_group);
    let application_group = application_group.expand(&place);
    let callable = match &chosen.callable {
        Some(callable) => callable.expand(&place),
        None => settings.callable(&place),
    };
    let call = abi::Request {
        group: Slice::new(&application_group),
        script: Slice::new(target.script(request)),
        script_mtime,
        callable: Slice::new(callable),
        reload: settings.script_reloading,
        https,
        fields,
        env: List::new(env.pairs.as_slice()),
        headers: List::new(headers.pairs.as_slice()),
        content_length,
        server_pid: std::process::id(),
        request_start: request.time(),
        apache_request: record(request, &settings),
        ..abi::Request::EMPTY
    };
    let answer = match server.call(request, &call, &settings, &mut exchange) {
        Ok(answer) => answer,
        // If the client has a part of the response already, that is broken, and there is no other.
        Err(refusal) => {
            let status = exchange.status_after(Some(refusal.status()));
            return status.map_or(Ok(()), |_| Err(refusal));
        }
    };
    match exchange.status_after(answer) {
        Some(status) => Err(Refusal::Engine(target.status(status))),
        None => Ok(()),
    }
}

/// httpd's record of `request`, if scripts get it; else null.
pub(crate) fn record(request: Request<'_>, settings: &Settings<'_>) -> *mut c_void {
    match settings.pass_request {
        true => request.record(),
        false => ptr::null_mut(),
    }
}

/// Has this process serve, with the code that operators want to run.
fn call_here(engine: Engine, call: &abi::Request<'_>, exchange: &mut impl Served) -> Option<u16> {
    for group in supervisor::reloads() {
        engine.reload(&group);
    }
    engine.call(call, exchange)
}

/// Has a process of its own serve a request of an application group that needs one, in the main interpreter there.
fn elsewhere(
    child: &Child,
    request: Request<'_>,
    call: &abi::Request<'_>,
    settings: &Settings<'_>,
    exchange: &mut impl Served,
) -> Result<Option<u16>, Refusal> {
    let group = call.group.bytes();
    let daemons = child.own.as_ref().and_then(|own| own.of(group));
    let daemons = daemons.ok_or(Refusal::NoProcess)?;
    let call = abi::Request {
        group: Slice::new(EMBEDDED),
        ..*call
    };
    daemons.call(request, &call, settings, exchange)
}

/// Who serves a request.
pub(crate) enum Server<'c> {
    /// This process.
    Here(&'c Child, Engine),
    /// One of these.
    Daemons(&'c Daemons),
}

impl Server<'_> {
    /// Has it serve a request, or answer the question that it is. `None` if that has been done, else the status to answer with.
    ///
    /// # Errors
    ///
    /// There is nobody to do it, or nobody has answered; it has been logged why, unless the refusal tells it.
    pub(crate) fn call(
        &self,
        request: Request<'_>,
        call: &abi::Request<'_>,
        settings: &Settings<'_>,
        exchange: &mut impl Served,
    ) -> Result<Option<u16>, Refusal> {
        let (child, engine) = match self {
            Self::Daemons(daemons) => return daemons.call(request, call, settings, exchange),
            Self::Here(child, engine) => (child, *engine),
        };
        match call_here(engine, call, exchange) {
            Some(abi::NEEDS_PROCESS) => elsewhere(child, request, call, settings, exchange),
            Some(abi::MAY_NEED_PROCESS) => {
                let answer = elsewhere(child, request, call, settings, exchange);
                let served = matches!(answer, Ok(None));
                engine.confirm(call.group.bytes(), call.script.bytes(), served);
                answer
            }
            answer => Ok(answer),
        }
    }
}

/// Who serves `request`, which is for `script` in the process group `name`, if the operator allows it.
fn admit_process_group<'c>(
    child: &'c Child,
    request: Request<'_>,
    name: &[u8],
    script: &[u8],
    settings: &Settings<'_>,
) -> Result<Server<'c>, Refusal> {
    if !settings.may_run_in(name) {
        let why = "WSGIRestrictProcess does not allow the GROUP here";
        return Err(refused(request, name, code::GROUP_NOT_ALLOWED, why));
    }
    match name {
        EMBEDDED => child.engine().map(|engine| Server::Here(child, engine)),
        _ => daemons(child, request, name, script).map(Server::Daemons),
    }
}

/// The refusal of a request for the process group `name`, which is logged.
fn refused(request: Request<'_>, name: &[u8], code: &'static Code, why: &str) -> Refusal {
    let shown = match name {
        EMBEDDED => "%{GLOBAL}".into(),
        name => String::from_utf8_lossy(name),
    };
    let text = why.replace("GROUP", &format!("process group '{shown}'"));
    log::request_fault(request, &code.says(text));
    Refusal::Logged(500)
}

/// The daemons of the process group `name`, if they may run `script` for `request`.
pub(crate) fn daemons<'c>(
    child: &'c Child,
    request: Request<'_>,
    name: &[u8],
    script: &[u8],
) -> Result<&'c Daemons, Refusal> {
    let refused = |code, why: &str| Err(refused(request, name, code, why));
    let Some(daemons) = child.daemons.get(name) else {
        return match child.daemons.is_empty() {
            true => refused(
                code::NO_GROUPS,
                "no WSGIDaemonProcess declares the GROUP, nor any other",
            ),
            false => refused(
                code::NO_SUCH_GROUP,
                "no WSGIDaemonProcess declares the GROUP",
            ),
        };
    };
    match &daemons.server {
        Some(server) if server != request.server_hostname() => {
            let why = "the daemons of the GROUP are for another server alone";
            refused(code::GROUP_OF_ANOTHER, why)
        }
        _ => {
            daemons.admit(request, script)?;
            Ok(daemons)
        }
    }
}

/// The declared length of the body; −1 if it is chunked, 0 if there is none.
fn admit_body(
    request: Request<'_>,
    headers: &Headers<'_>,
    settings: &Settings<'_>,
) -> Result<i64, Refusal> {
    let length = match (headers.transfer_encoding, headers.content_length) {
        (None, None) => return Ok(0),
        (Some(encoding), _) if !encoding.eq_ignore_ascii_case(b"chunked") => {
            return Err(Refusal::TransferEncoding);
        }
        (Some(_), _) if !settings.chunked_request => return Err(Refusal::Chunked),
        (Some(_), _) => -1,
        (None, Some(b"")) => return Err(Refusal::ContentLength),
        (None, Some(length)) => response_head::content_length(length)
            .map_err(|_| Refusal::ContentLength)?
            .cast_signed(),
    };
    request.admit_body().map_err(Refusal::Body)?;
    Ok(length)
}
