//! Directives about scripts that httpd asks: who may come in, and who serves.

use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::value;

const SYNTAX: &str =
    "FILE [application-group=NAME|%{GLOBAL}|%{SERVER}|%{HOST}] [process-group=NAME]";

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"WSGIAccessScript",
        scope: Scope::DirectoryAndHtaccess,
        takes: Takes::OneOrMore,
        syntax: SYNTAX,
        default: "none",
        summary: c"A script whose function allow_access(environ, host) says whether a client may come in: True, False, or None if others decide. Everything else is no. It runs in httpd's own processes, or in the daemons of a process group.",
        apply: Apply::Provider(|section, script| section.access_script = Some(script)),
    },
    Directive {
        name: c"WSGIAuthGroupScript",
        scope: Scope::DirectoryAndHtaccess,
        takes: Takes::OneOrMore,
        syntax: SYNTAX,
        default: "none",
        summary: c"A script whose function groups_for_user(environ, user) gives the names of the groups of a user, for Require wsgi-group NAME ... It runs as WSGIAccessScript.",
        apply: Apply::Provider(|section, script| section.auth_group_script = Some(script)),
    },
    Directive {
        name: c"WSGIAuthUserScript",
        scope: Scope::DirectoryAndHtaccess,
        takes: Takes::OneOrMore,
        syntax: SYNTAX,
        default: "none",
        summary: c"A script whose function check_password(environ, user, password) judges users for AuthBasicProvider wsgi, and whose function get_realm_hash(environ, user, realm) gives their digests for AuthDigestProvider wsgi. It runs as WSGIAccessScript. The directive may also stand in <AuthnProviderAlias>.",
        apply: Apply::Provider(|section, script| section.auth_user_script = Some(script)),
    },
    Directive {
        name: c"WSGIDispatchScript",
        scope: Scope::Section,
        takes: Takes::OneOrMore,
        syntax: SYNTAX,
        default: "none",
        summary: c"A script whose functions process_group(environ), application_group(environ) and callable_object(environ), each of them optional, say which process group, application group and callable serve a request. None leaves what is configured. It runs as WSGIAccessScript. A script that fails costs status 500.",
        apply: Apply::Provider(|section, script| section.dispatch_script = Some(script)),
    },
    Directive {
        name: c"WSGIGroupAuthoritative",
        scope: Scope::DirectoryAndHtaccess,
        takes: Takes::One,
        syntax: "On|Off",
        default: "On",
        summary: c"Has no effect, as in mod_wsgi: which of several Require lines decide is said by httpd's own sections, such as <RequireAny>.",
        apply: Apply::Section(|_, args| value::on_off(args.only()).map(drop)),
    },
];
