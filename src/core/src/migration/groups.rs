//! Process groups: declared, named, reached, used.

use super::servers::{Server, Site};
use super::{Findings, Severity, quoted};
use crate::apache::Place;
use crate::config::daemon::DaemonGroup;
use crate::group::GroupTemplate;

/// The name under which Clutch keeps processes of application groups that need their own.
const OWN: &[u8] = b"%{AUTO}";

/// A place that names a process group.
struct Reference<'s> {
    directive: &'static str,
    template: GroupTemplate,
    place: Place,
    server: &'s Server,
    /// httpd does not start without the group.
    is_at_start: bool,
}

pub(super) fn judge(site: &Site<'_>, findings: &mut Findings) {
    let references = references(site);
    twice(site, findings);
    for one in &references {
        if let GroupTemplate::Name(name) = &one.template {
            reached(site, one, name, findings);
        }
    }
    let any_may_be = |one: &Reference<'_>| {
        !matches!(one.template, GroupTemplate::Name(_) | GroupTemplate::Global)
    };
    let is_open = references.iter().any(any_may_be);
    for server in &site.servers {
        for (group, &place) in server.words.daemons.iter().zip(&server.daemons) {
            let is_it = |one: &Reference<'_>| matches!(&one.template, GroupTemplate::Name(name) if *name == group.name);
            let is_used = is_open || &*group.name == OWN || references.iter().any(is_it);
            if !is_used && group.threads > 0 {
                let text = format!(
                    "{}: no WSGIProcessGroup, no alias and no script names this group, so nothing runs in it",
                    quoted(&group.name)
                );
                findings.add(Severity::Hint, place, "WSGIDaemonProcess", text);
            }
            numbers(group, place, findings);
        }
    }
}

/// Every place that names a process group.
fn references<'s>(site: &'s Site<'_>) -> Vec<Reference<'s>> {
    let mut found = Vec::new();
    for server in &site.servers {
        for (alias, &place) in server.words.aliases.iter().zip(&server.aliases) {
            if let Some(template) = &alias.options.process_group {
                found.push(Reference {
                    directive: "WSGIScriptAlias",
                    template: template.clone(),
                    place,
                    server,
                    is_at_start: alias.preload().is_some(),
                });
            }
        }
        for (preload, &place) in server.words.preloads.iter().zip(&server.preloads) {
            let is_alias = server.aliases.contains(&place);
            if !preload.process_group.is_empty() && !is_alias {
                found.push(Reference {
                    directive: "WSGIImportScript",
                    template: GroupTemplate::Name(preload.process_group.clone()),
                    place,
                    server,
                    is_at_start: true,
                });
            }
        }
    }
    for (&section, says) in &site.says {
        let number = site.configuration.server(section);
        let server = site.servers.iter().find(|one| one.section == number);
        if let (Some(template), Some(server)) = (&says.words.process_group, server) {
            found.push(Reference {
                directive: "WSGIProcessGroup",
                template: template.clone(),
                place: says.process_group,
                server,
                is_at_start: false,
            });
        }
    }
    found
}

/// Two servers that declare a group of one name. Of one server the row refuses it.
fn twice(site: &Site<'_>, findings: &mut Findings) {
    let all = site.servers.iter().flat_map(|server| {
        let places = server.daemons.iter();
        let names = server.words.daemons.iter().map(|group| &group.name);
        names
            .zip(places)
            .map(move |(name, place)| (server.section, name, *place))
    });
    let all: Vec<_> = all.collect();
    for (at, (server, name, place)) in all.iter().enumerate() {
        let same = |other: &&(usize, _, Place)| other.1 == *name && other.0 != *server;
        if all[..at].iter().any(|other| same(&other)) {
            let text = format!(
                "takes each name once, and {} stands in two servers; name it once, outside of the virtual hosts, and both can use it",
                quoted(name)
            );
            findings.add(Severity::Error, *place, "WSGIDaemonProcess", text);
        }
    }
}

/// Whether the group of this name is there for those who name it.
fn reached(site: &Site<'_>, one: &Reference<'_>, name: &[u8], findings: &mut Findings) {
    let has = |server: &&Server| {
        server
            .words
            .daemons
            .iter()
            .any(|group| *group.name == *name)
    };
    let owners: Vec<_> = site.servers.iter().filter(has).collect();
    let name = quoted(name);
    let consequence = match one.is_at_start {
        true => "httpd does not start",
        false => "its requests get status 500",
    };
    if owners.is_empty() {
        let (severity, text) = match site.configuration.is_part {
            false => (
                Severity::Error,
                format!(
                    "names the process group {name}, and no WSGIDaemonProcess declares it: {consequence}"
                ),
            ),
            true => (
                Severity::Hint,
                format!(
                    "names the process group {name}; what was read has no WSGIDaemonProcess for it"
                ),
            ),
        };
        return findings.add(severity, one.place, one.directive, text);
    }
    let of_host = one.server.section != 0;
    let may_reach = |owner: &&Server| {
        owner.section == 0
            || owner.section == one.server.section
            || (owner.name == one.server.name && !owner.name.is_empty())
    };
    if of_host && !owners.iter().any(may_reach) {
        let text = format!(
            "names the process group {name}, which stands in a virtual host with another ServerName: {consequence}"
        );
        findings.add(Severity::Error, one.place, one.directive, text);
    }
}

/// Numbers of processes and threads that are hardly meant.
fn numbers(group: &DaemonGroup, place: Place, findings: &mut Findings) {
    let mut hint = |text: String| findings.add(Severity::Hint, place, "WSGIDaemonProcess", text);
    let name = quoted(&group.name);
    let (processes, threads) = (group.processes, group.threads);
    if group.multiprocess && group.max_processes.unwrap_or(processes) == 1 {
        hint(format!(
            "{name}: with processes=1 applications are told that there are other processes (wsgi.multiprocess); leave the option out for a group of one"
        ));
    }
    if threads > 100 {
        hint(format!(
            "{name}: {threads} threads of a process share one GIL; a few processes with fewer threads do more"
        ));
    }
    if processes > 1 && threads == 0 {
        hint(format!(
            "{name}: threads=0 is for a script that runs by itself, and {processes} processes run it {processes} times"
        ));
    }
    if u64::from(processes) * u64::from(threads) > 2_000 {
        hint(format!(
            "{name}: {processes} processes of {threads} threads are more than an httpd passes requests to at once"
        ));
    }
}
