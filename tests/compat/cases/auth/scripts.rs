//! Scripts that are missing, broken or without the function; and where their directives may stand.

use clutch_tests::support::Request;

use super::{by, group, place};
use crate::case::{Case, Check, Group, ask};

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    broken().in_both_modes()
}

/// Scripts, by name.
const SCRIPTS: &[(&str, &str)] = &[
    ("empty", ""),
    ("syntax", "def"),
    ("raising", "raise ValueError('mine')\n"),
    ("exiting", "import sys\nsys.exit(1)\n"),
    ("importing", "import a_module_that_is_not_there\n"),
    (
        "number",
        "check_password = groups_for_user = allow_access = callable_object = 5\n",
    ),
    (
        "none",
        "check_password = groups_for_user = allow_access = callable_object = None\n",
    ),
    (
        "arity",
        "def check_password():\n    pass\ngroups_for_user = allow_access = callable_object = check_password\n",
    ),
    (
        "coroutine",
        "async def check_password(*_):\n    return True\ngroups_for_user = allow_access = callable_object = check_password\n",
    ),
    (
        "class",
        "class check_password:\n    def __init__(self, *_):\n        pass\ngroups_for_user = allow_access = callable_object = check_password\n",
    ),
    (
        "generator",
        "def check_password(*_):\n    yield True\ngroups_for_user = allow_access = callable_object = check_password\n",
    ),
    (
        "printing",
        "print('app: loaded')\ndef check_password(*_):\n    print('app: asked')\n    return True\nallow_access = check_password\ncallable_object = lambda *_: print('app: dispatched')\ngroups_for_user = lambda *_: [print('app: grouped') or 'staff']\n",
    ),
    (
        "fragment",
        "import sys\ndef check_password(environ, *_):\n    environ['wsgi.errors'].write('app: fragment')\n    return True\nallow_access = check_password\n",
    ),
    (
        "request",
        "import mod_wsgi\ndef check_password(environ, *_):\n    print('app:', list(mod_wsgi.active_requests))\n    try:\n        mod_wsgi.request_data()\n    except RuntimeError:\n        print('app: none')\n    return True\nallow_access = check_password\n",
    ),
    (
        "module",
        "import sys\ndef check_password(environ, *_):\n    print('app:', __name__ in sys.modules, __name__[:10], __file__[-9:])\n    return True\nallow_access = check_password\n",
    ),
    (
        "latin",
        "# -*- coding: latin-1 -*-\ndef check_password(*_):\n    return 'caf\u{e9}'\n",
    ),
];

fn broken() -> Group {
    let names: Vec<_> = SCRIPTS
        .iter()
        .map(|(name, _)| *name)
        .chain(["missing"])
        .collect();
    let mut config = String::from(
        "WSGIScriptAlias /d ${APP}/app.wsgi\n<Location /nothing/user>\nAuthType Basic\nAuthName a\nAuthBasicProvider wsgi\nRequire valid-user\n</Location>\n\
         <Location /nothing/group>\nAuthType Basic\nAuthName a\nAuthBasicProvider file\nAuthUserFile ${ROOT}/passwords\nRequire wsgi-group a\n</Location>\n\
         <Location /directory>\nWSGIAccessScript ${APP}\n</Location>\n",
    );
    let mut cases: Vec<Case> = ["/nothing/user", "/nothing/group", "/directory"]
        .map(|path| ask(path, &by(path, "anna", "secret")))
        .into();
    for name in names {
        let script = |kind: &str| format!("${{APP}}/{name}.py application-group={kind}");
        let (user, groups, access, dispatch) = (script("u"), script("g"), script("a"), script("d"));
        config += &place(
            &format!("/u/{name}"),
            &format!("AuthBasicProvider wsgi\nWSGIAuthUserScript {user}\nRequire valid-user"),
        );
        config += &place(
            &format!("/g/{name}"),
            &format!(
                "AuthBasicProvider file\nAuthUserFile ${{ROOT}}/passwords\nWSGIAuthGroupScript {groups}\nRequire wsgi-group staff"
            ),
        );
        config += &format!(
            "<Location /a/{name}>\nWSGIAccessScript {access}\n</Location>\n<Location /d/{name}>\nWSGIDispatchScript {dispatch}\n</Location>\n"
        );
        for kind in ["u", "g", "a", "d"] {
            let path = format!("/{kind}/{name}");
            cases.push(ask(&path, &by(&path, "anna", "secret")));
            cases.push(ask(&format!("{path} again"), &by(&path, "anna", "secret")));
        }
        let path = format!("/u/{name}");
        cases.push(ask(&format!("{path} without a user"), &Request::get(&path)));
    }
    SCRIPTS
        .iter()
        .fold(group("auth-scripts", &config), |group, (name, text)| {
            group.script(&format!("{name}.py"), text)
        })
        .cases(cases)
}

