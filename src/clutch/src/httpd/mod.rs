//! The httpd of this machine: its program, its modules, what is built into it.

mod distribution;
mod find;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::args::Mpm;

pub(crate) use distribution::Distribution;
pub(crate) use find::find;

/// An httpd that can be run.
#[derive(Debug)]
pub(crate) struct Httpd {
    /// The program.
    pub(crate) program: PathBuf,
    /// Where its loadable modules lie.
    pub(crate) modules: PathBuf,
    /// As it calls itself, `Apache/2.4.66 (Debian)`.
    pub(crate) version: String,
    /// Source names of the modules inside the program, `mod_unixd.c`.
    built_in: Vec<String>,
}

/// A module to load.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Load {
    /// Its name for LoadModule.
    pub(crate) name: String,
    /// Its file.
    pub(crate) file: PathBuf,
}

/// What a served application needs besides the MPM and the WSGI module.
const NEEDED: [&str; 8] = [
    "authz_core",
    "log_config",
    "unixd",
    "mime",
    "dir",
    "alias",
    "env",
    "setenvif",
];

impl Httpd {
    fn at(program: PathBuf, modules: PathBuf) -> Result<Self> {
        let version = answer(&program, "-v")?;
        let version = version
            .lines()
            .find_map(|line| line.strip_prefix("Server version: "))
            .with_context(|| format!("{} is not an Apache httpd", program.display()))?
            .trim();
        ensure!(
            version.starts_with("Apache/2.4."),
            "{} is {version}; Clutch needs an httpd 2.4",
            program.display()
        );
        let built_in = answer(&program, "-l")?
            .lines()
            .map(str::trim)
            .filter(|line| line.ends_with(".c"))
            .map(str::to_owned)
            .collect();
        Ok(Self {
            version: version.to_owned(),
            program,
            modules,
            built_in,
        })
    }

    /// The modules to load for `mpm` and an application; those built in are not among them.
    ///
    /// # Errors
    ///
    /// A needed module's file is missing, or another MPM is built in.
    pub(crate) fn loads(&self, mpm: Mpm) -> Result<Vec<Load>> {
        let mut names = Vec::from(NEEDED.map(str::to_owned));
        match self.built_in_mpm() {
            None => names.insert(0, format!("mpm_{}", mpm.name())),
            Some(built_in) if built_in == mpm.name() => {}
            Some(built_in) => bail!(
                "{} has the MPM {built_in} built in; choose it with --mpm {built_in}",
                self.program.display()
            ),
        }
        names
            .iter()
            .filter(|name| !self.built_in.contains(&format!("mod_{name}.c")))
            .map(|name| self.load(name))
            .collect()
    }

    fn built_in_mpm(&self) -> Option<&'static str> {
        ["event", "worker", "prefork"]
            .into_iter()
            .find(|mpm| self.built_in.contains(&format!("{mpm}.c")))
    }

    fn load(&self, name: &str) -> Result<Load> {
        let file = self.modules.join(format!("mod_{name}.so"));
        ensure!(
            file.exists(),
            "httpd's module mod_{name} is missing: there is no {}",
            file.display()
        );
        Ok(Load {
            name: format!("{name}_module"),
            file,
        })
    }
}

/// What `program` prints when asked with `option`.
fn answer(program: &Path, option: &str) -> Result<String> {
    let output = Command::new(program)
        .arg(option)
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Httpd, Load};
    use crate::args::Mpm;

    fn httpd(built_in: &[&str]) -> Httpd {
        Httpd {
            program: "/usr/sbin/httpd".into(),
            modules: "/nowhere".into(),
            version: "Apache/2.4.66".into(),
            built_in: built_in.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_built_in_is_not_loaded() {
        let all = httpd(&[
            "core.c",
            "event.c",
            "mod_authz_core.c",
            "mod_log_config.c",
            "mod_unixd.c",
            "mod_mime.c",
            "mod_dir.c",
            "mod_alias.c",
            "mod_env.c",
            "mod_setenvif.c",
        ]);
        assert_eq!(all.loads(Mpm::Event).unwrap(), Vec::<Load>::new());
        let error = all.loads(Mpm::Prefork).unwrap_err().to_string();
        assert!(error.contains("--mpm event"), "{error}");
    }

    #[test]
    fn a_missing_module_is_named_with_its_file() {
        let error = httpd(&["core.c"])
            .loads(Mpm::Worker)
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nowhere/mod_mpm_worker.so"), "{error}");
    }
}
