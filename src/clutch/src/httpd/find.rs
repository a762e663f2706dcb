//! Where httpd is: named, asked of apxs, or where the distributions put it.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};

use super::{Distribution, Httpd, answer};

/// Where the program and its modules lie on a kind of system.
struct Layout {
    program: &'static str,
    modules: &'static str,
}

const LAYOUTS: [Layout; 8] = [
    // Debian, Ubuntu
    Layout {
        program: "/usr/sbin/apache2",
        modules: "/usr/lib/apache2/modules",
    },
    // Fedora, RHEL and their kin
    Layout {
        program: "/usr/sbin/httpd",
        modules: "/usr/lib64/httpd/modules",
    },
    Layout {
        program: "/usr/sbin/httpd",
        modules: "/usr/lib/httpd/modules",
    },
    // Alpine
    Layout {
        program: "/usr/sbin/httpd",
        modules: "/usr/lib/apache2",
    },
    // openSUSE
    Layout {
        program: "/usr/sbin/httpd",
        modules: "/usr/lib64/apache2",
    },
    // Arch
    Layout {
        program: "/usr/bin/httpd",
        modules: "/usr/lib/httpd/modules",
    },
    // built from source
    Layout {
        program: "/usr/local/apache2/bin/httpd",
        modules: "/usr/local/apache2/modules",
    },
    Layout {
        program: "/usr/local/bin/httpd",
        modules: "/usr/local/libexec/apache2",
    },
];

/// Finds the httpd `asked` for, else that of `$APXS`, else the system's, else that of an apxs in `$PATH`.
///
/// # Errors
///
/// There is none, or it is not an httpd 2.4, or its modules are not found.
pub(crate) fn find(asked: Option<&Path>) -> Result<Httpd> {
    if let Some(program) = asked {
        return named(program);
    }
    if let Some(apxs) = env::var_os("APXS") {
        let Some((program, modules)) = of_apxs(&apxs) else {
            bail!(
                "$APXS is `{}`, which does not say where httpd is",
                apxs.display()
            );
        };
        return Httpd::at(program, modules);
    }
    let system = LAYOUTS
        .iter()
        .map(|layout| (PathBuf::from(layout.program), PathBuf::from(layout.modules)))
        .find(|(program, modules)| program.exists() && modules.is_dir());
    let found = system.or_else(|| ["apxs", "apxs2"].iter().find_map(of_apxs));
    match found {
        Some((program, modules)) => Httpd::at(program, modules),
        None => bail!(
            "no Apache httpd found; {}",
            Distribution::of_this_machine().how_to_install_httpd()
        ),
    }
}

/// The httpd whose program is `program`; its modules lie where its layout or its own words say.
fn named(program: &Path) -> Result<Httpd> {
    ensure!(
        program.is_file(),
        "there is no httpd at {}",
        program.display()
    );
    let program = std::path::absolute(program)?;
    let known = LAYOUTS
        .iter()
        .filter(|layout| Path::new(layout.program) == program)
        .map(|layout| PathBuf::from(layout.modules));
    let words = answer(&program, "-V")?;
    let root = words.lines().find_map(compiled_root);
    let beside = program.parent().and_then(Path::parent);
    let guesses = root
        .iter()
        .map(PathBuf::as_path)
        .chain(beside)
        .flat_map(|root| {
            [
                "modules",
                "lib64/httpd/modules",
                "lib/apache2/modules",
                "libexec",
            ]
            .map(|place| root.join(place))
        });
    let modules = known
        .chain(guesses)
        .find(|directory| holds_modules(directory));
    match modules {
        Some(modules) => Httpd::at(program, modules),
        None => bail!(
            "the modules of {} are not found; name its apxs in $APXS",
            program.display()
        ),
    }
}

/// The value of `-D HTTPD_ROOT="…"`, as `httpd -V` prints it.
fn compiled_root(line: &str) -> Option<PathBuf> {
    let quoted = line.trim().strip_prefix("-D HTTPD_ROOT=")?;
    Some(PathBuf::from(quoted.trim_matches('"')))
}

fn holds_modules(directory: &Path) -> bool {
    directory.join("mod_alias.so").exists() || directory.join("mod_authz_core.so").exists()
}

/// Program and modules, as apxs says; `None` if it cannot be run or answers nonsense.
fn of_apxs(apxs: impl AsRef<OsStr>) -> Option<(PathBuf, PathBuf)> {
    let ask = |word| {
        let output = Command::new(&apxs).args(["-q", word]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let text = text.trim();
        (output.status.success() && !text.is_empty()).then(|| text.to_owned())
    };
    let program = PathBuf::from(ask("SBINDIR")?).join(ask("PROGNAME")?);
    let modules = PathBuf::from(ask("LIBEXECDIR")?);
    (program.exists() && modules.is_dir()).then_some((program, modules))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{compiled_root, find};

    #[test]
    fn an_httpd_says_where_it_was_built_for() {
        let line = " -D HTTPD_ROOT=\"/usr/local/apache2\"";
        assert_eq!(compiled_root(line), Some("/usr/local/apache2".into()));
        assert_eq!(compiled_root(" -D SUEXEC_BIN=\"/x\""), None::<PathBuf>);
    }

    #[test]
    fn an_httpd_that_is_not_there_is_said_so() {
        let error = find(Some(Path::new("/no/httpd"))).unwrap_err().to_string();
        assert_eq!(error, "there is no httpd at /no/httpd");
    }

    #[test]
    fn another_program_is_not_taken_for_an_httpd() {
        assert!(find(Some(Path::new("/bin/true"))).is_err());
    }
}
