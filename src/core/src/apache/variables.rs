//! `Define`, `-D` and the environment: what `${NAME}` stands for.

use std::collections::{BTreeMap, BTreeSet};

/// What is defined, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    defined: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    environment: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Names that were asked for and stand for nothing.
    pub(super) missing: BTreeSet<Vec<u8>>,
}

/// The most bytes that a word may have after its variables were replaced.
const LONGEST: usize = 1024 * 1024;

impl Variables {
    /// Nothing is defined, and httpd's environment has these variables.
    pub fn with_environment(environment: BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        Self {
            environment,
            ..Self::default()
        }
    }

    /// `Define NAME [VALUE]`, or `-D NAME`.
    pub fn define(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.defined
            .insert(name.to_vec(), value.map(<[u8]>::to_vec));
    }

    /// `UnDefine NAME`.
    pub(super) fn undefine(&mut self, name: &[u8]) {
        self.defined.remove(name);
    }

    /// Whether `<IfDefine NAME>` holds.
    pub(super) fn is_defined(&self, name: &[u8]) -> bool {
        self.defined.contains_key(name)
    }

    fn value(&self, name: &[u8]) -> Option<&[u8]> {
        let defined = self.defined.get(name).and_then(Option::as_deref);
        defined.or_else(|| self.environment.get(name).map(Vec::as_slice))
    }

    /// `word` with each `${NAME}` replaced by its value, once. What stands for nothing stays as it is.
    pub(super) fn expand(&mut self, word: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(word.len());
        let mut rest = word;
        while let Some(at) = rest.windows(2).position(|pair| pair == b"${") {
            let inner = &rest[at + 2..];
            let Some(end) = inner.iter().position(|&byte| byte == b'}') else {
                break;
            };
            let name = &inner[..end];
            text.extend_from_slice(&rest[..at]);
            match self.value(name) {
                Some(value) if text.len() + value.len() <= LONGEST => {
                    text.extend_from_slice(value);
                    rest = &inner[end + 1..];
                }
                _ => {
                    // With a colon it is another module's, such as a map of mod_rewrite.
                    if !name.contains(&b':') {
                        self.missing.insert(name.to_vec());
                    }
                    text.push(b'$');
                    rest = &rest[at + 1..];
                }
            }
        }
        text.extend_from_slice(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Variables;

    fn some() -> Variables {
        let environment = [(b"RUN".to_vec(), b"/run".to_vec())].into();
        let mut variables = Variables::with_environment(environment);
        variables.define(b"APP", Some(b"${RUN}/app"));
        variables.define(b"FLAG", None);
        variables
    }

    #[test]
    fn a_variable_is_what_was_defined_or_stands_in_the_environment() {
        for (word, text) in [
            ("${APP}/x", "${RUN}/app/x"),
            ("a${RUN}b${RUN}", "a/runb/run"),
            ("${FLAG}", "${FLAG}"),
            ("${NONE}${RUN}", "${NONE}/run"),
            ("%{ENV:x} $1 ${open", "%{ENV:x} $1 ${open"),
            ("${map:key}", "${map:key}"),
        ] {
            let made = some().expand(word.as_bytes());
            assert_eq!(String::from_utf8(made).unwrap(), text, "{word}");
        }
        let mut variables = some();
        variables.expand(b"${NONE} ${map:key}");
        assert_eq!(variables.missing, [b"NONE".to_vec()].into());
        variables.undefine(b"FLAG");
        assert!(variables.is_defined(b"APP") && !variables.is_defined(b"FLAG"));
    }

    proptest! {
        #[test]
        fn a_word_without_a_dollar_stays(word in "[^$]{0,20}") {
            prop_assert_eq!(some().expand(word.as_bytes()), word.as_bytes());
        }
    }
}
