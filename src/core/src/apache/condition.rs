//! `<IfModule>`, `<IfDefine>`, `<IfVersion>` and `<IfFile>`: whether what stands inside is read.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::files::Files;
use super::variables::Variables;

/// Modules that are part of httpd itself wherever it is built as distributions do.
const BUILT_IN: [&str; 7] = [
    "core",
    "http_core",
    "so",
    "log_config",
    "logio",
    "unixd",
    "version",
];

/// The httpd that `<IfVersion>` asks about: the newest of 2.4.
const VERSION: [u32; 3] = [2, 4, u32::MAX];

/// The modules that are loaded, by the names that `<IfModule>` has for them.
#[derive(Debug)]
pub(super) struct Modules {
    names: BTreeSet<Vec<u8>>,
    /// A `LoadModule` was read.
    pub(super) some_loaded: bool,
}

impl Modules {
    pub(super) fn of_httpd() -> Self {
        let mut modules = Self {
            names: [b"core.c".to_vec(), b"http_core.c".to_vec()].into(),
            some_loaded: false,
        };
        for name in BUILT_IN {
            modules.add(name.as_bytes());
        }
        modules.add(b"wsgi"); // the question is what holds with it
        modules
    }

    fn add(&mut self, name: &[u8]) {
        self.names.insert([name, b"_module"].concat());
        self.names.insert([b"mod_", name, b".c"].concat());
    }

    /// `LoadModule NAME FILE`
    pub(super) fn load(&mut self, identifier: &[u8], file: &[u8]) {
        self.some_loaded = true;
        self.add(identifier.strip_suffix(b"_module").unwrap_or(identifier));
        let stem = file.rsplit(|&byte| byte == b'/').next().unwrap_or(file);
        let stem = stem.strip_suffix(b".so").unwrap_or(stem);
        self.names.insert([stem, b".c"].concat());
    }

    /// Whether it is loaded. Where nothing is loaded at all, the text is a part of a configuration, and everything is.
    fn has(&self, name: &[u8]) -> bool {
        !self.some_loaded || self.names.contains(name)
    }
}

/// What conditions ask about.
pub(super) struct Facts<'f, F> {
    pub(super) modules: &'f Modules,
    pub(super) variables: &'f Variables,
    pub(super) files: &'f mut F,
    pub(super) server_root: &'f Path,
}

/// Whether the section `name` is read, with these words in its first line; `None` if it is no condition.
pub(super) fn holds<F: Files>(
    name: &[u8],
    words: &[Vec<u8>],
    facts: &mut Facts<'_, F>,
) -> Option<bool> {
    let first = words.first().map(Vec::as_slice).unwrap_or_default();
    let (asked, is_negated) = match first.strip_prefix(b"!") {
        Some(rest) => (rest, true),
        None => (first, false),
    };
    let found = match name.to_ascii_lowercase().as_slice() {
        b"ifmodule" => facts.modules.has(asked),
        b"ifdefine" => facts.variables.is_defined(asked),
        b"ifversion" => return Some(version(words)),
        b"iffile" => {
            let path = Path::new(OsStr::from_bytes(asked));
            facts.files.exists(&facts.server_root.join(path))
        }
        // Every directive is taken to exist; what is not there is told where it stands.
        b"ifdirective" | b"ifsection" => true,
        _ => return None,
    };
    Some(found != is_negated)
}

/// `<IfVersion [!]OPERATOR VERSION>`, or without an operator. An expression is taken to match.
fn version(words: &[Vec<u8>]) -> bool {
    let (operator, number) = match words {
        [operator, number, ..] => (operator.as_slice(), number.as_slice()),
        [number] => (&b"="[..], number.as_slice()),
        [] => return true,
    };
    let (operator, is_negated) = match operator.strip_prefix(b"!") {
        Some(rest) => (rest, true),
        None => (operator, false),
    };
    let Some(asked) = numbers(number) else {
        return !is_negated;
    };
    let found = match operator {
        b"=" | b"==" => VERSION == asked,
        b">" => VERSION > asked,
        b">=" => VERSION >= asked,
        b"<" => VERSION < asked,
        b"<=" => VERSION <= asked,
        _ => !is_negated,
    };
    found != is_negated
}

/// A version of one to three numbers; those that are missing are 0.
fn numbers(text: &[u8]) -> Option<[u32; 3]> {
    let text = std::str::from_utf8(text).ok()?;
    let mut found = [0; 3];
    for (at, part) in text.split('.').enumerate() {
        *found.get_mut(at)? = part.parse().ok()?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::{Modules, version};

    fn asked(text: &str) -> bool {
        let words: Vec<_> = text.split(' ').map(|word| word.into()).collect();
        version(&words)
    }

    #[test]
    fn a_version_is_compared_with_the_newest_httpd() {
        for (text, holds) in [
            (">= 2.4", true),
            (">= 2.4.60", true),
            ("< 2.4", false),
            ("!< 2.4", true),
            ("> 2.6", false),
            ("= 2.2.3", false),
            ("2.2", false),
            ("<= 2.2.99", false),
            ("~ ^2.4", true),
            ("= /2.4/", true),
        ] {
            assert_eq!(asked(text), holds, "{text}");
        }
    }

    #[test]
    fn a_module_has_the_names_that_httpd_gives_it() {
        let mut modules = Modules::of_httpd();
        assert!(modules.has(b"mod_ssl.c"), "a part of a configuration");
        modules.load(b"php7_module", b"/usr/lib/apache2/modules/libphp7.4.so");
        for (name, is_loaded) in [
            ("mod_php7.c", true),
            ("php7_module", true),
            ("libphp7.4.c", true),
            ("mod_wsgi.c", true),
            ("wsgi_module", true),
            ("mod_so.c", true),
            ("mod_ssl.c", false),
        ] {
            assert_eq!(modules.has(name.as_bytes()), is_loaded, "{name}");
        }
    }
}
