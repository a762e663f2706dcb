//! What a server or virtual host says that is not about single requests: aliases, and words for the whole process.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::alias::Alias;
use crate::config::daemon::{DaemonGroup, DaemonStart};
use crate::config::directive::Remark;
use crate::config::interpreter::{Block, InterpreterSection, InterpreterWords};
use crate::config::preload::Preload;
use crate::config::provider::ProviderScript;
use crate::config::telemetry::Service;
use crate::config::value::{HashSeed, Refusal, Shown};
use crate::installation::Version;

/// Which engine a process opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineChoice {
    /// The engine for this Python, beside the module.
    Version(Version),
    /// The engine in this file.
    File(PathBuf),
}

impl EngineChoice {
    /// The engine that `text` means: a version such as `3.14` or `3.14t`, or an absolute path.
    ///
    /// # Errors
    ///
    /// Any other text.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let refused = || {
            let given = Shown(text);
            Refusal::because(format!(
                "takes a Python version such as 3.14, or the absolute path of an engine file, not {given}"
            ))
        };
        let word = std::str::from_utf8(text).map_err(|_| refused())?;
        if word.starts_with('/') {
            return Ok(Self::File(word.into()));
        }
        let version = Version::parse(word).ok_or_else(refused)?;
        let exact = version.to_string() == word;
        exact.then_some(Self::Version(version)).ok_or_else(refused)
    }
}

/// What one server says; `None` where it says nothing.
///
/// The directives of every field but `aliases`, `daemons`, `preloads`, `imports` and `asked` are allowed in the main server only.
#[derive(Debug, Clone, Default)]
pub struct ServerSection {
    /// `WSGIScriptAlias` and `WSGIScriptAliasMatch`, in the order in which they are tried.
    pub aliases: Vec<Arc<Alias>>,
    /// `WSGIDaemonProcess`, in the order of the lines. No two have the same name.
    pub daemons: Vec<DaemonGroup>,
    /// What is said about interpreters.
    pub words: InterpreterWords,
    /// Whether the last block of these is the one that is being read.
    pub is_in_block: bool,
    /// What is loaded when a process starts, by `WSGIImportScript`, `ClutchPreload` or an alias, in the order of the lines.
    pub preloads: Vec<Preload>,
    /// A script is loaded or asked in httpd's own processes, by `WSGIImportScript`, `ClutchPreload`, `WSGIAuthUserScript` and its
    /// kin: Python is started there even if no application may run.
    pub imports: bool,
    /// The process groups that run scripts which httpd asks.
    pub asked: Vec<Arc<[u8]>>,
    /// `ClutchMaxInterpreters`
    pub max_interpreters: Option<u32>,
    /// `ClutchMaxReplacements`
    pub max_replacements: Option<u32>,
    /// `ClutchEngine`
    pub engine: Option<EngineChoice>,
    /// `WSGIPythonHome`
    pub python_home: Option<Arc<[u8]>>,
    /// `WSGIPythonOptimize`
    pub optimize: Option<u32>,
    /// `WSGIDontWriteBytecode`
    pub dont_write_bytecode: Option<bool>,
    /// `WSGIPythonWarnings`, each line one entry.
    pub warnings: Vec<Arc<[u8]>>,
    /// `WSGIPythonHashSeed`
    pub hash_seed: Option<HashSeed>,
    /// `WSGIPythonEggs`
    pub python_eggs: Option<Arc<[u8]>>,
    /// `WSGIVerboseDebugging`, which has no effect.
    pub verbose_debugging: Option<bool>,
    /// `WSGIRestrictEmbedded`
    pub restrict_embedded: Option<bool>,
    /// `WSGICaseSensitivity`
    pub case_sensitivity: Option<bool>,
    /// `WSGIDestroyInterpreter`
    pub destroy_interpreter: Option<bool>,
    /// `WSGIServerMetrics`
    pub server_metrics: Option<bool>,
    /// `WSGITelemetryService`
    pub telemetry_service: Option<Service>,
    /// `WSGISlowRequests`
    pub slow_requests: Option<Duration>,
    /// `WSGITelemetryOptions`: whether `CaptureUserAgent` holds.
    pub telemetry_user_agent: Option<bool>,
    /// `ClutchProgram`
    pub program: Option<Arc<[u8]>>,
    /// `ClutchDaemonStart`
    pub daemon_start: Option<DaemonStart>,
    /// `ClutchDaemonProcesses`: how many at least, and at most.
    pub daemon_processes: Option<(u32, u32)>,
    /// `WSGISocketPrefix`
    pub socket_prefix: Option<Arc<[u8]>>,
    /// `WSGISocketRotation`
    pub socket_rotation: Option<bool>,
    /// `WSGIAcceptMutex`, which has no effect.
    pub accept_mutex: Option<&'static str>,
    /// What is said about this server's lines, by whole sentences.
    pub remarks: Vec<Remark>,
}

