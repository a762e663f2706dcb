//! The environment of a request (`SetEnv` and others), as far as applications see it.

use std::ffi::CStr;

use ffi_engine::Slice;

use crate::httpd::{Request, Table};
use crate::pairs::Pairs;

/// The environment of a request.
#[derive(Debug, Default)]
pub struct Env<'r> {
    /// The variables that applications may see, and the engine's own.
    pub pairs: Pairs<'r>,
    /// The value of `HTTPS`, which is none of them.
    https: Option<&'r [u8]>,
    /// The value of `clutch.panic`.
    pub panic: Option<&'r [u8]>,
}

impl<'r> Env<'r> {
    /// The environment in `table`.
    pub fn of(table: Table<'r>) -> Self {
        let mut env = Self::default();
        for (name, value) in table.iter() {
            env.take(name.to_bytes(), value.map(CStr::to_bytes));
        }
        env
    }

    fn take(&mut self, name: &'r [u8], value: Option<&'r [u8]>) {
        match name {
            b"HTTPS" => self.https = value,
            b"clutch.panic" => self.panic = value,
            _ => (),
        }
        if is_hidden(name) {
            return;
        }
        // When httpd puts a request in the place of another, it joins their environments; the last is the one asked for.
        match self.pairs.find(name) {
            Some(pair) => pair.value = Slice::maybe(value),
            None => self.pairs.push(name, value),
        }
    }

    /// Whether the environment says that the client speaks TLS, to whatever stands before this server.
    pub fn says_https(&self) -> bool {
        self.https
            .is_some_and(|value| value == b"1" || value.eq_ignore_ascii_case(b"on"))
    }

    /// Has the environment say that the client speaks TLS, or nothing of it.
    pub fn say_https(&mut self, https: bool) {
        self.https = https.then_some(b"1");
    }

    /// The variables for a dispatch script, which has no `wsgi.url_scheme`: with `HTTPS`, as it stands in the environment, or as
    /// `mod_ssl` would set it.
    pub fn with_https(&self, https: bool) -> Pairs<'r> {
        let mut pairs = self.pairs.clone();
        if let Some(value) = self.https.or(https.then_some(b"1")) {
            pairs.set(b"HTTPS", value);
        }
        pairs
    }
}

/// Variables that no application sees: they are httpd's own, or would mislead it.
const HIDDEN: [&CStr; 11] = [
    c"DYLD_LIBRARY_PATH",
    c"GATEWAY_INTERFACE",
    c"HTTPS",
    c"LD_LIBRARY_PATH",
    c"LIBPATH",
    c"PATH",
    c"PATH_TRANSLATED",
    c"REMOTE_HOST",
    c"REMOTE_IDENT",
    c"SERVER_SIGNATURE",
    c"SHLIB_PATH",
];

fn is_hidden(name: &[u8]) -> bool {
    HIDDEN.iter().any(|hidden| hidden.to_bytes() == name) || name.starts_with(b"mod_wsgi.x-")
}

/// Adds what an application would have seen of `request`, so that an error document finds it as `REDIRECT_…`.
pub fn prepare_for_error_document(request: Request<'_>) {
    request.add_cgi_variables();
    let env = request.env();
    HIDDEN.iter().for_each(|name| env.unset(name));
    if env.get(c"PATH_INFO").is_none() {
        env.set(c"PATH_INFO", c"");
    }
}

#[cfg(test)]
mod tests {
    use super::Env;

    fn env(variables: &[(&'static str, &'static str)]) -> Env<'static> {
        let mut env = Env::default();
        for (name, value) in variables {
            env.take(name.as_bytes(), Some(value.as_bytes()));
        }
        env
    }

    #[test]
    fn variables_that_could_mislead_an_application_are_hidden() {
        let found = env(&[
            ("PATH", "/bin"),
            ("LD_LIBRARY_PATH", "/lib"),
            ("HTTPS", "on"),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("PATH_TRANSLATED", "/x"),
            ("REMOTE_HOST", "x"),
            ("REMOTE_IDENT", "x"),
            ("SERVER_SIGNATURE", ""),
            ("mod_wsgi.x-carrier", "x"),
            ("PATHS", "1"),
            ("mod_wsgi.y", "2"),
        ]);
        let names: Vec<_> = found
            .pairs
            .as_slice()
            .iter()
            .map(|pair| pair.name.text())
            .collect();
        assert_eq!(names, ["PATHS", "mod_wsgi.y"]);
    }

    #[test]
    fn a_dispatch_script_sees_https_as_the_environment_or_the_connection_says_it() {
        let seen = |env: &Env<'static>, https| env.with_https(https).get(b"HTTPS");
        let nothing = env(&[("PATHS", "1")]);
        assert_eq!(seen(&nothing, false), None);
        assert_eq!(seen(&nothing, true), Some(&b"1"[..]));
        let mut said = env(&[("HTTPS", "on")]);
        assert_eq!(seen(&said, true), Some(&b"on"[..]));
        said.say_https(false);
        assert_eq!(seen(&said, false), None);
        said.say_https(true);
        assert_eq!(seen(&said, true), Some(&b"1"[..]));
        assert_eq!(
            said.pairs.get(b"HTTPS"),
            None,
            "an application's environ has none"
        );
    }

    #[test]
    fn the_last_of_two_variables_holds() {
        let found = env(&[("URI", "/index.wsgi"), ("OTHER", "x"), ("URI", "/")]);
        let shown = found.pairs.as_slice().iter();
        let shown: Vec<_> = shown
            .map(|pair| (pair.name.text(), pair.value.text()))
            .collect();
        assert_eq!(
            shown,
            [("URI".into(), "/".into()), ("OTHER".into(), "x".into())]
        );
    }

    #[test]
    fn the_environment_may_say_that_the_client_speaks_tls() {
        for (value, says) in [
            ("on", true),
            ("ON", true),
            ("1", true),
            ("off", false),
            ("", false),
        ] {
            assert_eq!(env(&[("HTTPS", value)]).says_https(), says, "{value}");
        }
        assert!(!env(&[]).says_https());
    }
}
