//! What holds: every default is decided here, and nowhere else.

use std::sync::Arc;

use crate::config::alias_options::AliasOptions;
use crate::config::interpreter;
use crate::config::provider::ProviderScript;
use crate::config::section::Section;
use crate::config::server::{EngineChoice, ServerSection};
use crate::config::telemetry::Telemetry;
use crate::config::value::{HashSeed, HeadMapping};
use crate::group::{Callable, Facts, GroupTemplate, template};
use crate::proxy::{ProxyHeader, Subnet};

/// What holds for one request.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'c> {
    /// Which daemon processes; the empty name is httpd's own.
    pub process_group: &'c GroupTemplate,
    /// Which interpreter.
    pub application_group: &'c GroupTemplate,
    callable: CallableWord<'c>,
    /// Whether the application sees the `Authorization` header.
    pub pass_authorization: bool,
    /// Whether a changed script is loaded again.
    pub script_reloading: bool,
    /// Whether httpd's error documents replace an application's; has no effect on applications inside httpd.
    pub error_override: bool,
    /// Whether a request body may come without a declared length.
    pub chunked_request: bool,
    /// Which method an application sees for a HEAD request.
    pub head_mapping: HeadMapping,
    /// Whether files may be sent by `sendfile`.
    pub enable_sendfile: bool,
    /// Whether a daemon's inactivity is measured as if there were no such requests.
    pub ignore_activity: bool,
    /// The process groups that may serve; `None`: all.
    pub restrict_process: Option<&'c [Arc<[u8]>]>,
    /// The headers by which proxies say what the client is and what it asked for.
    pub proxy_headers: &'c [ProxyHeader],
    /// The proxies that are believed; `None`: everybody.
    pub proxies: Option<&'c [Subnet]>,
    /// Whether applications in httpd's own processes get httpd's record of the request.
    pub pass_request: bool,
    /// The script that says who serves.
    pub dispatch_script: Option<&'c ProviderScript>,
}

#[derive(Debug, Clone, Copy)]
enum CallableWord<'c> {
    AsItStands(&'c [u8]),
    Expanded(&'c Callable),
}

impl<'c> Settings<'c> {
    /// What holds where `section` is in force, for a request that came through an alias or a handler with `options` if it did.
    pub fn of(section: &'c Section, options: Option<&'c AliasOptions>) -> Self {
        let by_alias = options.and_then(|options| options.callable.as_deref());
        Self {
            process_group: options
                .and_then(|options| options.process_group.as_ref())
                .or(section.process_group.as_ref())
                .unwrap_or(&GroupTemplate::Global),
            application_group: options
                .and_then(|options| options.application_group.as_ref())
                .or(section.application_group.as_ref())
                .unwrap_or(&GroupTemplate::Resource),
            callable: match (by_alias, &section.callable) {
                (Some(name), _) => CallableWord::AsItStands(name),
                (None, Some(callable)) => CallableWord::Expanded(callable),
                (None, None) => CallableWord::AsItStands(template::APPLICATION),
            },
            pass_authorization: options
                .and_then(|options| options.pass_authorization)
                .or(section.pass_authorization)
                .unwrap_or(false),
            script_reloading: section.script_reloading.unwrap_or(true),
            error_override: section.error_override.unwrap_or(false),
            chunked_request: section.chunked_request.unwrap_or(false),
            head_mapping: section.head_mapping.unwrap_or(HeadMapping::Auto),
            enable_sendfile: section.enable_sendfile.unwrap_or(false),
            ignore_activity: section.ignore_activity.unwrap_or(false),
            restrict_process: section.restrict_process.as_deref(),
            proxy_headers: section.proxy_headers.as_deref().unwrap_or_default(),
            proxies: section.proxies.as_deref(),
            pass_request: section.pass_request.unwrap_or(false),
            dispatch_script: section.dispatch_script.as_deref(),
        }
    }

    /// Whether the process group of this name may serve; the empty name is httpd's own processes. Case does not matter.
    pub fn may_run_in(&self, process_group: &[u8]) -> bool {
        let is_it = |name: &Arc<[u8]>| name.eq_ignore_ascii_case(process_group);
        self.restrict_process
            .is_none_or(|names| names.iter().any(is_it))
    }

    /// The name of the application object, for the request with these facts.
    pub fn callable<'a>(&self, facts: &'a impl Facts) -> &'a [u8]
    where
        'c: 'a,
    {
        match self.callable {
            CallableWord::AsItStands(name) => name,
            CallableWord::Expanded(callable) => callable.expand(facts),
        }
    }
}

/// What holds for every process of the server.
#[derive(Debug, Clone)]
pub struct ProcessSettings<'c> {
    /// Which engine; `None`: the one that suits the Python home, else the newest.
    pub engine: Option<&'c EngineChoice>,
    /// An installation or a virtual environment; `None`: the Python that the engine was built for.
    pub python_home: Option<&'c [u8]>,
    /// Optimisation level; 0 leaves it to Python.
    pub optimize: u32,
    /// Never write `.pyc` files.
    pub dont_write_bytecode: bool,
    /// `None` leaves it to Python.
    pub hash_seed: Option<HashSeed>,
    /// Applications may run in httpd's own processes.
    pub embedded: bool,
    /// Script paths that differ only in case are different.
    pub case_sensitive: bool,
    /// How many interpreters there may be besides the main one; 0: no limit.
    pub max_interpreters: u32,
    /// After how many replaced interpreters the process asks to be replaced; 0: when they have kept too much memory.
    pub max_replacements: u32,
    /// A free-threaded build stays without a GIL.
    pub free_threading: bool,
    /// Interpreters are ended with the process.
    pub destroy_interpreters: bool,
    /// Applications in httpd's own processes may see what all of httpd does.
    pub server_metrics: bool,
    /// What processes that run Python report, if there is somebody who takes it.
    pub telemetry: Option<Telemetry>,
}

