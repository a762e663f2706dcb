//! Aliases: are they reached, may anybody come in, and which processes run them.

use super::servers::{Says, Server, Site};
use super::{Findings, Severity, quoted};
use crate::apache::{Kind, Place, Section};
use crate::config::Alias;
use crate::config::alias::Pattern;
use crate::group::GroupTemplate;

const ALIAS: &str = "WSGIScriptAlias";

/// The most aliases that are compared with each other.
const MOST_ALIASES: usize = 2_000;

/// How often an alias may be compared with a section.
const COMPARISONS: usize = 5_000_000;

pub(super) fn judge(site: &Site<'_>, findings: &mut Findings) {
    let mut all_in_daemons = true;
    let mut left = (COMPARISONS / (site.says.len() + 1)).min(MOST_ALIASES);
    for server in &site.servers {
        let places = server.aliases.iter().copied();
        let aliases: Vec<_> = server.words.aliases.iter().zip(places).collect();
        for (at, &(alias, place)) in aliases.iter().enumerate() {
            if left == 0 {
                let text = "and those after it are not compared with others and with sections: there are too many";
                findings.add(Severity::Hint, place, ALIAS, text);
                return;
            }
            left -= 1;
            shadow(alias, place, &aliases[..at], findings);
            access(site, server, alias, place, findings);
            all_in_daemons &= !processes(site, server, alias, place, findings);
        }
    }
    restriction(site, all_in_daemons, findings);
}

/// Python in httpd's own processes, where no application needs it.
fn restriction(site: &Site<'_>, all_in_daemons: bool, findings: &mut Findings) {
    let has_aliases = site.servers.iter().any(|server| !server.aliases.is_empty());
    let is_said = site.servers[0].words.restrict_embedded.is_some();
    let daemons = site
        .servers
        .iter()
        .find_map(|server| server.daemons.first());
    if let (true, true, false, false, Some(&place)) = (
        all_in_daemons,
        has_aliases,
        is_said,
        site.configuration.is_part,
        daemons,
    ) {
        let text = "all applications run in daemons; WSGIRestrictEmbedded On keeps Python out of httpd's own processes";
        findings.add(Severity::Hint, place, "WSGIDaemonProcess", text);
    }
}

/// An earlier alias that takes all paths of this one.
fn shadow(
    alias: &Alias,
    place: Place,
    earlier: &[(&std::sync::Arc<Alias>, Place)],
    findings: &mut Findings,
) {
    let Some(path) = prefix(alias) else { return };
    let takes_it = |(other, _): &&(&std::sync::Arc<Alias>, Place)| other.file_name(path).is_some();
    if let Some((other, at)) = earlier.iter().find(takes_it) {
        let text = format!(
            "is never reached for {}: the alias for {} in line {} comes first, and the first that fits is taken",
            quoted(path),
            quoted(prefix(other).unwrap_or_default()),
            at.line
        );
        findings.add(Severity::Error, place, ALIAS, text);
    }
}

/// Whether anybody may come in.
fn access(site: &Site<'_>, server: &Server, alias: &Alias, place: Place, findings: &mut Findings) {
    let covering = covering(site, server, alias);
    let lets_in = covering.iter().any(|(_, says)| says.lets_in);
    if lets_in {
        return;
    }
    let target = quoted(&alias.target);
    let is_closed = covering.iter().any(|(_, says)| says.has_access_words);
    let text = match is_closed {
        true => format!(
            "leads to {target}, and no section lets anybody in there: write <Directory> with Require all granted"
        ),
        false => format!(
            "leads to {target}, and no section says who may come in; where httpd's own configuration denies all, write <Directory> with Require all granted"
        ),
    };
    findings.add(Severity::Hint, place, ALIAS, text);
}

/// Says so if the application runs in httpd's own processes. Whether it does.
fn processes(
    site: &Site<'_>,
    server: &Server,
    alias: &Alias,
    place: Place,
    findings: &mut Findings,
) -> bool {
    let (is_embedded, is_said) = match &alias.options.process_group {
        Some(template) => (is_global(template), true),
        None => by_sections(site, server, alias),
    };
    if is_embedded {
        let (severity, text) = embedded(site, server, is_said);
        findings.add(severity, place, ALIAS, text);
    }
    is_embedded
}

/// Whether sections and servers leave the application in httpd's own processes, and whether they say anything about it.
fn by_sections(site: &Site<'_>, server: &Server, alias: &Alias) -> (bool, bool) {
    let sections = covering(site, server, alias);
    let of_servers = [server.section, 0].map(|number| site.says.get(&number));
    let said = sections
        .iter()
        .map(|(_, says)| Some(*says))
        .chain(of_servers)
        .flatten();
    let mut templates = said
        .filter_map(|says| says.words.process_group.as_ref())
        .peekable();
    let is_said = templates.peek().is_some();
    (templates.all(is_global), is_said)
}

