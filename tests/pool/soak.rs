//! What takes minutes, and runs only when it is asked for: new code under load for a while, and an application of some size
//! that is replaced very often.

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::{Httpd, Plan, installation, load, mode, process, python, wait};

use super::is_ours;

/// A number from the environment. `None`, with a line on the terminal, if it is not there.
fn asked_for(test: &str, variable: &str) -> Option<u32> {
    let Ok(value) = env::var(variable) else {
        installation::skipped(test, &format!("takes minutes; {variable} asks for it"));
        return None;
    };
    Some(value.parse().expect("the variable is a number"))
}

const PER_SECOND: u32 = 100;

/// How long each of the two files of the application takes to import.
const IMPORT: Duration = Duration::from_millis(100);

/// What a hand-over to code that is loaded already may take of a request.
const HAND_OVER: Duration = Duration::from_millis(50);

fn versioned(before: &str, version: u32, after: &str) -> String {
    let wait = IMPORT.as_secs_f64();
    format!("import os, sys, time\n{before}\ntime.sleep({wait})\nversion = {version}\n{after}")
}

fn script(version: u32) -> String {
    versioned(
        "sys.path.insert(0, os.path.dirname(__file__))\nsys.dont_write_bytecode = True\nimport helper",
        version,
        "def application(environ, start_response):\n    start_response('200 OK', [])\n    \
         return [b'%d' % max(version, helper.version)]\n",
    )
}

