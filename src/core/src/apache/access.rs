//! Access files: which `.htaccess` would be read for requests that a configuration lets in.
//!
//! Looked at are the directories that the configuration names, those around them, and those below them, as far as `AllowOverride` has
//! access files read there. Symbolic links below them are not followed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::configuration::{Configuration, Directive, Event, Place};
use super::files::{Files, like};
use super::overrides::{Allowed, Rules};

/// How deep below a named directory is looked.
pub(super) const DEEPEST: usize = 8;

/// The most directories that are looked into.
pub(super) const MOST_DIRECTORIES: usize = 10_000;

/// The most entries of directories that are looked at.
const MOST_ENTRIES: usize = 200_000;

/// Directives that lead requests to files, and which of their words says where.
const LEADS: [(&str, usize); 4] = [
    ("DocumentRoot", 0),
    ("Alias", 1),
    ("ScriptAlias", 1),
    ("WSGIScriptAlias", 1),
];

/// An access file that is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AccessFile {
    pub(super) path: PathBuf,
    pub(super) directory: PathBuf,
    /// A server whose requests it is read for.
    pub(super) server: usize,
    pub(super) allowed: Allowed,
}

/// Access files, as they are found.
pub(super) struct Search<'f, F> {
    files: &'f mut F,
    rules: Rules,
    names: BTreeMap<usize, Vec<Vec<u8>>>,
    found: Vec<AccessFile>,
    /// Directories that were looked at, with what may be said there.
    seen: BTreeSet<(PathBuf, Allowed)>,
    /// The same with all below them, and how deep they lay below a named one.
    walked: BTreeMap<(PathBuf, Allowed), usize>,
    directories: usize,
    entries: usize,
    /// The name that was being followed when a bound was reached.
    stopped: Option<Place>,
}

/// The access files that are there; and where the configuration names more directories than are looked into.
pub(super) fn search(
    configuration: &Configuration,
    files: &mut impl Files,
) -> (Vec<AccessFile>, Option<Place>) {
    let mut search = Search {
        rules: Rules::of(configuration),
        names: names(configuration),
        files,
        found: Vec::new(),
        seen: BTreeSet::new(),
        walked: BTreeMap::new(),
        directories: 0,
        entries: 0,
        stopped: None,
    };
    for event in &configuration.events {
        match event {
            Event::Directive(directive) => search.lead(configuration, directive),
            Event::Open(number) => search.section(configuration, *number),
            Event::Close(_) => (),
        }
        if search.stopped.is_some() {
            break;
        }
    }
    (search.found, search.stopped)
}

/// The names of access files, by server; 0 is the main one.
fn names(configuration: &Configuration) -> BTreeMap<usize, Vec<Vec<u8>>> {
    let mut names = BTreeMap::from([(0, vec![b".htaccess".to_vec()])]);
    for event in &configuration.events {
        if let Event::Directive(directive) = event
            && directive.name.eq_ignore_ascii_case(b"AccessFileName")
        {
            let server = configuration.server(directive.section);
            names.insert(server, directive.words.clone());
        }
    }
    names
}

