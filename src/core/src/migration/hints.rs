//! What could be better, or has to be changed, outside of groups and aliases.

use super::known::HIDDEN;
use super::servers::Site;
use super::{Findings, Severity, name_of, quoted};
use crate::apache::{Directive, Event};
use crate::group::GroupTemplate;

/// Ports that are not shown in the names of groups.
const SILENT_PORTS: [&[u8]; 2] = [b"80", b"443"];

pub(super) fn judge(site: &Site<'_>, findings: &mut Findings) {
    let events = site.configuration.events.iter();
    let directives: Vec<_> = events
        .filter_map(|event| match event {
            Event::Directive(directive) => Some(directive),
            _ => None,
        })
        .collect();
    loading(site, &directives, findings);
    names(site, &directives, findings);
    main_server(site, findings);
    undefined(site, &directives, findings);
    for directive in directives {
        let name = name_of(directive);
        let first = String::from_utf8_lossy(word(directive, 0)).into_owned();
        if name.eq_ignore_ascii_case("SetEnv") && HIDDEN.contains(&first.as_str()) {
            let text = format!(
                "{first}: applications do not see it, as httpd computes it for CGI programs; mod_wsgi shows what was set"
            );
            findings.add(Severity::Difference, directive.place, &name, text);
        }
    }
}

fn word(directive: &Directive, at: usize) -> &[u8] {
    directive
        .words
        .get(at)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// Variables in our lines that stand for nothing.
fn undefined(site: &Site<'_>, directives: &[&Directive], findings: &mut Findings) {
    for directive in directives {
        let name = name_of(directive);
        if !name.to_ascii_lowercase().starts_with("wsgi") {
            continue;
        }
        for missing in &site.configuration.missing {
            let written = [b"${", &missing[..], b"}"].concat();
            let has_it = |word: &Vec<u8>| word.windows(written.len()).any(|part| part == written);
            if directive.words.iter().any(has_it) {
                let shown = String::from_utf8_lossy(missing);
                let text = format!(
                    "${{{shown}}} is not defined here; if httpd's environment has it, say it with --define {shown}=VALUE"
                );
                findings.add(Severity::Hint, directive.place, &name, text);
            }
        }
    }
}

/// The line that loads the module, and what is loaded beside it.
fn loading(site: &Site<'_>, directives: &[&Directive], findings: &mut Findings) {
    let named = |wanted: &'static str| {
        let is = move |one: &&&Directive| name_of(one).eq_ignore_ascii_case(wanted);
        directives.iter().filter(is)
    };
    let mut is_loaded = false;
    for directive in named("LoadModule") {
        let (name, file) = (word(directive, 0), word(directive, 1));
        let file = String::from_utf8_lossy(file);
        let mut hint =
            |text: String| findings.add(Severity::Hint, directive.place, "LoadModule", text);
        if name == b"wsgi_module" {
            is_loaded = true;
            if !file.contains("clutch") {
                hint(format!(
                    "loads {file}: this is the line to change, to mod_clutch.so"
                ));
            }
        } else if name == b"python_module" {
            hint("loads mod_python, which starts a Python of its own in the same processes".into());
        }
    }
    for directive in named("LoadFile") {
        let file = String::from_utf8_lossy(word(directive, 0));
        if file.contains("libpython") {
            let text = format!(
                "loads {file}: mod_wsgi may have needed it, the engines bring their own Python; leave it out"
            );
            findings.add(Severity::Hint, directive.place, "LoadFile", text);
        }
    }
    let uses_it = site
        .servers
        .iter()
        .any(|server| !server.words.aliases.is_empty());
    if !is_loaded && uses_it && !site.configuration.is_part {
        let place = site
            .servers
            .iter()
            .find_map(|server| server.aliases.first());
        let text = "needs the module, and no line loads wsgi_module: httpd does not start";
        findings.add(
            Severity::Error,
            place.copied().unwrap_or_default(),
            "WSGIScriptAlias",
            text,
        );
    }
}

/// Names of groups that requests take part in.
fn names(site: &Site<'_>, directives: &[&Directive], findings: &mut Findings) {
    let is_other = |one: &&&Directive| {
        let port = word(one, 0)
            .rsplit(|&byte| byte == b':')
            .next()
            .unwrap_or_default();
        name_of(one).eq_ignore_ascii_case("Listen") && !SILENT_PORTS.contains(&port)
    };
    let has_other_ports = directives.iter().any(|one| is_other(&one));
    let last = |name: &str| {
        let is = |one: &&&Directive| name_of(one).eq_ignore_ascii_case(name);
        directives
            .iter()
            .rev()
            .find(is)
            .map(|one| word(one, 0).to_ascii_lowercase())
    };
    let is_canonical = last("UseCanonicalName").is_some_and(|word| word == b"on");
    for says in site.says.values() {
        let used = [
            (
                "WSGIProcessGroup",
                &says.words.process_group,
                says.process_group,
            ),
            (
                "WSGIApplicationGroup",
                &says.words.application_group,
                says.application_group,
            ),
        ];
        for (directive, template, place) in used {
            match template {
                Some(GroupTemplate::Host) => {
                    let text = "%{HOST} lets each client name a group, and each new name is a new interpreter; %{SERVER} is the name of the virtual host";
                    findings.add(Severity::Hint, place, directive, text);
                }
                Some(GroupTemplate::Server | GroupTemplate::Resource)
                    if has_other_ports && !is_canonical =>
                {
                    let text = "the port in the group's name is the configured one; with mod_wsgi and UseCanonicalName Off it is the one in the client's Host header";
                    findings.add(Severity::Difference, place, directive, text);
                }
                Some(GroupTemplate::Global) if directive == "WSGIApplicationGroup" => {
                    let text = "%{GLOBAL} is often written for extension modules that fail in sub-interpreters; `clutch check APP` tells whether this application still needs it, and ClutchIsolation auto finds out by itself";
                    findings.add(Severity::Hint, place, directive, text);
                }
                _ => (),
            }
        }
    }
}

/// Words of the main server that do not reach as far as they seem to.
fn main_server(site: &Site<'_>, findings: &mut Findings) {
    let main = &site.servers[0];
    let daemons: Vec<_> = site
        .servers
        .iter()
        .flat_map(|server| &server.words.daemons)
        .collect();
    if daemons.is_empty() {
        return;
    }
    for (directive, option) in [
        ("WSGIPythonPath", "python-path"),
        ("WSGISwitchInterval", "switch-interval"),
    ] {
        let is_at_base = match directive {
            "WSGIPythonPath" => main.words.words.base.python_path.is_some(),
            _ => main.words.words.base.switch_interval.is_some(),
        };
        if let (true, Some(&place)) = (is_at_base, main.first.get(directive)) {
            let names: Vec<_> = daemons.iter().map(|group| quoted(&group.name)).collect();
            let text = format!(
                "is for httpd's own processes and does not reach the daemons of {}; {option}= of WSGIDaemonProcess does",
                names.join(", ")
            );
            findings.add(Severity::Hint, place, directive, text);
        }
    }
}
