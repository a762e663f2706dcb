//! `chroot=`: what httpd calls a file is called otherwise by a daemon that has another root.

use clutch_core::config::Preload;
use ffi_engine::abi::Request;
use ffi_engine::{Field, Slice};

/// Tells the paths of a request as a process sees them whose root is the directory `root`; one that it does not see is left out.
/// Whether it sees the script.
pub(super) fn moves_into(root: &[u8], request: &mut Request<'_>) -> bool {
    for field in [Field::ScriptFilename, Field::DocumentRoot] {
        let path = &mut request.fields[field as usize];
        *path = Slice::maybe(path.get().and_then(|path| inside(root, path)));
    }
    match inside(root, request.script.bytes()) {
        Some(script) => request.script = Slice::new(script),
        None => return false,
    }
    true
}

/// The scripts of the configuration and of processes before, by the paths of a process with this root. Those of processes before
/// are known by such paths already.
pub(super) fn preloads(root: &[u8], scripts: &mut [Preload]) {
    for one in scripts {
        if let Some(script) = inside(root, &one.script) {
            one.script = script.into();
        }
    }
}

/// The absolute path `path`, seen from `root`; nothing if it is not below.
fn inside<'p>(root: &[u8], path: &'p [u8]) -> Option<&'p [u8]> {
    let root = match root {
        [before @ .., b'/'] => before,
        all => all,
    };
    let rest = path.strip_prefix(root)?;
    match rest.first() {
        None => Some(b"/"),
        Some(b'/') => Some(rest),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn a_path_is_told_from_the_root() {
        let told = |root: &str, path: &'static str| {
            inside(root.as_bytes(), path.as_bytes()).map(|path| str::from_utf8(path).unwrap())
        };
        assert_eq!(
            told("/srv/jail", "/srv/jail/app/x.wsgi"),
            Some("/app/x.wsgi")
        );
        assert_eq!(told("/srv/jail/", "/srv/jail/x.wsgi"), Some("/x.wsgi"));
        assert_eq!(told("/srv/jail", "/srv/jail"), Some("/"));
        assert_eq!(told("/", "/x.wsgi"), Some("/x.wsgi"));
        assert_eq!(told("/srv/jail", "/srv/jail2/x.wsgi"), None);
        assert_eq!(told("/srv/jail", "/srv/x.wsgi"), None);
    }
}