fn is_global(template: &GroupTemplate) -> bool {
    matches!(template, GroupTemplate::Global)
}

/// What is to be said of an application in httpd's own processes.
fn embedded(site: &Site<'_>, server: &Server, is_said: bool) -> (Severity, String) {
    let reachable = site
        .servers
        .iter()
        .filter(|one| one.section == 0 || one.section == server.section);
    let names: Vec<_> = reachable
        .flat_map(|one| &one.words.daemons)
        .map(|group| quoted(&group.name))
        .collect();
    let is_restricted = site.servers[0].words.restrict_embedded == Some(true);
    match (is_restricted, is_said, names.is_empty()) {
        (true, ..) => (
            Severity::Error,
            "runs in httpd's own processes, and WSGIRestrictEmbedded keeps applications out of them: its requests get status 500".into(),
        ),
        (false, false, false) => (
            Severity::Hint,
            format!(
                "runs in httpd's own processes, though there is a WSGIDaemonProcess ({}): WSGIProcessGroup or process-group= sends it there",
                names.join(", ")
            ),
        ),
        (false, ..) => (
            Severity::Hint,
            "runs in httpd's own processes: under httpd's user, and restarted with httpd; a WSGIDaemonProcess gives it its own".into(),
        ),
    }
}

fn prefix(alias: &Alias) -> Option<&[u8]> {
    match &alias.pattern {
        Pattern::Prefix(path) => Some(path),
        Pattern::Search(_) => None,
    }
}

/// The sections for some requests that hold, or may hold, for the requests of an alias; none that says nothing about them.
fn covering<'s>(site: &'s Site<'_>, server: &Server, alias: &Alias) -> Vec<(usize, &'s Says)> {
    let configuration = site.configuration;
    let of_this_server = |&section: &usize| {
        let owner = configuration.server(section);
        owner == 0 || owner == server.section
    };
    let covers_it = |&section: &usize| {
        let mut around = configuration
            .up(section)
            .map(|at| &configuration.sections[at]);
        around.all(|section| match section.kind {
            Kind::Requests | Kind::AccessFile => covers(section, alias),
            Kind::Main | Kind::Host | Kind::Other => true,
        })
    };
    let is_for_requests = |&section: &usize| {
        let kind = configuration.sections[section].kind;
        matches!(kind, Kind::Requests | Kind::AccessFile)
    };
    let sections = site.says.keys().copied();
    let found = sections
        .filter(is_for_requests)
        .filter(of_this_server)
        .filter(covers_it);
    found
        .filter_map(|section| Some((section, site.says.get(&section)?)))
        .collect()
}

/// Whether a section holds for requests of the alias, or may.
fn covers(section: &Section, alias: &Alias) -> bool {
    let [path] = &section.words[..] else {
        return true; // with a `~`, or without a word
    };
    let is_pattern = path.iter().any(|byte| b"*?[".contains(byte));
    if is_pattern {
        return true;
    }
    let target = &*alias.target;
    if section.is("Directory") || section.kind == Kind::AccessFile {
        return target.contains(&b'$') || is_below(target, path) || is_below(path, target);
    }
    if section.is("Location") {
        return prefix(alias).is_none_or(|own| is_below(own, path));
    }
    if section.is("Files") {
        let name = target.rsplit(|&byte| byte == b'/').next();
        return target.ends_with(b"/") || name == Some(path) || !target.contains(&b'.');
    }
    true
}

/// Whether `path` is `directory`, or below it.
fn is_below(path: &[u8], directory: &[u8]) -> bool {
    let directory = directory.strip_suffix(b"/").unwrap_or(directory);
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::MOST_ALIASES;
    use crate::apache::tests::Shelf;
    use crate::apache::{Variables, read};
    use crate::migration::judge;

    #[test]
    fn more_aliases_than_are_compared_are_told() {
        let lines =
            (0..MOST_ALIASES + 5).map(|at| format!("WSGIScriptAlias /{at} /srv/{at}.wsgi\n"));
        let main = Path::new("/etc/httpd.conf");
        let files = [(PathBuf::from(main), lines.collect::<String>().into_bytes())];
        let read = read(main, Variables::default(), &mut Shelf(files.into())).unwrap();
        let (findings, _) = judge(&read);
        let told: Vec<_> = findings
            .iter()
            .filter(|one| one.text.contains("too many"))
            .collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].place.line as usize, MOST_ALIASES + 1);
    }
}
