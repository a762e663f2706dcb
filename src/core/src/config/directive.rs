//! What a row of the table of directives says.

use std::cell::RefCell;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::code::Code;
use crate::config::expression::Compile;
use crate::config::interpreter::{Block, InterpreterSection};
use crate::config::provider::ProviderScript;
use crate::config::section::Section;
use crate::config::server::ServerSection;
use crate::config::value::{Refusal, Shown};

/// Where a directive may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In the main server, outside of every section.
    Main,
    /// In the main server or a virtual host, outside of directory sections.
    Server,
    /// As `Server`, and in directory sections.
    Section,
    /// As `Section`, and in `.htaccess` files where `AllowOverride FileInfo` holds.
    SectionAndHtaccess,
    /// In directory sections, and in `.htaccess` files where `AllowOverride AuthConfig` holds.
    DirectoryAndHtaccess,
}

/// How many arguments a directive takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Exactly one, not empty.
    One,
    /// Any number, also none.
    Any,
    /// At least one.
    OneOrMore,
    /// Exactly two.
    Two,
    /// At least two.
    TwoOrMore,
    /// The rest of the line as one word: this begins a section.
    Line,
}

/// The arguments of one line.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    /// The words, as many as [`Takes`] says.
    pub words: &'a [&'a [u8]],
    /// The host's engine for regular expressions.
    pub expressions: &'a dyn Compile,
    /// What is said about the line although it is taken.
    pub remarks: &'a RefCell<Vec<Remark>>,
    /// The line stands in a `.htaccess` file, which is read while httpd serves: the words of servers must not be changed.
    pub in_htaccess: bool,
}

/// What the operator is told of a line that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The condition that it tells, if it matters; else it is worth saying.
    pub code: Option<&'static Code>,
    /// A predicate; its subject is the directive's name.
    pub text: String,
}

impl<'a> Arguments<'a> {
    /// The only word.
    pub(super) fn only(&self) -> &'a [u8] {
        self.words.first().copied().unwrap_or_default()
    }

    /// Says something about the line.
    pub(super) fn remark(&self, code: Option<&'static Code>, predicate: impl Into<String>) {
        let text = predicate.into();
        self.remarks.borrow_mut().push(Remark { code, text });
    }
}

type ApplyTo<T> = fn(&mut T, &Arguments<'_>) -> Result<(), Refusal>;

/// What a directive changes.
#[derive(Debug, Clone, Copy)]
pub enum Apply {
    /// The words of a server.
    Server(ApplyTo<ServerSection>),
    /// The words of a section.
    Section(ApplyTo<Section>),
    /// Which script httpd asks, in a section; and the words of its server, which has to see that the script can be run.
    Provider(fn(&mut Section, Arc<ProviderScript>)),
    /// The words about interpreters, of the block that is open, else of the main server.
    Interpreter(ApplyTo<InterpreterSection>),
    /// Opens a block of words about interpreters.
    Block(fn(&[u8]) -> Result<Block, Refusal>),
}

/// A directive.
#[derive(Debug, Clone, Copy)]
pub struct Directive {
    /// As the operator writes it; httpd does not care about case.
    pub name: &'static CStr,
    /// Where it may stand.
    pub scope: Scope,
    /// How many arguments.
    pub takes: Takes,
    /// Its arguments, for the reference page.
    pub syntax: &'static str,
    /// What holds without it, for the reference page.
    pub default: &'static str,
    /// One or more sentences for `httpd -L` and the reference page.
    pub summary: &'static CStr,
    /// Its effect.
    pub apply: Apply,
}

impl Directive {
    /// The name as text, without the bracket that a section begins with.
    pub fn name(&self) -> &'static str {
        let written = self.name.to_str().unwrap_or_default();
        written.trim_start_matches('<')
    }

    /// Checks the number of `words`.
    ///
    /// # Errors
    ///
    /// Any other number than the row says.
    pub fn check(&self, words: &[&[u8]]) -> Result<(), Refusal> {
        let expected = match self.takes {
            Takes::One if words.len() == 1 && !words[0].is_empty() => return Ok(()),
            Takes::OneOrMore if !words.is_empty() => return Ok(()),
            Takes::TwoOrMore if words.len() >= 2 => return Ok(()),
            Takes::Two if words.len() == 2 => return Ok(()),
            Takes::Any | Takes::Line => return Ok(()),
            Takes::One => "exactly one argument",
            Takes::OneOrMore => "at least one argument",
            Takes::Two => "exactly two arguments",
            Takes::TwoOrMore => "at least two arguments",
        };
        let mut given = String::from(if words.is_empty() {
            " and has none"
        } else {
            ", not"
        });
        for word in words {
            // Writing to a String cannot fail.
            let _ = write!(given, " {}", Shown(word));
        }
        let syntax = self.syntax;
        Err(Refusal::because(format!(
            "takes {expected} ({syntax}){given}"
        )))
    }

    /// Applies a line of these words to the place that the row is about: a section, or a server.
    ///
    /// # Errors
    ///
    /// The words are not what the row takes, or there is no such place.
    pub fn apply<'t>(
        &self,
        arguments: &Arguments<'_>,
        section: impl FnOnce() -> Option<&'t mut Section>,
        server: impl FnOnce() -> Option<&'t mut ServerSection>,
    ) -> Result<(), Refusal> {
        self.check(arguments.words)?;
        let no_place = || Refusal::because("has no section to stand in");
        let server = || server().ok_or_else(no_place);
        match self.apply {
            Apply::Section(apply) => apply(section().ok_or_else(no_place)?, arguments),
            Apply::Server(apply) => apply(server()?, arguments),
            Apply::Provider(apply) => {
                let mut script = ProviderScript::parse(arguments.words)?;
                match arguments.in_htaccess {
                    true => script = script.of_htaccess()?,
                    false => server()?.asks(&script),
                }
                apply(section().ok_or_else(no_place)?, Arc::new(script));
                Ok(())
            }
            Apply::Interpreter(apply) => apply(server()?.interpreter_words(), arguments),
            Apply::Block(parse) => server()?.open_block(|| parse(arguments.only())),
        }
    }

    /// The sentence for httpd's start: who refuses, what is expected, what was given.
    pub fn sentence(&self, refusal: &Refusal) -> String {
        format!("{} {refusal}", self.name())
    }

    /// The remark as a sentence: about what, and what of it.
    pub fn said(&self, remark: Remark) -> Remark {
        Remark {
            text: format!("{} {}", self.name(), remark.text),
            ..remark
        }
    }
}
