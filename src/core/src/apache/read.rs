//! A configuration is read: files, sections, conditions.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::condition::{Facts, Modules, holds};
use super::configuration::{Complaint, Configuration, Directive, Event, Kind, Place, Section};
use super::files::Files;
use super::lines::Lines;
use super::macros::Macros;
use super::variables::Variables;
use crate::config::options;

/// How deep sections may stand in each other.
const DEEPEST_SECTION: usize = 100;

/// The most directives and sections that are kept.
const MOST_EVENTS: usize = 1_000_000;

/// The most complaints that are kept.
const MOST_COMPLAINTS: usize = 1_000;

/// Reads the configuration that begins in the file `main`, an absolute path. Paths in it are relative to its `ServerRoot`, and
/// without one to the directory of `main`. The access files (`.htaccess`) that it has httpd read are read, too, after all others.
///
/// # Errors
///
/// `main` itself cannot be read.
pub fn read(
    main: &Path,
    variables: Variables,
    files: &mut impl Files,
) -> std::io::Result<Configuration> {
    let text = files.read(main)?;
    let server_root = main.parent().unwrap_or(Path::new("/")).to_owned();
    let mut reader = Reader {
        files,
        variables,
        modules: Modules::of_httpd(),
        server_root,
        macros: Macros::default(),
        open: Vec::new(),
        section: 0,
        found: Configuration {
            sections: vec![main_server()],
            ..Configuration::default()
        },
    };
    reader.file(main.to_owned(), &text, 0);
    reader.found.unused = std::mem::take(&mut reader.macros).unused();
    reader.found.server_root.clone_from(&reader.server_root);
    reader.found.is_part = !reader.modules.some_loaded;
    reader.access_files();
    let mut found = reader.found;
    found.missing = reader.variables.missing.into_iter().collect();
    Ok(found)
}

fn main_server() -> Section {
    Section {
        name: Vec::new(),
        kind: Kind::Main,
        words: Vec::new(),
        line: Vec::new(),
        place: Place::default(),
        parent: 0,
    }
}

/// A section that has begun and not ended.
struct Open {
    name: Vec<u8>,
    place: Place,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// It is kept.
    Section,
    /// A condition that holds.
    Holds,
    /// A condition that does not hold, or what stands in one.
    Skipped,
}

pub(super) struct Reader<'f, F> {
    pub(super) files: &'f mut F,
    pub(super) variables: Variables,
    pub(super) modules: Modules,
    pub(super) server_root: PathBuf,
    pub(super) macros: Macros,
    open: Vec<Open>,
    pub(super) section: usize,
    pub(super) found: Configuration,
}

