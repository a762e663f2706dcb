//! What a test wants of its server: configuration, files, modules, processes; and what it expects in the error log.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Httpd, installation, mode, python, reference};

/// How many generations of children may live side by side during graceful restarts.
const GENERATIONS: u32 = 8;

/// A server to be started. Configuration text may use `${ROOT}` (the private directory), `${APP}` (where scripts lie),
/// `${OUT}` (where applications may write) and `${PORT}`.
#[derive(Debug, Clone)]
pub struct Plan {
    config: String,
    files: Vec<(String, Vec<u8>)>,
    modules: Vec<String>,
    environment: Vec<(String, String)>,
    workers: u32,
    children: u32,
    pub(super) expected: Vec<String>,
    pub(super) allowed: Vec<String>,
    pub(super) single_process: bool,
    with_module: bool,
    peer: Option<PathBuf>,
    daemon_options: String,
    has_jail: bool,
}

/// Runs a command where `/` is seen at a directory, too, and no mount elsewhere.
const JAIL: &str = r#"mount --rbind / "$1"; shift; exec "$@""#;

impl Plan {
    /// A server with the module under test, and nothing to serve yet.
    pub fn new() -> Self {
        Self {
            config: String::new(),
            files: Vec::new(),
            modules: vec!["authz_core".to_owned()],
            environment: Vec::new(),
            workers: 1,
            children: 1,
            expected: Vec::new(),
            allowed: Vec::new(),
            single_process: false,
            with_module: true,
            peer: None,
            daemon_options: String::new(),
            has_jail: false,
        }
    }

    /// Adds configuration text.
    pub fn config(mut self, text: &str) -> Self {
        self.config += text;
        self.config += "\n";
        self
    }

    /// Writes a script to `${APP}/name`.
    pub fn script(self, name: &str, text: &str) -> Self {
        self.file(&format!("app/{name}"), text)
    }

    /// Writes a file to `${ROOT}/path`.
    pub fn file(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.files
            .push((path.to_owned(), content.as_ref().to_vec()));
        self
    }

    /// Loads these modules of httpd (`env` for `mod_env.so`).
    pub fn modules(mut self, names: &[&str]) -> Self {
        self.modules
            .extend(names.iter().map(|&name| name.to_owned()));
        self
    }

    /// Sets a variable in httpd's own environment.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Serves this many requests at once: threads of the one child, or children under prefork. Without this it is 8
    /// threads, or one child, so that consecutive requests meet the same process.
    pub fn workers(mut self, count: u32) -> Self {
        self.workers = count;
        self
    }

    /// Starts this many children (each with its 8 threads, if it has threads).
    pub fn children(mut self, count: u32) -> Self {
        self.children = count;
        self
    }

    /// Excuses lines of the error log that contain `pattern`, and demands at least one.
    pub fn expects_log(mut self, pattern: &str) -> Self {
        self.expected.push(pattern.to_owned());
        self
    }

    /// Excuses lines of the error log that contain `pattern`; there need not be one.
    pub fn allows_log(mut self, pattern: &str) -> Self {
        self.allowed.push(pattern.to_owned());
        self
    }

    /// Runs httpd with `-X`: one process that is parent and child.
    pub fn single_process(mut self) -> Self {
        self.single_process = true;
        self
    }

    /// Leaves the module under test out.
    pub fn without_module(mut self) -> Self {
        self.with_module = false;
        self
    }

    /// Loads this module in place of the one under test.
    pub fn peer(mut self, module: &Path) -> Self {
        self.peer = Some(module.to_owned());
        self
    }

    /// Adds options to the `WSGIDaemonProcess` of a run in daemon mode, for words that embedded mode has directives for.
    pub fn daemon_options(mut self, text: &str) -> Self {
        self.daemon_options += " ";
        self.daemon_options += text;
        self
    }

    /// Shows the whole file system once more below `${ROOT}/jail`, to this server alone: a directory that has all that a process
    /// needs whose root it becomes. Needs root.
    pub fn with_jail(mut self) -> Self {
        self.has_jail = true;
        self.file("jail/empty", "")
    }

    /// Starts httpd and returns once it serves.
    ///
    /// # Panics
    ///
    /// If it does not start; the message has its error log.
    pub fn start(self) -> Httpd {
        Httpd::start(self)
    }

