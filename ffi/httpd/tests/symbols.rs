//! Every declared function and variable is exported by the installed httpd, APR or APR-util.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::{Object as _, ObjectSymbol as _};

use crate::compiler::{apxs, skipped};
use crate::source::declared;

/// Where httpd is if neither `HTTPD` nor `apxs` says.
const PLACES: [&str; 3] = [
    "/usr/sbin/apache2",
    "/usr/sbin/httpd",
    "/usr/local/apache2/bin/httpd",
];

#[test]
fn declared_symbols_are_exported() {
    let Some(httpd) = httpd() else {
        return skipped("declared_symbols_are_exported", "httpd is not installed");
    };
    let mut exported = exports(&httpd);
    for library in libraries_of(&httpd) {
        exported.extend(exports(&library));
    }
    let declared = declared();
    let functions = declared.functions.iter().map(|one| &one.name);
    let variables = declared.variables.iter().map(|one| &one.name);
    let missing: Vec<_> = functions
        .chain(variables)
        .filter(|name| !exported.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(
        !exported.contains("apr_pool_create"),
        "a macro, not a function"
    );
}

fn httpd() -> Option<PathBuf> {
    let asked = || Some(Path::new(&apxs("SBINDIR")?).join(apxs("PROGNAME")?));
    let named = env::var_os("HTTPD").map(PathBuf::from);
    named
        .into_iter()
        .chain(asked())
        .chain(PLACES.map(PathBuf::from))
        .find(|place| place.exists())
}

/// APR and APR-util, as the dynamic linker finds them for `httpd`.
fn libraries_of(httpd: &Path) -> Vec<PathBuf> {
    let said = Command::new("ldd").arg(httpd).output().unwrap();
    String::from_utf8_lossy(&said.stdout)
        .lines()
        .filter_map(|line| line.trim().split_once(" => "))
        .filter(|(name, _)| name.starts_with("libapr"))
        .filter_map(|(_, place)| place.split_whitespace().next())
        .map(PathBuf::from)
        .collect()
}

/// What the ELF file at `path` offers to others.
fn exports(path: &Path) -> HashSet<String> {
    let bytes = fs::read(path).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    file.dynamic_symbols()
        .filter(|symbol| symbol.is_definition())
        .map(|symbol| symbol.name().unwrap().to_owned())
        .collect()
}
