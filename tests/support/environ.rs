//! The environ of a request as the application saw it: each key with the type and the `repr` of its value.

use std::collections::BTreeMap;

use super::{Httpd, Request, Response};

/// A script whose application answers with its environ, for [`Environ::of`].
pub const SCRIPT: &str = r#"
def application(environ, start_response):
    lines = ['%s\t%s\t%r' % (key, type(value).__name__, value) for key, value in environ.items()]
    body = '\n'.join(lines).encode('utf-8', 'backslashreplace')
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

/// What an application found in its environ.
#[derive(Debug)]
pub struct Environ(BTreeMap<String, (String, String)>);

impl Environ {
    /// The environ that `httpd`, serving [`SCRIPT`], made of `request`.
    pub fn of(httpd: &Httpd, request: &Request) -> Self {
        Self::from(&httpd.send(request))
    }

    /// Whether there is such a key.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The `repr` of a value.
    ///
    /// # Panics
    ///
    /// If there is no such key.
    pub fn repr(&self, key: &str) -> &str {
        &self.entry(key).1
    }

    /// The name of a value's type.
    ///
    /// # Panics
    ///
    /// If there is no such key.
    pub fn kind(&self, key: &str) -> &str {
        &self.entry(key).0
    }

    /// The value of a text variable, if it is there. Only for values whose `repr` needs no escapes.
    pub fn text(&self, key: &str) -> Option<&str> {
        let (kind, repr) = self.0.get(key)?;
        assert_eq!(kind, "str", "{key} is {repr}");
        Some(repr.trim_matches('\''))
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn entry(&self, key: &str) -> &(String, String) {
        self.0
            .get(key)
            .unwrap_or_else(|| panic!("no {key} in the environ: {:#?}", self.0))
    }
}

impl From<&Response> for Environ {
    fn from(response: &Response) -> Self {
        let entries = response.lines().into_iter().map(|line| {
            let mut parts = line.splitn(3, '\t').map(str::to_owned);
            let mut next = || parts.next().expect("key, type and repr");
            (next(), (next(), next()))
        });
        Self(entries.collect())
    }
}
