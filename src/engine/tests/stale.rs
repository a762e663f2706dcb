//! New code where it is the process that is replaced: the engine says so, and runs nothing.

mod support;

use std::fs;
use std::path::PathBuf;

use ffi_engine::abi::{GroupPlan, Reload, ReloadPolicy, STALE};
use support::files::{counting, write};
use support::{App, plan_for, requests_begin, server_log};

/// A time after everything that a test does.
const LATER: i64 = i64::MAX;

fn plan(reload: Reload, reload_policy: ReloadPolicy) -> GroupPlan<'static> {
    GroupPlan {
        reload,
        reload_policy,
        replace_process: true,
        ..GroupPlan::DEFAULT
    }
}

/// A module in a folder of its own, which goes with it.
struct Module(PathBuf);

impl Drop for Module {
    fn drop(&mut self) {
        let _ = self.0.parent().map(fs::remove_dir_all);
    }
}

/// A script that answers with the number in a module that it imports.
fn with_module(group: &'static str) -> (App, Module) {
    let folder = std::env::temp_dir().join(format!("clutch-stale-{}-{group}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for temporary files");
    let other = folder.join(format!("other_of_{group}.py"));
    write(&other, "VALUE = 1\n");
    let source = format!(
        "
import sys
sys.path.insert(0, {folder:?})
sys.dont_write_bytecode = True
import other_of_{group} as other
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'%d' % other.VALUE]
"
    );
    (App::new(group, &source), Module(other))
}

#[test]
fn a_changed_script_is_stale_for_requests_that_began_after_it_was_loaded() {
    for (group, reload) in [("script", Reload::Script), ("group", Reload::Group)] {
        plan_for(group, plan(reload, ReloadPolicy::Fresh));
        let app = App::new(group, &counting(1));
        requests_begin(LATER);
        assert_eq!(app.get().1.text(), "version 1, seen 1");
        write(&app.path, &counting(2));
        let (status, memory) = app.get();
        assert_eq!(status, Some(STALE), "{:?}", server_log());
        assert_eq!((memory.status, memory.finished), (None, false));
        requests_begin(1);
        assert_eq!(app.get().1.text(), "version 1, seen 1");
    }
}

#[test]
fn a_changed_module_is_stale_where_modules_count() {
    let (app, other) = with_module("modules");
    plan_for("modules", plan(Reload::Modules, ReloadPolicy::Fresh));
    requests_begin(LATER);
    assert_eq!(app.get().1.text(), "1");
    write(&other.0, "VALUE = 2\n");
    assert_eq!(app.get().0, Some(STALE));
    let (app, other) = with_module("scripts");
    plan_for("scripts", plan(Reload::Script, ReloadPolicy::Fresh));
    assert_eq!(app.get().1.text(), "1");
    write(&other.0, "VALUE = 2\n");
    assert_eq!(app.get().1.text(), "1");
}

#[test]
fn off_is_never_stale() {
    plan_for("off", plan(Reload::Off, ReloadPolicy::Fresh));
    let app = App::new("off", &counting(1));
    requests_begin(LATER);
    for version in 2..4 {
        assert_eq!(app.get().1.text(), "version 1, seen 1");
        write(&app.path, &counting(version));
    }
}

#[test]
fn seamless_serves_on_and_tells_the_host_once() {
    plan_for("seamless", plan(Reload::Group, ReloadPolicy::Seamless));
    let app = App::new("seamless", &counting(1));
    requests_begin(LATER);
    for version in 2..6 {
        assert_eq!(app.get().1.text(), "version 1, seen 1");
        write(&app.path, &counting(version));
    }
    let told = server_log();
    let told = told.iter().filter(|line| *line == "retire: script_reload");
    assert_eq!(told.count(), 1);
}
