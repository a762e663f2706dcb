//! What a verdict depends on: the packages that an interpreter finds, and the settings that decide where.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use clutch_core::verdict::MOST_DIRECTORIES;
use ffi_engine::abi::GroupPlan;

use super::super::group::Group;
use super::super::pool::Pool;
use crate::python::{Attached, PyResult};

/// What the directories that installers write to are called.
const NAMES: [&str; 2] = ["site-packages", "dist-packages"];

/// The directories of `sys.path` that installers write to, in order.
pub(super) fn package_directories(py: Attached<'_>) -> PyResult<Vec<Vec<u8>>> {
    let path = py.import(c"sys")?.attribute_named(c"path")?;
    let entries = (0..path.items()).filter_map(|index| path.item(index));
    let mut found: Vec<Vec<u8>> = entries
        .map(|entry| entry.to_text())
        .filter(|entry| {
            let name = Path::new(entry).file_name();
            name.is_some_and(|name| NAMES.iter().any(|one| name == *one))
        })
        .map(String::into_bytes)
        .collect();
    found.truncate(MOST_DIRECTORIES);
    Ok(found)
}

/// A number that is another one, as good as surely, when the settings of the group, the packages in `directories` or the
/// extension module in `file` are not the same any more.
pub(super) fn fingerprint(
    pool: &Pool,
    group: &Group,
    directories: &[Vec<u8>],
    file: &[u8],
) -> u128 {
    let mut facts = settings(pool.plan().python_home.bytes(), &group.plan);
    for directory in directories {
        facts.push(directory.clone());
        facts.extend(packages(path(directory)));
    }
    facts.push(changed(path(file)));
    digest(facts.iter().map(|fact| &fact[..]))
}

/// What decides which packages are found: the homes of process and group, when they were made, and the layers of the path.
fn settings(home: &[u8], group: &GroupPlan<'_>) -> Vec<Vec<u8>> {
    let layers = group.python_path.get().iter().map(|layer| layer.bytes());
    let homes = [home, group.python_home.bytes()];
    let count = group.python_path.get().len().to_string();
    let made = homes.map(|home| changed(&path(home).join("pyvenv.cfg")));
    let all = homes.into_iter().chain([count.as_bytes()]).chain(layers);
    made.into_iter().chain(all.map(<[u8]>::to_vec)).collect()
}

/// The names of what is in a directory of packages, and when each distribution was installed.
///
/// The directory's own time is not among it, nor `__pycache__`: the first import of a module may make that.
fn packages(directory: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(directory) else {
        return vec![b"none".to_vec()];
    };
    let mut names: Vec<Vec<u8>> = entries
        .flatten()
        .map(|entry| entry.file_name().into_vec())
        .filter(|name| name != b"__pycache__")
        .collect();
    names.sort();
    let times: Vec<Vec<u8>> = names
        .iter()
        .filter(|name| name.ends_with(b".dist-info"))
        .map(|name| changed(&directory.join(OsStr::from_bytes(name))))
        .collect();
    let count = names.len().to_string().into_bytes();
    [vec![count], names, times].concat()
}

/// When a file was changed last, and its size.
fn changed(file: &Path) -> Vec<u8> {
    let text = match fs::metadata(file) {
        Ok(found) => format!(
            "{}.{:09} {}",
            found.mtime(),
            found.mtime_nsec(),
            found.size()
        ),
        Err(_) => "none".to_owned(),
    };
    text.into_bytes()
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// A digest of these parts, in which each has its length.
pub(super) fn digest<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u128 {
    let mut digest = md5::Context::new();
    for part in parts {
        digest.consume(part.len().to_le_bytes());
        digest.consume(part);
    }
    u128::from_be_bytes(digest.finalize().0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use ffi_engine::Slice;
    use ffi_engine::abi::{GroupPlan, List};

    use super::{changed, digest, packages, settings};

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_installed_or_removed_changes_a_directory_and_a_cache_does_not() {
        let name = format!("clutch-packages-{}-fingerprint", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        let info = folder.0.join("one-1.dist-info");
        fs::create_dir_all(&info).unwrap();
        let before = packages(&folder.0);
        fs::create_dir(folder.0.join("__pycache__")).unwrap();
        assert_eq!(packages(&folder.0), before);

        let record = info.join("RECORD");
        fs::write(&record, "").unwrap();
        let again = packages(&folder.0);
        assert_ne!(again, before, "installed again");
        fs::write(folder.0.join("two.py"), "").unwrap();
        assert_ne!(packages(&folder.0), again);
        assert_ne!(packages(&folder.0.join("none")), again);
        assert_ne!(changed(&record), changed(&folder.0.join("none")));
    }

    #[test]
    fn settings_that_decide_where_packages_are_found_differ() {
        const ONE: &[Slice<'static>] = &[Slice::new(b"/a")];
        const TWO: &[Slice<'static>] = &[Slice::new(b"/a"), Slice::new(b"/b")];
        let of = |home: &[u8], group_home: &'static [u8], path| {
            let plan = GroupPlan {
                python_path: List::new(path),
                python_home: Slice::new(group_home),
                ..GroupPlan::DEFAULT
            };
            let facts = settings(home, &plan);
            digest(facts.iter().map(|fact| &fact[..]))
        };
        let all = [
            of(b"/v", b"/g", ONE),
            of(b"/w", b"/g", ONE),
            of(b"/v", b"/h", ONE),
            of(b"/v", b"/g", TWO),
            of(b"/v", b"/g", &[]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one), "{at}");
        }
    }
}
