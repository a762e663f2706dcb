//! A configuration as the module sees it: each line about WSGI is applied by its row.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::known::{difference, option_differences, without_row};
use super::{Findings, Severity, name_of, quoted};
use crate::apache::{Configuration, Directive, Event, Kind, Place};
use crate::config::directive::{Arguments, Directive as Row};
use crate::config::directives::ALL;
use crate::config::expression::{Compile, Matched, Search};
use crate::config::{Section, ServerSection};

/// A server, and where its words stand.
#[derive(Debug, Default)]
pub struct Server {
    /// The number of its section; 0 is the main server.
    pub section: usize,
    /// `ServerName`, without scheme and port; empty if it has none.
    pub name: Vec<u8>,
    /// Its words.
    pub words: ServerSection,
    /// Where each of `words.aliases` stands.
    pub aliases: Vec<Place>,
    /// Where each of `words.daemons` stands.
    pub daemons: Vec<Place>,
    /// Where each of `words.preloads` stands.
    pub preloads: Vec<Place>,
    /// Where directives that the main server alone has stand first.
    pub first: BTreeMap<&'static str, Place>,
}

impl Server {
    fn note(&mut self, row: &Row, place: Place) {
        self.aliases.resize(self.words.aliases.len(), place);
        self.daemons.resize(self.words.daemons.len(), place);
        self.preloads.resize(self.words.preloads.len(), place);
        self.first.insert(row.name(), place);
    }
}

/// What a section for some requests, or a server, says about requests.
#[derive(Debug, Default)]
pub(super) struct Says {
    pub(super) words: Section,
    /// Where `WSGIProcessGroup` stands.
    pub(super) process_group: Place,
    /// Where `WSGIApplicationGroup` stands.
    pub(super) application_group: Place,
    /// Somebody may come in.
    pub(super) lets_in: bool,
    /// Something is said about access.
    pub(super) has_access_words: bool,
}

/// The servers and sections of a configuration.
#[derive(Debug)]
pub struct Site<'c> {
    /// The text.
    pub configuration: &'c Configuration,
    /// The main server, and the virtual hosts in the order in which they stand.
    pub servers: Vec<Server>,
    pub(super) says: BTreeMap<usize, Says>,
}

/// A line that a row is applied to.
#[derive(Clone, Copy)]
struct Line<'l> {
    words: &'l [&'l [u8]],
    section: usize,
    place: Place,
}

/// Expressions cannot be compiled here; each is taken, and matches nothing. `httpd -t` judges them.
struct Unjudged;

#[derive(Debug)]
struct Nothing;

impl Search for Nothing {
    fn search(&self, _: &[u8]) -> Option<Matched> {
        None
    }
}

impl Compile for Unjudged {
    fn compile(&self, _: &[u8]) -> Option<Box<dyn Search>> {
        Some(Box::new(Nothing))
    }
}

impl<'c> Site<'c> {
    /// Applies the lines of `configuration`; what is refused is a finding.
    pub(super) fn of(configuration: &'c Configuration, findings: &mut Findings) -> Self {
        let sections = configuration.sections.iter().enumerate();
        let of_servers =
            sections.filter(|(_, section)| matches!(section.kind, Kind::Main | Kind::Host));
        let servers = of_servers.map(|(section, _)| Server {
            section,
            ..Server::default()
        });
        let mut site = Self {
            configuration,
            servers: servers.collect(),
            says: BTreeMap::new(),
        };
        for event in &configuration.events {
            match event {
                Event::Open(section) => site.open(*section, findings),
                Event::Close(section) => site.close(*section),
                Event::Directive(directive) => site.directive(directive, findings),
            }
        }
        unused(configuration, findings);
        site
    }

    /// The server that a section belongs to.
    pub(super) fn server_of(&mut self, section: usize) -> &mut Server {
        let server = self.configuration.server(section);
        let at = self.servers.iter().position(|one| one.section == server);
        &mut self.servers[at.unwrap_or(0)]
    }

    fn open(&mut self, number: usize, findings: &mut Findings) {
        let section = &self.configuration.sections[number];
        if !section.is("WSGIInterpreterOptions") {
            return;
        }
        let Some(row) = row("WSGIInterpreterOptions") else {
            return;
        };
        let line = Line {
            words: &[&section.line],
            section: section.parent,
            place: section.place,
        };
        self.apply(row, line, findings);
    }

