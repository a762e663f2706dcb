//! The table of directives, a row each. httpd's command table, the checks of arguments and the reference page are made
//! of these rows.

use std::sync::Arc;

use crate::config::alias::{Alias, Pattern};
use crate::config::alias_options::AliasOptions;
use crate::config::directive::{Apply, Arguments, Directive, Scope, Takes};
use crate::config::server::EngineChoice;
use crate::config::value::{self, Refusal, Shown};
use crate::group::{Callable, GroupTemplate};

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

/// All directives, by name.
pub static ALL: &[Directive] = &[
    Directive {
        name: c"ClutchEngine",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "VERSION|FILE",
        default: "the engine for the Python of WSGIPythonHome, else the newest beside the module",
        summary: c"The Python engine that httpd's processes open: a Python version such as 3.14, or the absolute path of an engine file.",
        apply: Apply::Server(|server, args| {
            server.engine = Some(EngineChoice::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIApplicationGroup",
        scope: Scope::Section,
        takes: Takes::One,
        syntax: "NAME|%{GLOBAL}|%{SERVER}|%{HOST}|%{RESOURCE}|%{ENV:VARIABLE}",
        default: "%{RESOURCE}",
        summary: c"The application group, and with it the interpreter, that serves the requests. %{GLOBAL} is the main interpreter.",
        apply: Apply::Section(|section, args| {
            section.application_group = Some(GroupTemplate::parse(args.only()));
            Ok(())
        }),
    },
    Directive {
        name: c"WSGICallableObject",
        scope: Scope::SectionAndHtaccess,
        takes: Takes::One,
        syntax: "NAME|%{ENV:VARIABLE}",
        default: "application",
        summary: c"Name of the application object in the script.",
        apply: Apply::Section(|section, args| {
            section.callable = Some(Callable::parse(args.only()));
            Ok(())
        }),
    },
    switch!(
        c"WSGICaseSensitivity",
        Main,
        Server.case_sensitivity,
        "On",
        c"Whether script paths that differ only in case are different scripts."
    ),
    switch!(
        c"WSGIChunkedRequest",
        SectionAndHtaccess,
        Section.chunked_request,
        "Off",
        c"Whether a request may have a body without a declared length. Otherwise such a request gets status 411."
    ),
    switch!(
        c"WSGIDestroyInterpreter",
        Main,
        Server.destroy_interpreter,
        "On",
        c"Whether interpreters are ended, and their atexit functions called, when a process ends."
    ),
    switch!(
        c"WSGIDontWriteBytecode",
        Main,
        Server.dont_write_bytecode,
        "Off",
        c"Whether Python never writes .pyc files."
    ),
    switch!(
        c"WSGIEnableSendfile",
        SectionAndHtaccess,
        Section.enable_sendfile,
        "Off",
        c"Whether files that an application returns through wsgi.file_wrapper may be sent by sendfile."
    ),
    switch!(
        c"WSGIErrorOverride",
        SectionAndHtaccess,
        Section.error_override,
        "Off",
        c"Whether error documents of httpd replace those of an application. Has no effect on applications that run inside httpd."
    ),
    Directive {
        name: c"WSGIMapHEADToGET",
        scope: Scope::SectionAndHtaccess,
        takes: Takes::One,
        syntax: "On|Off|Auto",
        default: "Auto",
        summary: c"Whether an application sees GET for a HEAD request. Auto: if a filter that may change the body is in the way.",
        apply: Apply::Section(|section, args| {
            section.head_mapping = Some(value::head_mapping(args.only())?);
            Ok(())
        }),
    },
    switch!(
        c"WSGIPassAuthorization",
        SectionAndHtaccess,
        Section.pass_authorization,
        "Off",
        c"Whether an application sees the Authorization header."
    ),
    switch!(
        c"WSGIPerInterpreterGIL",
        Main,
        Server.per_interpreter_gil,
        "Off",
        c"Whether each interpreter but the main one has a GIL of its own, where the Python can do that."
    ),
    Directive {
        name: c"WSGIPythonHashSeed",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "random|NUMBER",
        default: "Python's own: the variable PYTHONHASHSEED, else random",
        summary: c"Seed of Python's string hashes: random, or a number from 0 to 4294967295.",
        apply: Apply::Server(|server, args| {
            server.hash_seed = Some(value::hash_seed(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonHome",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "DIRECTORY",
        default: "the Python that the engine was built for",
        summary: c"The Python installation or virtual environment of the applications.",
        apply: Apply::Server(|server, args| {
            server.python_home = Some(args.only().into());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonOptimize",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "LEVEL",
        default: "0",
        summary: c"Python's optimisation level: 1 removes assertions, 2 removes docstrings too. What is no number counts as 0.",
        apply: Apply::Server(|server, args| {
            server.optimize = Some(value::level(args.only()));
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonPath",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "DIRECTORY[:DIRECTORY...]",
        default: "none",
        summary: c"Directories for the front of sys.path. Their .pth files are read.",
        apply: Apply::Server(|server, args| {
            server.python_path = Some(args.only().into());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonWarnings",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "ACTION[:MESSAGE[:CATEGORY[:MODULE[:LINE]]]]",
        default: "none",
        summary: c"A warning filter, as Python's option -W. Each line adds one.",
        apply: Apply::Server(|server, args| {
            server.warnings.push(args.only().into());
            Ok(())
        }),
    },
    switch!(
        c"WSGIRestrictEmbedded",
        Main,
        Server.restrict_embedded,
        "Off",
        c"Whether applications are kept out of httpd's own processes. Requests for them get status 500, and Python is not started there."
    ),
    switch!(
        c"WSGIRestrictSignal",
        Main,
        Server.restrict_signal,
        "On",
        c"Whether an application's signal handlers are ignored, with a line in the log."
    ),
    switch!(
        c"WSGIRestrictStdin",
        Main,
        Server.restrict_stdin,
        "Off",
        c"Whether any use of sys.stdin raises an exception."
    ),
    switch!(
        c"WSGIRestrictStdout",
        Main,
        Server.restrict_stdout,
        "Off",
        c"Whether any use of sys.stdout raises an exception. Otherwise what is printed goes to the error log."
    ),
    Directive {
        name: c"WSGIScriptAlias",
        scope: Scope::Server,
        takes: Takes::TwoOrMore,
        syntax: "URL-PATH FILE|DIRECTORY [application-group=NAME] [callable-object=NAME] [pass-authorization=On|Off] [process-group=%{GLOBAL}]",
        default: "none",
        summary: c"Serves the URLs below a path by a script, or by the scripts of a directory.",
        apply: Apply::Server(|server, args| {
            let alias = alias(args, |path| Ok(Pattern::Prefix(path.into())))?;
            server.aliases.push(alias);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIScriptAliasMatch",
        scope: Scope::Server,
        takes: Takes::TwoOrMore,
        syntax: "REGEX FILE|DIRECTORY [application-group=NAME] [callable-object=NAME] [pass-authorization=On|Off] [process-group=%{GLOBAL}]",
        default: "none",
        summary: c"As WSGIScriptAlias, for the URL paths that match an expression; $0 to $9 in the target are its groups.",
        apply: Apply::Server(|server, args| {
            let alias = alias(args, |regex| expression(args, regex))?;
            server.aliases.push(alias);
            Ok(())
        }),
    },
    switch!(
        c"WSGIScriptReloading",
        SectionAndHtaccess,
        Section.script_reloading,
        "On",
        c"Whether a script that has changed is loaded again by the next request for it."
    ),
];

fn alias(
    args: &Arguments<'_>,
    pattern: impl FnOnce(&[u8]) -> Result<Pattern, Refusal>,
) -> Result<Arc<Alias>, Refusal> {
    let [path, target, options @ ..] = args.words else {
        return Err(Refusal::because("takes a path and a target"));
    };
    Ok(Arc::new(Alias {
        pattern: pattern(path)?,
        target: (*target).into(),
        options: AliasOptions::parse(options)?,
    }))
}

fn expression(args: &Arguments<'_>, regex: &[u8]) -> Result<Pattern, Refusal> {
    let expression = args.expressions.compile(regex);
    let refused = || Refusal::because(format!("takes a regular expression, not {}", Shown(regex)));
    expression.map(Pattern::Search).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ALL, Refusal};
    use crate::config::directive::{Apply, Arguments, Directive, Scope};
    use crate::config::expression::{Compile, Matched, Search};
    use crate::config::section::Section;
    use crate::config::server::ServerSection;

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
        row.check(words)?;
        let args = Arguments {
            words,
            expressions: &NoBrackets,
        };
        match row.apply {
            Apply::Server(apply) => apply(server, &args),
            Apply::Section(apply) => apply(section, &args),
        }
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
    fn rows_are_sorted_and_unique() {
        assert!(ALL.is_sorted_by(|a, b| a.name() < b.name()));
    }

    #[test]
    fn a_row_changes_what_its_scope_says() {
        for row in ALL {
            let server = matches!(row.scope, Scope::Main | Scope::Server);
            assert_eq!(
                server,
                matches!(row.apply, Apply::Server(_)),
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
