//! Expansion terminates, stays within the length of its parts, and makes the name the rule says. Input: the template,
//! the port, the host, the application's path, and a variable's value, which may hold anything.
#![no_main]

use std::borrow::Cow;

use clutch_core::group::{Callable, Facts, GroupTemplate};
use libfuzzer_sys::fuzz_target;

const SERVER: &[u8] = b"www.example.com";

struct Case<'i> {
    port: u16,
    host: &'i [u8],
    script_name: &'i [u8],
    variable: Option<&'i [u8]>,
}

impl Facts for Case<'_> {
    fn server_name(&self) -> &[u8] {
        SERVER
    }
    fn host(&self) -> &[u8] {
        self.host
    }
    fn port(&self) -> u16 {
        self.port
    }
    fn host_port(&self) -> u16 {
        self.port
    }
    fn script_name(&self) -> Cow<'_, [u8]> {
        self.script_name.into()
    }
    fn variable(&self, name: &[u8]) -> Option<&[u8]> {
        self.variable.filter(|_| !name.is_empty())
    }
}

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(5, |&byte| byte == b'\n');
    let text = parts.next().unwrap_or_default();
    let port = parts.next().unwrap_or_default();
    let case = Case {
        port: std::str::from_utf8(port)
            .ok()
            .and_then(|port| port.parse().ok())
            .unwrap_or(80),
        host: parts.next().unwrap_or_default(),
        script_name: parts.next().unwrap_or_default(),
        variable: parts.next(),
    };
    let template = GroupTemplate::parse(text);
    let name = template.expand(&case);
    assert_eq!(name, expected(text, &case));
    assert!(name.len() <= input.len() + SERVER.len() + ":65535|".len());

    let callable = Callable::parse(text);
    let object = callable.expand(&case);
    match variable_of(text, &case) {
        Some(value) => assert_eq!(object, value.unwrap_or(b"application")),
        None if text.starts_with(b"%") => assert_eq!(object, b"application"),
        None => assert_eq!(object, text),
    }
});

/// The rule once more: a whole token, or a variable whose value may be a whole token, or the text.
fn expected(text: &[u8], case: &Case<'_>) -> Vec<u8> {
    let value = variable_of(text, case).flatten().unwrap_or(text);
    let port = match case.port {
        80 | 443 => String::new(),
        port => format!(":{port}"),
    };
    let host = if case.host.is_empty() {
        SERVER
    } else {
        case.host
    };
    match value {
        b"%{GLOBAL}" => Vec::new(),
        b"%{SERVER}" => [SERVER, port.as_bytes()].concat(),
        b"%{HOST}" => [host, port.as_bytes()].concat(),
        b"%{RESOURCE}" => [SERVER, port.as_bytes(), b"|", case.script_name].concat(),
        name => name.to_vec(),
    }
}

/// Whether `text` is `%{ENV:…}`, and the value of that variable if it is set.
fn variable_of<'i>(text: &[u8], case: &Case<'i>) -> Option<Option<&'i [u8]>> {
    let name = text.strip_prefix(b"%{ENV:")?.strip_suffix(b"}")?;
    Some(case.variable.filter(|_| !name.is_empty()))
}