    fn close(&mut self, number: usize) {
        if self.configuration.sections[number].is("WSGIInterpreterOptions") {
            self.server_of(number).words.is_in_block = false;
        }
    }

    fn directive(&mut self, directive: &Directive, findings: &mut Findings) {
        let name = name_of(directive);
        let words: Vec<&[u8]> = directive.words.iter().map(Vec::as_slice).collect();
        let place = directive.place;
        if let Some(row) = row(&name) {
            let line = Line {
                words: &words,
                section: directive.section,
                place,
            };
            return self.apply(row, line, findings);
        }
        if let Some(text) = without_row(&name) {
            return findings.add(Severity::Error, place, &name, text);
        }
        let first = words.first().copied().unwrap_or_default();
        let says_access = ["Require", "Allow", "Deny", "Order", "Satisfy"]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(&name));
        if says_access {
            let holder = self.configuration.holder(directive.section);
            let says = self.says.entry(holder).or_default();
            says.has_access_words = true;
            says.lets_in |= lets_in(&name, &words);
        } else if name.eq_ignore_ascii_case("ServerName") {
            self.server_of(directive.section).name = host(first).to_vec();
        }
    }

    fn apply(&mut self, row: &'static Row, line: Line<'_>, findings: &mut Findings) {
        let name = row.name();
        let Line {
            words,
            section,
            place,
        } = line;
        if let Some((severity, text)) = self.misplaced(row, section) {
            return findings.add(severity, place, name, text);
        }
        let arguments = Arguments {
            words,
            expressions: &Unjudged,
            remarks: &RefCell::default(),
            in_htaccess: self.access_file(section).is_some(),
        };
        let configuration = self.configuration;
        let holder = configuration.holder(section);
        let mut says = self.says.remove(&holder).unwrap_or_default();
        let server = self.server_of(section);
        let outcome = row.apply(
            &arguments,
            || Some(&mut says.words),
            || Some(&mut server.words),
        );
        server.note(row, place);
        match name {
            "WSGIProcessGroup" => says.process_group = place,
            "WSGIApplicationGroup" => says.application_group = place,
            _ => (),
        }
        self.says.insert(holder, says);
        match outcome {
            Err(refusal) => findings.add(Severity::Error, place, name, refusal.to_string()),
            Ok(()) => {
                let mut texts: Vec<_> = difference(row, words).into_iter().collect();
                if name == "WSGIDaemonProcess" {
                    texts.extend(option_differences(words));
                }
                for text in texts {
                    findings.add(Severity::Difference, place, name, text);
                }
                for remark in arguments.remarks.take() {
                    findings.add(Severity::Hint, place, name, remark.text);
                }
            }
        }
    }
}

/// Lines about WSGI in macros that nothing uses; the first of each.
fn unused(configuration: &Configuration, findings: &mut Findings) {
    for one in &configuration.unused {
        let names = one.lines.iter().map(|(place, line)| {
            let line = line.strip_prefix(b"<").unwrap_or(line);
            let end = line.iter().position(u8::is_ascii_whitespace);
            let name = &line[..end.unwrap_or(line.len())];
            (place, String::from_utf8_lossy(name).into_owned())
        });
        let mut ours = names.filter(|(_, name)| row(name).is_some() || without_row(name).is_some());
        if let Some((place, name)) = ours.next() {
            let text = format!(
                "stands in the macro {}, which nothing uses, and was not judged",
                quoted(&one.name)
            );
            findings.add(Severity::Hint, *place, &name, text);
        }
    }
}

fn row(name: &str) -> Option<&'static Row> {
    ALL.iter().find(|row| row.name().eq_ignore_ascii_case(name))
}

/// Whether a line about access lets anybody in.
fn lets_in(name: &str, words: &[&[u8]]) -> bool {
    let lower: Vec<_> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
    let lower: Vec<&[u8]> = lower.iter().map(Vec::as_slice).collect();
    match name.to_ascii_lowercase().as_str() {
        "require" => !matches!(lower[..], [b"all", b"denied"]),
        "allow" => true,
        _ => false,
    }
}

/// The name of a host in `[scheme://]name[:port]`.
fn host(text: &[u8]) -> &[u8] {
    let after = text.windows(3).position(|part| part == b"://");
    let rest = after.map_or(text, |at| &text[at + 3..]);
    match rest.iter().rposition(|&byte| byte == b':') {
        Some(at) if rest[at + 1..].iter().all(u8::is_ascii_digit) => &rest[..at],
        _ => rest,
    }
}
