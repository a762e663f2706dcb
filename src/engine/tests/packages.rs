//! Where an interpreter finds packages, and what it does with those that refuse, in a real Python.
#![expect(clippy::unwrap_used, reason = "a test program")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use ffi_engine::Slice;
use ffi_engine::abi::{GroupPlan, Isolation, List};
use support::{App, plan_for, server_log};

/// Answers with the value of a Python expression, of which the script runs `first`.
fn answering(group: &'static str, first: &str, expression: &str) -> App {
    App::new(
        group,
        &format!(
            "
{first}
def application(environ, start_response):
    start_response('200 OK', [])
    return [str({expression}).encode()]
"
        ),
    )
}

fn answer(app: &App) -> String {
    let (_, memory) = app.get();
    assert!(memory.finished, "{} {:?}", memory.log(), server_log());
    memory.text()
}

/// `lib/pythonX.Y/site-packages` of the Python that runs.
fn library() -> String {
    answer(&answering(
        "asking",
        "import sys",
        "'lib/python%d.%d%s/site-packages' % (sys.version_info[:2] + ('t' * ('t' in sys.abiflags),))",
    ))
}

/// A directory of a test; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("clutch-packages-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self) -> &'static str {
        self.0.to_str().unwrap().to_owned().leak()
    }

    fn slice(&self) -> Slice<'static> {
        Slice::new(self.path().as_bytes())
    }

    /// What holds for a group that has this virtual environment.
    fn as_home(&self) -> GroupPlan<'static> {
        GroupPlan {
            python_home: self.slice(),
            ..GroupPlan::DEFAULT
        }
    }

    /// What holds for a group with a GIL of its own that finds packages here first.
    fn as_path_of_own_gil(&self) -> GroupPlan<'static> {
        GroupPlan {
            isolation: Isolation::OwnGil,
            python_path: List::new(vec![self.slice()].leak()),
            ..GroupPlan::DEFAULT
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A virtual environment with these files among its packages.
fn environment(name: &str, system: bool, files: &[(&str, &str)]) -> Folder {
    let home = Folder::new(name);
    let packages = home.0.join(library());
    fs::create_dir_all(&packages).unwrap();
    let settings = format!("home = /usr/bin\nInclude-System-Site-Packages = {system}\n");
    fs::write(home.0.join("pyvenv.cfg"), settings).unwrap();
    for (file, text) in files {
        fs::write(packages.join(file), text).unwrap();
    }
    home
}

#[test]
fn two_groups_use_different_versions_of_a_package_side_by_side() {
    let package = |version| format!("VERSION = {version}\n");
    let [one, two] = [("venv-one", "1"), ("venv-two", "2")].map(|(group, version)| {
        let home = environment(group, false, &[("paired.py", &package(version))]);
        plan_for(group, home.as_home());
        (home, answering(group, "import paired", "paired.VERSION"))
    });
    for _ in 0..2 {
        assert_eq!(answer(&one.1), "1");
        assert_eq!(answer(&two.1), "2");
    }
}

#[test]
fn an_interpreter_is_in_its_virtual_environment_and_sees_no_other_packages() {
    let folder = Folder::new("extra");
    let extra = folder.path();
    let paths = format!("{extra}\nimport sys; sys.from_pth = True\n");
    let home = environment("inside", false, &[("extra.pth", &paths)]);
    plan_for("inside", home.as_home());
    let home = home.path();
    let app = answering(
        "inside",
        "import os, site, sys, sysconfig",
        &format!(
            "(sys.prefix == sys.exec_prefix == os.environ['VIRTUAL_ENV'] == sysconfig.get_path('data') == {home:?}, \
             sys.executable == {home:?} + '/bin/python', sys.base_prefix != sys.prefix, sys.from_pth, {extra:?} in sys.path, \
             [p for p in sys.path if p.endswith('-packages') and not p.startswith({home:?})], site.PREFIXES == [{home:?}])"
        ),
    );
    assert_eq!(answer(&app), "(True, True, True, True, True, [], True)");
}

#[test]
fn an_environment_may_include_the_packages_of_the_system() {
    let home = environment("system", true, &[]);
    plan_for("system", home.as_home());
    let places = "[p.startswith(PLACE) for p in sys.path if p.endswith('-packages') and '/.local/' not in p][:2]";
    let places = places.replace("PLACE", &format!("{:?}", home.path()));
    let app = answering("system", "import sys", &places);
    assert_eq!(answer(&app), "[True, False]");
}

#[test]
fn layers_of_the_path_stand_in_front_of_the_environment_the_last_one_first() {
    let home = environment("layers", false, &[("layered.py", "FROM = 'venv'\n")]);
    let layers = ["base", "special"].map(|name| {
        let layer = Folder::new(name);
        fs::write(layer.0.join("layered.py"), format!("FROM = {name:?}\n")).unwrap();
        layer
    });
    let slices = layers.iter().map(Folder::slice).collect::<Vec<_>>();
    let plan = GroupPlan {
        python_path: List::new(slices.leak()),
        ..home.as_home()
    };
    plan_for("layers", plan);
    let app = answering("layers", "import layered", "layered.FROM");
    assert_eq!(answer(&app), "special");
}

#[test]
fn a_home_of_another_python_is_told_and_the_packages_stay() {
    let home = Folder::new("wrong");
    fs::write(home.0.join("pyvenv.cfg"), "home = /usr/bin\n").unwrap();
    plan_for("wrong", home.as_home());
    let app = answering("wrong", "import sys", "sys.prefix == sys.base_prefix");
    let (_, memory) = app.get();
    assert_eq!(memory.text(), "True");
    let log = memory.log() + &server_log().join("\n");
    assert!(log.contains("CLUTCH0012"), "{log}");
}

#[test]
fn a_switch_interval_of_a_group_without_a_gil_of_its_own_is_told_and_ignored() {
    plan_for(
        "switching",
        GroupPlan {
            switch_interval: 1_000,
            switch_interval_of_group: true,
            ..GroupPlan::DEFAULT
        },
    );
    let app = answering("switching", "import sys", "sys.getswitchinterval()");
    let (_, memory) = app.get();
    assert_eq!(memory.text(), "0.005");
    let log = memory.log() + &server_log().join("\n");
    assert!(log.contains("WSGI0199"), "{log}");
}

/// Puts the extension module `_curses`, which loads beside no other interpreter, into a directory of its own. `None` if the
/// Python that runs has none, or no interpreters with a GIL of their own.
fn refusing(name: &str, twin: Option<&str>) -> Option<Folder> {
    let question = "sys.version_info >= (3, 13) and getattr(sys, '_is_gil_enabled', bool)() and find_spec('_curses').origin";
    let first = "import sys\nfrom importlib.util import find_spec";
    let origin = answer(&answering("asking", first, question));
    let origin = Path::new(&origin);
    if !origin.is_file() {
        return None;
    }
    let folder = Folder::new(name);
    fs::copy(origin, folder.0.join(origin.file_name().unwrap())).unwrap();
    if let Some(twin) = twin {
        fs::write(folder.0.join("_curses.py"), twin).unwrap();
    }
    Some(folder)
}

#[test]
fn the_python_twin_of_an_extension_module_that_refuses_is_loaded() {
    let Some(path) = refusing("twin", Some("KIND = 'twin'\n")) else {
        return;
    };
    plan_for("twin", path.as_path_of_own_gil());
    let app = answering("twin", "import _curses", "(_curses.KIND, _curses.__file__)");
    let file = path.0.join("_curses.py");
    assert_eq!(answer(&app), format!("('twin', '{}')", file.display()));
}

#[test]
fn without_a_twin_the_refusal_goes_on_to_whoever_imports() {
    let Some(path) = refusing("no-twin", None) else {
        return;
    };
    plan_for("no-twin", path.as_path_of_own_gil());
    let first = "
try:
    import _curses
except ImportError as error:
    said = error";
    let app = answering("no-twin", first, "'_curses' in str(said)");
    assert_eq!(answer(&app), "True");
}

#[test]
fn a_switch_interval_is_set_where_the_gil_is_the_groups_own() {
    let Some(path) = refusing("own-interval", None) else {
        return;
    };
    let plan = GroupPlan {
        switch_interval: 2_000,
        switch_interval_of_group: true,
        ..path.as_path_of_own_gil()
    };
    plan_for("own-interval", plan);
    let app = answering("own-interval", "import sys", "sys.getswitchinterval()");
    assert_eq!(answer(&app), "0.002");
}

/// Serves a script that imports a package with this text, in a group that begins with a GIL of its own. Gives the status that the
/// host was left with, and what was logged of the group.
fn importing(name: &'static str, package: &str, script: &str) -> (Option<u16>, String) {
    let folder = Folder::new(name);
    let packages = folder.0.join("site-packages");
    fs::create_dir(&packages).unwrap();
    fs::write(packages.join("fussy.py"), package).unwrap();
    let path = packages.to_str().unwrap().to_owned().leak().as_bytes();
    plan_for(
        name,
        GroupPlan {
            isolation: Isolation::Auto,
            python_path: List::new(vec![Slice::new(path)].leak()),
            ..GroupPlan::DEFAULT
        },
    );
    let (status, _) = answering(name, script, "1").get();
    let log = server_log();
    let lines = log.iter().filter(|line| line.contains(name));
    let lines: Vec<_> = lines.map(String::as_str).collect();
    (status, lines.join("\n"))
}

/// Fails as a package does, in interpreters with a GIL of their own.
const NOT_HERE: &str = "
import sys
if sys.version_info >= (3, 13):
    from _interpreters import get_config, get_current
    if get_config(get_current()[0]).gil == 'own':
        raise ERROR
";

#[test]
fn what_a_package_raises_when_it_is_imported_takes_the_group_down_a_rung() {
    for (name, error) in [
        ("raises-runtime", "RuntimeError('not here')"),
        (
            "raises-base",
            "type('PanicException', (BaseException,), {})('not here')",
        ),
    ] {
        let package = NOT_HERE.replace("ERROR", error);
        let (status, log) = importing(name, &package, "import fussy");
        assert_eq!(status, None, "{log}");
        let goes = log.contains("from own-gil to shared-gil, because the module fussy")
            && log.contains("Exception: not here") | log.contains("raises RuntimeError: not here");
        assert!(goes || !log.contains("own_gil=true"), "{log}");
    }
}

#[test]
fn what_would_be_raised_anywhere_takes_the_group_nowhere() {
    for (name, error) in [
        ("lacks", "ModuleNotFoundError('not here')"),
        ("ends", "SystemExit"),
        ("misspelt", "SyntaxError('not here')"),
    ] {
        let package = NOT_HERE.replace("ERROR", error);
        let (_, log) = importing(name, &package, "import fussy");
        assert!(!log.contains("from own-gil"), "{log}");
    }
    let (status, log) = importing("own-bug", "", "import fussy\n1 / 0");
    assert_eq!(status, Some(500), "{log}");
    assert!(!log.contains("from own-gil"), "{log}");
}

#[test]
fn what_a_script_makes_of_a_failed_import_is_no_bug_of_its_own() {
    let package = NOT_HERE.replace("ERROR", "ImportError('not here')");
    let script = "try:\n    import fussy\nexcept ImportError as error:\n    raise RuntimeError('no fussy') from error";
    let (status, log) = importing("wrapped", &package, script);
    assert_eq!(status, None, "{log}");
}