    /// Runs `httpd -t`: `Ok` if the configuration is fine, else what httpd said.
    ///
    /// # Errors
    ///
    /// httpd's complaint.
    pub fn check(&self) -> Result<(), String> {
        let root = self.lay_out();
        self.write_config(root.path(), 1);
        let output = self
            .command(root.path())
            .arg("-t")
            .output()
            .expect("httpd runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        output.status.success().then_some(()).ok_or(said)
    }

    /// Makes the private directory with everything but the configuration.
    pub(super) fn lay_out(&self) -> TempDir {
        let root = tempfile::Builder::new()
            .prefix("clutch-test-")
            .tempdir()
            .unwrap();
        open_to(root.path(), 0o755);
        for name in ["app", "htdocs", "run", "out"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        open_to(&root.path().join("out"), 0o777);
        fs::write(root.path().join("mime.types"), MIME_TYPES).unwrap();
        for (path, content) in &self.files {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().expect("the file is inside the root")).unwrap();
            fs::write(file, content).unwrap();
        }
        root
    }

    /// The command that runs httpd on this plan's configuration in `root`.
    pub(super) fn command(&self, root: &Path) -> Command {
        let mut command = match self.has_jail {
            false => Command::new(installation::program()),
            true => {
                let mut command = Command::new("unshare");
                let words = ["--mount", "--propagation=private", "sh", "-ec", JAIL, "sh"];
                command.args(words).arg(root.join("jail"));
                command.arg(installation::program());
                command
            }
        };
        command
            .arg("-d")
            .arg(root)
            .arg("-f")
            .arg(root.join("httpd.conf"));
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Writes the configuration for a server in `root` that listens on `port`.
    pub(super) fn write_config(&self, root: &Path, port: u16) {
        let text = [
            format!(
                "Define ROOT {0}\nDefine APP {0}/app\nDefine OUT {0}/out\nDefine PORT {port}\n",
                root.display()
            ),
            self.load_modules(),
            SERVER.to_owned(),
            account(),
            self.processes(),
            self.daemons(),
            self.config.clone(),
        ];
        fs::write(root.join("httpd.conf"), text.concat()).unwrap();
    }

    /// Adds the module under test and `text` to the configuration of a server that began without it.
    pub(super) fn enable_module(&mut self, text: &str) {
        self.with_module = true;
        self.config += text;
        self.config += "\n";
    }

    /// Loads this module in place of the one under test, or that again.
    pub(super) fn change_module(&mut self, peer: Option<&Path>) {
        self.peer = peer.map(Path::to_owned);
    }

    fn load_modules(&self) -> String {
        let mpm = format!("mpm_{}", installation::mpm());
        let static_on_debian = ["unixd", "log_config"];
        let names = static_on_debian.into_iter().chain([mpm.as_str()]);
        let mut text = String::new();
        for name in names.chain(self.modules.iter().map(String::as_str)) {
            if let Some(file) = installation::module_file(name) {
                text += &format!(
                    "<IfModule !{name}_module>\n{}</IfModule>\n",
                    load(name, &file)
                );
            }
        }
        if let Some(peer) = &self.peer {
            text += &load("wsgi", peer);
        } else if self.with_module {
            text += &load("wsgi", &reference::module_file());
            if !reference::is_under_test() {
                text += &format!("ClutchEngine {}\n", python::version());
            }
        }
        text
    }

    /// In daemon mode: the group in which all applications run, unless the plan has words of its own about that.
    fn daemons(&self) -> String {
        let has_own = ["WSGIDaemonProcess", "WSGIProcessGroup"]
            .iter()
            .any(|word| self.config.contains(word));
        let has_script = self.config.contains("WSGIScriptAlias")
            || self.files.iter().any(|(path, _)| path.starts_with("app/"));
        if !mode::is_daemon() || !self.with_module || !has_script || has_own {
            return String::new();
        }
        let processes = match self.children {
            1 => String::new(),
            count => format!(" processes={count}"),
        };
        format!(
            "WSGIDaemonProcess {0} threads={1}{processes}{2}\nWSGIProcessGroup {0}\nWSGIRestrictEmbedded On\n",
            mode::GROUP,
            self.workers.max(8),
            self.daemon_options,
        )
    }

    fn processes(&self) -> String {
        let Self {
            workers, children, ..
        } = *self;
        if installation::is_prefork() {
            let count = workers.max(children);
            return format!(
                "StartServers {count}\nMinSpareServers 1\nMaxSpareServers {}\nServerLimit {}\nMaxRequestWorkers {count}\n",
                count + 1,
                count + GENERATIONS,
            );
        }
        let threads = workers.max(8);
        format!(
            "StartServers {children}\nThreadLimit {threads}\nThreadsPerChild {threads}\nMinSpareThreads 1\n\
             MaxSpareThreads {0}\nServerLimit {1}\nMaxRequestWorkers {0}\n",
            threads * children,
            children + GENERATIONS,
        )
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

const SERVER: &str = r#"
ServerRoot ${ROOT}
ServerName localhost
Listen 127.0.0.1:${PORT}
DocumentRoot ${ROOT}/htdocs
PidFile ${ROOT}/httpd.pid
DefaultRuntimeDir ${ROOT}/run
Mutex file:${ROOT}/run default
ErrorLog ${ROOT}/error.log
LogLevel warn
<IfModule mime_module>
TypesConfig ${ROOT}/mime.types
</IfModule>
LogFormat "%>s %X \"%r\"" brief
CustomLog ${ROOT}/access.log brief
KeepAliveTimeout 60
GracefulShutdownTimeout 30
CoreDumpDirectory ${OUT}
"#;

/// What `mod_mime` knows.
const MIME_TYPES: &str = "text/plain txt\ntext/html html\ntext/x-python py\n";

/// Children get an account of their own only when root starts them.
fn account() -> String {
    match rustix::process::geteuid().is_root() {
        true => format!("User {0}\nGroup {0}\n", installation::account()),
        false => String::new(),
    }
}

fn load(name: &str, file: &Path) -> String {
    format!("LoadModule {name}_module {}\n", file.display())
}

fn open_to(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
