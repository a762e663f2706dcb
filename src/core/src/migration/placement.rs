//! Where a directive may stand.

use super::Severity;
use super::servers::Site;
use crate::apache::{Class, Kind};
use crate::config::directive::{Directive as Row, Scope};

impl Site<'_> {
    /// The access file that `section` is, or stands in.
    pub(super) fn access_file(&self, section: usize) -> Option<usize> {
        let mut around = self.configuration.up(section);
        around.find(|&at| self.configuration.sections[at].kind == Kind::AccessFile)
    }

    /// Why the directive may not stand in `section`, and how grave that is.
    pub(super) fn misplaced(&self, row: &Row, section: usize) -> Option<(Severity, String)> {
        if let Some(file) = self.access_file(section) {
            return self.misplaced_in_file(row, file);
        }
        let around = self.configuration.up(section);
        let mut kinds = around.map(|at| &self.configuration.sections[at]);
        let error = |text: String| Some((Severity::Error, text));
        if row.scope == Scope::DirectoryAndHtaccess {
            let is_inside = kinds.any(|around| {
                around.kind == Kind::Requests
                    || around.name.eq_ignore_ascii_case(b"AuthnProviderAlias")
            });
            return match is_inside {
                true => None,
                false => error("can stand in a directory section, and stands in none".into()),
            };
        }
        let wrong = kinds.into_iter().find(|around| match row.scope {
            Scope::Main => matches!(around.kind, Kind::Host | Kind::Requests),
            Scope::Server => around.kind == Kind::Requests,
            Scope::Section | Scope::SectionAndHtaccess | Scope::DirectoryAndHtaccess => false,
        })?;
        let name = String::from_utf8_lossy(&wrong.name);
        error(format!(
            "can stand {}, and stands in <{name}>",
            place(row.scope)
        ))
    }

    /// The same for the access file that is the section `file`.
    fn misplaced_in_file(&self, row: &Row, file: usize) -> Option<(Severity, String)> {
        let name = String::from_utf8_lossy(&self.configuration.sections[file].name);
        let allowed = self.configuration.allowed.get(&file)?;
        let (severity, consequence) = match allowed.is_lenient {
            true => (Severity::Hint, "AllowOverride Nonfatal has it ignored"),
            false => (Severity::Error, "its requests get status 500"),
        };
        let (class, word) = match row.scope {
            Scope::SectionAndHtaccess => (Class::FileInfo, "FileInfo"),
            Scope::DirectoryAndHtaccess => (Class::AuthConfig, "AuthConfig"),
            scope => {
                let place = place(scope);
                let text = format!("can stand {place}, and stands in a {name} file: {consequence}");
                return Some((severity, text));
            }
        };
        (!allowed.has(class, row.name())).then(|| {
            let text = format!("can stand in a {name} file where AllowOverride has {word}, and has not here: {consequence}");
            (severity, text)
        })
    }
}

/// Where httpd's own files may have it.
fn place(scope: Scope) -> &'static str {
    match scope {
        Scope::Main => "in the main server, outside of all sections",
        Scope::Server => "in the main server or a virtual host",
        _ => "in httpd's own files, in a server or a section",
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::apache::tests::Shelf;
    use crate::apache::{Variables, read};
    use crate::migration::judge;

    /// What is found in `/srv/.htaccess` with this text where `AllowOverride` has `words`.
    fn found(words: &str, text: &str) -> Vec<String> {
        let main = format!(
            "LoadModule wsgi_module mod_clutch.so\n<Directory /srv>\nAllowOverride {words}\n</Directory>\n"
        );
        let files = [("/etc/httpd.conf", &*main), ("/srv/.htaccess", text)];
        let files = files.map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let main = Path::new("/etc/httpd.conf");
        let read = read(main, Variables::default(), &mut Shelf(files.into())).unwrap();
        let (findings, _) = judge(&read);
        let shown = findings.iter().map(|one| {
            let file = read.files[one.place.file].display();
            let (severity, line) = (one.severity.name(), one.place.line);
            format!("{severity} {file}:{line} {} {}", one.directive, one.text)
        });
        shown.collect()
    }

    #[track_caller]
    fn says(words: &str, text: &str, start: &str, part: &str) {
        let found = found(words, text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].starts_with(start) && found[0].contains(part),
            "{found:#?}"
        );
    }

    #[test]
    fn an_access_file_may_say_what_allow_override_lets_it_say() {
        let text = "WSGIPassAuthorization On\n<Files x>\nWSGIScriptReloading Off\n</Files>\n";
        assert_eq!(found("FileInfo", text), [""; 0]);
        assert_eq!(
            found("All", &format!("{text}WSGIAuthGroupScript /a\n")),
            [""; 0]
        );
        let at = "error /srv/.htaccess:1 WSGIPassAuthorization ";
        says(
            "AuthConfig",
            "WSGIPassAuthorization On",
            at,
            "AllowOverride has FileInfo, and has not here: its requests get status 500",
        );
        says(
            "AuthConfig Nonfatal=Override",
            "WSGIPassAuthorization On",
            "hint /srv",
            "Nonfatal",
        );
        let at = "error /srv/.htaccess:1 WSGIAuthGroupScript ";
        says(
            "FileInfo",
            "WSGIAuthGroupScript /a",
            at,
            "AllowOverride has AuthConfig",
        );
        let list = "None\nAllowOverrideList wsgiauthgroupscript";
        assert_eq!(found(list, "WSGIAuthGroupScript /a"), [""; 0]);
    }

    #[test]
    fn what_stands_in_httpds_own_files_alone_is_an_error_in_an_access_file() {
        for (line, place) in [
            (
                "WSGIScriptAlias / /a",
                "in the main server or a virtual host",
            ),
            (
                "WSGIPythonPath /a",
                "in the main server, outside of all sections",
            ),
            (
                "WSGIProcessGroup x",
                "in httpd's own files, in a server or a section, and stands in a .htaccess file: its requests get status 500",
            ),
            ("WSGIDispatchScript /a", "in httpd's own files"),
            ("WSGIHandlerScript a /a", "in httpd's own files"),
            ("WSGIPassApacheRequest On", "in httpd's own files"),
        ] {
            says("All", line, "error /srv/.htaccess:1 ", place);
        }
    }

    #[test]
    fn values_and_names_in_an_access_file_are_judged_as_elsewhere() {
        let at = "error /srv/.htaccess:2 ";
        says(
            "All",
            "\nWSGIErrorOverride maybe",
            at,
            "takes On or Off, not \"maybe\"",
        );
        says("All", "\nWSGIErrorOverides On", at, "is no directive");
        says("All", "\n<Files x>", at, "is not closed");
        let section = "\nWSGIAccessScript /a process-group=shop";
        says("All", section, at, "");
    }
}
