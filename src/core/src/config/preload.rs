//! Scripts that are loaded when a process starts: `WSGIImportScript` and `ClutchPreload`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::options;
use crate::config::value::{Refusal, Shown};

/// A script that is loaded when a process starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preload {
    /// Name of the process group whose processes load it; empty for httpd's own.
    pub process_group: Arc<[u8]>,
    /// Name of the application group; empty for the main interpreter.
    pub group: Arc<[u8]>,
    /// Path of the script.
    pub script: Arc<[u8]>,
}

impl Preload {
    /// The words of `WSGIImportScript`: a file, and both groups.
    ///
    /// # Errors
    ///
    /// A group is missing, or an option is none.
    pub fn import_script(words: &[&[u8]]) -> Result<Self, Refusal> {
        let (script, groups) = Groups::parse(words)?;
        if groups.process.is_none() {
            return Err(missing("process-group"));
        }
        groups.of(script)
    }

    /// The words of `ClutchPreload`: a file, an application group, and a process group unless it is httpd's own.
    ///
    /// # Errors
    ///
    /// The group is missing, or an option is none.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        let (script, groups) = Groups::parse(words)?;
        groups.of(script)
    }
}

/// The options of both.
#[derive(Default)]
struct Groups {
    process: Option<Arc<[u8]>>,
    application: Option<Arc<[u8]>>,
}

impl Groups {
    fn parse<'w>(words: &[&'w [u8]]) -> Result<(&'w [u8], Self), Refusal> {
        let [script, words @ ..] = words else {
            return Err(Refusal::because("takes a file and its groups"));
        };
        let mut groups = Self::default();
        for word in options::whole(words)? {
            match options::split(&word)? {
                (b"process-group", name) => groups.process = Some(named(name)),
                (b"application-group", name) => groups.application = Some(named(name)),
                (name, _) => {
                    let expected = "the options application-group and process-group";
                    return Err(Refusal::of(name, expected));
                }
            }
        }
        Ok((script, groups))
    }

    fn of(self, script: &[u8]) -> Result<Preload, Refusal> {
        if script.is_empty() {
            return Err(Refusal::of(script, "the path of a script"));
        }
        Ok(Preload {
            process_group: self.process.unwrap_or_default(),
            group: self
                .application
                .ok_or_else(|| missing("application-group"))?,
            script: script.into(),
        })
    }
}

/// The name that `text` means; empty for `%{GLOBAL}`, and no other token is one here.
fn named(text: &[u8]) -> Arc<[u8]> {
    match text {
        b"%{GLOBAL}" => [].into(),
        name => name.into(),
    }
}

fn missing(option: &str) -> Refusal {
    let given = Shown(option.as_bytes());
    Refusal::because(format!("takes the option {given}, which is missing"))
}

#[cfg(test)]
mod tests {
    use super::{Preload, Refusal};

    type Parse = fn(&[&[u8]]) -> Result<Preload, Refusal>;

    fn parsed(parse: Parse, line: &str) -> Result<(String, String, String), String> {
        let words: Vec<_> = line.split(' ').map(str::as_bytes).collect();
        let preload = parse(&words).map_err(|refusal| refusal.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((
            text(&preload.script),
            text(&preload.process_group),
            text(&preload.group),
        ))
    }

    #[test]
    fn a_script_is_imported_into_the_group_named() {
        let loaded = |process: &str, group: &str| Ok(("/a".into(), process.into(), group.into()));
        for (words, process, group) in [
            (
                "/a process-group=%{GLOBAL} application-group=shop",
                "",
                "shop",
            ),
            (
                "/a application-group=%{GLOBAL} process-group=%{GLOBAL}",
                "",
                "",
            ),
            (
                "/a process-group=%{GLOBAL} application-group=%{SERVER}",
                "",
                "%{SERVER}",
            ),
            (
                "/a process-group=one application-group=\"my shop\"",
                "one",
                "my shop",
            ),
            (
                "/a process-group=%{SERVER} application-group=shop",
                "%{SERVER}",
                "shop",
            ),
        ] {
            let found = parsed(Preload::import_script, words);
            assert_eq!(found, loaded(process, group), "{words}");
        }
        let found = parsed(Preload::parse, "/a application-group=shop");
        assert_eq!(found, loaded("", "shop"));
        let found = parsed(
            Preload::parse,
            "/a application-group=shop process-group=one",
        );
        assert_eq!(found, loaded("one", "shop"));
    }

    #[test]
    fn a_missing_group_is_refused() {
        for (words, said) in [
            ("/a", "\"process-group\", which is missing"),
            (
                "/a application-group=shop",
                "\"process-group\", which is missing",
            ),
            (
                "/a process-group=%{GLOBAL}",
                "\"application-group\", which is missing",
            ),
            ("/a process-group= application-group=x", "form name=value"),
            ("/a color=red", "not \"color\""),
            (
                " process-group=%{GLOBAL} application-group=x",
                "the path of a script",
            ),
        ] {
            let refusal = parsed(Preload::import_script, words).unwrap_err();
            assert!(refusal.contains(said), "{words}: {refusal}");
        }
        assert!(parsed(Preload::parse, "/a").is_err());
    }
}