/// Changes the code once a second under load; what became of the requests.
fn minute(unit: &str, policy: &str, seconds: u32) -> Vec<load::Outcome> {
    let httpd = Plan::new()
        .script("app.wsgi", &script(1))
        .script("helper.py", &versioned("", 1, ""))
        .workers(25)
        .config(&format!(
            "ClutchReload modules\nClutchReloadPolicy {policy}\nClutchReloadUnit {unit}\n\
             WSGIScriptAlias / ${{APP}}/app.wsgi"
        ))
        .start();
    assert_eq!(httpd.get("/").ok(), "1");
    load::during(&httpd, PER_SECOND, "/", || {
        let begun = Instant::now();
        for version in 2..seconds + 2 {
            // Only the script is looked at for the sake of a process.
            match unit {
                "process" => httpd.save("app.wsgi", &script(version)),
                _ => httpd.save("helper.py", &versioned("", version, "")),
            }
            let next = begun + Duration::from_secs(1) * (version - 1);
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    })
}

/// What became of the requests, in figures.
fn figures(outcomes: &[load::Outcome]) -> String {
    let mut times: Vec<_> = outcomes.iter().map(|one| one.took).collect();
    times.sort();
    let failed = outcomes
        .iter()
        .filter(|one| one.status != 200 || !one.is_complete);
    let mut versions: Vec<_> = outcomes.iter().map(|one| &one.body).collect();
    versions.sort();
    versions.dedup();
    format!(
        "{} requests, {} failed, {} versions seen; slower than {HAND_OVER:?}: {}, slower than 2 x {IMPORT:?}: {}; \
         median {:?}, 99 % within {:?}, slowest {:?}",
        outcomes.len(),
        failed.count(),
        versions.len(),
        times.iter().filter(|&&took| took > HAND_OVER).count(),
        times.iter().filter(|&&took| took > 2 * IMPORT).count(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        load::longest(outcomes),
    )
}

#[test]
fn no_request_fails_in_a_minute_of_new_code_each_second() {
    let test = "no_request_fails_in_a_minute_of_new_code_each_second";
    if !is_ours(test) {
        return;
    }
    let Some(seconds) = asked_for(test, "CLUTCH_RELOAD_SECONDS") else {
        return;
    };
    let units = if mode::is_daemon() {
        &["interpreter", "process"][..]
    } else {
        &["interpreter"]
    };
    let least = (seconds * PER_SECOND) as usize * 9 / 10;
    for unit in units {
        for policy in ["fresh", "seamless"] {
            let outcomes = minute(unit, policy, seconds);
            println!("{unit}, {policy}: {}", figures(&outcomes));
            load::all_ok(&outcomes, least);
        }
    }
}

/// Reloads before the first measurement, in which the allocator reaches its size.
const WARM_UP: u32 = 20;

/// What the application imports, unless `CLUTCH_RELOAD_IMPORTS` names others of these.
const IMPORTS: &str = "flask, requests, pymongo";

fn imports() -> String {
    env::var("CLUTCH_RELOAD_IMPORTS").unwrap_or_else(|_| IMPORTS.to_owned())
}

fn large_script(version: u32) -> String {
    let imports = imports();
    format!(
        "import os, flask, {imports}\napplication = flask.Flask(__name__)\n@application.get('/')\n\
         def home():\n    return f'{version} {{os.getpid()}}'\n"
    )
}

/// A server with an application that imports what many do.
fn large(test: &str, config: &str) -> Option<Httpd> {
    let venv = python::venv(test, &["Flask", "requests", "pymongo"])?;
    let plan = Plan::new()
        .script("app.wsgi", &large_script(0))
        .config(&format!(
            "LogLevel warn wsgi:info\nWSGIPythonHome {}\nClutchReload group\nClutchReloadUnit interpreter\n{config}\n\
             WSGIScriptAlias / ${{APP}}/app.wsgi",
            venv.display()
        ));
    let httpd = plan.allows_log("CLUTCH0003").start();
    assert!(httpd.get("/").ok().starts_with("0 "));
    Some(httpd)
}

/// Has the application replaced and gives the number of the process that serves it.
fn reload(httpd: &Httpd, version: u32) -> u32 {
    httpd.save("app.wsgi", &large_script(version));
    let answer = httpd.get("/").ok().to_owned();
    let (shown, pid) = answer.split_once(' ').expect("two numbers");
    assert_eq!(shown, version.to_string());
    pid.parse().expect("the number of a process")
}

/// Resident memory of the process, in KiB, when `replaced` interpreters have ended.
fn at_rest(httpd: &Httpd, pid: u32, replaced: u32) -> u64 {
    wait::until_true("the end of what was replaced", || {
        httpd.log().count("has ended") >= replaced as usize
    });
    process::resident(pid)
}

#[test]
fn very_many_reloads_in_one_process_cost_little_memory() {
    let test = "very_many_reloads_in_one_process_cost_little_memory";
    if !is_ours(test) {
        return;
    }
    let Some(reloads) = asked_for(test, "CLUTCH_RELOADS") else {
        return;
    };
    let own = (python::minor() >= 14).then_some("own-gil");
    for isolation in ["shared-gil"].into_iter().chain(own) {
        let config = format!("ClutchIsolation {isolation}\nClutchMaxReplacements 4000000000");
        let Some(httpd) = large(test, &config) else {
            return;
        };
        let pid = (1..=WARM_UP).fold(0, |_, version| reload(&httpd, version));
        let before = at_rest(&httpd, pid, WARM_UP).cast_signed();
        let mut grown = 0;
        for done in 1..=reloads {
            assert_eq!(reload(&httpd, WARM_UP + done), pid, "another process");
            if done % 50 == 0 || done == reloads {
                grown = at_rest(&httpd, pid, WARM_UP + done).cast_signed() - before;
                let each = grown / i64::from(done);
                println!(
                    "{isolation}: {done} reloads, {before} KiB and {grown} more, {each} a reload"
                );
            }
        }
        // From 3.14 on an interpreter gives its memory back, unless an extension module keeps it, as the one of pymongo does:
        // it costs 1.9 MB an interpreter in any program.
        if python::minor() >= 14 && !imports().contains("pymongo") {
            assert!(grown <= 20 * i64::from(reloads), "{isolation}");
        }
    }
}

#[test]
fn a_process_that_has_lost_its_budget_of_memory_is_replaced_and_no_request_fails() {
    let test = "a_process_that_has_lost_its_budget_of_memory_is_replaced_and_no_request_fails";
    if !is_ours(test) || asked_for(test, "CLUTCH_RELOADS").is_none() {
        return;
    }
    let Some(httpd) = large(test, "ClutchIsolation shared-gil") else {
        return;
    };
    let first = reload(&httpd, 1);
    let begun = (Instant::now(), process::resident(first));
    let (mut version, mut largest) = (1, 0);
    while reload(&httpd, version + 1) == first {
        version += 1;
        largest = largest.max(process::resident(first));
        assert!(version < 1000, "still the same process");
    }
    println!(
        "after {version} reloads in {:?} another process serves; the first had {} KiB, and {largest} KiB at most",
        begun.0.elapsed(),
        begun.1,
    );
    assert_eq!(httpd.log().count("CLUTCH0003"), 1);
}
