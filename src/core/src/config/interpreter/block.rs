//! `<WSGIInterpreterOptions>`: words for the interpreters that its selectors select.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::interpreter::InterpreterSection;
use crate::config::options;
use crate::config::value::{Refusal, Shown};

/// The process group of httpd's own processes.
pub const EMBEDDED: &[u8] = b"";

/// How the operator writes the empty name, of the main interpreter and of httpd's own processes.
const GLOBAL: &[u8] = b"%{GLOBAL}";

/// A block, and what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// `process-group=`; `None`: any.
    process_group: Option<Arc<[u8]>>,
    /// `application-group=`; `None`: any.
    application_group: Option<Arc<[u8]>>,
    /// What stands inside.
    pub section: InterpreterSection,
}

impl Block {
    /// The block that begins with `line`, of which the name of the section is cut off: selectors and `>`.
    ///
    /// # Errors
    ///
    /// No `>`; a word that is no selector, or one that was there before.
    pub fn parse(line: &[u8]) -> Result<Self, Refusal> {
        let end = line.iter().rposition(|&byte| byte == b'>');
        let end = end.ok_or_else(|| Refusal::of(line, "a line that ends with >"))?;
        let mut block = Self::default();
        let words = options::words(&line[..end]);
        let words: Vec<_> = words.iter().map(Vec::as_slice).collect();
        for word in options::whole(&words)? {
            let (name, value) = options::sides(&word).ok_or_else(|| options::malformed(&word))?;
            let selector = block.selector(name)?;
            if selector.is_some() {
                let name = Shown(name);
                return Err(Refusal::because(format!("takes {name} once")));
            }
            let value = if value == GLOBAL { b"" } else { value };
            *selector = Some(value.into());
        }
        Ok(block)
    }

    fn selector(&mut self, name: &[u8]) -> Result<&mut Option<Arc<[u8]>>, Refusal> {
        if name.eq_ignore_ascii_case(b"process-group") {
            Ok(&mut self.process_group)
        } else if name.eq_ignore_ascii_case(b"application-group") {
            Ok(&mut self.application_group)
        } else {
            let expected = "the selectors process-group and application-group";
            Err(Refusal::of(name, expected))
        }
    }

    /// Whether it is about processes of this group.
    pub fn is_about_processes(&self, group: &[u8]) -> bool {
        self.process_group.as_deref().is_none_or(|own| own == group)
    }

    /// Whether it is about interpreters of this application group, in the right processes.
    pub fn is_about_interpreters(&self, group: &[u8]) -> bool {
        let own = self.application_group.as_deref();
        own.is_none_or(|own| own == group)
    }

    /// Whether it names an application group.
    pub fn names_application_group(&self) -> bool {
        self.application_group.is_some()
    }

    /// The number of its selectors. A more specific block is stronger.
    pub(super) fn specificity(&self) -> usize {
        let selectors = [&self.process_group, &self.application_group];
        selectors.into_iter().flatten().count()
    }
}

#[cfg(test)]
mod tests {
    use super::Block;

    fn about(line: &str) -> (Option<String>, Option<String>) {
        let block = Block::parse(line.as_bytes()).unwrap();
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        (
            block.process_group.as_deref().map(text),
            block.application_group.as_deref().map(text),
        )
    }

    #[test]
    fn selectors_are_read_in_any_order_and_case_and_may_be_missing() {
        let some = |name: &str| Some(name.to_owned());
        for (line, expected) in [
            (">", (None, None)),
            ("process-group=a>", (some("a"), None)),
            ("Application-GROUP=b >", (None, some("b"))),
            (
                "application-group=b process-group=a>",
                (some("a"), some("b")),
            ),
            (
                "process-group=%{GLOBAL} application-group=>",
                (some(""), some("")),
            ),
            ("application-group=%{SERVER}>", (None, some("%{SERVER}"))),
            ("application-group=\"my shop\">", (None, some("my shop"))),
            ("\"application-group=my shop\">", (None, some("my shop"))),
            ("application-group=a=b>", (None, some("a=b"))),
            ("application-group=a>b>", (None, some("a>b"))),
        ] {
            assert_eq!(about(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused_in_one_sentence() {
        for (line, said) in [
            (
                "process-group=a",
                "takes a line that ends with >, not \"process-group=a\"",
            ),
            (
                "shop>",
                "takes options of the form name=value, not \"shop\"",
            ),
            (
                "color=red>",
                "takes the selectors process-group and application-group, not \"color\"",
            ),
            (
                "process-group=a Process-Group=b>",
                "takes \"Process-Group\" once",
            ),
        ] {
            let refusal = Block::parse(line.as_bytes()).unwrap_err();
            assert_eq!(refusal.to_string(), said);
        }
    }

    #[test]
    fn a_selector_is_compared_letter_by_letter_and_its_absence_means_any() {
        let any = Block::parse(b">").unwrap();
        assert!(any.is_about_processes(b"") && any.is_about_interpreters(b"x"));
        let main = Block::parse(b"application-group=%{GLOBAL}>").unwrap();
        assert!(main.is_about_interpreters(b"") && !main.is_about_interpreters(b"x"));
        let shop = Block::parse(b"process-group=Shop>").unwrap();
        assert!(shop.is_about_processes(b"Shop") && !shop.is_about_processes(b"shop"));
    }
}
