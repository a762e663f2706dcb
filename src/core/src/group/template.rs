//! `%{GLOBAL} %{SERVER} %{HOST} %{RESOURCE} %{ENV:…}`: what the operator writes, and the name it makes for a request.

use std::borrow::Cow;
use std::sync::Arc;

/// The callable that a script is expected to have.
pub const APPLICATION: &[u8] = b"application";

/// What a name may be made of.
pub trait Facts {
    /// `ServerName` of the virtual host, as configured.
    fn server_name(&self) -> &[u8];
    /// The host the client asked for, without a port; empty if it named none.
    fn host(&self) -> &[u8];
    /// The configured port of the virtual host, which no client can choose.
    fn port(&self) -> u16;
    /// httpd's port for self-referential URLs: what the client's `Host` header says, unless names are canonical.
    fn host_port(&self) -> u16;
    /// Path of the application, slashes collapsed; in lower case where case does not matter.
    fn script_name(&self) -> Cow<'_, [u8]>;
    /// A variable: of the request's notes, its environment, or the process environment, the first that has it.
    fn variable(&self, name: &[u8]) -> Option<&[u8]>;
}

/// The name of an application group, or the recipe for it.
///
/// A recipe is recognised only if it is the whole text; everything else is a name as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupTemplate {
    /// The main interpreter, whose name is empty.
    Global,
    /// The virtual host's name and, unless 80 or 443, the port.
    Server,
    /// As `Server`, with the host that the client asked for.
    Host,
    /// `Server`, a bar, and the path of the application: one group for each mount point.
    Resource,
    /// The value of a variable. The field is the whole text, such as `%{ENV:SITE}`.
    Variable(Arc<[u8]>),
    /// This name.
    Name(Arc<[u8]>),
}

impl GroupTemplate {
    /// The template that `text` means. There is no wrong one.
    pub fn parse(text: &[u8]) -> Self {
        Self::token(text).unwrap_or_else(|| match variable_name(text) {
            Some(_) => Self::Variable(text.into()),
            None => Self::Name(text.into()),
        })
    }

    /// The template that `text` means where only what a server knows by itself can be named: the main interpreter, the
    /// virtual host, and the host that the client asked for. Everything else is a name as it stands.
    pub fn parse_of_server(text: &[u8]) -> Self {
        match Self::token(text) {
            Some(token) if token != Self::Resource => token,
            _ => Self::Name(text.into()),
        }
    }

    fn token(text: &[u8]) -> Option<Self> {
        match text {
            b"%{GLOBAL}" => Some(Self::Global),
            b"%{SERVER}" => Some(Self::Server),
            b"%{HOST}" => Some(Self::Host),
            b"%{RESOURCE}" => Some(Self::Resource),
            _ => None,
        }
    }

    /// The name for the request with these facts.
    ///
    /// The value of a variable is expanded in turn, but not if it names a variable itself. A variable that is not set
    /// leaves the text as it stands.
    pub fn expand<'a>(&'a self, facts: &'a impl Facts) -> Cow<'a, [u8]> {
        match self {
            Self::Global => Cow::Borrowed(b""),
            Self::Server => with_port(facts.server_name(), facts.port()),
            Self::Host => match facts.host() {
                b"" => with_port(facts.server_name(), facts.port()),
                host => with_port(host, facts.host_port()),
            },
            Self::Resource => resource(facts),
            Self::Name(name) => Cow::Borrowed(name),
            Self::Variable(text) => {
                let value = variable_name(text).and_then(|name| facts.variable(name));
                value.map_or(Cow::Borrowed(text), |value| expand_value(value, facts))
            }
        }
    }
}

fn expand_value<'a>(value: &'a [u8], facts: &'a impl Facts) -> Cow<'a, [u8]> {
    match GroupTemplate::token(value) {
        Some(GroupTemplate::Server) => with_port(facts.server_name(), facts.port()),
        Some(GroupTemplate::Global) => Cow::Borrowed(b""),
        Some(token) => Cow::Owned(token.expand(facts).into_owned()),
        None => Cow::Borrowed(value),
    }
}

fn with_port(name: &[u8], port: u16) -> Cow<'_, [u8]> {
    match port {
        80 | 443 => Cow::Borrowed(name),
        port => Cow::Owned([name, b":", port.to_string().as_bytes()].concat()),
    }
}

fn resource<'a>(facts: &impl Facts) -> Cow<'a, [u8]> {
    let server = with_port(facts.server_name(), facts.port());
    Cow::Owned([&server, &b"|"[..], &facts.script_name()].concat())
}

/// The name in `%{ENV:name}`; `None` for any other text.
fn variable_name(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"%{ENV:")?.strip_suffix(b"}")
}

/// Which object of a script is the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callable {
    /// The object of this name.
    Name(Arc<[u8]>),
    /// The object whose name is the value of this variable; `application` if it is not set.
    Variable(Arc<[u8]>),
}

impl Callable {
    /// The callable that `text` means. A `%` that begins no `%{ENV:…}` stands for the default.
    pub fn parse(text: &[u8]) -> Self {
        match variable_name(text) {
            Some(name) => Self::Variable(name.into()),
            None if text.starts_with(b"%") => Self::Name(APPLICATION.into()),
            None => Self::Name(text.into()),
        }
    }

