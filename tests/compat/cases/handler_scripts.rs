//! Scripts that are handlers: `WSGIHandlerScript`.

use clutch_tests::support::{Request, app};

use super::ENVIRON;
use crate::case::{Case, Check, Group, Step, ask, get, gets, steps};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        ways().in_both_modes(),
        options().in_both_modes(),
        scripts().in_both_modes(),
        running().in_both_modes(),
        reload().in_both_modes(),
    ]
    .concat()
}

/// The script as one of a handler.
fn handler(script: &str) -> String {
    script.replace("def application(", "def handle_request(")
}

/// The ways to a handler.
fn ways() -> Group {
    Group::new(
        "handler-ways",
        "WSGIHandlerScript page ${APP}/page.py\nWSGIHandlerScript Other ${APP}/other.py\nWSGIHandlerScript wsgi-script ${APP}/other.py\n\
         WSGIHandlerScript default-handler ${APP}/other.py\n\
         WSGIScriptAlias /app ${APP}/app.wsgi\nWSGIScriptAlias /handled ${APP}/app.wsgi\n\
         Alias /plain ${ROOT}/htdocs/add/plain.html\nScriptAlias /cgi ${ROOT}/htdocs/add\n\
         AddHandler page .txt .TXT\nAddHandler Other .two\nAction by-action /acted\n\
         <Directory ${ROOT}/htdocs>\nOptions None\nRequire all granted\n</Directory>\n\
         <Directory ${ROOT}/htdocs/indexed>\nDirectoryIndex index.txt\n</Directory>\n\
         <Directory ${ROOT}/htdocs/views>\nOptions +MultiViews\nMultiviewsMatch Any\n</Directory>\n\
         <Location /page>\nSetHandler page\n</Location>\n<Location /other>\nSetHandler Other\n</Location>\n\
         <Location /lower>\nSetHandler other\n</Location>\n<Location /upper>\nSetHandler PAGE\n</Location>\n\
         <Location /nobody>\nSetHandler nobody\n</Location>\n<Location /script>\nSetHandler wsgi-script\n</Location>\n\
         <Location /default>\nSetHandler default-handler\n</Location>\n\
         <Location /handled>\nSetHandler page\n</Location>\n<Location /acted>\nSetHandler page\n</Location>\n\
         <Location /acting>\nSetHandler by-action\n</Location>\n<Location /none>\nSetHandler None\n</Location>\n\
         <Location /denied>\nSetHandler page\nRequire all denied\n</Location>\n\
         <Location /off>\nSetHandler page\nAcceptPathInfo Off\n</Location>\n\
         <Files by.name>\nSetHandler page\n</Files>\n<If \"%{QUERY_STRING} == 'if'\">\nSetHandler page\n</If>\n\
         RewriteEngine On\nRewriteRule ^/rewritten(.*)$ - [H=page]\nRewriteRule ^/moved/(.*)$ /page/$1 [PT]\n\
         ErrorDocument 404 /page/error",
    )
    .modules(&["mime", "dir", "negotiation", "alias", "actions", "rewrite"])
    .script("page.py", &handler(ENVIRON))
    .script("other.py", &handler(ENVIRON))
    .script("app.wsgi", ENVIRON)
    .file("htdocs/add/one.txt", "one")
    .file("htdocs/add/two.two", "two")
    .file("htdocs/add/both.two.txt", "both")
    .file("htdocs/add/plain.html", "plain")
    .file("htdocs/add/dir.txt/in.html", "in")
    .file("htdocs/indexed/index.txt", "index")
    .file("htdocs/views/page.txt", "page")
    .file("htdocs/by.name", "by name")
    .file("htdocs/script/x", ENVIRON)
    .file("htdocs/default/x", "default")
    .file("htdocs/acting/x.txt", "acting")
    .cases(gets(&[
        "/page", "/page/", "/page/a/b?c=d", "/page//a//b", "/page/a%2Fb", "/page/caf%C3%A9", "/page/%00", "/other/x", "/lower/x", "/upper/x",
        "/nobody/x", "/script/x", "/script/none", "/default/x", "/handled", "/handled/x", "/acted/x", "/acting/x.txt", "/acting/none", "/none/x", "/denied", "/off",
        "/off/x", "/by.name", "/by.name/x", "/nothing?if", "/nothing", "/rewritten", "/rewritten/x/y", "/moved/x", "/add/one.txt",
        "/add/one.txt/more", "/add/two.two", "/add/both.two.txt", "/add/none.txt", "/add/none.txt/more", "/add/dir.txt", "/add/dir.txt/",
        "/add/dir.txt/in.html", "/add/plain.html", "/indexed/", "/indexed", "/views/page", "/views/page/x", "/plain", "/cgi/one.txt", "/app", "/app?if",
    ]))
    .cases(["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "TRACE"].map(|method| {
        ask(&format!("method {method}"), &Request::new(method, "/page/m"))
    }))
}

