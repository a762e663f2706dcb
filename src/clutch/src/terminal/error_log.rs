//! Lines of the error log, gathered into the blocks that were written together: a traceback comes line by line.

use std::time::{Duration, Instant};

use super::Ink;
use super::escape::unescaped;

/// The form of a line, for httpd's ErrorLogFormat: date and time, process and thread, level, text.
pub(crate) const FORMAT: &str = "clutch\t%{c}t\t%-P:%-T\t%-l\t%M";

/// How long the lines of one thread may lie apart and still be one block.
const TOGETHER: Duration = Duration::from_millis(50);

/// httpd's levels; the more severe, the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Information,
    Debug,
    Trace,
}

impl Level {
    /// The level that httpd calls `word`; trace1 to trace8 are one here.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "emerg" => Self::Emergency,
            "alert" => Self::Alert,
            "crit" => Self::Critical,
            "error" => Self::Error,
            "warn" => Self::Warning,
            "notice" => Self::Notice,
            "info" => Self::Information,
            "debug" => Self::Debug,
            _ if word.starts_with("trace") => Self::Trace,
            _ => return None,
        })
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Emergency | Self::Alert | Self::Critical | Self::Error => "31",
            Self::Warning => "33",
            Self::Notice => "36",
            Self::Information | Self::Debug | Self::Trace => "2",
        }
    }
}

/// One line of the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    time: String,
    source: String,
    pub(crate) level: Level,
    level_word: String,
    script: Option<String>,
    text: String,
}

impl Record {
    /// What `line` says; `None` if it is not of the log.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        match line.strip_prefix("clutch\t") {
            Some(fields) => Self::of_fields(fields),
            None => Self::of_brackets(line),
        }
    }

    /// A line in our [`FORMAT`].
    fn of_fields(fields: &str) -> Option<Self> {
        let mut fields = fields.splitn(4, '\t');
        let (time, source) = (fields.next()?, fields.next()?);
        let (level, text) = (fields.next()?, fields.next()?);
        Self::new(time.get(11..19)?, source, level, text)
    }

    /// A line in httpd's default form, `[Mon Nov 24 13:39:33.941629 2025] [core:warn] [pid 16784:tid 16784] text`: the
    /// only one there is until the configuration has been read.
    fn of_brackets(line: &str) -> Option<Self> {
        let (time, rest) = line.strip_prefix('[')?.split_once("] [")?;
        let (module_and_level, rest) = rest.split_once("] [")?;
        let (source, text) = rest.split_once("] ")?;
        let (_, level) = module_and_level.split_once(':')?;
        Self::new(time.get(11..19)?, source, level, text)
    }

    fn new(time: &str, source: &str, level: &str, text: &str) -> Option<Self> {
        let text = unescaped(text);
        let (script, text) = match without_script(&text) {
            Some((script, rest)) => (Some(short(script)), rest.to_owned()),
            None => (None, text),
        };
        Some(Self {
            time: time.to_owned(),
            source: source.to_owned(),
            level: Level::from_word(level)?,
            level_word: level.to_owned(),
            script,
            text,
        })
    }
}

/// `[script /path/to/it] text`, the module's decoration of what it says about a request, as script and text.
fn without_script(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("[script ")?.split_once("] ")
}

/// The last two names of a script's path: they tell the applications of a project apart.
fn short(script: &str) -> String {
    let mut ends: Vec<_> = script.rsplitn(3, '/').take(2).collect();
    ends.reverse();
    ends.join("/")
}

/// Whether the scripts that lines are about are named: with only one it goes without saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Shown,
    Hidden,
}

/// Lines that one thread wrote together.
#[derive(Debug)]
pub(crate) struct Block {
    first: Record,
    more: Vec<String>,
    last: Instant,
}

impl Block {
    /// Its lines under each other; the script it is about is named if `names` is asked for.
    pub(super) fn shown(&self, ink: Ink, names: Names) -> String {
        let Record {
            time,
            level,
            level_word,
            script,
            text,
            ..
        } = &self.first;
        let mut shown = format!(
            "{} {} ",
            ink.dye("2", time),
            ink.dye(level.colour(), &format!("{level_word:<6}"))
        );
        if let (Names::Shown, Some(script)) = (names, script) {
            shown.push_str(&ink.dye("2", &format!("{script}: ")));
        }
        let indent = format!("\n{:width$}", "", width = time.len() + 8);
        let lines = text
            .lines()
            .chain(self.more.iter().flat_map(|more| more.lines()));
        for (index, line) in lines.enumerate() {
            if index > 0 {
                shown.push_str(&indent);
            }
            shown.push_str(line);
        }
        shown
    }

