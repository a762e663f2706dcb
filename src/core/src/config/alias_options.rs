//! The options of `WSGIScriptAlias`, `WSGIScriptAliasMatch` and `WSGIHandlerScript`.

use std::sync::Arc;

use crate::config::options;
use crate::config::value::{self, Refusal, Shown};
use crate::group::GroupTemplate;

/// What an alias or a handler says about its requests; stronger than any section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AliasOptions {
    /// `process-group=`
    pub process_group: Option<GroupTemplate>,
    /// `application-group=`
    pub application_group: Option<GroupTemplate>,
    /// `callable-object=`, a name as it stands.
    pub callable: Option<Arc<[u8]>>,
    /// `pass-authorization=`
    pub pass_authorization: Option<bool>,
}

impl AliasOptions {
    /// The options in `words`, each `name=value`.
    ///
    /// # Errors
    ///
    /// A malformed or unknown option, or a value that is none.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        const NAMES: &str =
            "application-group, callable-object, pass-authorization and process-group";
        Self::parse_some(words, true, NAMES)
    }

    /// As [`Self::parse`], where the callable is given.
    pub(super) fn parse_without_callable(words: &[&[u8]]) -> Result<Self, Refusal> {
        const NAMES: &str = "application-group, pass-authorization and process-group";
        Self::parse_some(words, false, NAMES)
    }

    fn parse_some(words: &[&[u8]], has_callable: bool, names: &str) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for word in options::whole(words)? {
            let (name, value) = options::split(&word)?;
            match name {
                b"application-group" => {
                    options.application_group = Some(GroupTemplate::parse(value));
                }
                b"callable-object" if has_callable => options.callable = Some(value.into()),
                b"pass-authorization" => {
                    let wrong = || Refusal::because(wrong_switch(value));
                    options.pass_authorization = Some(value::on_off(value).map_err(|_| wrong())?);
                }
                b"process-group" => options.process_group = Some(GroupTemplate::parse(value)),
                _ => return Err(Refusal::of(name, &format!("the options {names}"))),
            }
        }
        Ok(options)
    }
}

fn wrong_switch(value: &[u8]) -> String {
    let value = Shown(value);
    format!("takes On or Off for its option pass-authorization, not {value}")
}

#[cfg(test)]
mod tests {
    use super::AliasOptions;
    use crate::group::GroupTemplate;

    #[test]
    fn options_are_read_or_refused_in_one_sentence() {
        let words: [&[u8]; 4] = [
            b"application-group=%{GLOBAL}",
            b"callable-object=%{ENV:x}",
            b"pass-authorization=on",
            b"process-group=%{GLOBAL}",
        ];
        let options = AliasOptions::parse(&words).unwrap();
        assert_eq!(options.application_group, Some(GroupTemplate::Global));
        assert_eq!(options.callable.as_deref(), Some(&b"%{ENV:x}"[..]));
        assert_eq!(options.pass_authorization, Some(true));
        assert_eq!(options.process_group, Some(GroupTemplate::Global));
        for (word, group) in [
            (
                "process-group=shop",
                GroupTemplate::Name(b"shop".as_slice().into()),
            ),
            ("process-group=%{SERVER}", GroupTemplate::Server),
        ] {
            let options = AliasOptions::parse(&[word.as_bytes()]).unwrap();
            assert_eq!(options.process_group, Some(group), "{word}");
        }
        for (word, part) in [
            ("color=red", "not \"color\""),
            ("application-group", "not \"application-group\""),
            ("application-group=", "form name=value"),
            ("pass-authorization=maybe", "On or Off for its option"),
            ("process-group=", "form name=value"),
        ] {
            let refusal = AliasOptions::parse(&[word.as_bytes()]).unwrap_err();
            assert!(refusal.to_string().contains(part), "{refusal}");
        }
    }

    #[test]
    fn a_value_may_be_quoted() {
        // As httpd cuts the line.
        for (line, name) in [
            (r#"application-group="shop""#, "shop"),
            (r#"application-group="my first shop""#, "my first shop"),
            ("application-group='my shop'", "my shop"),
            (r#"application-group="a\"b\\c\d""#, r#"a"b\c\d"#),
            (r#"application-group=a"b""#, r#"a"b""#),
            (r#"application-group="my shop"#, "my shop"),
        ] {
            let words: Vec<_> = line.split(' ').map(str::as_bytes).collect();
            let options = AliasOptions::parse(&words).unwrap();
            let expected = GroupTemplate::parse(name.as_bytes());
            assert_eq!(options.application_group, Some(expected), "{line}");
        }
        let both: [&[u8]; 2] = [
            b"callable-object=\"app\"",
            b"application-group=\"%{GLOBAL}\"",
        ];
        let options = AliasOptions::parse(&both).unwrap();
        assert_eq!(options.callable.as_deref(), Some(&b"app"[..]));
        assert_eq!(options.application_group, Some(GroupTemplate::Global));
        for wrong in [r#"application-group="a"b"#, r#"application-group="""#] {
            assert!(AliasOptions::parse(&[wrong.as_bytes()]).is_err(), "{wrong}");
        }
    }
}