impl<F: Files> Reader<'_, F> {
    pub(super) fn complain(&mut self, place: Place, name: &[u8], text: impl Into<String>) {
        if self.found.complaints.len() < MOST_COMPLAINTS {
            self.found.complaints.push(Complaint {
                place,
                name: String::from_utf8_lossy(name).into_owned(),
                text: text.into(),
            });
        }
    }

    fn is_skipping(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.what == What::Skipped)
    }

    /// Reads a file; `depth` others are being read around it.
    pub(super) fn file(&mut self, path: PathBuf, text: &[u8], depth: usize) {
        let file = self.found.files.len();
        self.found.files.push(path);
        let outside = self.open.len();
        for (number, line) in Lines::of(text) {
            let place = Place {
                file,
                line: number,
                used: 0,
            };
            match line {
                Ok(line) => self.line(place, &line, outside, depth),
                Err(_) => self.complain(place, b"a line", "is too long to be read"),
            }
            if self.found.events.len() >= MOST_EVENTS {
                self.complain(place, b"the configuration", "is too long to be read whole");
                break;
            }
        }
        if let Some(place) = self.macros.end() {
            self.complain(place, b"<Macro>", "is not closed in its file");
        }
        while self.open.len() > outside {
            let Some(open) = self.open.last() else { break };
            let (place, name) = (open.place, open.name.clone());
            self.complain(place, &bracketed(&name), "is not closed in its file");
            self.close();
        }
    }

    pub(super) fn line(&mut self, place: Place, line: &[u8], outside: usize, depth: usize) {
        if self.macros.take(place, line) {
            return;
        }
        if let Some(rest) = line.strip_prefix(b"</") {
            return self.end(place, rest, outside);
        }
        let (name, rest) = match line.strip_prefix(b"<") {
            Some(inner) => split_name(inner, true),
            None => split_name(line, false),
        };
        if line.starts_with(b"<") {
            return self.begin(place, name, rest);
        }
        if self.is_skipping() {
            return;
        }
        let words = self.words(rest);
        let directive = Directive {
            name: name.to_vec(),
            words,
            place,
            section: self.section,
        };
        if name.eq_ignore_ascii_case(b"use") {
            return self.use_macro(directive, outside, depth);
        }
        self.directive(directive, depth);
    }

    fn words(&mut self, text: &[u8]) -> Vec<Vec<u8>> {
        let words = options::words(text).into_iter();
        words.map(|word| self.variables.expand(&word)).collect()
    }

    fn directive(&mut self, directive: Directive, depth: usize) {
        self.follow(&directive, depth);
        self.found.events.push(Event::Directive(directive));
    }

    /// Does what the directive has to do with reading. Nothing of that is for access files.
    fn follow(&mut self, directive: &Directive, depth: usize) {
        if !self.found.allowed.is_empty() {
            return;
        }
        let word = |at: usize| directive.words.get(at).map(Vec::as_slice);
        match directive.name.to_ascii_lowercase().as_slice() {
            b"define" => {
                if let Some(name) = word(0) {
                    self.variables.define(name, word(1));
                }
            }
            b"undefine" => self.variables.undefine(word(0).unwrap_or_default()),
            b"serverroot" => {
                if let Some(path) = word(0).filter(|path| path.starts_with(b"/")) {
                    self.server_root = PathBuf::from(OsStr::from_bytes(path));
                }
            }
            b"loadmodule" => {
                if let (Some(name), Some(file)) = (word(0), word(1)) {
                    self.modules.load(name, file);
                }
            }
            b"undefmacro" => {
                if let Err(text) = self.macros.undefine(word(0).unwrap_or_default()) {
                    self.complain(directive.place, &directive.name, text);
                }
            }
            b"include" => self.include(directive, true, depth),
            b"includeoptional" => self.include(directive, false, depth),
            _ => (),
        }
    }

    fn begin(&mut self, place: Place, name: &[u8], line: &[u8]) {
        let what = match self.is_skipping() {
            true => Some(What::Skipped),
            false => self.what(place, name, line),
        };
        let open = |what| Open {
            name: name.to_vec(),
            place,
            what,
        };
        self.open.extend(what.map(open));
    }

    /// What the section is that begins here; one that is kept is opened. `None` for a macro, whose lines are for later.
    fn what(&mut self, place: Place, name: &[u8], line: &[u8]) -> Option<What> {
        let end = line.iter().rposition(|&byte| byte == b'>');
        if end.is_none() {
            self.complain(place, &bracketed(name), "is a line that ends with >");
        }
        let words = self.words(&line[..end.unwrap_or(line.len())]);
        if name.eq_ignore_ascii_case(b"macro") {
            if let Err(text) = self.macros.begin(&words, place) {
                self.complain(place, &bracketed(name), text);
            }
            return None;
        }
        let mut facts = Facts {
            modules: &self.modules,
            variables: &self.variables,
            files: self.files,
            server_root: &self.server_root,
        };
        match holds(name, &words, &mut facts) {
            Some(true) => return Some(What::Holds),
            Some(false) => return Some(What::Skipped),
            None => (),
        }
        if self.open.len() >= DEEPEST_SECTION {
            let text = format!("stands in more than {DEEPEST_SECTION} others");
            self.complain(place, &bracketed(name), text);
            return Some(What::Skipped);
        }
        let number = self.found.sections.len();
        self.found.sections.push(Section {
            name: name.to_vec(),
            kind: Kind::of(name),
            words,
            line: line.to_vec(),
            place,
            parent: self.section,
        });
        self.found.events.push(Event::Open(number));
        self.section = number;
        Some(What::Section)
    }

    fn end(&mut self, place: Place, rest: &[u8], outside: usize) {
        let name = rest.split(|&byte| byte == b'>').next().unwrap_or_default();
        let name = name.trim_ascii();
        let shown = [b"</", name, b">"].concat();
        let own = self.open.get(outside..).and_then(<[Open]>::last);
        match own {
            None => self.complain(place, &shown, "closes nothing that was opened in its file"),
            Some(open) if open.name.eq_ignore_ascii_case(name) => self.close(),
            Some(open) => {
                let opened = String::from_utf8_lossy(&open.name).into_owned();
                self.complain(place, &shown, format!("stands where <{opened}> is open"));
                // What was meant is not known; the sections around it are closed with their own lines.
                let is_it = |open: &Open| open.name.eq_ignore_ascii_case(name);
                if self.open[outside..].iter().any(is_it) {
                    while self.open.last().is_some_and(|open| !is_it(open)) {
                        self.close();
                    }
                    self.close();
                }
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if open.what == What::Section {
            self.found.events.push(Event::Close(self.section));
            self.section = self.found.sections[self.section].parent;
        }
    }
}

fn bracketed(name: &[u8]) -> Vec<u8> {
    [b"<", name, b">"].concat()
}

/// The first word of `text`, which in a section may end with its bracket, and what follows.
fn split_name(text: &[u8], is_section: bool) -> (&[u8], &[u8]) {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || (is_section && *byte == b'>');
    let end = text.iter().position(ends).unwrap_or(text.len());
    (&text[..end], text[end..].trim_ascii_start())
}
