//! The table of directives, a row each. httpd's command table, the checks of arguments and the reference page are made
//! of these rows.

use crate::config::directive::Directive;

macro_rules! switch {
    ($name:literal, $scope:ident, $target:ident.$field:ident, $default:literal, $summary:literal) => {
        Directive {
            name: $name,
            scope: Scope::$scope,
            takes: Takes::One,
            syntax: "On|Off",
            default: $default,
            summary: $summary,
            apply: Apply::$target(|target, args| {
                target.$field = Some(value::on_off(args.only())?);
                Ok(())
            }),
        }
    };
}

mod daemon;
mod interpreter;
mod metrics;
mod process;
mod provider;
mod proxies;
mod request;
mod scripts;

const TOPICS: [&[Directive]; 8] = [
    daemon::ROWS,
    interpreter::ROWS,
    metrics::ROWS,
    process::ROWS,
    proxies::ROWS,
    provider::ROWS,
    request::ROWS,
    scripts::ROWS,
];

const COUNT: usize = {
    let (mut count, mut topic) = (0, 0);
    while topic < TOPICS.len() {
        count += TOPICS[topic].len();
        topic += 1;
    }
    count
};

static ROWS: [Directive; COUNT] = {
    let mut rows = [TOPICS[0][0]; COUNT];
    let (mut topic, mut at) = (0, 0);
    while topic < TOPICS.len() {
        let mut row = 0;
        while row < TOPICS[topic].len() {
            rows[at] = TOPICS[topic][row];
            at += 1;
            row += 1;
        }
        topic += 1;
    }
    rows
};