    /// The object's name for the request with these facts.
    pub fn expand<'a>(&'a self, facts: &'a impl Facts) -> &'a [u8] {
        match self {
            Self::Name(name) => name,
            Self::Variable(name) => facts.variable(name).unwrap_or(APPLICATION),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::{Callable, Facts, GroupTemplate};

    struct Case {
        host: &'static str,
        port: u16,
        script_name: &'static str,
        variable: Option<Vec<u8>>,
    }

    impl Facts for Case {
        fn server_name(&self) -> &[u8] {
            b"www.example.com"
        }
        fn host(&self) -> &[u8] {
            self.host.as_bytes()
        }
        fn port(&self) -> u16 {
            self.port
        }
        fn host_port(&self) -> u16 {
            self.port
        }
        fn script_name(&self) -> Cow<'_, [u8]> {
            self.script_name.as_bytes().into()
        }
        fn variable(&self, name: &[u8]) -> Option<&[u8]> {
            self.variable.as_deref().filter(|_| name == b"GRP")
        }
    }

    const SHOP: Case = Case {
        host: "alias.example.com",
        port: 80,
        script_name: "/shop",
        variable: None,
    };

    fn expand(text: &str, case: &Case) -> String {
        let name = GroupTemplate::parse(text.as_bytes())
            .expand(case)
            .into_owned();
        String::from_utf8(name).unwrap()
    }

    #[test]
    fn every_token_makes_its_name() {
        for (text, name) in [
            ("%{GLOBAL}", ""),
            ("%{SERVER}", "www.example.com"),
            ("%{HOST}", "alias.example.com"),
            ("%{RESOURCE}", "www.example.com|/shop"),
            ("%{ENV:GRP}", "%{ENV:GRP}"),
            ("plain", "plain"),
            ("%", "%"),
            ("%{OTHER}", "%{OTHER}"),
            ("x%{SERVER}", "x%{SERVER}"),
            ("%{ENV:GRP", "%{ENV:GRP"),
        ] {
            assert_eq!(expand(text, &SHOP), name, "{text}");
        }
    }

    #[test]
    fn a_script_of_a_server_knows_three_tokens() {
        for (text, name) in [
            ("%{GLOBAL}", ""),
            ("%{SERVER}", "www.example.com"),
            ("%{HOST}", "alias.example.com"),
            ("%{RESOURCE}", "%{RESOURCE}"),
            ("%{ENV:GRP}", "%{ENV:GRP}"),
            ("plain", "plain"),
        ] {
            let template = GroupTemplate::parse_of_server(text.as_bytes());
            assert_eq!(&*template.expand(&SHOP), name.as_bytes(), "{text}");
        }
    }

    #[test]
    fn only_an_unusual_port_is_part_of_a_name() {
        for (port, name) in [
            (80, "www.example.com"),
            (443, "www.example.com"),
            (8080, "www.example.com:8080"),
        ] {
            assert_eq!(expand("%{SERVER}", &Case { port, ..SHOP }), name);
        }
        let root = Case {
            port: 8080,
            script_name: "",
            ..SHOP
        };
        assert_eq!(expand("%{RESOURCE}", &root), "www.example.com:8080|");
        assert_eq!(expand("%{HOST}", &root), "alias.example.com:8080");
    }

    #[test]
    fn a_client_that_names_no_host_gets_the_servers_name() {
        assert_eq!(
            expand("%{HOST}", &Case { host: "", ..SHOP }),
            "www.example.com"
        );
    }

    #[test]
    fn the_value_of_a_variable_is_expanded_once() {
        for (value, name) in [
            ("blue", "blue"),
            ("", ""),
            ("%{GLOBAL}", ""),
            ("%{SERVER}", "www.example.com"),
            ("%{RESOURCE}", "www.example.com|/shop"),
            ("%{ENV:GRP}", "%{ENV:GRP}"),
            ("%{OTHER}", "%{OTHER}"),
        ] {
            let case = Case {
                variable: Some(value.into()),
                ..SHOP
            };
            assert_eq!(expand("%{ENV:GRP}", &case), name, "{value}");
        }
    }

    #[test]
    fn a_callable_is_a_name_or_a_variable() {
        let set = Case {
            variable: Some(b"%{SERVER}".to_vec()),
            ..SHOP
        };
        for (text, unset, with_value) in [
            ("app", "app", "app"),
            ("%{ENV:GRP}", "application", "%{SERVER}"),
            ("%{GLOBAL}", "application", "application"),
            ("%", "application", "application"),
        ] {
            let callable = Callable::parse(text.as_bytes());
            assert_eq!(callable.expand(&SHOP), unset.as_bytes(), "{text}");
            assert_eq!(callable.expand(&set), with_value.as_bytes(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn expansion_ends_and_is_no_longer_than_what_it_is_made_of(text: Vec<u8>, value: Vec<u8>, port: u16) {
            let parts = 32 + text.len() + value.len() + "www.example.com:65535|/shop".len();
            let case = Case { port, variable: Some(value), ..SHOP };
            prop_assert!(GroupTemplate::parse(&text).expand(&case).len() <= parts);
        }

        #[test]
        fn a_text_without_a_percent_sign_is_its_own_name(text in "[^%]{0,20}") {
            prop_assert_eq!(expand(&text, &SHOP), text);
        }
    }
}
