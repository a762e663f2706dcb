//! What only this machine can tell of a configuration: its Pythons and their engines, its users, its files.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clutch_core::apache::{Configuration, Event, Place};
use clutch_core::config::ProcessSettings;
use clutch_core::engine;
use clutch_core::homes;
use clutch_core::installation::{Version, what_is_wrong_with};
use clutch_core::migration::{Finding, Server, Severity, Site};
use clutch_sys::account;

/// Judges what `site` says about this machine. `directory` is where module and engines lie if `site` does not say it.
pub(super) fn judge(site: &Site<'_>, directory: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let module = module_of(site.configuration);
    if let Some((file, place)) = module.as_ref().filter(|(file, _)| !file.exists()) {
        let text = format!("loads {}, which is not there", file.display());
        add(&mut findings, Severity::Error, *place, "LoadModule", text);
    }
    let beside = module.as_ref().filter(|(file, _)| file.exists());
    let directory = beside
        .and_then(|(file, _)| file.parent())
        .unwrap_or(directory);
    let engine = python(site, directory, &mut findings);
    let main = &site.servers[0];
    if let Err(refusal) = homes::check(&main.words.words, engine) {
        let place = place_of(main, "ClutchPythonHome");
        add(
            &mut findings,
            Severity::Error,
            place,
            "ClutchPythonHome",
            refusal,
        );
    }
    for server in &site.servers {
        daemons(site, server, directory, &mut findings);
        scripts(server, &mut findings);
    }
    findings
}

fn add(
    findings: &mut Vec<Finding>,
    severity: Severity,
    place: Place,
    directive: &str,
    text: String,
) {
    // The name of the directive is the subject; it need not be said twice.
    let text = text
        .strip_prefix(directive)
        .map_or(text.as_str(), str::trim_start);
    findings.push(Finding {
        place,
        severity,
        directive: directive.to_owned(),
        text: text.to_owned(),
    });
}

fn place_of(server: &Server, directive: &str) -> Place {
    server.first.get(directive).copied().unwrap_or_default()
}

/// The Python of httpd's own processes. Its version, if it is known.
fn python(site: &Site<'_>, directory: &Path, findings: &mut Vec<Finding>) -> Option<Version> {
    let main = &site.servers[0];
    let uses_it = site.servers.iter().any(|one| !one.first.is_empty());
    let settings = ProcessSettings::of(&main.words);
    if !uses_it {
        return None;
    }
    if let Some(home) = settings.python_home {
        let path = engine::path_of(home);
        let wrong = engine::doubt_about(path)
            .map(|doubt| doubt.text().to_owned())
            .or_else(|| what_is_wrong_with(path).map(|text| format!("{} {text}", path.display())));
        if let Some(text) = wrong {
            let place = place_of(main, "WSGIPythonHome");
            add(findings, Severity::Error, place, "WSGIPythonHome", text);
            return None;
        }
    }
    match engine::choose(&settings, directory) {
        Ok(choice) => choice.version,
        Err(refusal) => {
            let named = ["ClutchEngine", "WSGIPythonHome"];
            let known = named.into_iter().find(|name| main.first.contains_key(name));
            let first = site.servers.iter().find_map(|one| one.first.iter().next());
            let (name, place) = match (known, first) {
                (Some(name), _) => (name, place_of(main, name)),
                (None, Some((name, place))) => (*name, *place),
                (None, None) => return None,
            };
            add(findings, Severity::Error, place, name, refusal);
            None
        }
    }
}

/// Users, and Pythons, of the daemons of a server.
fn daemons(site: &Site<'_>, server: &Server, directory: &Path, findings: &mut Vec<Finding>) {
    let main = &site.servers[0].words;
    for (group, &place) in server.words.daemons.iter().zip(&server.daemons) {
        let name = String::from_utf8_lossy(&group.name);
        let mut error = |text: String| {
            let text = format!("{name} {text}");
            add(findings, Severity::Error, place, "WSGIDaemonProcess", text);
        };
        if let Some(refusal) = account::what_is_wrong_with(group) {
            error(refusal);
        }
        if group.python_home.is_none() {
            continue; // it is the main server's, which was judged
        }
        if let Err(refusal) = engine::of_daemons(group, main, directory) {
            error(refusal);
        }
    }
}

/// Scripts that are not there.
fn scripts(server: &Server, findings: &mut Vec<Finding>) {
    for (alias, &place) in server.words.aliases.iter().zip(&server.aliases) {
        let path = Path::new(OsStr::from_bytes(&alias.target));
        if path.is_absolute() && !alias.target.contains(&b'$') && !path.exists() {
            let text = format!("leads to {}, which is not there", path.display());
            add(findings, Severity::Hint, place, "WSGIScriptAlias", text);
        }
    }
}

/// Our module, as the configuration loads it, and where that stands; `None` if it loads another, or none.
fn module_of(configuration: &Configuration) -> Option<(PathBuf, Place)> {
    configuration.events.iter().find_map(|event| {
        let Event::Directive(directive) = event else {
            return None;
        };
        let [name, file, ..] = &directive.words[..] else {
            return None;
        };
        let loads = directive.name.eq_ignore_ascii_case(b"LoadModule") && name == b"wsgi_module";
        let file = configuration.server_root.join(OsStr::from_bytes(file));
        let is_ours = loads && file.file_name() == Some(OsStr::new(crate::engine::MODULE));
        is_ours.then_some((file, directive.place))
    })
}
