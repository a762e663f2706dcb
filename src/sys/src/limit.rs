//! What a process may use up.

use std::io;

use rustix::process::{DumpableBehavior, Rlimit, setrlimit};

use crate::failed;

/// Something that a process may have only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Processor time of all its threads, in seconds. SIGXCPU at the soft limit, SIGKILL at the hard one.
    Cpu,
    /// Bytes of memory that are its own to write to.
    Data,
    /// Bytes of addresses, mapped libraries and files among them.
    AddressSpace,
}

/// This process and its later children use at most `soft`, and cannot raise that beyond `hard`. `None`: no limit.
///
/// # Errors
///
/// A soft limit above the hard one, and a hard one above that in force without root.
pub fn limit(resource: Resource, soft: Option<u64>, hard: Option<u64>) -> io::Result<()> {
    let (name, resource) = match resource {
        Resource::Cpu => ("RLIMIT_CPU", rustix::process::Resource::Cpu),
        Resource::Data => ("RLIMIT_DATA", rustix::process::Resource::Data),
        Resource::AddressSpace => ("RLIMIT_AS", rustix::process::Resource::As),
    };
    set(name, resource, soft, hard)
}

fn set(
    name: &str,
    resource: rustix::process::Resource,
    soft: Option<u64>,
    hard: Option<u64>,
) -> io::Result<()> {
    let new = Rlimit {
        current: soft,
        maximum: hard,
    };
    let word = |value: Option<u64>| value.map_or("unlimited".to_owned(), |value| value.to_string());
    setrlimit(resource, new).map_err(|error| {
        failed(
            format_args!("setrlimit({name}, {}, {})", word(soft), word(hard)),
            error,
        )
    })
}

/// What a crash leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreFiles {
    /// A core file up to the hard limit, also after a change of the user.
    Allowed,
    /// Nothing.
    Never,
}

/// Whether a crash of this process, or of a later child, leaves a core file. After a change of the user, not before.
///
/// # Errors
///
/// The failed call and its reason.
pub fn core_files(wanted: CoreFiles) -> io::Result<()> {
    let resource = rustix::process::Resource::Core;
    let hard = rustix::process::getrlimit(resource).maximum;
    match wanted {
        CoreFiles::Never => set("RLIMIT_CORE", resource, Some(0), hard),
        CoreFiles::Allowed => {
            set("RLIMIT_CORE", resource, hard, hard)?;
            dumpable(Dumpable::Yes)
        }
    }
}

/// Whether others of the same user may look into a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dumpable {
    /// As any program: debuggers may attach, `/proc/self` is its user's.
    Yes,
    /// Only root may; no core file either. So it is after a change of the user.
    No,
}

/// Sets whether others of the same user may look into this process.
///
/// # Errors
///
/// The failed call and its reason.
pub fn dumpable(wanted: Dumpable) -> io::Result<()> {
    let behaviour = match wanted {
        Dumpable::Yes => DumpableBehavior::Dumpable,
        Dumpable::No => DumpableBehavior::NotDumpable,
    };
    rustix::process::set_dumpable_behavior(behaviour)
        .map_err(|error| failed("prctl(PR_SET_DUMPABLE)", error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{CoreFiles, Dumpable, Resource, core_files, dumpable, limit};
    use crate::in_child::in_child;

    fn limits_of(name: &str) -> Vec<String> {
        let all = fs::read_to_string("/proc/self/limits").unwrap();
        let line = all
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.split_whitespace().take(2).map(str::to_owned).collect()
    }

    #[test]
    fn limits_are_in_force_and_memory_beyond_them_is_refused() {
        in_child(|| {
            limit(Resource::Cpu, Some(50), Some(60)).unwrap();
            assert_eq!(limits_of("Max cpu time"), ["50", "60"]);
            limit(Resource::Data, Some(1 << 40), None).unwrap();
            assert_eq!(
                limits_of("Max data size"),
                [(1u64 << 40).to_string().as_str(), "unlimited"]
            );
            limit(Resource::AddressSpace, Some(8 << 30), Some(8 << 30)).unwrap();
            assert!(Vec::<u8>::new().try_reserve_exact(1 << 30).is_ok());
            assert!(Vec::<u8>::new().try_reserve_exact(9 << 30).is_err());
            let error = limit(Resource::Cpu, None, Some(60)).unwrap_err();
            assert_eq!(
                error.to_string(),
                "setrlimit(RLIMIT_CPU, unlimited, 60): Invalid argument"
            );
        });
    }

    #[test]
    fn core_files_and_looks_into_the_process_are_allowed_and_forbidden() {
        in_child(|| {
            core_files(CoreFiles::Never).unwrap();
            assert_eq!(limits_of("Max core file size")[0], "0");
            dumpable(Dumpable::No).unwrap();
            let behaviour = || rustix::process::dumpable_behavior().unwrap() as i32;
            assert_eq!(behaviour(), 0);
            core_files(CoreFiles::Allowed).unwrap();
            let limits = limits_of("Max core file size");
            assert_eq!(limits[0], limits[1]);
            assert_eq!(behaviour(), 1);
        });
    }
}
