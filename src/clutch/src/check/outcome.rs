//! What the process that loads an application tells the one that has started it.

use serde::{Deserialize, Serialize};

/// An extension module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Module {
    #[serde(rename = "module")]
    pub(crate) name: String,
    pub(crate) file: String,
}

/// An extension module that would not load, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Refusal {
    #[serde(flatten)]
    pub(crate) module: Module,
    pub(crate) reason: String,
}

/// An application that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loaded {
    /// Whether all interpreters that have it have a GIL of their own.
    pub(crate) own_gil: bool,
    /// The module that kept it from that.
    pub(crate) refusal: Option<Refusal>,
    /// Python source that was taken in place of an extension module.
    pub(crate) twins: Vec<Module>,
}

/// What came of loading an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It was loaded.
    Loaded(Loaded),
    /// An extension module does not live beside another interpreter.
    Refused(Refusal),
    /// It was loaded once, and not again beside that; the last line of the second traceback.
    Alone(String),
    /// It raised an exception; lines for the user.
    Failed(Vec<String>),
    /// It has no callable of the name.
    NoCallable,
    /// There was no Python to load it; one sentence.
    Unusable(String),
}

/// What the probe answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Probe {
    pub(crate) loaded: bool,
    pub(crate) callable: bool,
    pub(crate) own_gil: bool,
    pub(crate) twins: Vec<Module>,
}

/// The line of a traceback that names the exception: the last one that is not indented, as messages often go on in others.
/// The next line is taken with it if the message begins there.
pub(crate) fn last_of(lines: &[String]) -> String {
    let is_flush = |line: &String| !line.starts_with(char::is_whitespace);
    let at = lines.iter().rposition(is_flush);
    let at = at.unwrap_or(lines.len().saturating_sub(1));
    let line = lines.get(at).map_or("", |line| line.trim());
    match (line.ends_with(':'), lines.get(at + 1)) {
        (true, Some(next)) => format!("{line} {}", next.trim()),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::last_of;

    #[test]
    fn the_line_that_names_an_exception_is_not_indented() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let text =
            "Traceback (most recent call last):\n  File x\nImportError: no\n    Please report";
        assert_eq!(last_of(&lines(text)), "ImportError: no");
        assert_eq!(
            last_of(&lines("ImportError: \n    no\n    more")),
            "ImportError: no"
        );
        assert_eq!(last_of(&lines("  indented")), "indented");
        assert_eq!(last_of(&[]), "");
    }
}
