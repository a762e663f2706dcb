//! Other text that is read because a line says so: included files, macros that are used, access files.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::access::{self, AccessFile};
use super::configuration::{Complaint, Directive, Event, Kind, Place, Section, Use};
use super::files::{Files, meant};
use super::macros::Macros;
use super::pattern::is_pattern;
use super::read::Reader;

/// How deep files may include each other, as in httpd.
const DEEPEST_INCLUDE: usize = 20;

/// The most files that are read.
const MOST_FILES: usize = 10_000;

impl<F: Files> Reader<'_, F> {
    /// `Include` and `IncludeOptional`: reads the files that are meant.
    pub(super) fn include(&mut self, directive: &Directive, is_needed: bool, depth: usize) {
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

    /// Reads the lines of a macro as if they stood where it is used.
    pub(super) fn use_macro(&mut self, directive: Directive, outside: usize, depth: usize) {
        let lines = match self.macros.enter(&directive.words) {
            Ok(lines) => lines,
            Err(text) => return self.complain(directive.place, &directive.name, text),
        };
        let name = directive.words.first().cloned().unwrap_or_default();
        self.found.uses.push(Use {
            name: name.clone(),
            place: directive.place,
        });
        let used = self.found.uses.len();
        self.found.events.push(Event::Directive(directive));
        for (place, line) in lines {
            self.line(Place { used, ..place }, &line, outside, depth);
        }
        self.macros.leave(&name);
    }

    /// Reads the access files that httpd would read for requests.
    pub(super) fn access_files(&mut self) {
        let (found, stopped) = access::search(&self.found, self.files);
        for one in found {
            if self.found.files.len() < MOST_FILES {
                self.access_file(one);
            }
        }
        if let Some(place) = stopped {
            let most = access::MOST_DIRECTORIES;
            let text = format!(
                "leads to more than {most} directories; access files further on were not looked for"
            );
            self.remark(place, b"the line", text);
        }
    }

    fn access_file(&mut self, one: AccessFile) {
        let place = Place {
            file: self.found.files.len(),
            line: 1,
            used: 0,
        };
        let name = one.path.file_name().unwrap_or_default().as_bytes().to_vec();
        let text = match self.files.read(&one.path) {
            Ok(text) => text,
            Err(error) => {
                self.found.files.push(one.path);
                let text = format!(
                    "cannot be read: {error}; if httpd cannot read it either, it answers 403"
                );
                return self.remark(place, &name, text);
            }
        };
        let number = self.found.sections.len();
        self.found.sections.push(Section {
            name,
            kind: Kind::AccessFile,
            words: vec![one.directory.into_os_string().into_vec()],
            line: Vec::new(),
            place,
            parent: one.server,
        });
        self.found.allowed.insert(number, one.allowed);
        self.found.events.push(Event::Open(number));
        self.section = number;
        self.file(one.path, &text, 0);
        self.section = 0;
        self.macros = Macros::default();
        self.found.events.push(Event::Close(number));
    }

    fn remark(&mut self, place: Place, name: &[u8], text: String) {
        let name = String::from_utf8_lossy(name).into_owned();
        self.found.remarks.push(Complaint { place, name, text });
    }
}
