//! Scripts that httpd's own mapping leads to: handlers, types, directories, indexes, redirects.

use super::ENVIRON;
use crate::case::{Case, Group, ask, gets};
use clutch_tests::support::Request;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        directories().in_both_modes(),
        redirects().in_both_modes(),
        acceptance().in_both_modes(),
    ]
    .concat()
}

fn directories() -> Group {
    Group::new(
        "handlers",
        "<Directory ${ROOT}/htdocs>\nOptions +ExecCGI\nRequire all granted\n</Directory>\n\
         <Directory ${ROOT}/htdocs/add>\nAddHandler wsgi-script .wsgi\n</Directory>\n\
         <Directory ${ROOT}/htdocs/set>\nSetHandler wsgi-script\n</Directory>\n\
         <Directory ${ROOT}/htdocs/type>\nAddType application/x-httpd-wsgi .wsgi\n</Directory>\n\
         <Directory ${ROOT}/htdocs/settype>\nSetHandler application/x-httpd-wsgi\n</Directory>\n\
         <Directory ${ROOT}/htdocs/case>\nSetHandler WSGI-Script\n</Directory>\n\
         <Directory ${ROOT}/htdocs/off>\nOptions -ExecCGI\nSetHandler wsgi-script\n</Directory>\n\
         <Directory ${ROOT}/htdocs/offtype>\nOptions -ExecCGI\nAddType application/x-httpd-wsgi .wsgi\n</Directory>\n\
         <Directory ${ROOT}/htdocs/views>\nOptions +ExecCGI +MultiViews\nAddHandler wsgi-script .wsgi\nMultiviewsMatch Handlers\n</Directory>\n\
         <Directory ${ROOT}/htdocs/index>\nDirectoryIndex index.wsgi\nAddHandler wsgi-script .wsgi\n</Directory>\n\
         <Files only.me>\nSetHandler wsgi-script\n</Files>",
    )
    .modules(&["mime", "dir", "negotiation"])
    .file("htdocs/add/one.wsgi", ENVIRON)
    .file("htdocs/add/two.txt", "plain")
    .file("htdocs/add/sub.wsgi/three.wsgi", ENVIRON)
    .file("htdocs/set/one.wsgi", ENVIRON)
    .file("htdocs/set/two.txt", ENVIRON)
    .file("htdocs/set/deep/er.html", ENVIRON)
    .file("htdocs/type/one.wsgi", ENVIRON)
    .file("htdocs/settype/one.any", ENVIRON)
    .file("htdocs/case/one.wsgi", "plain")
    .file("htdocs/off/one.wsgi", ENVIRON)
    .file("htdocs/offtype/one.wsgi", ENVIRON)
    .file("htdocs/views/page.wsgi", ENVIRON)
    .file("htdocs/index/index.wsgi", ENVIRON)
    .file("htdocs/only.me", ENVIRON)
    .cases(gets(&[
        "/add/one.wsgi",
        "/add/one.wsgi/more/path",
        "/add/two.txt",
        "/add/none.wsgi",
        "/add/none.wsgi/more",
        "/add/sub.wsgi",
        "/add/sub.wsgi/",
        "/add/sub.wsgi/three.wsgi/x",
        "/set/one.wsgi",
        "/set/two.txt/x",
        "/set/none",
        "/set/none/more",
        "/set/",
        "/set",
        "/set/deep",
        "/set/deep/",
        "/set/deep/er.html/a",
        "/type/one.wsgi",
        "/type/one.wsgi/x",
        "/type/none.wsgi",
        "/settype/one.any",
        "/case/one.wsgi",
        "/off/one.wsgi",
        "/off/one.wsgi/x",
        "/off/none.wsgi",
        "/offtype/one.wsgi",
        "/views/page",
        "/views/page/more",
        "/views/page.wsgi",
        "/index/",
        "/index",
        "/index/x",
        "/only.me",
        "/only.me/x",
    ]))
}

