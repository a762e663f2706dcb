//! Any files are read to their end, and judged: each section that opens is closed, and each finding has a line. Input: files with a
//! line `=` between them; the first is the main one, the others are `/etc/1.conf`, `/etc/2.conf` and so on.
#![no_main]

use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clutch_core::apache::{Entry, Event, Files, Kind, Variables, read};
use clutch_core::migration::judge;
use libfuzzer_sys::fuzz_target;

/// Files by their paths, all in `/etc`.
struct Shelf(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Shelf {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.0.get(path).cloned();
        text.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&mut self, directory: &Path) -> io::Result<Vec<Entry>> {
        let own = self
            .0
            .keys()
            .filter(|path| path.parent() == Some(directory));
        let names = own.filter_map(|path| path.file_name());
        let entry = |name: &std::ffi::OsStr| Entry {
            name: name.as_bytes().to_vec(),
            is_directory: false,
            is_link: false,
        };
        Ok(names.map(entry).collect())
    }

    fn is_directory(&mut self, path: &Path) -> bool {
        path == Path::new("/etc") || path == Path::new("/")
    }

    fn exists(&mut self, path: &Path) -> bool {
        self.is_directory(path) || self.0.contains_key(path)
    }
}

fuzz_target!(|input: &[u8]| {
    let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        match line {
            b"=\n" if texts.len() < 5 => texts.push(Vec::new()),
            line => texts
                .last_mut()
                .expect("there is one")
                .extend_from_slice(line),
        }
    }
    let names = (0..).map(|number| match number {
        0 => PathBuf::from("/etc/httpd.conf"),
        number => PathBuf::from(format!("/etc/{number}.conf")),
    });
    let mut shelf = Shelf(names.zip(texts).collect());
    // Files that include each other many times are bounded, but slow: that is not looked for here.
    let includes = input
        .windows(7)
        .filter(|part| part.eq_ignore_ascii_case(b"include"));
    let is_pattern = input.windows(2).any(|part| part == b"*." || part == b"/*");
    if includes.count() > if is_pattern { 1 } else { 4 } {
        return;
    }
    let variables = Variables::default();
    let found = read(Path::new("/etc/httpd.conf"), variables, &mut shelf).expect("it is there");
    let mut open = Vec::new();
    for event in &found.events {
        match event {
            Event::Open(section) if found.sections[*section].kind == Kind::AccessFile => {
                assert!(open.is_empty() && found.allowed.contains_key(section));
                open.push(*section);
            }
            Event::Open(section) => {
                let parent = open.last().copied().unwrap_or(0);
                assert_eq!(found.sections[*section].parent, parent);
                open.push(*section);
            }
            Event::Close(section) => assert_eq!(open.pop(), Some(*section)),
            Event::Directive(directive) => {
                assert_eq!(open.last().copied().unwrap_or(0), directive.section);
                assert!(directive.place.line > 0 && directive.place.file < found.files.len());
            }
        }
    }
    assert!(open.is_empty(), "a section that is open at the end");
    let (findings, _) = judge(&found);
    for finding in findings {
        assert!(
            finding.place.file < found.files.len() && finding.place.line > 0,
            "{finding:?}"
        );
        assert!(!finding.text.contains('\n'), "{finding:?}");
    }
});
