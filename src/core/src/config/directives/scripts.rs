//! Directives that say where scripts are.

use std::sync::Arc;

use crate::config::alias::{Alias, Pattern};
use crate::config::alias_options::AliasOptions;
use crate::config::directive::{Apply, Arguments, Directive, Scope, Takes};
use crate::config::handler_script::HandlerScript;
use crate::config::preload::Preload;
use crate::config::value::{Refusal, Shown};

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"ClutchPreload",
        scope: Scope::Server,
        takes: Takes::TwoOrMore,
        syntax: "FILE application-group=NAME [process-group=NAME]",
        default: "none",
        summary: c"Loads a script into an application group's interpreter when a process starts, as WSGIImportScript; without a process group, in httpd's own processes. Groups are loaded side by side.",
        apply: Apply::Server(|server, args| {
            server.import(Preload::parse(args.words)?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIHandlerScript",
        scope: Scope::Section,
        takes: Takes::TwoOrMore,
        syntax: "NAME FILE [application-group=NAME] [pass-authorization=On|Off] [process-group=NAME]",
        default: "none",
        summary: c"Makes a script a handler: its function handle_request is the application for every request whose handler is NAME, by SetHandler or AddHandler, whatever file the URL leads to, if any. Handlers of several sections add up; of two with the same name the innermost holds.",
        apply: Apply::Section(|section, args| {
            section.handlers.add(HandlerScript::parse(args.words)?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIImportScript",
        scope: Scope::Server,
        takes: Takes::TwoOrMore,
        syntax: "FILE process-group=NAME application-group=NAME",
        default: "none",
        summary: c"Loads a script into an application group's interpreter when a process of the process group starts, in the order of the lines. %{GLOBAL} is httpd's own processes, where it starts Python even if WSGIRestrictEmbedded keeps requests out; and the main interpreter.",
        apply: Apply::Server(|server, args| {
            server.import(Preload::import_script(args.words)?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIScriptAlias",
        scope: Scope::Server,
        takes: Takes::TwoOrMore,
        syntax: "URL-PATH FILE|DIRECTORY [application-group=NAME] [callable-object=NAME] [pass-authorization=On|Off] [process-group=NAME]",
        default: "none",
        summary: c"Serves the URLs below a path by a script, or by the scripts of a directory.",
        apply: Apply::Server(|server, args| {
            let alias = alias(args, |path| Ok(Pattern::Prefix(path.into())))?;
            server.preloads.extend(alias.preload());
            server.aliases.push(alias);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIScriptAliasMatch",
        scope: Scope::Server,
        takes: Takes::TwoOrMore,
        syntax: "REGEX FILE|DIRECTORY [application-group=NAME] [callable-object=NAME] [pass-authorization=On|Off] [process-group=NAME]",
        default: "none",
        summary: c"As WSGIScriptAlias, for the URL paths that match an expression; $0 to $9 in the target are its groups.",
        apply: Apply::Server(|server, args| {
            let alias = alias(args, |regex| expression(args, regex))?;
            server.preloads.extend(alias.preload());
            server.aliases.push(alias);
            Ok(())
        }),
    },
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