/// All directives, by topic.
pub static ALL: &[Directive] = &ROWS;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::*;

    use super::ALL;
    use crate::config::directive::{Apply, Arguments, Directive, Scope, Takes};
    use crate::config::expression::{Compile, Matched, Search};
    use crate::config::section::Section;
    use crate::config::server::ServerSection;
    use crate::config::value::Refusal;

    /// Takes every pattern without a bracket.
    struct NoBrackets;

    #[derive(Debug)]
    struct Nothing;

    impl Search for Nothing {
        fn search(&self, _: &[u8]) -> Option<Matched> {
            None
        }
    }

    impl Compile for NoBrackets {
        fn compile(&self, pattern: &[u8]) -> Option<Box<dyn Search>> {
            let fine = !pattern.contains(&b'(');
            fine.then(|| Box::new(Nothing) as Box<dyn Search>)
        }
    }

    fn row(name: &str) -> &'static Directive {
        let found = ALL.iter().find(|row| row.name() == name);
        found.expect("the test names a directive")
    }

    fn apply(
        row: &Directive,
        words: &[&[u8]],
        server: &mut ServerSection,
        section: &mut Section,
    ) -> Result<(), Refusal> {
        let args = Arguments {
            words,
            expressions: &NoBrackets,
            remarks: &RefCell::default(),
            in_htaccess: false,
        };
        row.apply(&args, || Some(section), || Some(server))
    }

    fn outcome(name: &str, words: &[&str]) -> Result<(ServerSection, Section), String> {
        let row = row(name);
        let (mut server, mut section) = Default::default();
        let words: Vec<_> = words.iter().map(|word| word.as_bytes()).collect();
        apply(row, &words, &mut server, &mut section)
            .map(|()| (server, section))
            .map_err(|refusal| row.sentence(&refusal))
    }

    #[test]
    fn rows_are_unique() {
        let mut names: Vec<_> = ALL.iter().map(|row| row.name()).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn a_row_changes_what_its_scope_says() {
        for row in ALL {
            let server = matches!(row.scope, Scope::Main | Scope::Server);
            assert_eq!(
                server,
                !matches!(row.apply, Apply::Section(_) | Apply::Provider(_)),
                "{}",
                row.name()
            );
        }
    }

    #[test]
    fn every_summary_is_made_of_sentences() {
        for row in ALL {
            let summary = row.summary.to_str().unwrap();
            assert!(
                summary.ends_with('.') && !summary.contains('\n'),
                "{summary}"
            );
        }
    }

    #[test]
    fn every_switch_is_refused_with_its_name_the_value_and_what_is_expected() {
        for row in ALL.iter().filter(|row| row.syntax == "On|Off") {
            assert!(outcome(row.name(), &["On"]).is_ok());
            assert_eq!(
                outcome(row.name(), &["maybe"]).unwrap_err(),
                format!("{} takes On or Off, not \"maybe\"", row.name())
            );
        }
    }

    #[test]
    fn every_row_refuses_too_few_and_too_many_words() {
        for row in ALL {
            if matches!(row.takes, Takes::Line | Takes::Any) {
                continue;
            }
            assert!(
                outcome(row.name(), &[]).unwrap_err().contains("takes"),
                "{}",
                row.name()
            );
        }
        assert_eq!(
            outcome("WSGIPythonHome", &["/a", "/b"]).unwrap_err(),
            "WSGIPythonHome takes exactly one argument (DIRECTORY), not \"/a\" \"/b\""
        );
        assert!(outcome("WSGIPythonHome", &[""]).is_err());
        assert!(outcome("WSGIScriptAlias", &["/"]).is_err());
    }

    #[test]
    fn aliases_are_kept_in_order() {
        let (mut server, mut section) = Default::default();
        for words in [
            [&b"/a"[..], b"/srv/a", b"pass-authorization=On"],
            [b"/b", b"/srv/b", b"callable-object=b"],
        ] {
            apply(row("WSGIScriptAlias"), &words, &mut server, &mut section).unwrap();
        }
        let targets: Vec<_> = server.aliases.iter().map(|alias| &*alias.target).collect();
        assert_eq!(targets, [&b"/srv/a"[..], b"/srv/b"]);
        assert_eq!(server.aliases[0].options.pass_authorization, Some(true));
    }

    #[test]
    fn a_pattern_that_does_not_compile_is_refused() {
        assert_eq!(
            outcome("WSGIScriptAliasMatch", &["(", "/srv"]).unwrap_err(),
            "WSGIScriptAliasMatch takes a regular expression, not \"(\""
        );
    }

    #[test]
    fn a_group_of_daemons_is_named_once_and_is_its_servers_own() {
        let (mut server, mut section) = Default::default();
        let daemons = row("WSGIDaemonProcess");
        for name in [&b"shop"[..], b"Shop"] {
            apply(daemons, &[name, b"threads=2"], &mut server, &mut section).unwrap();
        }
        let again = apply(daemons, &[b"shop"], &mut server, &mut section).unwrap_err();
        assert_eq!(
            daemons.sentence(&again),
            "WSGIDaemonProcess takes each name once, and \"shop\" is taken"
        );
        assert_eq!(server.daemons.len(), 2);
        let host = ServerSection::default().within(&server);
        assert!(host.daemons.is_empty());
    }

    #[test]
    fn a_restriction_without_a_name_is_one() {
        let named = |words: &[&str]| {
            let (_, section) = outcome("WSGIRestrictProcess", words).unwrap();
            section.restrict_process.map(|names| names.to_vec())
        };
        assert_eq!(named(&[]), Some(vec![]));
        let names = vec![[].into(), b"shop".as_slice().into()];
        assert_eq!(named(&["%{GLOBAL}", "shop"]), Some(names));
    }

    #[test]
    fn words_about_all_daemons_are_kept_or_refused() {
        let (server, _) = outcome("ClutchDaemonProcesses", &["2", "8"]).unwrap();
        assert_eq!(server.daemon_processes, Some((2, 8)));
        let (server, _) = outcome("WSGIAcceptMutex", &["SysVSem"]).unwrap();
        assert_eq!(server.accept_mutex, Some("sysvsem"));
        let (server, _) = outcome("ClutchProgram", &["/opt/clutch"]).unwrap();
        assert_eq!(server.program.as_deref(), Some(&b"/opt/clutch"[..]));
        for (name, words, said) in [
            ("ClutchDaemonProcesses", &["2"][..], "exactly two arguments"),
            ("ClutchDaemonProcesses", &["3", "2"], "from 3 to 2147483647"),
            ("ClutchDaemonProcesses", &["0", "2"], "from 1 to 2147483647"),
            ("ClutchDaemonStart", &["late"], "eager or on-demand"),
            ("ClutchProgram", &["clutch"], "absolute path of the program"),
            ("ClutchReloadUnit", &["group"], "interpreter or process"),
            ("WSGIAcceptMutex", &["spin"], "posixsem or pthread"),
        ] {
            let refusal = outcome(name, words).unwrap_err();
            assert!(refusal.contains(said), "{refusal}");
        }
    }

    #[test]
    fn only_scripts_of_httpds_own_processes_start_python_there() {
        let asked = |words: &[&str]| {
            let (server, section) = outcome("WSGIAuthUserScript", words).unwrap();
            let script = section.auth_user_script.unwrap();
            assert_eq!(&*script.script, b"/a");
            (server.imports, server.asked)
        };
        assert_eq!(asked(&["/a"]), (true, vec![]));
        let shop = vec![b"shop".as_slice().into()];
        assert_eq!(asked(&["/a", "process-group=shop"]), (false, shop));
    }

    #[test]
    fn only_imports_of_httpds_own_processes_start_python_there() {
        let imports = |process: &str| {
            let words = ["/a", process, "application-group=x"];
            let (server, _) = outcome("WSGIImportScript", &words).unwrap();
            (server.imports, server.preloads.len())
        };
        assert_eq!(imports("process-group=%{GLOBAL}"), (true, 1));
        assert_eq!(imports("process-group=shop"), (false, 1));
    }

    #[test]
    fn warnings_add_up_and_other_words_replace() {
        let (mut server, mut section) = Default::default();
        for (name, word) in [
            ("WSGIPythonWarnings", &b"ignore"[..]),
            ("WSGIPythonWarnings", b"error"),
            ("WSGIPythonOptimize", b"1"),
            ("WSGIPythonOptimize", b"2"),
        ] {
            apply(row(name), &[word], &mut server, &mut section).unwrap();
        }
        assert_eq!(server.warnings.len(), 2);
        assert_eq!(server.optimize, Some(2));
    }

    proptest! {
        #[test]
        fn any_words_are_stored_or_refused_in_one_sentence(
            words in prop::collection::vec(any::<Vec<u8>>(), 0..4),
        ) {
            let words: Vec<_> = words.iter().map(Vec::as_slice).collect();
            for row in ALL {
                let (mut server, mut section) = Default::default();
                if let Err(refusal) = apply(row, &words, &mut server, &mut section) {
                    let sentence = row.sentence(&refusal);
                    prop_assert!(sentence.starts_with(row.name()));
                    prop_assert!(!sentence.contains(['\n', '\r', '\0']));
                }
            }
        }
    }
}