/// What stands behind the script, and around it.
fn options() -> Group {
    let handlers = [
        ("plain", ""),
        ("global", "application-group=%{GLOBAL}"),
        ("named", "application-group=named"),
        ("host", "application-group=%{HOST}"),
        ("server", "application-group=%{SERVER}"),
        ("resource", "application-group=%{RESOURCE}"),
        ("variable", "application-group=%{ENV:CHOSEN}"),
        ("other", "application-group=%{OTHER}"),
        ("passing", "pass-authorization=On"),
        ("hiding", "pass-authorization=Off"),
        ("embedded", "process-group=%{GLOBAL}"),
        ("nobody", "process-group=nobody"),
        ("both", "application-group=named pass-authorization=On"),
    ];
    let mut config = String::from(
        "SetEnv CHOSEN chosen\nWSGICallableObject other\n\
         <Location /outer>\nWSGIApplicationGroup outer\nWSGIPassAuthorization On\n</Location>\n",
    );
    let mut cases: Vec<Case> = Vec::new();
    for (name, words) in handlers {
        config += &format!("WSGIHandlerScript {name} ${{APP}}/page.py {words}\n");
        for path in [format!("/{name}"), format!("/outer/{name}")] {
            config += &format!("<Location {path}>\nSetHandler {name}\n</Location>\n");
            cases.push(ask(
                &path,
                &Request::get(&path)
                    .header("Authorization", "Basic YTpi")
                    .header("Host", "Shop.Example"),
            ));
        }
    }
    config += "<Location /inner>\nWSGIHandlerScript plain ${APP}/inner.py application-group=inner\nWSGIHandlerScript inner ${APP}/inner.py\n\
               SetHandler plain\n</Location>\n<Location /inner/named>\nSetHandler named\n</Location>\n<Location /inner/own>\nSetHandler inner\n</Location>\n\
               <Location /beside>\nSetHandler inner\n</Location>\n\
               WSGIHandlerScript twice ${APP}/page.py\nWSGIHandlerScript twice ${APP}/inner.py\n<Location /twice>\nSetHandler twice\n</Location>\n\
               <Location /restricted>\nWSGIRestrictProcess nobody\nSetHandler plain\n</Location>\n";
    cases.extend(gets(&[
        "/inner",
        "/inner/named",
        "/inner/own",
        "/beside",
        "/twice",
        "/restricted",
    ]));
    Group::new("handler-options", &config)
        .modules(&["env"])
        .script("page.py", &handler(ENVIRON))
        .script("inner.py", &handler(ENVIRON))
        .cases(cases)
}

/// Scripts that are not as they should be.
fn scripts() -> Group {
    let texts = [
        ("empty", ""),
        ("application", ENVIRON),
        ("syntax", "def"),
        ("raising", "raise ValueError('mine')\n"),
        ("exiting", "import sys\nsys.exit(1)\n"),
        ("importing", "import a_module_that_is_not_there\n"),
        ("number", "handle_request = 5\n"),
        ("none", "handle_request = None\n"),
        ("arity", "def handle_request():\n    pass\n"),
        (
            "failing",
            "def handle_request(environ, start_response):\n    raise ValueError('mine')\n",
        ),
        (
            "silent",
            "def handle_request(environ, start_response):\n    return [b'x']\n",
        ),
        (
            "returning",
            "def handle_request(environ, start_response):\n    start_response('200 OK', [])\n",
        ),
        ("mod_python", "def handler(request):\n    return 0\n"),
        (
            "class",
            "class handle_request:\n    def __init__(self, environ, start_response):\n        start_response('200 OK', [('Content-Length', '1')])\n    \
                   def __iter__(self):\n        return iter([b'x'])\n",
        ),
    ];
    let mut config = String::new();
    let mut group = Group::new("handler-scripts", "");
    let mut cases: Vec<Case> = Vec::new();
    for (name, text) in texts {
        config += &format!(
            "WSGIHandlerScript {name} ${{APP}}/{name}.py\n<Location /{name}>\nSetHandler {name}\n</Location>\n"
        );
        group = group.script(&format!("{name}.py"), text);
        cases.push(get(&format!("/{name}")));
        cases.push(get(&format!("/{name}?again")));
    }
    config += "WSGIHandlerScript missing ${APP}/missing.py\n<Location /missing>\nSetHandler missing\n</Location>\n\
               WSGIHandlerScript directory ${APP}\n<Location /directory>\nSetHandler directory\n</Location>\n";
    cases.extend(gets(&["/missing", "/missing?again", "/directory"]));
    cases.push(ask(
        "/missing of a POST",
        &Request::post("/missing", "body"),
    ));
    group.config(&config).cases(cases)
}

