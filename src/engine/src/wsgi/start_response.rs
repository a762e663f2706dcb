//! `start_response` and the `write` it gives (PEP 3333, "The start_response() Callable").

use std::sync::{Arc, LazyLock};

use clutch_core::exchange::{Exchange, Failure, Then};
use clutch_core::response_head::{self, Illegal};

use super::Call;
use super::head::{Given, Head, Problem};
use crate::interpreter::Parts;
use crate::modwsgi::events;
use crate::python::class::{self, Arguments, Method, Payload, StaticMethod, This, method};
use crate::python::{Attached, Builtin, Kind, Object, PyResult};

/// The object behind `start_response` and `write`.
pub struct Adapter(Arc<Call>);

impl Payload for Adapter {
    const NAME: &'static std::ffi::CStr = c"mod_wsgi.Adapter";

    fn methods() -> Vec<Method> {
        vec![
            method::<Self, _>(c"start_response", start_response),
            method::<Self, _>(c"write", write),
            method::<Self, _>(c"ssl_is_https", ssl_is_https),
            method::<Self, _>(c"ssl_var_lookup", ssl_var_lookup),
        ]
    }
}

static START_RESPONSE: LazyLock<StaticMethod> =
    LazyLock::new(|| StaticMethod::new(&method::<Adapter, _>(c"start_response", start_response)));
static WRITE: LazyLock<StaticMethod> =
    LazyLock::new(|| StaticMethod::new(&method::<Adapter, _>(c"write", write)));

/// The `start_response` of a call.
pub(super) fn new<'py>(
    py: Attached<'py>,
    parts: &Parts,
    call: &Arc<Call>,
) -> PyResult<Object<'py>> {
    let adapter = class::instance(&parts.adapter.get(py), Adapter(Arc::clone(call)))?;
    class::bound(&adapter, &START_RESPONSE)
}

static IS_HTTPS: LazyLock<StaticMethod> =
    LazyLock::new(|| StaticMethod::new(&method::<Adapter, _>(c"ssl_is_https", ssl_is_https)));
static VAR_LOOKUP: LazyLock<StaticMethod> =
    LazyLock::new(|| StaticMethod::new(&method::<Adapter, _>(c"ssl_var_lookup", ssl_var_lookup)));

/// The functions that tell of a call's TLS: whether there is any, and the value of a variable.
pub(super) fn tls_functions<'py>(
    py: Attached<'py>,
    parts: &Parts,
    call: &Arc<Call>,
) -> PyResult<[Object<'py>; 2]> {
    let adapter = class::instance(&parts.adapter.get(py), Adapter(Arc::clone(call)))?;
    Ok([
        class::bound(&adapter, &IS_HTTPS)?,
        class::bound(&adapter, &VAR_LOOKUP)?,
    ])
}

fn over(py: Attached<'_>) -> crate::python::Raised {
    py.raise(Kind::Runtime, "the request has ended")
}

fn start_response<'py>(
    py: Attached<'py>,
    adapter: This<'_, 'py, Adapter>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let call = &adapter.0;
    if !call.is_live() {
        return Err(over(py));
    }
    let (status, headers, exc_info) = match arguments {
        [status, headers] => (status, headers, None),
        [status, headers, exc_info] => (
            status,
            headers,
            Some(exc_info).filter(|info| !info.is_none()),
        ),
        _ => {
            return Err(py.raise(
                Kind::Type,
                "start_response() takes 2 or 3 positional arguments",
            ));
        }
    };
    if !headers.is_a(Builtin::List) {
        let text = format_args!(
            "response headers must be a list, not {}",
            headers.type_name()
        );
        return Err(py.raise_with(Kind::Type, text));
    }
    if exc_info.is_some_and(|info| !info.is_a(Builtin::Tuple)) {
        return Err(py.raise(Kind::Runtime, "exc_info must be a tuple or None"));
    }
    if call.head.lock().is_committed() {
        return Err(too_late(py, exc_info));
    }
    if call.is_listened() {
        let interpreter = crate::interpreter::current(py)?;
        let told = (status, headers, exc_info);
        events::response_started(py, interpreter.parts(), call, told)?;
    }
    let (code, given) = checked(py, status, headers)?;
    call.note_status(code);
    let mut head = call.head.lock();
    if !head.is_committed() {
        *head = Head::Given(Box::new(given));
    }
    drop(head);
    class::bound(adapter.object(), &WRITE)
}

/// The head is out: re-raises the application's exception, or says so.
fn too_late<'py>(py: Attached<'py>, exc_info: Option<&Object<'py>>) -> crate::python::Raised {
    let Some(exc_info) = exc_info else {
        return py.raise(Kind::Runtime, "the response has already been started");
    };
    match exc_info.item(1).filter(|_| exc_info.items() == 3) {
        Some(value) if value.is_exception() => value.raise(),
        _ => py.raise(
            Kind::Type,
            "exc_info must be a tuple of an exception's type, value and traceback",
        ),
    }
}

