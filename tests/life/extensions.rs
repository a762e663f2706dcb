//! Extension modules from PyPI, which do not link libpython, import in every kind of interpreter.

use std::path::PathBuf;

use clutch_tests::support::{Httpd, Plan, app, python};

fn plan(test: &str, import: &str, expression: &str) -> Option<Plan> {
    let venv: PathBuf = python::venv(test, &["markupsafe"])?;
    let script = format!("{import}\n{}", app::answering(expression));
    Some(Httpd::serving(&script).config(&format!("WSGIPythonHome {}", venv.display())))
}

#[test]
fn a_wheel_that_does_not_link_libpython_imports() {
    let name = "a_wheel_that_does_not_link_libpython_imports";
    let expression = "(markupsafe._speedups.__file__.endswith('.so'), markupsafe.escape('<'), markupsafe.escape.__module__)";
    for group in ["%{GLOBAL}", "sub"] {
        let Some(plan) = plan(name, "import markupsafe, markupsafe._speedups", expression) else {
            return;
        };
        let httpd = plan
            .config(&format!("WSGIApplicationGroup {group}"))
            .start();
        let answer = httpd.get("/").ok().to_owned();
        assert!(
            answer.starts_with("(True, Markup('&lt;')"),
            "{group}: {answer}"
        );
        httpd.graceful();
        assert_eq!(httpd.get("/").ok(), answer, "{group}, after a restart");
    }
}

#[test]
fn extension_modules_of_the_standard_library_import_in_two_groups() {
    let modules = [
        "_ssl",
        "_sqlite3",
        "_ctypes",
        "_decimal",
        "_hashlib",
        "_socket",
        "_datetime",
        "zlib",
        "_json",
        "_elementtree",
        "_asyncio",
    ];
    let script = app::answering(&format!(
        "[name for name in {modules:?} if not __import__(name)]"
    ));
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config("WSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /b ${APP}/app.wsgi\nWSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}")
        .start();
    for path in ["/a", "/b", "/main"] {
        assert_eq!(httpd.get(path).ok(), "[]", "{path}");
    }
}