/// What a handler does is what an application does.
fn running() -> Group {
    let run = |name: &str, statements: &str| {
        let target = app::target(statements);
        ask(
            name,
            &Request::post(&format!("/page{}", &target[1..]), "one\ntwo\n"),
        )
    };
    Group::new(
        "handler-requests",
        "WSGIHandlerScript page ${APP}/page.py\n<Location /page>\nSetHandler page\n</Location>\n<Location /page/over>\nWSGIErrorOverride On\n</Location>\n\
         LimitRequestBody 1000\nErrorDocument 503 \"an error page\"",
    )
    .script("page.py", &handler(app::RUNNING))
    .cases([
        run("read", "ok()\nreturn [environ['wsgi.input'].read()]"),
        run("not read", "ok(('Content-Length', '1'))\nreturn [b'x']"),
        run("write", "write = ok(('Content-Length', '2'))\nwrite(b'x')\nreturn [b'y']"),
        run("an error", "raise ValueError('mine')"),
        run("an error after output", "ok(('Content-Length', '9'))\nyield b'x'\nraise ValueError('mine')"),
        run("a status", "start_response('503 No', [('Content-Length', '2'), ('X-Mine', '1')])\nreturn [b'no']"),
        run("print", "print('app: printed')\nok(('Content-Length', '1'))\nreturn [b'x']"),
        run("names", "import mod_wsgi\nok()\nreturn [repr((__name__[:10], __name__ in sys.modules, __file__[-7:], mod_wsgi.application_group)).encode()]"),
        run("request_data", "import mod_wsgi\nok()\nreturn [repr((mod_wsgi.request_data(), list(mod_wsgi.active_requests) == [environ['mod_wsgi.request_id']])).encode()]"),
        run("a file", "import tempfile\nf = tempfile.TemporaryFile()\nf.write(b'0123456789')\nf.seek(0)\nok()\nreturn environ['wsgi.file_wrapper'](f)"),
        ask("too long", &Request::post("/page", "x".repeat(1001))),
        ask("chunked", &Request::new("POST", "/page").chunked(&[b"x"])),
        ask("an error page", &Request::get(&format!("/page/over{}", &app::target("start_response('503 No', [('Content-Length', '2')])\nreturn [b'no']")[1..]))),
    ])
}

/// A script that is written anew, and its hook.
fn reload() -> Group {
    let saying = |text: &str| {
        format!(
            "def reload_required(path):\n    print('app:', path.rsplit('/', 1)[-1])\n    return path.endswith('/yes')\n\
             def handle_request(environ, start_response):\n    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '{}')])\n    return [b'{text}']\n",
            text.len()
        )
    };
    let bytes = Request::get("/page").bytes();
    let written = |name: &str, text: String| {
        steps(
            name,
            "GET",
            vec![Step::Write("page.py", text), Step::Send(bytes.clone())],
        )
    };
    Group::new(
        "handler-reload",
        "WSGIHandlerScript page ${APP}/page.py\n<Location /page>\nSetHandler page\n</Location>",
    )
    .script("page.py", &saying("first"))
    .cases([
        get("/page"),
        get("/page?again"),
        written("another", saying("second")),
        written("no Python", "def".to_owned()),
        written("well again", saying("third")),
        written("without the function", "x = 1\n".to_owned()),
        written("with it again", saying("fourth")),
    ])
}

/// Configurations that are judged.
pub(crate) fn checks() -> Vec<Check> {
    CHECKS.iter().map(|&config| Check { config }).collect()
}

const CHECKS: &[&str] = &[
    "WSGIHandlerScript",
    "WSGIHandlerScript a",
    "WSGIHandlerScript a /x",
    "WSGIHandlerScript \"\" /x",
    "WSGIHandlerScript a \"\"",
    "WSGIHandlerScript a relative",
    "WSGIHandlerScript a /x\nWSGIHandlerScript a /y",
    "WSGIHandlerScript wsgi-script /x",
    "WSGIHandlerScript a /x application-group=b",
    "WSGIHandlerScript a /x application-group=",
    "WSGIHandlerScript a /x application-group",
    "WSGIHandlerScript a /x process-group=b",
    "WSGIHandlerScript a /x process-group=",
    "WSGIHandlerScript a /x process-group=%{GLOBAL} application-group=%{GLOBAL}",
    "WSGIHandlerScript a /x process-group=%{ENV:X}",
    "WSGIHandlerScript a /x pass-authorization=On",
    "WSGIHandlerScript a /x pass-authorization=off",
    "WSGIHandlerScript a /x pass-authorization=Maybe",
    "WSGIHandlerScript a /x pass-authorization=",
    "WSGIHandlerScript a /x callable-object=b",
    "WSGIHandlerScript a /x nonsense=b",
    "WSGIHandlerScript a /x nonsense",
    "WSGIHandlerScript a /x Process-Group=b",
    "<VirtualHost *:9>\nWSGIHandlerScript a /x\n</VirtualHost>",
    "<Location />\nWSGIHandlerScript a /x\n</Location>",
    "<Directory />\nWSGIHandlerScript a /x process-group=b\n</Directory>",
    "<Files x>\nWSGIHandlerScript a /x\n</Files>",
];
