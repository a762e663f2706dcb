//! Configurations of several files, in memory.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Configuration, Entry, Event, Files, Kind, Variables, read};

/// Files by their paths.
pub(crate) struct Shelf(pub(crate) BTreeMap<PathBuf, Vec<u8>>);

impl Files for Shelf {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.0.get(path).cloned();
        text.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&mut self, directory: &Path) -> io::Result<Vec<Entry>> {
        let below = self.0.keys().filter_map(|path| {
            let mut rest = path.strip_prefix(directory).ok()?.components();
            let name = rest.next()?.as_os_str().as_bytes().to_vec();
            let is_directory = rest.next().is_some();
            Some(Entry {
                name,
                is_directory,
                is_link: false,
            })
        });
        let mut entries: Vec<_> = below.collect();
        entries.dedup();
        Ok(entries)
    }

    fn is_directory(&mut self, path: &Path) -> bool {
        !self.0.contains_key(path) && self.exists(path)
    }

    fn exists(&mut self, path: &Path) -> bool {
        self.0.keys().any(|file| file.starts_with(path))
    }
}

fn found(files: &[(&str, &str)]) -> Configuration {
    let files = files
        .iter()
        .map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
    let mut variables = Variables::default();
    variables.define(b"GIVEN", None);
    let mut shelf = Shelf(files.collect());
    read(Path::new("/etc/httpd.conf"), variables, &mut shelf).unwrap()
}

/// The directives as `section/section: name word word`, without those that are about the reading itself.
fn directives(configuration: &Configuration) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let own = ["include", "includeoptional", "define", "serverroot"];
    let mut lines = Vec::new();
    for event in &configuration.events {
        let Event::Directive(directive) = event else {
            continue;
        };
        if own.contains(&text(&directive.name).to_lowercase().as_str()) {
            continue;
        }
        let around: Vec<_> = configuration.up(directive.section).collect();
        let around = around.iter().rev().skip(1);
        let around: Vec<_> = around
            .map(|&at| text(&configuration.sections[at].name))
            .collect();
        let words: Vec<_> = directive.words.iter().map(|word| text(word)).collect();
        lines.push(format!(
            "{}: {} {}",
            around.join("/"),
            text(&directive.name),
            words.join("|")
        ));
    }
    lines
}

fn complaints(configuration: &Configuration) -> Vec<String> {
    let complaints = configuration.complaints.iter();
    complaints
        .map(|one| {
            let file = configuration.files[one.place.file].display();
            format!("{file}:{}: {} {}", one.place.line, one.name, one.text)
        })
        .collect()
}

#[test]
fn directives_stand_in_their_sections() {
    let text = "A 1 \"two words\" 'x\\'y' \n<VirtualHost *:80>\n  <Directory \"/a b\">\n B\n </directory>\n</VirtualHost>\nC\n";
    let read = found(&[("/etc/httpd.conf", text)]);
    assert_eq!(
        directives(&read),
        [": A 1|two words|x'y", "VirtualHost/Directory: B ", ": C "]
    );
    assert_eq!(complaints(&read), [""; 0]);
    assert_eq!(read.sections[2].words, [b"/a b".to_vec()]);
    assert_eq!(read.sections[2].kind, Kind::Requests);
    assert_eq!((read.server(2), read.holder(2)), (1, 2));
    assert!(read.is_part);
}

#[test]
fn files_are_included_by_name_by_pattern_and_by_directory() {
    let main = "Define DIR sites\nInclude a.conf\nInclude ${DIR}/*.conf\nIncludeOptional none/*.conf\n\
                IncludeOptional gone.conf\nServerRoot /srv\nInclude b\nInclude [0-9]/x";
    let read = found(&[
        ("/etc/httpd.conf", main),
        ("/etc/a.conf", "A"),
        ("/etc/sites/2.conf", "Two"),
        ("/etc/sites/1.conf", "One"),
        ("/etc/sites/.hidden.conf", "Hidden"),
        ("/etc/sites/old", "Old"),
        ("/srv/b/deep/c", "C"),
        ("/srv/7/x", "X"),
    ]);
    assert_eq!(
        directives(&read),
        [": A ", ": One ", ": Two ", ": C ", ": X "]
    );
    assert_eq!(complaints(&read), [""; 0]);
    assert_eq!(read.files.len(), 6);
}

#[test]
fn what_cannot_be_included_is_told_where_the_line_stands() {
    let read = found(&[(
        "/etc/httpd.conf",
        "\nInclude gone.conf\nInclude *.none\nInclude",
    )]);
    let said = complaints(&read);
    assert!(
        said[0].starts_with("/etc/httpd.conf:2: Include cannot read /etc/gone.conf"),
        "{said:?}"
    );
    assert_eq!(
        said[1],
        "/etc/httpd.conf:3: Include finds no file for /etc/*.none"
    );
    assert_eq!(
        said[2],
        "/etc/httpd.conf:4: Include takes a path, and has none"
    );
}

