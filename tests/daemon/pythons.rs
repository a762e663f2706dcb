//! Groups with Pythons of their own, of several versions, behind one httpd.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clutch_tests::support::{Plan, app, installation, python};

/// A Python of this machine that there is an engine for.
struct Python {
    minor: u8,
    executable: PathBuf,
    home: String,
}

/// What a Python says to a program.
fn says(executable: &Path, program: &str) -> Option<String> {
    let output = Command::new(executable)
        .args(["-c", program])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The Pythons of this machine that there are engines for.
fn pythons() -> Vec<Python> {
    let entries = fs::read_dir(installation::build_directory())
        .unwrap()
        .flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let minors = names.filter_map(|name| {
        let digits = name
            .strip_prefix("libclutch_engine-cp3")?
            .strip_suffix(".so")?;
        digits.parse::<u8>().ok()
    });
    minors
        .filter_map(|minor| {
            let named = python::executable().filter(|_| python::minor() == minor);
            let executable = named.or_else(|| system(minor))?;
            let home = says(&executable, "import sys; print(sys.base_prefix)")?;
            Some(Python {
                minor,
                executable,
                home,
            })
        })
        .collect()
}

/// A Python of this machine that the engine for 3.`minor` suits, as the program finds it.
fn system(minor: u8) -> Option<PathBuf> {
    let program = installation::build_directory().join("clutch");
    let said = Command::new(program)
        .args(["pythons", "--usable"])
        .output()
        .ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let tag = format!("cp3{minor}");
    let mut lines = text.lines().filter_map(|line| line.split_once('\t'));
    lines
        .find(|(of, _)| *of == tag)
        .map(|(_, python)| PathBuf::from(python))
}

/// As [`pythons`], if there are two; says on the terminal if not.
fn several(test: &str) -> Option<Vec<Python>> {
    let found = pythons();
    if found.len() < 2 {
        installation::skipped(test, "needs engines for two Pythons of this machine");
        return None;
    }
    Some(found)
}

const WHICH: &str = "'%d.%d' % sys.version_info[:2], sys.prefix, environ['mod_wsgi.process_group']";

#[test]
fn groups_with_pythons_of_several_versions_are_served_side_by_side() {
    let name = "groups_with_pythons_of_several_versions_are_served_side_by_side";
    let Some(pythons) = several(name) else { return };
    let homes: std::collections::BTreeSet<_> = pythons.iter().map(|one| &one.home).collect();
    if homes.len() < pythons.len() {
        // A distribution's Pythons share a prefix, which does not tell one from another: environments of theirs do, see below.
        return installation::skipped(name, "needs Pythons with prefixes of their own");
    }
    let mut plan = Plan::new()
        .script("app.wsgi", &app::answering(WHICH))
        .config("WSGIRestrictEmbedded On\nWSGIScriptAlias / ${APP}/app.wsgi");
    for Python { minor, home, .. } in &pythons {
        plan = plan.config(&format!(
            "WSGIDaemonProcess py{minor} python-home={home}\n<Location /py{minor}>\nWSGIProcessGroup py{minor}\n</Location>"
        ));
    }
    let httpd = plan.start();
    for _ in 0..2 {
        for Python { minor, home, .. } in &pythons {
            let said = httpd.get(&format!("/py{minor}"));
            assert_eq!(said.ok(), format!("('3.{minor}', '{home}', 'py{minor}')"));
        }
        httpd.graceful();
    }
}

#[test]
fn a_virtual_environment_brings_its_own_modules_whatever_python_it_is_of() {
    let name = "a_virtual_environment_brings_its_own_modules_whatever_python_it_is_of";
    let Some(pythons) = several(name) else { return };
    let place = tempfile::tempdir_in("/var/tmp").unwrap();
    open(place.path());
    let mut plan = Plan::new()
        .script(
            "app.wsgi",
            &format!("import own\n{}", app::answering("own.word, sys.prefix")),
        )
        .config("WSGIRestrictEmbedded On\nWSGIScriptAlias / ${APP}/app.wsgi");
    let venvs: Vec<_> = pythons
        .iter()
        .map(|python| venv(python, place.path()))
        .collect();
    for (number, venv) in venvs.iter().enumerate() {
        plan = plan.config(&format!(
            "WSGIDaemonProcess g{number} python-home={}\n<Location /{number}>\nWSGIProcessGroup g{number}\n</Location>",
            venv.display()
        ));
    }
    let httpd = plan.start();
    for (number, venv) in venvs.iter().enumerate() {
        let said = httpd.get(&format!("/{number}"));
        assert_eq!(said.ok(), format!("('of {0}', '{0}')", venv.display()));
    }
}

fn open(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A virtual environment with a module `own`.
fn venv(python: &Python, place: &Path) -> PathBuf {
    let venv = place.join(format!("venv{}", python.minor));
    let made = Command::new(&python.executable)
        .args(["-m", "venv", "--without-pip"])
        .arg(&venv)
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let modules = venv.join(format!("lib/python3.{}/site-packages", python.minor));
    fs::write(
        modules.join("own.py"),
        format!("word = 'of {}'\n", venv.display()),
    )
    .unwrap();
    venv
}

/// What httpd says to a group with this home. It does not start.
fn refusal(home: &Path) -> String {
    let plan = Plan::new().config(&format!(
        "WSGIDaemonProcess shop python-home={}",
        home.display()
    ));
    let said = plan.check().expect_err(&home.display().to_string());
    let ours: Vec<_> = said
        .lines()
        .filter(|line| line.contains("python-home"))
        .collect();
    assert_eq!(ours.len(), 1, "one sentence: {said}");
    assert!(
        ours[0].contains(&home.display().to_string()) && ours[0].contains("shop"),
        "{said}"
    );
    ours[0].to_owned()
}

#[test]
fn a_python_without_an_engine_is_refused_with_the_command_that_makes_one() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("lib/python3.99/site-packages")).unwrap();
    fs::write(place.path().join("lib/python3.99/os.py"), "").unwrap();
    let said = refusal(place.path());
    assert!(
        said.contains("3.99") && said.contains("make engine PYTHON=python3.99"),
        "{said}"
    );
}

#[test]
fn a_home_that_is_no_python_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let said = refusal(place.path());
    assert!(said.contains("neither"), "{said}");
    let missing = refusal(&place.path().join("missing"));
    assert!(missing.contains("No such file"), "{missing}");
    fs::write(place.path().join("file"), "").unwrap();
    let file = refusal(&place.path().join("file"));
    assert!(file.contains("not a directory"), "{file}");
}

#[test]
fn a_virtual_environment_whose_python_is_gone_is_refused_with_the_command_that_mends_it() {
    let place = tempfile::tempdir().unwrap();
    let text = format!("home = /no/such/bin\nversion = {}.0\n", python::version());
    fs::write(place.path().join("pyvenv.cfg"), text).unwrap();
    let said = refusal(place.path());
    assert!(
        said.contains("/no/such/bin") && said.contains("-m venv --clear"),
        "{said}"
    );
}
