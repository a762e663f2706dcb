//! A configuration as it was read: directives in their sections, in the order in which httpd meets them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::overrides::Allowed;

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Which of [`Configuration::files`].
    pub file: usize,
    /// The line, from 1.
    pub line: u32,
    /// By which of [`Configuration::uses`] it came to be read, from 1; 0 if it stands in no macro.
    pub used: usize,
}

/// A macro was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its name, as it was written there.
    pub name: Vec<u8>,
    /// Where it was used; that may be in another macro.
    pub place: Place,
}

/// A macro that nothing has used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// Its name.
    pub name: Vec<u8>,
    /// Its lines, which mean nothing by themselves.
    pub lines: Vec<(Place, Vec<u8>)>,
}

/// A directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// As it was written.
    pub name: Vec<u8>,
    /// Its words, with quotes undone and variables replaced.
    pub words: Vec<Vec<u8>>,
    /// Where it stands.
    pub place: Place,
    /// In which section.
    pub section: usize,
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The main server, which no section surrounds.
    Main,
    /// `<VirtualHost>`
    Host,
    /// `<Directory>`, `<Location>`, `<Files>`, `<If>`, `<Proxy>` and their like: directives hold for some requests.
    Requests,
    /// An access file, such as `.htaccess`: directives hold for the requests that lead to its directory.
    AccessFile,
    /// Any other.
    Other,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name as it was written, without the bracket; empty for the main server.
    pub name: Vec<u8>,
    /// What it is about.
    pub kind: Kind,
    /// The words of its first line.
    pub words: Vec<Vec<u8>>,
    /// What follows the name in its first line, with the closing bracket.
    pub line: Vec<u8>,
    /// Where it begins.
    pub place: Place,
    /// The section around it.
    pub parent: usize,
}

impl Section {
    /// Whether this is its name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

impl Kind {
    /// Of the section with this name.
    pub(super) fn of(name: &[u8]) -> Self {
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
            () if is("VirtualHost") => Self::Host,
            () if REQUESTS.iter().any(|word| is(word)) => Self::Requests,
            () => Self::Other,
        }
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A directive.
    Directive(Directive),
    /// The section of this number begins.
    Open(usize),
    /// It ends.
    Close(usize),
}

/// Why httpd would not read on, or what could not be followed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// The directive or section that it is about.
    pub name: String,
    /// A predicate: the name is its subject.
    pub text: String,
}

/// A configuration as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The files, in the order in which they were begun. One that is included twice is here twice.
    pub files: Vec<PathBuf>,
    /// The sections; the first is the main server.
    pub sections: Vec<Section>,
    /// What stands in them.
    pub events: Vec<Event>,
    /// What is wrong with the text itself.
    pub complaints: Vec<Complaint>,
    /// What was not looked at, and should be known.
    pub remarks: Vec<Complaint>,
    /// Where macros were used, in the order in which they were read.
    pub uses: Vec<Use>,
    /// Macros that were not.
    pub unused: Vec<Unused>,
    /// What each access file may say, by its section.
    pub allowed: BTreeMap<usize, Allowed>,
    /// `ServerRoot`, else the directory of the first file.
    pub server_root: PathBuf,
    /// Names that stand for nothing here, and perhaps in httpd's environment do.
    pub missing: Vec<Vec<u8>>,
    /// No line loads a module: the text is a part of a configuration, and each `<IfModule>` was taken to hold.
    pub is_part: bool,
}

impl Configuration {
    /// The nearest section around and with `section` that holds words of its own: a server's, or one for some requests.
    pub fn holder(&self, section: usize) -> usize {
        self.up(section)
            .find(|&at| self.sections[at].kind != Kind::Other)
            .unwrap_or(0)
    }

    /// The server that `section` belongs to: a virtual host, or the main server.
    pub fn server(&self, section: usize) -> usize {
        let is_server = |at: &usize| matches!(self.sections[*at].kind, Kind::Host | Kind::Main);
        self.up(section).find(is_server).unwrap_or(0)
    }

    /// Where the macros were used that led to `place`: the nearest first.
    pub fn uses_of(&self, place: Place) -> impl Iterator<Item = &Use> {
        let used = |place: Place| self.uses.get(place.used.checked_sub(1)?);
        std::iter::successors(used(place), move |one| used(one.place))
    }

    /// `section` and those around it, the innermost first.
    pub fn up(&self, section: usize) -> impl Iterator<Item = usize> {
        let parent = |&at: &usize| (at != 0).then(|| self.sections[at].parent);
        std::iter::successors(Some(section), parent)
    }
}