#[test]
fn files_that_include_each_other_come_to_an_end() {
    let twice = "Include *.conf\nInclude *.conf";
    let read = found(&[("/etc/httpd.conf", twice), ("/etc/b.conf", twice)]);
    assert!(read.files.len() <= 10_000);
    assert!(
        complaints(&read)
            .iter()
            .any(|text| text.contains("20 files deep"))
    );
}

#[test]
fn only_what_its_condition_lets_is_read() {
    let text = "<IfModule mod_ssl.c>\nPart 1\n</IfModule>\nLoadModule ssl_module modules/mod_ssl.so\n\
        <IfModule ssl_module>\nSsl 1\n</IfModule>\n<IfModule !mod_ssl.c>\nNoSsl 1\n</IfModule>\n\
        <IfModule mod_php.c>\n<Directory /x>\nPhp 1\n</Directory>\n</IfModule>\n\
        <IfModule mod_wsgi.c>\nWsgi 1\n</IfModule>\n\
        <IfDefine GIVEN>\nGiven 1\n<IfDefine !GIVEN>\nNot 1\n</IfDefine>\n</IfDefine>\n\
        <IfVersion < 2.4>\nOld 1\n</IfVersion>\n<IfFile /etc/httpd.conf>\nThere 1\n</IfFile>\n\
        <IfFile none>\nGone 1\n</IfFile>\n";
    let read = found(&[("/etc/httpd.conf", text)]);
    let names: Vec<_> = directives(&read)
        .iter()
        .filter_map(|line| line.split(' ').nth(1).map(str::to_owned))
        .collect();
    assert_eq!(
        names,
        ["Part", "LoadModule", "Ssl", "Wsgi", "Given", "There"]
    );
    assert_eq!(complaints(&read), [""; 0]);
    assert!(!read.is_part);
}

#[test]
fn sections_that_do_not_match_are_told_and_reading_goes_on() {
    let text = "</Directory>\n<VirtualHost *>\n<Directory /x>\n</VirtualHost>\nA\n<Location /\nB\n";
    let read = found(&[("/etc/httpd.conf", text)]);
    assert_eq!(
        complaints(&read),
        [
            "/etc/httpd.conf:1: </Directory> closes nothing that was opened in its file",
            "/etc/httpd.conf:4: </VirtualHost> stands where <Directory> is open",
            "/etc/httpd.conf:6: <Location> is a line that ends with >",
            "/etc/httpd.conf:6: <Location> is not closed in its file",
        ]
    );
    assert_eq!(directives(&read), [": A ", "Location: B "]);
}

#[test]
fn a_section_is_closed_in_the_file_that_opens_it() {
    let read = found(&[
        (
            "/etc/httpd.conf",
            "<VirtualHost *>\nInclude a\n</VirtualHost>",
        ),
        ("/etc/a", "</VirtualHost>\n<Directory /x>\nA"),
    ]);
    assert_eq!(complaints(&read).len(), 2);
    assert_eq!(directives(&read), ["VirtualHost/Directory: A "]);
    assert_eq!(read.events.last(), Some(&Event::Close(1)));
}

#[test]
fn sections_in_sections_come_to_an_end() {
    let read = found(&[("/etc/httpd.conf", &"<A>\n".repeat(300))]);
    assert!(read.sections.len() <= 101);
}

#[test]
fn what_stands_for_nothing_is_named() {
    let read = found(&[("/etc/httpd.conf", "User ${APACHE_RUN_USER}")]);
    assert_eq!(read.missing, [b"APACHE_RUN_USER".to_vec()]);
    assert_eq!(directives(&read), [": User ${APACHE_RUN_USER}"]);
}

proptest! {
    #[test]
    fn every_text_is_read_to_its_end(text in r#"(<|</|>|"|'|\\|\n|\$\{|\}|IfModule|Directory|Include|Define| |\*|[a-z]){0,60}"#) {
        let files = [(PathBuf::from("/etc/httpd.conf"), text.clone().into_bytes())];
        let read = read(Path::new("/etc/httpd.conf"), Variables::default(), &mut Shelf(files.into())).unwrap();
        let opened = read.events.iter().filter(|event| matches!(event, Event::Open(_))).count();
        let closed = read.events.iter().filter(|event| matches!(event, Event::Close(_))).count();
        prop_assert_eq!(opened, closed);
        prop_assert_eq!(opened + 1, read.sections.len());
    }
}

const MACRO: &str = "<Macro Site $name $port>\n<VirtualHost *:$port>\nServerName $name\nUse More \"$name\"\n</VirtualHost>\n</Macro>\n\
    <Macro more %x>\nSetEnv more \"%x ${V}\"\n</Macro>\n";

