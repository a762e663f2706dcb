//! The text of httpd's configuration. Pure: everything it says was decided in `plan`.

use std::fmt::Write as _;
use std::path::Path;

use super::plan::{Plan, Processes};
use super::quote::{pattern, quoted, value};
use crate::args::{InterpreterArguments, Mpm, Reload};
use crate::terminal::{ACCESS_LOG_FORMAT, ERROR_LOG_FORMAT};

/// Where what `clutch serve` makes for one run lies.
#[derive(Debug)]
pub(crate) struct Places<'run> {
    /// The run's own directory.
    pub(crate) root: &'run Path,
    /// An empty directory in it.
    pub(crate) documents: &'run Path,
    /// The file that tells types of files by their names.
    pub(crate) mime_types: &'run Path,
}

/// The variable that marks this program's own requests, so that the access log leaves them out.
const OWN: &str = "clutch-own";

/// The whole configuration.
///
/// # Errors
///
/// A sentence: some path cannot be written into a configuration file of httpd.
pub(crate) fn text(plan: &Plan, places: &Places<'_>) -> Result<String, String> {
    let mut text = String::from("# Written by `clutch serve` for one run.\n");
    server(&mut text, plan, places)?;
    processes(&mut text, plan.mpm, plan.processes);
    logs(&mut text, plan);
    files(&mut text, places)?;
    python(&mut text, plan)?;
    for alias in &plan.aliases {
        let (url, directory) = alias_halves(&alias.url, &alias.directory)?;
        line(&mut text, format_args!("Alias {url} {directory}"));
        grant(&mut text, &alias.directory, None)?;
    }
    for mount in &plan.mounts {
        line(
            &mut text,
            format_args!(
                "WSGIScriptAlias {} {} process-group=%{{GLOBAL}} application-group={} callable-object={}",
                quoted(&mount.url)?,
                quoted(&mount.script)?,
                value(&mount.group)?,
                value(&plan.callable)?,
            ),
        );
        let directory = mount.script.parent().unwrap_or(Path::new("/"));
        grant(
            &mut text,
            directory,
            mount.script.file_name().map(Path::new),
        )?;
    }
    Ok(text)
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{words}"); // a String takes everything
}

fn server(text: &mut String, plan: &Plan, places: &Places<'_>) -> Result<(), String> {
    let root = quoted(places.root)?;
    line(text, format_args!("ServerRoot {root}"));
    line(text, format_args!("DefaultRuntimeDir {root}"));
    let pid_file = quoted(places.root.join("httpd.pid"))?;
    line(text, format_args!("PidFile {pid_file}"));
    line(text, format_args!("Listen {}", plan.address));
    line(text, format_args!("ServerName {}", plan.address));
    for load in &plan.loads {
        let file = quoted(&load.file)?;
        line(text, format_args!("LoadModule {} {file}", load.name));
    }
    let module = quoted(&plan.module)?;
    line(text, format_args!("LoadModule wsgi_module {module}"));
    if let Some(account) = &plan.account {
        line(text, format_args!("User {}", quoted(&account.name)?));
        line(text, format_args!("Group \"#{}\"", account.gid));
    }
    text.push_str("ServerSignature Off\nTraceEnable Off\nGracefulShutdownTimeout 5\n");
    Ok(())
}

/// Exactly so many processes and threads, from the start: none is spare enough to be ended. One that dies is replaced once
/// no other is idle. ServerLimit has room for the generation before, which finishes its requests after a graceful restart.
fn processes(text: &mut String, mpm: Mpm, Processes { workers, threads }: Processes) {
    let all = workers * threads;
    line(text, format_args!("ServerLimit {}", workers * 2 + 2));
    line(text, format_args!("StartServers {workers}"));
    line(text, format_args!("MaxRequestWorkers {all}"));
    match mpm {
        Mpm::Prefork => {
            text.push_str("MinSpareServers 1\n");
            line(text, format_args!("MaxSpareServers {}", workers + 1));
        }
        Mpm::Event | Mpm::Worker => {
            line(text, format_args!("ThreadLimit {threads}"));
            line(text, format_args!("ThreadsPerChild {threads}"));
            text.push_str("MinSpareThreads 1\n");
            line(text, format_args!("MaxSpareThreads {}", all + threads));
        }
    }
}

/// Both logs go to the pipes that this program reads, in the form that it reads.
fn logs(text: &mut String, plan: &Plan) {
    line(text, format_args!("LogLevel {}", plan.log_level));
    line(text, format_args!("ErrorLog /proc/self/fd/2"));
    line(text, format_args!("ErrorLogFormat \"{ERROR_LOG_FORMAT}\""));
    line(text, format_args!("SetEnvIf Request_URI \"^\\*$\" {OWN}"));
    line(
        text,
        format_args!("CustomLog /proc/self/fd/1 \"{ACCESS_LOG_FORMAT}\" env=!{OWN}"),
    );
}

/// No file is served but those granted below; and none is mapped into memory, where editing it would hurt.
fn files(text: &mut String, places: &Places<'_>) -> Result<(), String> {
    let types = quoted(places.mime_types)?;
    line(text, format_args!("TypesConfig {types}"));
    let documents = quoted(places.documents)?;
    line(text, format_args!("DocumentRoot {documents}"));
    text.push_str("EnableMMAP Off\n");
    text.push_str("<Directory />\nOptions FollowSymLinks\nAllowOverride None\nRequire all denied\n</Directory>\n");
    grant(text, places.documents, None)
}

