//! From a URL to a script.

use super::ENVIRON;
use crate::case::{Group, gets};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    let aliases = Group::new(
        "aliases",
        "WSGIScriptAlias /m/n ${APP}/app.wsgi\n\
         WSGIScriptAlias /dir/ ${APP}/dir/\n\
         WSGIScriptAlias /nodir ${APP}/dir\n\
         WSGIScriptAliasMatch ^/match/([a-z]+) ${APP}/dir/$1.wsgi\n\
         WSGIScriptAliasMatch \\.py$ ${APP}/app.wsgi\n\
         WSGIScriptAlias /Case ${APP}/app.wsgi\n\
         WSGIScriptAlias /slash/ ${APP}/app.wsgi\n\
         WSGIScriptAlias /missing ${APP}/missing.wsgi\n\
         WSGIScriptAlias /caf\u{e9} ${APP}/app.wsgi",
    )
    .script("app.wsgi", ENVIRON)
    .script("dir/one.wsgi", ENVIRON)
    .script("dir/plain.txt", "nothing")
    .cases(gets(&[
        "/m/n",
        "/m/n/",
        "/m/n/a/b",
        "/m/n//a",
        "//m//n/a",
        "/m/n/a//b/",
        "/m/nope",
        "/m",
        "/M/n",
        "/m/n?q=1",
        "/m/n/%41%20b",
        "/m/n/a%2Fb",
        "/m/n/%C3%A9",
        "/m/n/%FF",
        "/m/n/a/../b",
        "/m/n/./a",
        "/m/n/a;b=c",
        "/m%2Fn",
        "/dir/one.wsgi",
        "/dir/one.wsgi/",
        "/dir/one.wsgi/x/y",
        "/dir//one.wsgi",
        "/dir/none.wsgi",
        "/dir/",
        "/dir/plain.txt",
        "/dir",
        "/nodir/one.wsgi/z",
        "/nodir",
        "/nodir/",
        "/match/one",
        "/match/one/rest/more",
        "/match/two",
        "/match/",
        "/any/where.py",
        "/any/where.py/more",
        "/Case/x",
        "/case/x",
        "/slash",
        "/slash/",
        "/slash/x",
        "/missing",
        "/caf%C3%A9/x",
        "/nothing",
    ]));
    aliases.in_both_modes()
}
