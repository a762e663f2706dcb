//! What was found in a configuration, for people and for programs.

use std::collections::BTreeSet;
use std::path::Path;

use clutch_core::apache::{Configuration, Use};
use clutch_core::migration::{Finding, Severity};

use crate::check::shown;

/// What was found, and where.
pub(super) struct Report<'a> {
    /// As it was typed.
    pub(super) file: &'a Path,
    pub(super) configuration: &'a Configuration,
    pub(super) findings: &'a [Finding],
}

impl Report<'_> {
    fn count(&self, severity: Severity) -> usize {
        let is_it = |one: &&Finding| one.severity == severity;
        self.findings.iter().filter(is_it).count()
    }

    /// How many different files were read.
    fn files(&self) -> usize {
        let files: BTreeSet<_> = self.configuration.files.iter().collect();
        files.len()
    }

    /// For people.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.first_line()];
        if self.configuration.is_part {
            lines.push(format!("  {PART}"));
        }
        lines.extend(self.findings.iter().map(|one| {
            let (severity, directive, text) = (one.severity.name(), &one.directive, &one.text);
            let line = format!("  {severity}: {}: {directive} {text}", self.place(one));
            visible(&line)
        }));
        lines
    }

    fn first_line(&self) -> String {
        let verdict = match self.count(Severity::Error) {
            0 => "can be used",
            _ => "cannot be used as it stands",
        };
        let counts = [
            (Severity::Error, "error"),
            (Severity::Difference, "difference"),
            (Severity::Hint, "hint"),
        ];
        let counts = counts.map(|(severity, word)| some(self.count(severity), word));
        let files = some(self.files(), "file");
        format!(
            "{} {verdict}: {} in {files}",
            shown(self.file),
            counts.join(", ")
        )
    }

    fn place(&self, one: &Finding) -> String {
        let file = self.configuration.files.get(one.place.file);
        let file = file.map_or_else(|| shown(self.file), |file| shown(file));
        let uses = self.configuration.uses_of(one.place).map(|used| {
            let (name, file) = (String::from_utf8_lossy(&used.name), self.file_of(used));
            format!(", in the macro {name} used in {file}:{}", used.place.line)
        });
        format!("{file}:{}{}", one.place.line, uses.collect::<String>())
    }

    fn file_of(&self, used: &Use) -> String {
        let file = self.configuration.files.get(used.place.file);
        file.map(|file| shown(file)).unwrap_or_default()
    }

    fn uses(&self, one: &Finding) -> Vec<serde_json::Value> {
        let uses = self.configuration.uses_of(one.place);
        let json = |used: &Use| {
            serde_json::json!({
                "macro": String::from_utf8_lossy(&used.name),
                "file": self.file_of(used),
                "line": used.place.line,
            })
        };
        uses.map(json).collect()
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        let findings = self.findings.iter().map(|one| {
            serde_json::json!({
                "severity": one.severity.name(),
                "file": self.configuration.files.get(one.place.file).map(|file| shown(file)),
                "line": one.place.line,
                "uses": self.uses(one),
                "directive": one.directive,
                "text": one.text,
            })
        });
        let verdict = match self.count(Severity::Error) {
            0 => "usable",
            _ => "unusable",
        };
        let value = serde_json::json!({
            "config": shown(self.file),
            "verdict": verdict,
            "files": self.files(),
            "is_part": self.configuration.is_part,
            "findings": findings.collect::<Vec<_>>(),
        });
        value.to_string()
    }
}

/// Said of a text that loads no module.
const PART: &str = "no line loads a module: it is taken for a part of a configuration, and every <IfModule> is taken to hold";

/// `text` with what a terminal would obey written out.
fn visible(text: &str) -> String {
    let letters = text.chars();
    letters
        .map(|letter| match letter.is_control() {
            true => letter.escape_default().to_string(),
            false => letter.to_string(),
        })
        .collect()
}

fn some(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}