impl ServerSection {
    /// A virtual host's words inside those of the main server: its own aliases come first, preloads and daemons are its
    /// own alone, the rest is the main server's.
    pub fn within(self, main: &Self) -> Self {
        let mut joined = main.clone();
        joined.aliases.splice(0..0, self.aliases);
        joined.preloads = self.preloads; // the main server's are its own
        joined.daemons = self.daemons;
        joined.asked = self.asked;
        joined.imports |= self.imports;
        joined.remarks = self.remarks;
        joined
    }

    /// Adds a script that a directive asks for, not an alias.
    pub fn import(&mut self, script: Preload) {
        self.imports |= script.process_group.is_empty();
        self.preloads.push(script);
    }

    /// A section asks this script.
    pub fn asks(&mut self, script: &ProviderScript) {
        match &script.process_group {
            None => self.imports = true,
            Some(name) => self.asked.push(Arc::clone(name)),
        }
    }

    /// Adds a group of daemons.
    ///
    /// # Errors
    ///
    /// This server has one of the same name. Others are not asked.
    pub fn add_daemons(&mut self, group: DaemonGroup) -> Result<(), Refusal> {
        if self.daemons.iter().any(|other| other.name == group.name) {
            let name = Shown(&group.name);
            return Err(Refusal::because(format!(
                "takes each name once, and {name} is taken"
            )));
        }
        self.daemons.push(group);
        Ok(())
    }

    /// Opens the block that `parse` gives: the next words about interpreters are its own.
    ///
    /// # Errors
    ///
    /// What `parse` says, and a block within another.
    pub fn open_block(
        &mut self,
        parse: impl FnOnce() -> Result<Block, Refusal>,
    ) -> Result<(), Refusal> {
        if self.is_in_block {
            return Err(Refusal::because("cannot stand in another of its kind"));
        }
        self.words.blocks.push(parse()?);
        self.is_in_block = true;
        Ok(())
    }

    /// The words about interpreters that are being read: of the open block, else of the server.
    pub fn interpreter_words(&mut self) -> &mut InterpreterSection {
        match self.words.blocks.last_mut() {
            Some(block) if self.is_in_block => &mut block.section,
            _ => &mut self.words.base,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{EngineChoice, ServerSection};
    use crate::config::alias::{Alias, Pattern};
    use crate::config::alias_options::AliasOptions;

    #[test]
    fn an_engine_is_chosen_by_version_or_file() {
        for version in ["3.10", "3.14", "3.14t"] {
            let choice = EngineChoice::parse(version.as_bytes()).unwrap();
            assert!(matches!(choice, EngineChoice::Version(found) if found.to_string() == version));
        }
        assert_eq!(
            EngineChoice::parse(b"/opt/engine.so").unwrap(),
            EngineChoice::File(Path::new("/opt/engine.so").into())
        );
        for wrong in ["", "three", "engine.so", "3.14.1", "3.14x", "3"] {
            let refusal = EngineChoice::parse(wrong.as_bytes()).unwrap_err();
            assert!(
                refusal.to_string().ends_with(&format!("not {wrong:?}")),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_virtual_hosts_aliases_are_tried_before_the_main_servers() {
        let server = |target: &str| ServerSection {
            aliases: vec![
                Alias {
                    pattern: Pattern::Prefix(b"/".as_slice().into()),
                    target: target.as_bytes().into(),
                    options: AliasOptions::default(),
                }
                .into(),
            ],
            ..ServerSection::default()
        };
        let main = ServerSection {
            optimize: Some(2),
            ..server("main")
        };
        let joined = server("host").within(&main);
        let targets: Vec<_> = joined.aliases.iter().map(|alias| &*alias.target).collect();
        assert_eq!(targets, [&b"host"[..], b"main"]);
        assert_eq!(joined.optimize, Some(2));
    }
}