#[test]
fn a_macro_is_read_where_it_is_used_with_its_parameters_replaced() {
    let text = format!("{MACRO}Define V v\nUse site a.example 80\nUSE Site \"b c\" 81\n");
    let found = found(&[("/etc/httpd.conf", &text)]);
    assert_eq!(complaints(&found), [""; 0]);
    let expected = [
        ": Use site|a.example|80",
        "VirtualHost: ServerName a.example",
        "VirtualHost: Use More|a.example",
        "VirtualHost: SetEnv more|a.example v",
        ": USE Site|b c|81",
        "VirtualHost: ServerName b|c",
        "VirtualHost: Use More|b c",
        "VirtualHost: SetEnv more|b c v",
    ];
    // The value is put in as text, and its blanks cut it, as in httpd.
    assert_eq!(directives(&found), expected);
    assert_eq!(found.unused, []);
}

#[test]
fn a_line_of_a_macro_is_known_with_its_own_place_and_those_of_its_uses() {
    let text = format!("{MACRO}Use site a 80\n");
    let found = found(&[("/etc/httpd.conf", &text)]);
    let set = found.events.iter().find_map(|event| match event {
        Event::Directive(directive) if directive.name == b"SetEnv" => Some(directive),
        _ => None,
    });
    let place = set.unwrap().place;
    let uses = found.uses_of(place);
    let uses: Vec<_> = uses.map(|one| (&*one.name, one.place.line)).collect();
    assert_eq!(place.line, 8);
    assert_eq!(uses, [(&b"More"[..], 4), (&b"site"[..], 10)]);
}

#[test]
fn what_is_wrong_with_macros_is_told_where_httpd_refuses_it() {
    for (text, said) in [
        (
            "Use a",
            "1: Use names the macro \"a\", which nothing defines",
        ),
        (
            "<Macro a $x>\n</Macro>\nUse a",
            "3: Use gives 0 values to the macro \"a\", which takes 1",
        ),
        (
            "<Macro a>\nUse A\n</Macro>\nUse a",
            "2: Use uses the macro \"A\" in itself",
        ),
        (
            "<Macro a>\n</Macro>\nUndefMacro A\nUse a",
            "4: Use names the macro \"a\", which nothing defines",
        ),
        (
            "UndefMacro a",
            "1: UndefMacro names the macro \"a\", which nothing defines",
        ),
        ("<Macro>\n</Macro>", "1: <Macro> takes a name, and has none"),
        (
            "<Macro a $x $x>\n</Macro>",
            "1: <Macro> takes each name of a parameter once, and \"$x\" stands twice",
        ),
        ("<Macro a>\nX", "1: <Macro> is not closed in its file"),
    ] {
        let found = found(&[("/etc/httpd.conf", text)]);
        assert_eq!(complaints(&found), [format!("/etc/httpd.conf:{said}")]);
    }
}

#[test]
fn a_macro_is_text_that_may_define_macros_and_close_what_others_opened() {
    let text = "<Macro a>\n<Macro b $y>\nIn $y\n</Macro>\n<Files x>\n</Macro>\nUse a\nUse b 1\n</Files>\nOut\n\
        <IfDefine NONE>\n<Macro c>\n</Macro>\n</IfDefine>\n<Macro d>\nWSGI x\n</Macro>";
    let found = found(&[("/etc/httpd.conf", text)]);
    assert_eq!(complaints(&found), [""; 0]);
    assert_eq!(
        directives(&found),
        [": Use a", "Files: Use b|1", "Files: In 1", ": Out "]
    );
    let unused: Vec<_> = found
        .unused
        .iter()
        .map(|one| (&*one.name, one.lines.len()))
        .collect();
    assert_eq!(unused, [(&b"d"[..], 1)]);
}

#[test]
fn macros_that_double_each_other_come_to_an_end() {
    let mut text = String::from("<Macro m0>\nX\n</Macro>\n");
    for number in 1..40 {
        let before = number - 1;
        text += &format!("<Macro m{number}>\nUse m{before}\nUse m{before}\n</Macro>\n");
    }
    let doubled = found(&[("/etc/httpd.conf", &format!("{text}Use m39\n"))]);
    assert!(complaints(&doubled)[0].contains("makes the text of macros too long"));
    let mut chain = String::from("<Macro m0>\n</Macro>\n");
    for number in 1..=60 {
        chain += &format!("<Macro m{number}>\nUse m{}\n</Macro>\n", number - 1);
    }
    let chained = found(&[("/etc/httpd.conf", &format!("{chain}Use m60\n"))]);
    assert!(complaints(&chained)[0].contains("more than 50 macros within one another"));
}
