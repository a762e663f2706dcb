//! From the host's plan to what CPython is started with.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ffi_engine::abi::{HashSeed, List, Plan, Slice, TelemetryPlan};

use crate::python::runtime::Setup;

/// The executable this engine was built for; where it stands decides the prefix if the operator names no home.
const OWN_PYTHON: &str = env!("CLUTCH_PYTHON_EXECUTABLE");

/// What CPython is started with.
pub fn of(plan: &Plan<'_>) -> Setup {
    let text = |bytes: &[u8]| CString::new(bytes).ok();
    let (home, program) = match plan.python_home.get() {
        // A virtual environment is recognised by CPython itself, from the place of its executable.
        Some(home) if path(home).join("pyvenv.cfg").exists() => {
            (None, text(&[home, b"/bin/python"].concat()))
        }
        Some(home) => (text(home), None),
        None => (
            None,
            Some(OWN_PYTHON)
                .filter(|own| Path::new(own).exists())
                .and_then(|own| text(own.as_bytes())),
        ),
    };
    Setup {
        home,
        program,
        warnings: plan
            .warnings
            .get()
            .iter()
            .filter_map(|option| text(option.bytes()))
            .collect(),
        optimize: (plan.optimize > 0).then(|| i32::try_from(plan.optimize).unwrap_or(i32::MAX)),
        // httpd's own processes have a way of their own with crashes.
        stacks_of_crashes: !plan.process_group.bytes().is_empty(),
        dont_write_bytecode: plan.dont_write_bytecode,
        hash_seed: match plan.hash_seed {
            HashSeed::Default => None,
            HashSeed::Random => Some(None),
            HashSeed::Fixed(seed) => Some(Some(seed)),
        },
    }
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// A copy of the plan that lives as long as the process, because interpreters are made from it at any time.
pub fn keep(plan: &Plan<'_>) -> &'static Plan<'static> {
    fn slice(slice: Slice<'_>) -> Slice<'static> {
        slice
            .get()
            .map_or(Slice::ABSENT, |bytes| Slice::new(Box::leak(bytes.into())))
    }
    let warnings: Vec<Slice<'static>> = plan
        .warnings
        .get()
        .iter()
        .map(|option| slice(*option))
        .collect();
    Box::leak(Box::new(Plan {
        host: plan.host,
        python_home: slice(plan.python_home),
        state_directory: slice(plan.state_directory),
        warnings: List::new(warnings.leak()),
        process_group: slice(plan.process_group),
        apache_description: slice(plan.apache_description),
        apache_mpm: slice(plan.apache_mpm),
        apache_build_date: slice(plan.apache_build_date),
        egg_cache: slice(plan.egg_cache),
        home: slice(plan.home),
        telemetry: TelemetryPlan {
            socket: slice(plan.telemetry.socket),
            ..plan.telemetry
        },
        ..*plan
    }))
}