    fn takes(&self, record: &Record, now: Instant) -> bool {
        self.first.source == record.source
            && self.first.level == record.level
            && self.first.script == record.script
            && now.duration_since(self.last) < TOGETHER
    }
}

/// The blocks that may still grow, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Blocks(Vec<Block>);

impl Blocks {
    /// Puts `record`, which came `now`, with those it belongs to.
    pub(crate) fn add(&mut self, record: Record, now: Instant) {
        match self.0.iter_mut().find(|block| block.takes(&record, now)) {
            Some(block) => {
                block.more.push(record.text);
                block.last = now;
            }
            None => self.0.push(Block {
                first: record,
                more: Vec::new(),
                last: now,
            }),
        }
    }

    /// Takes out the blocks that grow no more.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Block> {
        self.0
            .extract_if(.., |block| now.duration_since(block.last) >= TOGETHER)
            .collect()
    }

    /// Takes out all blocks.
    pub(crate) fn all(&mut self) -> Vec<Block> {
        std::mem::take(&mut self.0)
    }

    /// How long until the next block is due; `None` if there is none.
    pub(crate) fn time_left(&self, now: Instant) -> Option<Duration> {
        let first = self.0.iter().map(|block| block.last + TOGETHER).min()?;
        Some(first.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Blocks, Level, Names, Record, TOGETHER};
    use crate::terminal::Ink;

    fn record(source: &str, text: &str) -> Record {
        let line = format!("clutch\t2025-11-24 13:44:02\t{source}\terror\t{text}");
        Record::parse(&line).unwrap()
    }

    #[test]
    fn both_forms_of_a_line_are_understood() {
        let line = "[Mon Nov 24 13:39:33.941629 2025] [core:warn] [pid 7:tid 7] AH00111: odd";
        let record = Record::parse(line).unwrap();
        assert_eq!((&*record.time, record.level), ("13:39:33", Level::Warning));
        assert_eq!(record.text, "AH00111: odd");
        for other in ["", "Segmentation fault", "[1] [2]", "clutch\tx\ty\tz\tw"] {
            assert_eq!(Record::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_traceback_is_one_block_though_another_thread_writes_in_between() {
        let mut blocks = Blocks::default();
        let now = Instant::now();
        blocks.add(record("7:1", "Traceback (most recent call last):"), now);
        blocks.add(record("7:2", "other"), now);
        blocks.add(record("7:1", "  File \\\"app.wsgi\\\", line 1"), now);
        assert_eq!(blocks.time_left(now), Some(TOGETHER));
        assert!(blocks.due(now).is_empty());
        let shown: Vec<_> = blocks
            .due(now + TOGETHER)
            .iter()
            .map(|block| block.shown(Ink::Plain, Names::Hidden))
            .collect();
        let indent = " ".repeat(16);
        assert_eq!(
            shown,
            [
                format!(
                    "13:44:02 error  Traceback (most recent call last):\n{indent}  File \"app.wsgi\", line 1"
                ),
                "13:44:02 error  other".to_owned(),
            ]
        );
        assert_eq!(blocks.time_left(now), None);
    }

    #[test]
    fn the_script_is_named_where_there_are_several() {
        let mut blocks = Blocks::default();
        let now = Instant::now();
        blocks.add(
            record("7:1", "[script /srv/site/flask/app.wsgi] hello"),
            now,
        );
        let blocks = blocks.all();
        let shown = |names| blocks[0].shown(Ink::Plain, names);
        assert_eq!(shown(Names::Hidden), "13:44:02 error  hello");
        assert_eq!(shown(Names::Shown), "13:44:02 error  flask/app.wsgi: hello");
    }

    #[test]
    fn lines_far_apart_are_blocks_of_their_own() {
        let mut blocks = Blocks::default();
        let now = Instant::now();
        blocks.add(record("7:1", "one"), now);
        blocks.add(record("7:1", "two"), now + TOGETHER);
        assert_eq!(blocks.due(now + TOGETHER).len(), 1);
        let later = now + TOGETHER + Duration::from_millis(1);
        assert!(blocks.time_left(later).is_some_and(|left| left < TOGETHER));
        assert_eq!(blocks.all().len(), 1);
    }
}
