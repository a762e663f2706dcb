//! A URL becomes a script: `WSGIScriptAlias` and `WSGIScriptAliasMatch`.

use clutch_core::config::Alias;

use crate::handler::SCRIPT_HANDLER;
use crate::httpd::{Outcome, Request};

/// The note by which modules tell each other that a URL, not a directory's options, made a file a script. Unlike what
/// we keep with a request it follows the request when httpd puts another in its place.
const FORCED: &std::ffi::CStr = c"alias-forced-type";

/// Maps `request` to a script if one of the aliases of its server is for its URL. The first that fits is it.
pub fn translate(request: Request<'_>) -> Outcome {
    let Some(config) = request.server().config() else {
        return Outcome::Declined;
    };
    let path = request.uri();
    if !path.starts_with(b"/") {
        return Outcome::Declined;
    }
    for alias in &config.section.aliases {
        if let Some(name) = alias.file_name(path) {
            request.map(alias, &[&name.target, name.rest], SCRIPT_HANDLER);
            request.notes().set(FORCED, SCRIPT_HANDLER);
            return Outcome::Done;
        }
    }
    Outcome::Declined
}

/// The alias that mapped `request`, also if httpd has put it in the place of another since, as for the index of a
/// directory.
pub fn of(request: Request<'_>) -> Option<&Alias> {
    request.alias().or_else(|| {
        let forced = request.notes().get(FORCED)?;
        if !forced.eq_ignore_ascii_case(SCRIPT_HANDLER.to_bytes()) {
            return None;
        }
        let aliases = &request.server().config()?.section.aliases;
        let found = aliases
            .iter()
            .find(|alias| alias.file_name(request.uri()).is_some());
        found.map(|alias| &**alias)
    })
}
