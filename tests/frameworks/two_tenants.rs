//! Two tenants at once, in one configuration, with the packages that make the most trouble in sub-interpreters. The wheels come
//! from PyPI and are large, so this runs only with `CLUTCH_TWO_TENANTS=1`: `scripts/two-tenants` does that.

use std::collections::BTreeMap;
use std::env;
use std::thread;

use clutch_tests::support::{Httpd, Request, installation, mode, python};

use super::tour;

/// A package: what is asked of pip, the name of its application, and what that imports and does.
struct Package {
    pip: &'static str,
    name: &'static str,
    script: &'static str,
}

macro_rules! packages {
    ($($pip:literal $name:literal,)*) => {
        [$(Package {
            pip: $pip,
            name: $name,
            script: include_str!(concat!("apps/tenants/", $name, ".py")),
        }),*]
    };
}

const PACKAGES: [Package; 12] = packages! {
    "numpy" "numpy",
    "pandas" "pandas",
    "pydantic" "pydantic",
    "cryptography" "cryptography",
    "lxml" "lxml",
    "Pillow" "pillow",
    "psycopg[binary]" "psycopg",
    "SQLAlchemy" "sqlalchemy",
    "bcrypt" "bcrypt",
    "orjson" "orjson",
    "greenlet" "greenlet",
    "gevent" "gevent",
};

const TENANTS: [&str; 2] = ["one", "two"];

/// Uses the package for each request, and says in what it runs and with which version.
const ANSWER: &str = "
import sys
from importlib.metadata import version
if sys.version_info >= (3, 13):
    import _interpreters
    def rung():
        me = _interpreters.get_current()[0]
        return 'process' if me == 0 else {'own': 'own-gil'}.get(_interpreters.get_config(me).gil, 'shared-gil')
else:
    import _xxsubinterpreters
    def rung():
        return 'process' if int(_xxsubinterpreters.get_current()) == 0 else 'shared-gil'
def application(environ, start_response):
    use()
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [f'{rung()} {version(DISTRIBUTION)}'.encode()]
";

/// What came of a configuration: for each package its version, and the rungs of both tenants.
type Rungs = BTreeMap<&'static str, (String, [String; 2])>;

#[test]
fn two_tenants_with_extension_modules_are_served_at_once() {
    let name = "two_tenants_with_extension_modules_are_served_at_once";
    if env::var_os("CLUTCH_TWO_TENANTS").is_none() {
        return installation::skipped(name, "installs large wheels; scripts/two-tenants runs it");
    }
    if !mode::embedded_only("it is about applications in httpd's children") {
        return;
    }
    let wanted: Vec<_> = PACKAGES.iter().map(|package| package.pip).collect();
    let Some(venv) = python::venv(name, &wanted) else {
        panic!("the packages cannot be installed");
    };
    let silent = serve(&venv, "");
    let auto = serve(&venv, "ClutchIsolation auto");
    show(&silent, &auto);
}

/// Serves all packages to both tenants, twice, and again after a restart. Every request must succeed.
fn serve(venv: &std::path::Path, config: &str) -> Rungs {
    let mut plan = tour::server(venv).workers(16).config(config);
    for package in &PACKAGES {
        let Package { pip, name, script } = package;
        let distribution = pip.split('[').next().unwrap();
        let text = format!("{script}\nDISTRIBUTION = {distribution:?}\n{ANSWER}");
        plan = plan.script(&format!("{name}.wsgi"), &text);
        for tenant in TENANTS {
            plan = plan.config(&format!(
                "WSGIScriptAlias /{tenant}/{name} ${{APP}}/{name}.wsgi application-group={tenant}-{name}"
            ));
        }
    }
    // What packages write to stderr when they refuse.
    let httpd = plan
        .allows_log("site-packages")
        .allows_log("[wsgi:error]")
        .start();
    let first = round(&httpd);
    assert_eq!(round(&httpd), first, "{config}: the second time");
    httpd.restart();
    assert_eq!(round(&httpd), first, "{config}: after a restart");
    first
}

/// Both tenants ask for each package, at the same time.
fn round(httpd: &Httpd) -> Rungs {
    let ask = |tenant: &'static str| {
        let answers = PACKAGES.iter().map(|package| {
            let response = httpd.send(&Request::get(&format!("/{tenant}/{}", package.name)));
            let status = response.head.status;
            assert_eq!(
                status,
                200,
                "{tenant} {}: {}",
                package.name,
                httpd.error_log()
            );
            response.text().to_owned()
        });
        answers.collect::<Vec<String>>()
    };
    let [one, two] = thread::scope(|scope| {
        TENANTS
            .map(|tenant| scope.spawn(move || ask(tenant)))
            .map(|asked| asked.join().unwrap())
    });
    let both = PACKAGES.iter().zip(one.into_iter().zip(two));
    both.map(|(package, (one, two))| {
        let (rung_one, version) = one.split_once(' ').unwrap();
        let (rung_two, _) = two.split_once(' ').unwrap();
        let rungs = [rung_one.to_owned(), rung_two.to_owned()];
        (package.pip, (version.to_owned(), rungs))
    })
    .collect()
}

/// Prints a table as `docs/extension-modules.md` has it.
#[expect(clippy::print_stdout, reason = "for whoever runs the script")]
fn show(silent: &Rungs, auto: &Rungs) {
    println!("\n| package | without a word | `ClutchIsolation auto` |\n|---|---|---|");
    for package in &PACKAGES {
        let (version, silent) = &silent[package.pip];
        let (_, auto) = &auto[package.pip];
        // Which tenant came first is chance.
        let [silent, auto] = [silent, auto].map(|rungs| match rungs {
            [one, two] if one == two => one.clone(),
            [one, two] if one == "process" => format!("{two}, {one}"),
            [one, two] => format!("{one}, {two}"),
        });
        println!("| {} {version} | {silent} | {auto} |", package.pip);
    }
}
