//! `AllowOverride` and `AllowOverrideList`: what access files such as `.htaccess` may say, and where.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::configuration::{Configuration, Event};
use super::pattern::matches;

/// A class of directives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `AuthConfig`
    AuthConfig,
    /// `FileInfo`
    FileInfo,
    /// `Indexes`, `Limit` and `Options`.
    Other,
}

/// What an access file may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowed {
    classes: BTreeSet<Class>,
    /// Directives of `AllowOverrideList`, in lower case.
    names: BTreeSet<Vec<u8>>,
    /// What is not allowed is left out, and told in the log; else the request fails.
    pub is_lenient: bool,
}

impl Allowed {
    /// Whether access files are read at all.
    pub(super) fn has_any(&self) -> bool {
        !self.classes.is_empty() || !self.names.is_empty()
    }

    /// Whether the directive `name`, which belongs to `class`, may stand in one.
    pub fn has(&self, class: Class, name: &str) -> bool {
        let name = name.to_ascii_lowercase().into_bytes();
        self.classes.contains(&class) || self.names.contains(&name)
    }

    /// `AllowOverride WORD…`
    fn classes(words: &[Vec<u8>]) -> (BTreeSet<Class>, bool) {
        let (mut classes, mut is_lenient) = (BTreeSet::new(), false);
        for word in words {
            let word = word.to_ascii_lowercase();
            match word.split(|&byte| byte == b'=').next().unwrap_or_default() {
                b"all" => classes.extend([Class::AuthConfig, Class::FileInfo, Class::Other]),
                b"authconfig" => classes.extend([Class::AuthConfig]),
                b"fileinfo" => classes.extend([Class::FileInfo]),
                b"indexes" | b"limit" | b"options" => classes.extend([Class::Other]),
                b"nonfatal" => is_lenient |= !word.ends_with(b"=unknown"),
                _ => (),
            }
        }
        (classes, is_lenient)
    }
}

/// What a `<Directory>` says.
#[derive(Debug)]
struct Rule {
    server: usize,
    /// The parts of its path, which may be patterns.
    parts: Vec<Vec<u8>>,
    classes: Option<(BTreeSet<Class>, bool)>,
    names: Option<BTreeSet<Vec<u8>>>,
}

/// What all of them say.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    pub(super) fn of(configuration: &Configuration) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        for event in &configuration.events {
            let Event::Directive(directive) = event else {
                continue;
            };
            let is = |name: &str| directive.name.eq_ignore_ascii_case(name.as_bytes());
            let section = &configuration.sections[directive.section];
            let [path] = &section.words[..] else { continue };
            if !section.is("Directory") || !path.starts_with(b"/") {
                continue;
            }
            let (mut classes, mut names) = (None, None);
            if is("AllowOverride") {
                classes = Some(Allowed::classes(&directive.words));
            } else if is("AllowOverrideList") {
                let words = directive.words.iter().map(|word| word.to_ascii_lowercase());
                names = Some(words.filter(|word| word != b"none").collect());
            } else {
                continue;
            }
            rules.push(Rule {
                server: configuration.server(directive.section),
                parts: parts(path),
                classes,
                names,
            });
        }
        // As httpd does: short paths first, and what stands in a virtual host after what stands outside.
        rules.sort_by_key(|rule| (rule.parts.len(), rule.server != 0));
        Self(rules)
    }

    /// What holds in `directory`, an absolute path, for the requests of `server`.
    pub(super) fn at(&self, server: usize, directory: &Path) -> Allowed {
        let path = parts(directory.as_os_str().as_bytes());
        let mut allowed = Allowed::default();
        for rule in &self.0 {
            let is_its_own = rule.server == 0 || rule.server == server;
            let is_around = rule.parts.len() <= path.len()
                && rule
                    .parts
                    .iter()
                    .zip(&path)
                    .all(|(pattern, name)| pattern == name || matches(pattern, name));
            if !is_its_own || !is_around {
                continue;
            }
            if let Some((classes, is_lenient)) = &rule.classes {
                allowed.classes.clone_from(classes);
                allowed.is_lenient = *is_lenient;
            }
            if let Some(names) = &rule.names {
                allowed.names.clone_from(names);
            }
        }
        allowed
    }
}

/// The parts of a path, without empty ones.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/');
    parts
        .filter(|part| !part.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}
