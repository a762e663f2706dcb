//! The reference page `docs/directives.md`, made of the rows.

use std::fmt::Write as _;
use std::{env, fs};

use crate::config::daemon::OPTIONS;
use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::directives::ALL;

/// Set this variable to write the page instead of judging it.
const WRITE: &str = "CLUTCH_WRITE_DOCS";

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/directives.md");

const HEAD: &str = "\
# Directives

Every directive that the module knows, with its arguments, where it may stand, and what holds without it. Names and the
words On, Off and Auto are written in any case. Where several sections apply to a request, the innermost word holds:
that of a directory or location, else of the virtual host, else of the main server; an option of `WSGIScriptAlias` is
stronger than all of them. A value that is wrong keeps httpd from starting, with one sentence that names the directive,
what it expects and what it was given.

This page is made from the rows in `src/core/src/config/directives/`. To make it anew:
`CLUTCH_WRITE_DOCS=1 cargo test -p clutch-core reference_page`.

";

const TAIL: &str = "
## Variables of a request

A variable that `SetEnv` and others put into a request's environment is shown to applications. These are for the server:

* `HTTPS`: with the value `on` or `1` it says that the client speaks TLS, to whatever stands before this server;
  `wsgi.url_scheme` is then `https`. Applications do not see the variable.
* `clutch.panic`: with the value `module` or `engine` it provokes a panic in that part, to see that it costs one request
  (status 500, and a line with the place in the error log) and not the process. Applications do not see the variable.
";

fn context(scope: Scope) -> &'static str {
    match scope {
        Scope::Main => "main server",
        Scope::Server => "main server, virtual host",
        Scope::Section => "main server, virtual host, directory",
        Scope::SectionAndHtaccess => {
            "main server, virtual host, directory, `.htaccess` (with `AllowOverride FileInfo`)"
        }
        Scope::DirectoryAndHtaccess => "directory, `.htaccess` (with `AllowOverride AuthConfig`)",
    }
}

fn entry(row: &Directive) -> String {
    let Directive {
        syntax,
        default,
        scope,
        ..
    } = row;
    let (name, summary) = (row.name(), row.summary.to_string_lossy());
    let line = match row.takes {
        Takes::Line => format!("<{name} {syntax} ... </{name}>"),
        _ => format!("{name} {syntax}"),
    };
    let context = match row.apply {
        Apply::Interpreter(_) => "main server, `<WSGIInterpreterOptions>`",
        _ => context(*scope),
    };
    let default = match row.default.contains(' ') {
        true => (*default).to_owned(),
        false => format!("`{default}`"),
    };
    format!(
        "## {name}\n\n{summary}\n\n* Syntax: `{line}`\n* Default: {default}\n* Context: {context}\n"
    )
}

/// The options of `WSGIDaemonProcess`, a row each.
fn daemon_options() -> String {
    let mut table = String::from(
        "\nSeconds may have a fraction. Of an option that is given again the last one holds.\n\n\
         | option | default | meaning |\n|---|---|---|\n",
    );
    for row in OPTIONS.iter().copied().flatten() {
        let (option, syntax) = (row.name, row.syntax.replace('|', "\\|"));
        let (default, summary) = (row.default, row.summary);
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{option}={syntax}` | {default} | {summary} |");
    }
    table
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut rows: Vec<_> = ALL.iter().collect();
    rows.sort_by_key(|row| row.name());
    for row in &rows {
        let name = row.name();
        // Writing to a String cannot fail.
        let _ = writeln!(page, "* [{name}](#{})", name.to_lowercase());
    }
    for row in rows {
        let _ = write!(page, "\n{}", entry(row));
        if row.name() == "WSGIDaemonProcess" {
            page += &daemon_options();
        }
    }
    page.push_str(TAIL);
    page
}

#[test]
fn the_reference_page_is_current() {
    if env::var_os(WRITE).is_some() {
        fs::write(PAGE, page()).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page(),
        "docs/directives.md is not what the rows say; write it with {WRITE}=1 cargo test -p clutch-core reference_page"
    );
}