/// Lets clients have `file` in `directory`, or with `None` everything in it.
fn grant(text: &mut String, directory: &Path, file: Option<&Path>) -> Result<(), String> {
    line(text, format_args!("<Directory {}>", pattern(directory)?));
    match file {
        Some(file) => {
            line(text, format_args!("<Files {}>", pattern(file)?));
            text.push_str("Require all granted\n</Files>\n");
        }
        None => text.push_str("Require all granted\n"),
    }
    text.push_str("</Directory>\n");
    Ok(())
}

fn python(text: &mut String, plan: &Plan) -> Result<(), String> {
    let home = quoted(&plan.python_home)?;
    line(text, format_args!("WSGIPythonHome {home}"));
    let InterpreterArguments { reload, isolation } = plan.interpreters;
    if let Some(engine) = plan.engine {
        line(text, format_args!("ClutchEngine {engine}"));
        if let Some(program) = &plan.program {
            line(text, format_args!("ClutchProgram {}", quoted(program)?));
        }
        line(text, format_args!("ClutchIsolation {}", isolation.word()));
        line(text, format_args!("ClutchReload {}", reload.word()));
        text.push_str("ClutchReloadPolicy fresh\n");
    }
    if !plan.python_paths.is_empty() {
        let joined = std::env::join_paths(&plan.python_paths)
            .map_err(|_| "a directory to import from has a `:` in its name".to_owned())?;
        line(
            text,
            format_args!("WSGIPythonPath {}", quoted(Path::new(&joined))?),
        );
    }
    let reloading = match reload {
        Reload::Off => "Off",
        Reload::Script | Reload::Group | Reload::Modules => "On",
    };
    line(text, format_args!("WSGIScriptReloading {reloading}"));
    text.push_str("WSGIPassAuthorization On\nWSGIChunkedRequest On\n");
    Ok(())
}

/// URL path and directory for Alias: both with a slash at the end for the whole site, else both without.
fn alias_halves(url: &str, directory: &Path) -> Result<(String, String), String> {
    match url {
        "/" => Ok((quoted(url)?, quoted(directory.join(""))?)),
        _ => Ok((quoted(url)?, quoted(directory)?)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use clutch_core::installation::Version;

    use super::{Places, text};
    use crate::args::{InterpreterArguments, Isolation, Mpm, Reload};
    use crate::httpd::Load;
    use crate::serve::mount::{Alias, Mount};
    use crate::serve::plan::{Plan, Processes};

    fn plan() -> Plan {
        Plan {
            address: "127.0.0.1:8000".parse().unwrap(),
            mpm: Mpm::Event,
            processes: Processes {
                workers: 2,
                threads: 16,
            },
            loads: vec![Load {
                name: "dir_module".into(),
                file: "/m/mod_dir.so".into(),
            }],
            module: "/build/mod_clutch.so".into(),
            account: None,
            log_level: "warn".into(),
            python_home: "/venv".into(),
            engine: Version::parse("3.14t"),
            program: Some("/usr/local/bin/clutch".into()),
            python_paths: vec![PathBuf::from("/srv/app")],
            interpreters: InterpreterArguments {
                reload: Reload::Modules,
                isolation: Isolation::Auto,
            },
            callable: "application".into(),
            mounts: vec![Mount {
                url: "/".into(),
                script: "/srv/app/it's \"mine\".wsgi".into(),
                group: "%{GLOBAL}".into(),
            }],
            aliases: vec![Alias {
                url: "/".into(),
                directory: "/srv/[files]".into(),
            }],
        }
    }

    fn written(plan: &Plan) -> Result<String, String> {
        let root = Path::new("/tmp/run");
        text(
            plan,
            &Places {
                root,
                documents: &root.join("documents"),
                mime_types: Path::new("/etc/mime.types"),
            },
        )
    }

    #[test]
    fn a_plan_is_said_in_httpds_words() {
        let text = written(&plan()).unwrap();
        for line in [
            "Listen 127.0.0.1:8000",
            "LoadModule dir_module \"/m/mod_dir.so\"",
            "LoadModule wsgi_module \"/build/mod_clutch.so\"",
            "ThreadsPerChild 16",
            "MaxRequestWorkers 32",
            "WSGIPythonHome \"/venv\"",
            "ClutchEngine 3.14t",
            "ClutchProgram \"/usr/local/bin/clutch\"",
            "ClutchIsolation auto",
            "ClutchReload modules",
            "ClutchReloadPolicy fresh",
            "WSGIPythonPath \"/srv/app\"",
            "Alias \"/\" \"/srv/[files]/\"",
            "<Directory \"/srv/?files?\">",
            "<Files \"it's \\\"mine\\\".wsgi\">",
        ] {
            assert!(text.lines().any(|has| has == line), "{line}\n{text}");
        }
        assert!(text.contains("WSGIScriptAlias \"/\" \"/srv/app/it's \\\"mine\\\".wsgi\" "));
        assert!(!text.contains("User "), "only root changes users");
    }

    #[test]
    fn another_module_is_told_nothing_that_only_ours_knows() {
        let plan = Plan {
            engine: None,
            ..plan()
        };
        let text = written(&plan).unwrap();
        assert!(!text.contains("Clutch"), "{text}");
    }

    #[test]
    fn prefork_has_no_threads() {
        let plan = Plan {
            mpm: Mpm::Prefork,
            processes: Processes {
                workers: 8,
                threads: 1,
            },
            ..plan()
        };
        let text = written(&plan).unwrap();
        assert!(text.contains("MaxRequestWorkers 8\n"), "{text}");
        assert!(!text.contains("Thread"), "{text}");
    }

    #[test]
    fn a_path_that_httpd_cannot_be_told_is_refused() {
        for bad in ["/srv/${HOME}", "/srv/a\nUser root"] {
            let plan = Plan {
                module: bad.into(),
                ..plan()
            };
            assert!(written(&plan).is_err(), "{bad}");
        }
    }
}