fn redirects() -> Group {
    Group::new(
        "redirects",
        "WSGIScriptAlias /app ${APP}/app.wsgi\n\
         ErrorDocument 404 /app/error?from=404\n\
         SetEnv MINE yes\n\
         SetEnvIf Request_URI found FOUND=1\n\
         RewriteEngine On\n\
         RewriteRule ^/pretty/(.*)$ /app/rewritten/$1 [PT]\n\
         RewriteRule ^/query/(.*)$ /app/q?it=$1 [PT,QSA]\n\
         RewriteRule ^/flag$ /app/flag [PT,E=FLAG:raised]\n\
         RewriteRule ^/file$ ${APP}/app.wsgi [H=wsgi-script]\n\
         RewriteRule ^/gone$ - [G]\n\
         Action by-action /app/action\n\
         Alias /alias ${APP}/app.wsgi\n\
         <Directory ${APP}>\nRequire all granted\n</Directory>\n\
         <Location /acted>\nSetHandler by-action\n</Location>\n\
         <Location /here>\nSetHandler wsgi-script\n</Location>\n\
         Redirect /app/moved http://example.org/",
    )
    .modules(&["env", "setenvif", "rewrite", "actions", "alias"])
    .script("app.wsgi", ENVIRON)
    .file("htdocs/acted/file.txt", "acted on")
    .cases(gets(&[
        "/none?q=1",
        "/none/found",
        "/pretty/a/b",
        "/pretty/a%20b",
        "/query/x?y=1",
        "/flag",
        "/file",
        "/file/x",
        "/gone",
        "/acted/file.txt",
        "/acted/none.txt",
        "/alias",
        "/alias/x",
        "/here",
        "/here/x",
        "/app/moved/x",
        "/app/error",
        "/app",
    ]))
    .cases([
        ask(
            "an error document of a POST",
            &Request::post("/none", "body"),
        ),
        ask(
            "an error document of a HEAD",
            &Request::new("HEAD", "/none"),
        ),
        ask(
            "a proxy-style target",
            &Request::get("http://other.example:81/app/x?y"),
        ),
    ])
}

fn acceptance() -> Group {
    Group::new(
        "path-info",
        "WSGIScriptAlias /on ${APP}/app.wsgi\nWSGIScriptAlias /off ${APP}/app.wsgi\nWSGIScriptAlias /plain ${APP}/app.wsgi\n\
         WSGIScriptAlias /slashes ${APP}/app.wsgi\nWSGIScriptAlias /denied ${APP}/app.wsgi\n\
         WSGIScriptAlias /closed ${APP}/closed/app.wsgi\n\
         <Directory ${APP}/closed>\nRequire all denied\n</Directory>\n\
         <Location /on>\nAcceptPathInfo On\n</Location>\n\
         <Location /off>\nAcceptPathInfo Off\n</Location>\n\
         <Location /denied>\nRequire all denied\n</Location>\n\
         MergeSlashes Off\nAllowEncodedSlashes NoDecode",
    )
    .script("app.wsgi", ENVIRON)
    .script("closed/app.wsgi", ENVIRON)
    .cases(gets(&[
        "/on", "/on/x", "/off", "/off/", "/off/x", "/plain/x", "/denied", "/closed", "/slashes//a///b", "//slashes//a",
        "/slashes/a%2Fb", "/slashes/a%2f/b", "/slashes%2Fa", "/slashes/%2e%2e/x", "/slashes/a%5Cb", "/slashes/%00",
        "/slashes/a%zz", "/slashes?", "/slashes?a%zz", "/slashes/?a=%2F&b=+",
    ]))
    .cases(methods())
}

/// Methods, as the application sees them.
fn methods() -> Vec<Case> {
    [
        "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MADEUP", "TRACE", "get",
    ]
    .into_iter()
    .map(|method| {
        ask(
            &format!("method {method}"),
            &Request::new(method, "/plain/m"),
        )
    })
    .collect()
}