/// Configurations that are judged.
pub(super) fn checks() -> Vec<Check> {
    CHECKS.iter().map(|&config| Check { config }).collect()
}

const CHECKS: &[&str] = &[
    "WSGIAuthUserScript /x",
    "WSGIAuthGroupScript /x",
    "WSGIAccessScript /x",
    "WSGIGroupAuthoritative On",
    "WSGIDispatchScript /x",
    "WSGIDispatchScript",
    "WSGIDispatchScript /x application-group=a",
    "WSGIDispatchScript /x application-group=",
    "WSGIDispatchScript /x application-group",
    "WSGIDispatchScript /x nonsense=a",
    "WSGIDispatchScript /x callable-object=a",
    "WSGIDispatchScript /x application-group=a application-group=b",
    "WSGIDispatchScript /x application-group=%{ENV:X}",
    "<VirtualHost *:9>\nWSGIDispatchScript /x\n</VirtualHost>",
    "<VirtualHost *:9>\nWSGIAccessScript /x\n</VirtualHost>",
    "<Location />\nWSGIAuthUserScript\n</Location>",
    "<Location />\nWSGIAuthUserScript /x\n</Location>",
    "<Location />\nWSGIAuthUserScript relative\n</Location>",
    "<Location />\nWSGIAuthUserScript /x application-group=a\n</Location>",
    "<Location />\nWSGIAuthUserScript /x application-group=\n</Location>",
    "<Location />\nWSGIAuthUserScript /x application-group\n</Location>",
    "<Location />\nWSGIAuthUserScript /x Application-Group=a\n</Location>",
    "<Location />\nWSGIAuthUserScript /x nonsense=a\n</Location>",
    "<Location />\nWSGIAuthUserScript /x callable-object=a\n</Location>",
    "<Location />\nWSGIAuthUserScript /x /y\n</Location>",
    "<Location />\nWSGIAuthUserScript \"\"\n</Location>",
    "<Location />\nWSGIAuthGroupScript\n</Location>",
    "<Location />\nWSGIAuthGroupScript /x application-group=a\n</Location>",
    "<Location />\nWSGIAuthGroupScript /x nonsense=a\n</Location>",
    "<Location />\nWSGIAccessScript\n</Location>",
    "<Location />\nWSGIAccessScript /x application-group=a\n</Location>",
    "<Location />\nWSGIAccessScript /x nonsense=a\n</Location>",
    "<Location />\nWSGIGroupAuthoritative On\n</Location>",
    "<Location />\nWSGIGroupAuthoritative Off\n</Location>",
    "<Location />\nWSGIGroupAuthoritative Perhaps\n</Location>",
    "<Location />\nWSGIGroupAuthoritative\n</Location>",
    "<Directory />\nWSGIDispatchScript /x\n</Directory>",
    "<Files x>\nWSGIAccessScript /x\n</Files>",
    "<If \"true\">\nWSGIAccessScript /x\n</If>",
    "<Location />\nRequire wsgi-group\n</Location>",
    "<Location />\nRequire wsgi-group a b\n</Location>",
    "<Location />\nRequire wsgi-group \"a b\n</Location>",
    "<Location />\nRequire not wsgi-group a\n</Location>",
    "<Location />\nRequire wsgi-user a\n</Location>",
];