fn checked<'py>(
    py: Attached<'py>,
    status: &Object<'py>,
    headers: &Object<'py>,
) -> PyResult<(u16, Given)> {
    let illegal = |illegal: Illegal| py.raise_with(Kind::Value, illegal);
    let line = native(py, status, "status")?;
    let code = response_head::status(&line).map_err(illegal)?;
    let mut given = Given::new(code, &line);
    let mut index = 0;
    while let Some(header) = headers.item(index) {
        index += 1;
        if !header.is_a(Builtin::Tuple) {
            let text = format_args!(
                "each response header must be a tuple, not {}",
                header.type_name()
            );
            return Err(py.raise_with(Kind::Type, text));
        }
        let (Some(name), Some(value), 2) = (header.item(0), header.item(1), header.items()) else {
            return Err(py.raise(
                Kind::Value,
                "each response header must be a tuple of a name and a value",
            ));
        };
        let (name, value) = (
            native(py, &name, "header name")?,
            native(py, &value, "header value")?,
        );
        response_head::name(&name).map_err(illegal)?;
        response_head::value(&value).map_err(|problem| {
            py.raise_with(
                Kind::Value,
                format_args!("{problem} ({})", String::from_utf8_lossy(&name)),
            )
        })?;
        given.header(&name, &value);
    }
    Ok((code, given))
}

/// The bytes of a native string (PEP 3333, "A Note On String Types").
fn native<'a>(
    py: Attached<'_>,
    text: &'a Object<'_>,
    what: &str,
) -> PyResult<std::borrow::Cow<'a, [u8]>> {
    if !text.is_a(Builtin::Str) {
        return Err(py.raise_with(
            Kind::Type,
            format_args!("{what} must be a str, not {}", text.type_name()),
        ));
    }
    text.latin1_bytes()
}

fn write<'py>(
    py: Attached<'py>,
    adapter: This<'_, 'py, Adapter>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let [data] = arguments else {
        return Err(py.raise(Kind::Type, "write() takes exactly one positional argument"));
    };
    let Some(bytes) = data.as_bytes() else {
        return Err(py.raise_with(
            Kind::Type,
            format_args!("write() needs bytes, not {}", data.type_name()),
        ));
    };
    let call = &*adapter.0;
    if !call.is_live() {
        return Err(over(py));
    }
    let problem = call.head.lock().problem();
    if let Some(problem) = problem {
        return Err(raise_problem(py, problem));
    }
    if let Some(meter) = call.meter().filter(|_| bytes.is_empty()) {
        meter.output.add_operation();
    }
    py.detached((call, bytes), |(call, bytes)| {
        call.write(bytes, Then::Flush)
    })
    .map_err(|problem| py.raise_with(Kind::Os, problem))?;
    Ok(py.none())
}

/// Raises why a head cannot be committed.
pub(super) fn raise_problem(py: Attached<'_>, problem: Problem) -> crate::python::Raised {
    match problem {
        Problem::NotGiven => py.raise(Kind::Runtime, "start_response() has not been called"),
        Problem::Length => py.raise_with(Kind::Value, Illegal::Length),
    }
}

fn ssl_is_https<'py>(
    py: Attached<'py>,
    adapter: This<'_, 'py, Adapter>,
    _: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let https = py.detached(&*adapter.0, |call| {
        call.with(|carrier| carrier.is_https()).ok()
    });
    https.map_or_else(|| Err(over(py)), |https| py.int(https.into()))
}

fn ssl_var_lookup<'py>(
    py: Attached<'py>,
    adapter: This<'_, 'py, Adapter>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let [name] = arguments else {
        return Err(py.raise(
            Kind::Type,
            "ssl_var_lookup() takes exactly one positional argument",
        ));
    };
    let name = match name.as_bytes() {
        Some(bytes) => bytes.to_vec(),
        None => match native(py, name, "name") {
            Ok(name) => name.into_owned(),
            Err(_) => {
                let text = "ssl_var_lookup() takes a name as bytes or as a latin-1 str";
                return Err(py.raise(Kind::Type, text));
            }
        },
    };
    let value = py.detached((&*adapter.0, &name[..]), |(call, name)| {
        call.with(|carrier| carrier.tls_variable(name).map(<[u8]>::to_vec))
            .map_err(|_| Failure::Internal)
    });
    match value {
        Ok(Some(value)) => py.latin1(&value),
        Ok(None) => Ok(py.none()),
        Err(_) => Err(over(py)),
    }
}
