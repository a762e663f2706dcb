//! The cases.

mod auth;
mod bodies;
mod environ;
mod events;
mod failures;
mod files;
mod handler_scripts;
mod handlers;
mod heads;
mod inheritance;
mod logs;
mod modules;
mod names;
mod proxies;
mod refusals;
mod reload;
mod responses;
mod urls;

use super::case::{Check, Group};

/// All groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        urls::groups(),
        handlers::groups(),
        names::groups(),
        environ::groups(),
        bodies::groups(),
        heads::groups(),
        responses::groups(),
        files::groups(),
        failures::groups(),
        modules::groups(),
        logs::groups(),
        reload::groups(),
        inheritance::groups(),
        events::groups(),
        auth::groups(),
        proxies::groups(),
        handler_scripts::groups(),
    ]
    .concat()
}

/// Configurations that are judged.
pub(crate) fn checks() -> Vec<Check> {
    [
        refusals::checks(),
        auth::checks(),
        proxies::checks(),
        handler_scripts::checks(),
        events::checks(),
    ]
    .concat()
}

/// A script that answers with its environ, which is compared key by key.
pub(crate) const ENVIRON: &str = r#"
def application(environ, start_response):
    lines = ['%s\t%s\t%r' % (key, type(value).__name__, value) for key, value in sorted(environ.items())]
    body = '\n'.join(lines).encode('utf-8', 'backslashreplace').ljust(16384)
    start_response('200 OK', [('Content-Type', 'text/x-environ'), ('Content-Length', str(len(body)))])
    return [body]
"#;
