//! The scripts and configurations of `docs/guide-frameworks.md` serve as they stand there, but for the directory `/srv`.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use clutch_tests::support::{Httpd, Plan, installation};
use tempfile::TempDir;

use super::browser::Browser;
use super::tour;

#[test]
fn the_guides_flask_serves() {
    says_hello("Flask", "Flask", "flask", "/flask/");
}

#[test]
fn the_guides_pyramid_serves() {
    says_hello("Pyramid", "pyramid", "pyramid.config", "/pyramid/");
}

#[test]
fn the_guides_bottle_serves() {
    says_hello("Bottle", "bottle", "bottle", "/bottle/");
}

#[test]
fn the_guides_falcon_serves() {
    says_hello("Falcon", "falcon", "falcon", "/falcon/");
}

#[test]
fn the_guides_cherrypy_serves() {
    says_hello("CherryPy", "CherryPy", "cherrypy", "/cherrypy/");
}

#[test]
fn the_guides_web_py_serves() {
    says_hello("web.py", "web.py", "web", "/webpy/");
}

#[test]
fn the_guides_werkzeug_serves() {
    says_hello("Werkzeug", "Werkzeug", "werkzeug.debug", "/werkzeug/");
}

#[test]
fn the_guides_django_serves_its_admin_and_static_files() {
    let Some(venv) = tour::packages("the guide: Django", "Django", "django") else {
        return;
    };
    let srv = srv();
    let project = srv.path().join("django");
    fs::create_dir(&project).unwrap();
    let django = venv.join("bin/django-admin");
    run(Command::new(django)
        .args(["startproject", "mysite"])
        .arg(&project));
    let httpd = lay_out("Django", srv.path(), tour::server(&venv), |_| {
        let manage = project.join("manage.py");
        run(Command::new(venv.join("bin/python"))
            .arg(manage)
            .args(["collectstatic", "-v0"]));
    });
    let mut browser = Browser::of(&httpd);
    let login = browser.open("/django/admin/");
    assert!(login.ok().contains("Django administration"), "{login:?}");
    let style = browser.open(&login.link("/django/static/admin/css/base"));
    assert!(style.response.header("ETag").is_some(), "{style:?}");
    assert!(style.ok().contains('{'), "{style:?}");
}

/// Serves the section of the guide that is about `name`, and reads its greeting, which says where it is mounted.
fn says_hello(name: &str, package: &str, import: &str, mount: &str) {
    if let Some(venv) = tour::packages(&format!("the guide: {name}"), package, import) {
        let srv = srv();
        let httpd = lay_out(name, srv.path(), tour::server(&venv), |_| ());
        let greeting = Browser::of(&httpd).open(mount);
        assert_eq!(greeting.ok(), format!("Hello from {name} at {mount}"));
    }
}

/// Writes the section's files below `srv`, prepares what else it asks for, and serves it with its own configuration.
fn lay_out(name: &str, srv: &Path, mut plan: Plan, prepare: impl FnOnce(&Path)) -> Httpd {
    let guide = fs::read_to_string(installation::repository().join("docs/guide-frameworks.md"));
    let guide = guide
        .unwrap()
        .replace("/srv/", &format!("{}/", srv.display()));
    plan = plan
        .modules(&["alias", "mime"])
        .config("TypesConfig /etc/mime.types");
    for block in section(&guide, name).split("```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').expect("a block has lines");
        match kind {
            "python" => write(text),
            "apache" => plan = plan.config(text),
            _ => {}
        }
    }
    prepare(srv);
    plan.start()
}

/// The text below the heading that begins with `name`.
fn section<'g>(guide: &'g str, name: &str) -> &'g str {
    let (_, rest) = guide
        .split_once(&format!("\n## {name}"))
        .unwrap_or_else(|| panic!("the guide has no section {name}"));
    rest.split("\n## ").next().unwrap_or_default()
}

/// Writes a block to the file that its first line names, after what is there.
fn write(block: &str) {
    let (first, text) = block.split_once('\n').expect("a block has lines");
    let path = first.trim_start_matches("# ").split(',').next();
    let path = Path::new(path.expect("the first line names the file"));
    fs::create_dir_all(path.parent().expect("it has a directory")).unwrap();
    let mut file = OpenOptions::new();
    let mut file = file.create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A directory in place of `/srv`, open to httpd's user.
fn srv() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
}
