//! What an interpreter remembers from request to request: keys of headers, and values that stay the same.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use clutch_core::header_name;
use clutch_sys::lock::Mutex;
use ffi_engine::abi::{FIELDS, Field};

use crate::python::{Attached, Kept, Object, PyResult};

/// Most names that are remembered; a client that sends new names all the time gains nothing.
const MOST: usize = 512;

/// FNV-1a: short names, and a map whose size is bounded, so that collisions cost little.
#[derive(Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

type Names = HashMap<Box<[u8]>, Option<Kept>, BuildHasherDefault<Fnv>>;

/// Names and values of past requests, ready to be used again.
#[derive(Debug)]
pub struct Memory {
    /// Header name as sent → its environ key; `None` for headers that applications do not see.
    headers: Names,
    /// Name of a variable → its environ key.
    variables: Names,
    /// The last value of each field that tends to stay the same.
    fields: [Option<(Box<[u8]>, Kept)>; FIELDS],
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            headers: Names::default(),
            variables: Names::default(),
            fields: [const { None }; FIELDS],
        }
    }
}

impl Memory {
    /// Takes the memory out of its place, so that nobody waits for it while Python runs; another thread that comes
    /// meanwhile begins with an empty one.
    pub(super) fn take(place: &Mutex<Option<Box<Memory>>>) -> Box<Memory> {
        place.lock().take().unwrap_or_default()
    }

    /// Puts the memory back; the fuller one stays.
    pub(super) fn put(self: Box<Self>, place: &Mutex<Option<Box<Memory>>>, py: Attached<'_>) {
        let mut place = place.lock();
        let other = match place.take() {
            Some(other) if other.headers.len() > self.headers.len() => {
                *place = Some(other);
                Some(self)
            }
            other => {
                *place = Some(self);
                other
            }
        };
        drop(place);
        if let Some(other) = other {
            other.release(py);
        }
    }

    /// Gives all references back.
    pub(crate) fn release(self: Box<Self>, py: Attached<'_>) {
        let Self {
            headers,
            variables,
            fields,
        } = *self;
        let names = headers
            .into_values()
            .chain(variables.into_values())
            .flatten();
        names
            .chain(fields.into_iter().flatten().map(|(_, kept)| kept))
            .for_each(|kept| kept.release(py));
    }

    /// The environ key of a request header; `None` if applications do not see it.
    pub(super) fn header_key<'py>(
        &mut self,
        py: Attached<'py>,
        name: &[u8],
    ) -> PyResult<Option<Object<'py>>> {
        if let Some(known) = self.headers.get(name) {
            return Ok(known.as_ref().map(|kept| kept.bind(py)));
        }
        let mut key = Vec::new();
        let key = match header_name::environ_key(name, &mut key) {
            true => Some(py.latin1(&key)?.intern()),
            false => None,
        };
        if self.headers.len() < MOST {
            self.headers
                .insert(name.into(), key.clone().map(Object::keep));
        }
        Ok(key)
    }

    /// The environ key of a variable of the request environment.
    pub(super) fn variable_key<'py>(
        &mut self,
        py: Attached<'py>,
        name: &[u8],
    ) -> PyResult<Object<'py>> {
        if let Some(Some(known)) = self.variables.get(name) {
            return Ok(known.bind(py));
        }
        let key = py.latin1(name)?;
        if self.variables.len() < MOST {
            self.variables.insert(name.into(), Some(key.clone().keep()));
        }
        Ok(key)
    }

    /// The value of a field: the same object as last time if it has the same bytes.
    pub(super) fn field<'py>(
        &mut self,
        py: Attached<'py>,
        field: Field,
        bytes: &[u8],
    ) -> PyResult<Object<'py>> {
        if !is_steady(field) {
            return py.latin1(bytes);
        }
        let place = &mut self.fields[field as usize];
        if let Some((last, value)) = place
            && **last == *bytes
        {
            return Ok(value.bind(py));
        }
        let value = match field {
            Field::DocumentRoot | Field::ScriptFilename => py.path(bytes).or_else(|raised| {
                drop(raised.take(py));
                py.latin1(bytes)
            }),
            _ => py.latin1(bytes),
        }?;
        if let Some((_, old)) = place.replace((bytes.into(), value.clone().keep())) {
            old.release(py);
        }
        Ok(value)
    }
}

/// Whether a field tends to have the same value in request after request, and says nothing secret about a client.
fn is_steady(field: Field) -> bool {
    !matches!(
        field,
        Field::PathInfo
            | Field::OwnPathInfo
            | Field::QueryString
            | Field::RequestUri
            | Field::RemotePort
            | Field::ContentLength
            | Field::RemoteUser
            | Field::Authorization
            | Field::ProxyAuthorization
            | Field::RequestId
            | Field::ConnectionId
            | Field::RedirectUrl
            | Field::RedirectQueryString
            | Field::RedirectRemoteUser
    )
}
