//! The headers by which proxies say what an application cannot see itself.

/// What a header is about. Of each category one header is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// The client's address.
    Client,
    /// The host that the client asked for.
    Host,
    /// The name of the server.
    Server,
    /// The port that the client connected to.
    Port,
    /// The path under which the client sees the application.
    ScriptName,
    /// Whether the client speaks TLS.
    Scheme,
}

macro_rules! headers {
    ($($(#[$doc:meta])* $variant:ident = $name:literal in $category:ident,)*) => {
        /// A header that `WSGITrustedProxyHeaders` may name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProxyHeader { $($(#[$doc])* $variant,)* }

        impl ProxyHeader {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name of the header.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is about.
            pub const fn category(self) -> Category {
                match self { $(Self::$variant => Category::$category,)* }
            }
        }
    };
}

headers! {
    /// The way of the request: the client, then each proxy but the last.
    ForwardedFor = "X-Forwarded-For" in Client,
    /// The client's address.
    ClientIp = "X-Client-IP" in Client,
    /// The client's address.
    RealIp = "X-Real-IP" in Client,
    /// The host that the client asked for.
    ForwardedHost = "X-Forwarded-Host" in Host,
    /// The host that the client asked for.
    Host = "X-Host" in Host,
    /// The name of the server.
    ForwardedServer = "X-Forwarded-Server" in Server,
    /// The port that the client connected to.
    ForwardedPort = "X-Forwarded-Port" in Port,
    /// The path of the application.
    ScriptName = "X-Script-Name" in ScriptName,
    /// The path of the application.
    ForwardedScriptName = "X-Forwarded-Script-Name" in ScriptName,
    /// `http` or `https`
    ForwardedProto = "X-Forwarded-Proto" in Scheme,
    /// `http` or `https`
    ForwardedScheme = "X-Forwarded-Scheme" in Scheme,
    /// `http` or `https`
    Scheme = "X-Scheme" in Scheme,
    /// `on` or `off`
    ForwardedHttps = "X-Forwarded-HTTPS" in Scheme,
    /// `on` or `off`
    ForwardedSsl = "X-Forwarded-SSL" in Scheme,
    /// `on` or `off`
    Https = "X-HTTPS" in Scheme,
}

impl ProxyHeader {
    /// The header of this name, in any case.
    pub fn named(name: &[u8]) -> Option<Self> {
        let is_it = |header: &&Self| header.name().as_bytes().eq_ignore_ascii_case(name);
        Self::ALL.iter().find(is_it).copied()
    }

    /// The header that has this name as a variable of CGI, `HTTP_…`.
    pub fn of_variable(name: &[u8]) -> Option<Self> {
        let name = name.strip_prefix(b"HTTP_")?;
        let alike = |(a, b): (&u8, &u8)| match a {
            b'-' => *b == b'_',
            letter => letter.to_ascii_uppercase() == *b,
        };
        let is_it = |header: &&Self| {
            let own = header.name().as_bytes();
            own.len() == name.len() && own.iter().zip(name).all(alike)
        };
        Self::ALL.iter().find(is_it).copied()
    }

    /// Whether the value of a header about the scheme says `https`; `None` if it says neither that nor `http`.
    pub(super) fn says_https(self, value: &[u8]) -> Option<bool> {
        let is = |word: &str| value.eq_ignore_ascii_case(word.as_bytes());
        let (yes, no): (&[&str], &[&str]) = match self {
            Self::ForwardedProto | Self::ForwardedScheme | Self::Scheme => (&["https"], &["http"]),
            Self::ForwardedHttps | Self::ForwardedSsl | Self::Https => {
                (&["on", "true", "1"], &["off", "false", "0"])
            }
            _ => return None,
        };
        if yes.iter().any(|word| is(word)) {
            return Some(true);
        }
        no.iter().any(|word| is(word)).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, ProxyHeader};
    use crate::header_name::environ_key;

    #[test]
    fn a_header_is_found_in_any_case() {
        for header in ProxyHeader::ALL {
            let name = header.name();
            for name in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
                assert_eq!(ProxyHeader::named(name.as_bytes()), Some(*header));
            }
        }
        for other in ["", "Forwarded", "X_Forwarded_For", "X-Forwarded-For "] {
            assert_eq!(ProxyHeader::named(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_header_is_found_by_its_name_as_a_variable() {
        for header in ProxyHeader::ALL {
            let mut key = Vec::new();
            assert!(environ_key(header.name().as_bytes(), &mut key));
            assert_eq!(ProxyHeader::of_variable(&key), Some(*header));
        }
        for other in [
            "HTTP_",
            "X_HOST",
            "HTTP_X-HOST",
            "http_x_host",
            "HTTP_X_HOSTS",
        ] {
            assert_eq!(ProxyHeader::of_variable(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_header_about_the_scheme_says_https_or_http_or_neither() {
        let schemes = |header: &&ProxyHeader| header.category() == Category::Scheme;
        for header in ProxyHeader::ALL.iter().filter(schemes) {
            let words = match header {
                ProxyHeader::ForwardedProto
                | ProxyHeader::ForwardedScheme
                | ProxyHeader::Scheme => {
                    [("HTTPS", Some(true)), ("Http", Some(false)), ("on", None)]
                }
                _ => [("On", Some(true)), ("OFF", Some(false)), ("https", None)],
            };
            for (value, says) in words {
                assert_eq!(
                    header.says_https(value.as_bytes()),
                    says,
                    "{header:?} {value}"
                );
            }
            assert_eq!(header.says_https(b""), None);
        }
        for (value, says) in [("true", true), ("1", true), ("False", false), ("0", false)] {
            assert_eq!(ProxyHeader::Https.says_https(value.as_bytes()), Some(says));
        }
        assert_eq!(ProxyHeader::Host.says_https(b"https"), None);
    }
}