impl<'c> ProcessSettings<'c> {
    /// What holds if the main server says this.
    pub fn of(main: &'c ServerSection) -> Self {
        Self {
            engine: main.engine.as_ref(),
            python_home: main.python_home.as_deref(),
            optimize: main.optimize.unwrap_or(0),
            dont_write_bytecode: main.dont_write_bytecode.unwrap_or(false),
            hash_seed: main.hash_seed,
            embedded: !main.restrict_embedded.unwrap_or(false),
            case_sensitive: main.case_sensitivity.unwrap_or(true),
            max_interpreters: main.max_interpreters.unwrap_or(256),
            max_replacements: main.max_replacements.unwrap_or(0),
            free_threading: interpreter::free_threading(&main.words, interpreter::EMBEDDED),
            destroy_interpreters: main.destroy_interpreter.unwrap_or(true),
            server_metrics: main.server_metrics.unwrap_or(false),
            telemetry: main.telemetry_service.clone().map(|service| Telemetry {
                service,
                slow_requests: main.slow_requests.unwrap_or_default(),
                user_agent: main.telemetry_user_agent.unwrap_or(false),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{ProcessSettings, Settings};
    use crate::config::alias_options::AliasOptions;
    use crate::config::section::Section;
    use crate::config::server::ServerSection;
    use crate::config::value::HeadMapping;
    use crate::group::{Callable, Facts, GroupTemplate};

    struct NoFacts;

    impl Facts for NoFacts {
        fn server_name(&self) -> &[u8] {
            b""
        }
        fn host(&self) -> &[u8] {
            b""
        }
        fn port(&self) -> u16 {
            80
        }
        fn host_port(&self) -> u16 {
            0
        }
        fn script_name(&self) -> Cow<'_, [u8]> {
            Cow::Borrowed(b"")
        }
        fn variable(&self, _: &[u8]) -> Option<&[u8]> {
            Some(b"from-a-variable")
        }
    }

    #[test]
    fn a_section_that_says_nothing_gets_the_documented_defaults() {
        let section = Section::default();
        let settings = Settings::of(&section, None);
        assert_eq!(settings.application_group, &GroupTemplate::Resource);
        assert_eq!(settings.callable(&NoFacts), b"application");
        assert!(settings.script_reloading);
        assert_eq!(settings.head_mapping, HeadMapping::Auto);
        assert!(!settings.pass_authorization);
        assert!(!settings.error_override);
        assert!(!settings.chunked_request);
        assert!(!settings.enable_sendfile);
        assert!(!settings.ignore_activity);
        assert_eq!(settings.process_group, &GroupTemplate::Global);
        assert!(settings.may_run_in(b"") && settings.may_run_in(b"any"));
    }

    #[test]
    fn requests_run_only_in_the_process_groups_that_are_named() {
        let restricted = |names: &[&[u8]]| Section {
            restrict_process: Some(names.iter().map(|&name| name.into()).collect()),
            ..Section::default()
        };
        let section = restricted(&[b"Shop", b""]);
        let settings = Settings::of(&section, None);
        for (name, may) in [("shop", true), ("SHOP", true), ("", true), ("wiki", false)] {
            assert_eq!(settings.may_run_in(name.as_bytes()), may, "{name}");
        }
        let nowhere = restricted(&[]);
        assert!(!Settings::of(&nowhere, None).may_run_in(b""));
    }

    #[test]
    fn an_alias_is_stronger_than_a_section_where_it_says_something() {
        let section = Section {
            process_group: Some(GroupTemplate::Server),
            application_group: Some(GroupTemplate::Global),
            callable: Some(Callable::parse(b"%{ENV:x}")),
            pass_authorization: Some(true),
            ..Section::default()
        };
        let silent = AliasOptions::default();
        let settings = Settings::of(&section, Some(&silent));
        assert_eq!(settings.process_group, &GroupTemplate::Server);
        assert_eq!(settings.application_group, &GroupTemplate::Global);
        assert_eq!(settings.callable(&NoFacts), b"from-a-variable");
        assert!(settings.pass_authorization);

        let outspoken = AliasOptions {
            process_group: Some(GroupTemplate::Global),
            application_group: Some(GroupTemplate::Server),
            callable: Some(b"%{ENV:x}".as_slice().into()),
            pass_authorization: Some(false),
        };
        let settings = Settings::of(&section, Some(&outspoken));
        assert_eq!(settings.process_group, &GroupTemplate::Global);
        assert_eq!(settings.application_group, &GroupTemplate::Server);
        assert_eq!(settings.callable(&NoFacts), b"%{ENV:x}");
        assert!(!settings.pass_authorization);
    }

    #[test]
    fn a_server_that_says_nothing_gets_the_documented_defaults() {
        let main = ServerSection::default();
        let settings = ProcessSettings::of(&main);
        assert!(settings.embedded);
        assert!(settings.case_sensitive);
        assert!(settings.destroy_interpreters);
        assert!(!settings.dont_write_bytecode && !settings.server_metrics);
        assert_eq!((settings.optimize, settings.hash_seed), (0, None));
    }
}
