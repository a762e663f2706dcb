//! What of an interpreter's is used in every request, ready to hand: classes, keys, functions.

use std::ffi::CStr;

use clutch_sys::lock::Mutex;
use ffi_engine::abi::{FIELDS, Field, Plan};

use super::group::Group;
use crate::modwsgi::active::ActiveRequests;
use crate::modwsgi::server::Server;
use crate::modwsgi::{self, Given};
use crate::python::{Attached, Kept, Object, PyResult, class};
use crate::wsgi::errors::Errors;
use crate::wsgi::input::Input;
use crate::wsgi::log::Log;
use crate::wsgi::{Adapter, Memory, template};

/// Objects of one interpreter that are used in every request.
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each is what its name says: a class, an environ key, a text or a function"
)]
pub struct Parts {
    pub keys: [Kept; FIELDS],
    pub key_scheme: Kept,
    pub key_input: Kept,
    pub key_errors: Kept,
    pub key_callable: Kept,
    pub key_thread: Kept,
    pub key_request_start: Kept,
    pub key_queue_start: Kept,
    pub key_daemon_start: Kept,
    pub key_application_start: Kept,
    pub key_server_pid: Kept,
    pub key_apache_request: Kept,
    pub text_http: Kept,
    pub text_https: Kept,
    pub text_application: Kept,
    pub name_mtime: Kept,
    pub name_reload_required: Kept,
    pub input: Kept,
    pub errors: Kept,
    pub log: Kept,
    pub adapter: Kept,
    pub file_wrapper: Kept,
    pub load_script: Kept,
    pub format_exception: Kept,
    pub shutdown: Kept,
    pub wait_for_threads: Kept,
    pub server: Kept,
    pub event_callbacks: Kept,
    pub shutdown_callbacks: Kept,
    pub signal_callbacks: Kept,
    pub take_refusals: Kept,
    pub take_first_read: Kept,
    pub blame: Kept,
    pub collections: Kept,
    pub request_timeout: Kept,
    /// The requests that run.
    pub active: ActiveRequests,
    /// The constant part of every environ.
    pub template: Kept,
    /// What was learned from past requests.
    pub memory: Mutex<Option<Box<Memory>>>,
    /// The interpreter in words, for the log.
    pub context: String,
}

impl Parts {
    /// Brings the interpreter that `py` is attached to into the state that applications find it in.
    pub(super) fn build(
        py: Attached<'_>,
        plan: &Plan<'_>,
        group: &Group,
        own_gil: bool,
        environment: Option<&[(Vec<u8>, Vec<u8>)]>,
    ) -> PyResult<Self> {
        let (log, errors) = (class::define::<Log>(py)?, class::define::<Errors>(py)?);
        let server = class::define::<Server>(py)?;
        let prelude = modwsgi::prelude(py)?;
        let given = Given {
            stdout: class::instance(&log.get(py), Log::new("<stdout>"))?,
            stderr: class::instance(&log.get(py), Log::new("<stderr>"))?,
            errors_class: errors.bind(py),
            server: class::instance(&server.get(py), Server)?,
        };
        let of_group = modwsgi::OfGroup {
            name: group.name(),
            plan: &group.plan,
            own_gil,
        };
        let facts = modwsgi::facts(py, plan, of_group, given, environment)?;
        prelude.attribute_named(c"setup")?.call([&facts])?;
        let from_prelude = |name: &CStr| prelude.attribute_named(name).map(Object::keep);
        let name = |name: &CStr| py.interned(name).map(Object::keep);
        let file_wrapper = prelude.attribute_named(c"FileWrapper")?;
        Ok(Self {
            keys: keys(py)?,
            key_scheme: name(c"wsgi.url_scheme")?,
            key_input: name(c"wsgi.input")?,
            key_errors: name(c"wsgi.errors")?,
            key_callable: name(c"mod_wsgi.callable_object")?,
            key_thread: name(c"mod_wsgi.thread_id")?,
            key_request_start: name(c"mod_wsgi.request_start")?,
            key_queue_start: name(c"mod_wsgi.queue_start")?,
            key_daemon_start: name(c"mod_wsgi.daemon_start")?,
            key_application_start: name(c"mod_wsgi.application_start")?,
            key_server_pid: name(c"mod_wsgi.server_pid")?,
            key_apache_request: name(c"apache.request_rec")?,
            text_http: name(c"http")?,
            text_https: name(c"https")?,
            text_application: name(c"application")?,
            name_mtime: name(c"__mtime__")?,
            name_reload_required: name(c"reload_required")?,
            input: class::define::<Input>(py)?,
            adapter: class::define::<Adapter>(py)?,
            load_script: from_prelude(c"load_script")?,
            format_exception: from_prelude(c"format_exception")?,
            shutdown: from_prelude(c"shutdown")?,
            wait_for_threads: from_prelude(c"wait_for_threads")?,
            server,
            event_callbacks: from_prelude(c"event_callbacks")?,
            shutdown_callbacks: from_prelude(c"shutdown_callbacks")?,
            signal_callbacks: from_prelude(c"signal_callbacks")?,
            take_refusals: from_prelude(c"take_refusals")?,
            take_first_read: from_prelude(c"take_first_read")?,
            blame: from_prelude(c"blame")?,
            collections: from_prelude(c"collections")?,
            request_timeout: from_prelude(c"RequestTimeout")?,
            active: ActiveRequests::new(py)?,
            template: template(py, plan, group.name(), &file_wrapper)?.keep(),
            file_wrapper: file_wrapper.keep(),
            memory: Mutex::default(),
            context: context(plan, group.name()),
            log,
            errors,
        })
    }
}

impl Parts {
    /// Gives all references back, when the interpreter is about to end.
    pub(super) fn expire(&self, py: Attached<'_>) {
        if let Some(memory) = self.memory.lock().take() {
            memory.release(py);
        }
        self.active.expire(py);
        let single = [
            &self.key_scheme,
            &self.key_input,
            &self.key_errors,
            &self.key_callable,
            &self.key_thread,
            &self.key_request_start,
            &self.key_queue_start,
            &self.key_daemon_start,
            &self.key_application_start,
            &self.key_server_pid,
            &self.key_apache_request,
            &self.text_http,
            &self.text_https,
            &self.text_application,
            &self.name_mtime,
            &self.name_reload_required,
            &self.input,
            &self.errors,
            &self.log,
            &self.adapter,
            &self.file_wrapper,
            &self.load_script,
            &self.format_exception,
            &self.shutdown,
            &self.wait_for_threads,
            &self.server,
            &self.event_callbacks,
            &self.shutdown_callbacks,
            &self.signal_callbacks,
            &self.take_refusals,
            &self.take_first_read,
            &self.blame,
            &self.collections,
            &self.request_timeout,
            &self.template,
        ];
        let all = self.keys.iter().chain(single);
        all.for_each(|kept| kept.expire(py));
    }
}

fn keys(py: Attached<'_>) -> PyResult<[Kept; FIELDS]> {
    let mut keys = Vec::with_capacity(FIELDS);
    for field in Field::ALL {
        keys.push(py.text(field.name())?.intern().keep());
    }
    Ok(keys.try_into().expect("one key was made for each field"))
}

fn context(plan: &Plan<'_>, group: &[u8]) -> String {
    let interpreter = match group {
        b"" => "the main interpreter".to_owned(),
        named => format!("the sub-interpreter '{}'", String::from_utf8_lossy(named)),
    };
    match plan.process_group.bytes() {
        b"" => interpreter,
        named => format!(
            "{interpreter} of process group '{}'",
            String::from_utf8_lossy(named)
        ),
    }
}
