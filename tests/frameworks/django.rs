//! Django: a project whose admin takes files, with its static files served by httpd beside it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use clutch_tests::support::{Httpd, Plan, installation};
use tempfile::TempDir;

use super::browser::{Browser, File};
use super::checksum;
use super::page::Page;
use super::tour::{self, MOUNT, noise};

const ADMIN: &str = "/at/here/admin/";
const ADD: &str = "/at/here/admin/archive/document/add/";

#[test]
fn djangos_admin_takes_a_login_and_adds_an_object() {
    let Some(site) = Site::start("django") else {
        return;
    };
    let mut browser = Browser::of(&site.httpd);
    let shown = log_in(&mut browser, ADMIN);
    assert!(shown.ok().contains("Site administration"), "{shown:?}");
    assert_eq!(shown.target, ADMIN);

    let token = browser.open(ADD).input("csrfmiddlewaretoken");
    let title = "Größe & <Gewicht>";
    let list = browser.submit(ADD, &[("csrfmiddlewaretoken", &token), ("title", title)]);
    assert_eq!(list.target, format!("{MOUNT}/admin/archive/document/"));
    assert!(
        list.ok().contains("Größe &amp; &lt;Gewicht&gt;"),
        "{list:?}"
    );
    assert!(list.ok().contains("1 document"), "{list:?}");
}

#[test]
fn djangos_admin_refuses_a_login_without_the_csrf_token() {
    let Some(site) = Site::start("django") else {
        return;
    };
    let mut browser = Browser::of(&site.httpd);
    let target = browser.open(ADMIN).target;
    let answer = browser.submit(&target, &[("username", "admin"), ("password", "admin")]);
    assert_eq!(answer.response.status, 403, "{answer:?}");
}

#[test]
fn djangos_admin_takes_a_file_of_20_mb_and_gives_it_back() {
    let Some(site) = Site::start("django") else {
        return;
    };
    let mut browser = Browser::of(&site.httpd);
    log_in(&mut browser, ADMIN);
    let content = noise(20 * 1024 * 1024);
    let token = browser.open(ADD).input("csrfmiddlewaretoken");
    let file = File {
        field: "content",
        name: "large.bin",
        content: &content,
    };
    let fields = [("csrfmiddlewaretoken", token.as_str()), ("title", "Large")];
    let list = browser.upload(ADD, &fields, file);
    assert!(list.ok().contains("Large"), "{list:?}");

    let sum = browser.open(&format!("{MOUNT}/documents/1/checksum"));
    assert_eq!(sum.ok(), checksum::of(&content));
    let back = browser.open(&format!("{MOUNT}/documents/1"));
    assert_eq!(back.response.status, 200);
    assert!(back.response.body == content, "the file came back changed");
}

#[test]
fn djangos_static_files_are_served_by_httpd_beside_the_application() {
    let Some(site) = Site::start("django") else {
        return;
    };
    let mut browser = Browser::of(&site.httpd);
    let page = browser.open(ADMIN);
    let style = page.link(&format!("{MOUNT}/static/admin/css/"));
    let style = browser.open(&style);
    assert!(style.ok().contains('{'), "{style:?}");
    assert!(style.response.header("ETag").is_some(), "{style:?}");
}

/// Logs in as admin through the form that the admin's first page leads to; the page shown then.
pub(super) fn log_in(browser: &mut Browser<'_>, admin: &str) -> Page {
    let form = browser.open(admin);
    let (token, next) = (form.input("csrfmiddlewaretoken"), form.input("next"));
    let fields = [
        ("csrfmiddlewaretoken", token.as_str()),
        ("next", next.as_str()),
        ("username", "admin"),
        ("password", "admin"),
    ];
    browser.submit(&form.target, &fields)
}

/// The project with a database of its own, served.
struct Site {
    httpd: Httpd,
    _state: TempDir,
}

impl Site {
    fn start(test: &str) -> Option<Self> {
        let venv = tour::packages(test, "Django", "django")?;
        let state = tempfile::tempdir().unwrap();
        prepare(&venv, state.path());
        let httpd = plan(&venv, state.path()).start();
        Some(Self {
            httpd,
            _state: state,
        })
    }
}

fn plan(venv: &Path, state: &Path) -> Plan {
    let script = format!(
        "import os, sys\n\
         sys.path.insert(0, {:?})\n\
         os.environ['DJANGO_SETTINGS_MODULE'] = 'archive.settings'\n\
         os.environ['ARCHIVE_STATE'] = {:?}\n\
         from django.core.wsgi import get_wsgi_application\n\
         application = get_wsgi_application()\n",
        projects().display().to_string(),
        state.display().to_string(),
    );
    tour::mounted(venv, &script)
        .modules(&["alias", "mime"])
        .config("TypesConfig /etc/mime.types")
        .config(&format!("Alias {MOUNT}/static {}/static", state.display()))
}

/// Makes the database, its one user, and the directory of static files, all for httpd's children to use.
fn prepare(venv: &Path, state: &Path) {
    manage(venv, state, ["migrate", "--run-syncdb"]);
    let user = ["createsuperuser", "--noinput", "--username", "admin"];
    manage(venv, state, user.into_iter().chain(["--email", "a@b.cd"]));
    manage(venv, state, ["collectstatic", "--noinput"]);
    if rustix::process::geteuid().is_root() {
        let owner = format!("{}:", installation::account());
        let changed = Command::new("chown")
            .arg("-R")
            .arg(owner)
            .arg(state)
            .status();
        assert!(changed.is_ok_and(|status| status.success()));
    }
}

fn manage<'a>(venv: &Path, state: &Path, arguments: impl IntoIterator<Item = &'a str>) {
    let output = Command::new(venv.join("bin/python"))
        .args(["-m", "django"])
        .args(arguments.into_iter().map(OsStr::new))
        .args(["--verbosity", "0"])
        .env("PYTHONPATH", projects())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DJANGO_SETTINGS_MODULE", "archive.settings")
        .env("DJANGO_SUPERUSER_PASSWORD", "admin")
        .env("ARCHIVE_STATE", state)
        .output()
        .expect("the virtual environment has a Python");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn projects() -> std::path::PathBuf {
    installation::repository().join("tests/frameworks/apps")
}