impl<F: Files> Search<'_, F> {
    /// A line that leads requests to files.
    fn lead(&mut self, configuration: &Configuration, directive: &Directive) {
        let is_it = |(name, _): &&(&str, usize)| {
            let own = name.as_bytes();
            directive.name.eq_ignore_ascii_case(own)
        };
        let lead = LEADS.iter().find(is_it);
        let Some(word) = lead.and_then(|(_, at)| directive.words.get(*at)) else {
            return;
        };
        let path = configuration.server_root.join(OsStr::from_bytes(word));
        let server = configuration.server(directive.section);
        self.named(path, server, directive.place);
    }

    /// A section that may be a `<Directory>`.
    fn section(&mut self, configuration: &Configuration, number: usize) {
        let section = &configuration.sections[number];
        let [word] = &section.words[..] else { return };
        if !section.is("Directory") || !word.starts_with(b"/") {
            return;
        }
        let server = configuration.server(number);
        for path in like(Path::new(OsStr::from_bytes(word)), self.files) {
            self.named(path, server, section.place);
        }
    }

    /// Looks at `path` or, if it is a file, the directory of it; at all around, and all below.
    fn named(&mut self, path: PathBuf, server: usize, place: Place) {
        let directory = match self.files.is_directory(&path) {
            true => Some(&*path),
            false => path.parent(),
        };
        let Some(directory) = directory.filter(|path| self.files.is_directory(path)) else {
            return;
        };
        for around in directory.ancestors().skip(1) {
            self.at(around, server);
        }
        // All files of a machine are below its root, and hardly any are meant.
        let depth = match directory.parent() {
            Some(_) => 0,
            None => DEEPEST,
        };
        self.below(directory, server, depth, place);
    }

    /// Looks for an access file in `directory`. What one may say there.
    fn at(&mut self, directory: &Path, server: usize) -> Allowed {
        let allowed = self.rules.at(server, directory);
        if !allowed.has_any() || !self.seen.insert((directory.to_owned(), allowed.clone())) {
            return allowed;
        }
        let names = self.names.get(&server).or_else(|| self.names.get(&0));
        for name in names.into_iter().flatten() {
            let path = directory.join(OsStr::from_bytes(name));
            if !self.files.exists(&path) || self.files.is_directory(&path) {
                continue;
            }
            self.found.push(AccessFile {
                path,
                directory: directory.to_owned(),
                server,
                allowed: allowed.clone(),
            });
            break;
        }
        allowed
    }

    /// Looks at `directory`, which lies `depth` below a named one, and all below it.
    fn below(&mut self, directory: &Path, server: usize, depth: usize, place: Place) {
        let allowed = self.at(directory, server);
        let key = (directory.to_owned(), allowed);
        let is_done = self.walked.get(&key).is_some_and(|&before| before <= depth);
        if !key.1.has_any() || is_done || depth >= DEEPEST {
            return;
        }
        self.walked.insert(key, depth);
        let entries = self.files.list(directory).unwrap_or_default();
        self.directories += 1;
        self.entries += entries.len();
        if self.directories > MOST_DIRECTORIES || self.entries > MOST_ENTRIES {
            self.stopped.get_or_insert(place);
            return;
        }
        for entry in entries {
            if entry.is_directory && !entry.is_link && self.stopped.is_none() {
                let path = directory.join(OsStr::from_bytes(&entry.name));
                self.below(&path, server, depth + 1, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::{Path, PathBuf};

    use crate::apache::tests::Shelf;
    use crate::apache::{Class, Configuration, Entry, Files, Kind, Variables, read};

    /// The configuration `text` beside access files at these paths, which say nothing.
    fn with(text: &str, paths: &[String]) -> Configuration {
        let main = Path::new("/etc/httpd.conf");
        let mut files = vec![(main.to_owned(), text.as_bytes().to_vec())];
        files.extend(paths.iter().map(|path| (PathBuf::from(path), Vec::new())));
        let mut shelf = Shelf(files.into_iter().collect());
        read(main, Variables::default(), &mut shelf).unwrap()
    }

    /// Those of `paths` that are read, without the main file.
    fn read_of(text: &str, paths: &[&str]) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        let found = with(text, &paths);
        let files = found.files.iter().skip(1);
        files.map(|file| file.display().to_string()).collect()
    }

    const ALL: &str = "<Directory /srv>\nAllowOverride All\n</Directory>\n";

    #[test]
    fn access_files_are_read_where_allow_override_has_them_read() {
        let there = [
            "/.htaccess",
            "/srv/.htaccess",
            "/srv/www/a/.htaccess",
            "/var/.htaccess",
        ];
        let root = "DocumentRoot /srv/www\nDocumentRoot /var\n";
        assert_eq!(read_of(root, &there), [""; 0], "httpd's default is None");
        assert_eq!(
            read_of(&format!("{root}{ALL}"), &there),
            ["/srv/.htaccess", "/srv/www/a/.htaccess"]
        );
        let none = "<Directory /srv/*/a>\nAllowOverride None\n</Directory>\n";
        assert_eq!(
            read_of(&format!("{root}{none}{ALL}"), &there),
            ["/srv/.htaccess"]
        );
        let list = "<Directory /srv/www/a/>\nAllowOverrideList WSGIErrorOverride\n</Directory>\n";
        assert_eq!(
            read_of(&format!("{root}{none}{ALL}{list}"), &there),
            ["/srv/.htaccess", "/srv/www/a/.htaccess"]
        );
    }

    #[test]
    fn the_directory_of_a_script_and_those_around_it_are_looked_at() {
        let there = [
            "/a/.htaccess",
            "/a/b/.htaccess",
            "/a/b/app.wsgi",
            "/a/c/.htaccess",
        ];
        let text = "<Directory /a>\nAllowOverride AuthConfig\n</Directory>\n<Directory /a/c>\nAllowOverride None\n</Directory>\n";
        let alias = format!("{text}WSGIScriptAlias / /a/b/app.wsgi\n");
        assert_eq!(read_of(&alias, &there), ["/a/.htaccess", "/a/b/.htaccess"]);
    }

    #[test]
    fn a_named_directory_is_looked_into_though_one_below_it_was_named_before() {
        let there = ["/srv/a/.htaccess", "/srv/b/.htaccess"];
        let text = format!("DocumentRoot /srv/a\nDocumentRoot /srv\n{ALL}");
        assert_eq!(read_of(&text, &there), there);
    }

    #[test]
    fn access_files_have_the_names_that_the_server_says() {
        let there = ["/srv/.htaccess", "/srv/.own", "/srv/.more"];
        assert_eq!(
            read_of(&format!("{ALL}AccessFileName .own .more\n"), &there),
            ["/srv/.own"]
        );
        let host = format!(
            "<VirtualHost *>\nDocumentRoot /srv\nAccessFileName .none .more\n{ALL}</VirtualHost>\n"
        );
        assert_eq!(read_of(&host, &there), ["/srv/.more"]);
    }

    #[test]
    fn what_an_access_file_may_say_is_known_with_it() {
        let text = "<Directory /srv>\nAllowOverride FileInfo Nonfatal=All\nAllowOverrideList WSGIAuthUserScript\n</Directory>\n";
        let found = with(text, &["/srv/.htaccess".into()]);
        let (&section, allowed) = found.allowed.iter().next().unwrap();
        assert_eq!(found.sections[section].kind, Kind::AccessFile);
        assert!(allowed.is_lenient && allowed.has(Class::FileInfo, "x"));
        assert!(allowed.has(Class::AuthConfig, "WSGIAuthUserScript"));
        assert!(!allowed.has(Class::AuthConfig, "WSGIAuthGroupScript"));
    }

    #[test]
    fn below_the_root_and_far_below_nothing_is_looked_for() {
        let deep = format!("/srv{}", "/d".repeat(super::DEEPEST));
        let there = [
            format!("{deep}/.htaccess"),
            format!("{deep}/d/.htaccess"),
            "/x/.htaccess".into(),
        ];
        let found = with(&ALL.replace("/srv", "/"), &there);
        assert_eq!(found.files.len(), 1);
        let found = with(ALL, &there);
        assert_eq!(found.files[1..], [PathBuf::from(&there[0])]);
    }

    /// Each directory has ten others in it.
    struct Endless;

    impl Files for Endless {
        fn read(&mut self, _: &Path) -> io::Result<Vec<u8>> {
            Ok(format!("DocumentRoot /srv\n{ALL}").into_bytes())
        }

        fn list(&mut self, _: &Path) -> io::Result<Vec<Entry>> {
            let names = b'0'..=b'9';
            let entry = |name| Entry {
                name: vec![name],
                is_directory: true,
                is_link: name == b'9',
            };
            Ok(names.map(entry).collect())
        }

        fn is_directory(&mut self, path: &Path) -> bool {
            assert!(!path.ends_with("9"), "a link is not followed");
            !path.ends_with("httpd.conf")
        }

        fn exists(&mut self, path: &Path) -> bool {
            !path.ends_with(".htaccess")
        }
    }

    #[test]
    fn more_directories_than_are_looked_into_are_told_and_links_are_not_followed() {
        let main = Path::new("/etc/httpd.conf");
        let found = read(main, Variables::default(), &mut Endless).unwrap();
        let lines: Vec<_> = found.remarks.iter().map(|one| one.place.line).collect();
        assert_eq!((lines, found.files.len()), (vec![1], 1));
    }
}
