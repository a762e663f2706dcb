//! A configuration is read: files, sections, conditions.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::condition::{Facts, Modules, holds};
use super::configuration::{Complaint, Configuration, Directive, Event, Kind, Place, Section};
use super::files::{Files, meant};
use super::lines::Lines;
use super::pattern::is_pattern;
use super::variables::Variables;
use crate::config::options;

/// How deep files may include each other, as in httpd.
const DEEPEST_INCLUDE: usize = 20;

/// How deep sections may stand in each other.
const DEEPEST_SECTION: usize = 100;

/// The most files that are read.
const MOST_FILES: usize = 10_000;

/// The most directives and sections that are kept.
const MOST_EVENTS: usize = 1_000_000;

/// The most complaints that are kept.
const MOST_COMPLAINTS: usize = 1_000;

/// Reads the configuration that begins in the file `main`, an absolute path. Paths in it are relative to its `ServerRoot`, and
/// without one to the directory of `main`.
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
        open: Vec::new(),
        section: 0,
        found: Configuration {
            sections: vec![main_server()],
            ..Configuration::default()
        },
    };
    reader.file(main.to_owned(), &text, 0);
    let mut found = reader.found;
    found.missing = reader.variables.missing.into_iter().collect();
    found.server_root = reader.server_root;
    found.is_part = !reader.modules.some_loaded;
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

struct Reader<'f, F> {
    files: &'f mut F,
    variables: Variables,
    modules: Modules,
    server_root: PathBuf,
    open: Vec<Open>,
    section: usize,
    found: Configuration,
}

impl<F: Files> Reader<'_, F> {
    fn complain(&mut self, place: Place, name: &[u8], text: impl Into<String>) {
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
    fn file(&mut self, path: PathBuf, text: &[u8], depth: usize) {
        let file = self.found.files.len();
        self.found.files.push(path);
        let outside = self.open.len();
        for (number, line) in Lines::of(text) {
            let place = Place { file, line: number };
            match line {
                Ok(line) => self.line(place, &line, outside, depth),
                Err(_) => self.complain(place, b"a line", "is too long to be read"),
            }
            if self.found.events.len() >= MOST_EVENTS {
                self.complain(place, b"the configuration", "is too long to be read whole");
                break;
            }
        }
        while self.open.len() > outside {
            let Some(open) = self.open.last() else { break };
            let (place, name) = (open.place, open.name.clone());
            self.complain(place, &bracketed(&name), "is not closed in its file");
            self.close();
        }
    }

    fn line(&mut self, place: Place, line: &[u8], outside: usize, depth: usize) {
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
        self.directive(
            Directive {
                name: name.to_vec(),
                words,
                place,
                section: self.section,
            },
            depth,
        );
    }

    fn words(&mut self, text: &[u8]) -> Vec<Vec<u8>> {
        let words = options::words(text).into_iter();
        words.map(|word| self.variables.expand(&word)).collect()
    }

    fn directive(&mut self, directive: Directive, depth: usize) {
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
            b"include" => self.include(&directive, true, depth),
            b"includeoptional" => self.include(&directive, false, depth),
            _ => (),
        }
        self.found.events.push(Event::Directive(directive));
    }

    fn include(&mut self, directive: &Directive, is_needed: bool, depth: usize) {
        let Directive {
            name, words, place, ..
        } = directive;
        let Some(word) = words.first() else {
            return self.complain(*place, name, "takes a path, and has none");
        };
        let pattern = self.server_root.join(OsStr::from_bytes(word));
        let shown = pattern.display().to_string();
        if depth + 1 >= DEEPEST_INCLUDE {
            let text = format!("would read {shown} more than {DEEPEST_INCLUDE} files deep");
            return self.complain(*place, name, text);
        }
        let paths = meant(&pattern, self.files);
        if paths.is_empty() && is_needed && is_pattern(word) {
            self.complain(*place, name, format!("finds no file for {shown}"));
        }
        for path in paths {
            if self.found.files.len() >= MOST_FILES {
                let text = format!("leads to more than {MOST_FILES} files");
                return self.complain(*place, name, text);
            }
            match self.files.read(&path) {
                Ok(text) => self.file(path, &text, depth + 1),
                Err(error) if !is_needed && error.kind() == std::io::ErrorKind::NotFound => (),
                Err(error) => {
                    let text = format!("cannot read {}: {error}", path.display());
                    self.complain(*place, name, text);
                }
            }
        }
    }

    fn begin(&mut self, place: Place, name: &[u8], line: &[u8]) {
        let what = match self.is_skipping() {
            true => What::Skipped,
            false => self.what(place, name, line),
        };
        self.open.push(Open {
            name: name.to_vec(),
            place,
            what,
        });
    }

    /// What the section is that begins here; one that is kept is opened.
    fn what(&mut self, place: Place, name: &[u8], line: &[u8]) -> What {
        let end = line.iter().rposition(|&byte| byte == b'>');
        if end.is_none() {
            self.complain(place, &bracketed(name), "is a line that ends with >");
        }
        let words = self.words(&line[..end.unwrap_or(line.len())]);
        let mut facts = Facts {
            modules: &self.modules,
            variables: &self.variables,
            files: self.files,
            server_root: &self.server_root,
        };
        match holds(name, &words, &mut facts) {
            Some(true) => return What::Holds,
            Some(false) => return What::Skipped,
            None => (),
        }
        if self.open.len() >= DEEPEST_SECTION {
            let text = format!("stands in more than {DEEPEST_SECTION} others");
            self.complain(place, &bracketed(name), text);
            return What::Skipped;
        }
        let number = self.found.sections.len();
        self.found.sections.push(Section {
            name: name.to_vec(),
            kind: kind(name),
            words,
            line: line.to_vec(),
            place,
            parent: self.section,
        });
        self.found.events.push(Event::Open(number));
        self.section = number;
        What::Section
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

fn kind(name: &[u8]) -> Kind {
    const REQUESTS: [&str; 11] = [
        "Directory",
        "DirectoryMatch",
        "Location",
        "LocationMatch",
        "Files",
        "FilesMatch",
        "If",
        "ElseIf",
        "Else",
        "Proxy",
        "ProxyMatch",
    ];
    let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
    match () {
        () if is("VirtualHost") => Kind::Host,
        () if is("Macro") => Kind::Macro,
        () if REQUESTS.iter().any(|word| is(word)) => Kind::Requests,
        () => Kind::Other,
    }
}
