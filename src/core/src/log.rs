//! Log levels and records, in httpd's words; and [`Forward`], which turns `tracing` events into records.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;

/// Levels of httpd's error log, with the numbers of `http_log.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// The server is unusable.
    Emerg = 0,
    /// Somebody must act now.
    Alert = 1,
    /// A part of the server cannot work.
    Crit = 2,
    /// A request or an operation failed.
    Error = 3,
    /// Something is odd, and works with less.
    Warning = 4,
    /// Normal, and worth saying.
    Notice = 5,
    /// What happens.
    Info = 6,
    /// What happens inside.
    Debug = 7,
    /// What happens for every request.
    Trace1 = 8,
    /// More of it.
    Trace2 = 9,
}

impl Level {
    /// The level with this number; numbers above `Trace2` (httpd has levels to 15) are `Trace2`.
    pub fn from_number(number: u8) -> Self {
        use Level::*;
        [
            Emerg, Alert, Crit, Error, Warning, Notice, Info, Debug, Trace1,
        ]
        .into_iter()
        .find(|level| *level as u8 == number)
        .unwrap_or(Trace2)
    }

    /// The level of a Python `logging` record.
    pub fn from_python(number: i64) -> Self {
        match number {
            50.. => Level::Crit,
            40.. => Level::Error,
            30.. => Level::Warning,
            20.. => Level::Info,
            _ => Level::Debug,
        }
    }

    fn of(event: tracing::Level) -> Self {
        match event {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warning,
            tracing::Level::INFO => Level::Info,
            tracing::Level::DEBUG => Level::Debug,
            _ => Level::Trace1,
        }
    }

    /// The `tracing` events that a log with this level keeps.
    pub fn filter(self) -> LevelFilter {
        match self {
            Level::Emerg | Level::Alert | Level::Crit => LevelFilter::OFF,
            Level::Error => LevelFilter::ERROR,
            Level::Warning | Level::Notice => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
            Level::Trace1 | Level::Trace2 => LevelFilter::TRACE,
        }
    }
}

/// One line for the error log.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// How bad it is.
    pub level: Level,
    /// Source file the line comes from; httpd shows it as `%F`.
    pub file: &'a str,
    /// Line in `file`.
    pub line: u32,
    /// The text, without a line break at its end. httpd cuts it at a NUL and escapes control characters.
    pub text: &'a [u8],
}

/// Where [`Forward`] takes its events.
pub trait Sink: Send + Sync + 'static {
    /// The most detailed level anybody wants now.
    fn level(&self) -> Level;
    /// Writes one line.
    fn write(&self, record: &Record<'_>);
}

/// A `tracing` subscriber that writes events as one-line records: the message, then the fields as `name=value`.
///
/// Spans are not recorded: a line in httpd's log already says which request it belongs to.
#[derive(Debug)]
pub struct Forward<S>(S);

impl<S: Sink> Forward<S> {
    /// A subscriber that writes to `sink`.
    pub fn to(sink: S) -> Self {
        Self(sink)
    }

    /// Makes this the subscriber of the whole process (of this copy of `tracing`). A second call does nothing.
    pub fn install(self) {
        // The first subscriber stays: a module that is loaded again after a restart finds its own.
        let _ = tracing::subscriber::set_global_default(self);
    }
}

impl<S: Sink> tracing::Subscriber for Forward<S> {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_event() && Level::of(*metadata.level()) <= self.0.level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // Asked when the subscriber is installed; httpd's levels change only with a new configuration, in new children.
        Some(self.0.level().filter())
    }

    fn register_callsite(
        &self,
        _: &'static tracing::Metadata<'static>,
    ) -> tracing::subscriber::Interest {
        tracing::subscriber::Interest::sometimes()
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let metadata = event.metadata();
        let text = Text::of(event);
        self.0.write(&Record {
            level: Level::of(*metadata.level()),
            file: metadata.file().unwrap_or_default(),
            line: metadata.line().unwrap_or_default(),
            text: text.as_bytes(),
        });
    }
}

thread_local! {
    static BUFFERS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The text of an event; its buffer is used again by the thread's next event.
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn of(event: &tracing::Event<'_>) -> Self {
        let mut buffers = BUFFERS.with_borrow_mut(|kept| (kept.pop(), kept.pop()));
        let (message, fields) = (
            buffers.0.take().unwrap_or_default(),
            buffers.1.take().unwrap_or_default(),
        );
        let mut text = Self { message, fields };
        event.record(&mut text);
        let Self { message, fields } = &mut text;
        message.push_str(fields);
        text
    }

    fn as_bytes(&self) -> &[u8] {
        self.message.as_bytes()
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        let (mut message, mut fields) = (
            std::mem::take(&mut self.message),
            std::mem::take(&mut self.fields),
        );
        message.clear();
        fields.clear();
        BUFFERS.with_borrow_mut(|kept| kept.extend([fields, message]));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::Mutex;

    use super::{Forward, Level, Record, Sink};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Sink for Lines {
        fn level(&self) -> Level {
            Level::Info
        }
        fn write(&self, record: &Record<'_>) {
            let line = format!(
                "{:?} {}",
                record.level,
                String::from_utf8_lossy(record.text)
            );
            self.0.lock().unwrap().push(line);
        }
    }

    #[test]
    fn an_event_becomes_one_line_with_its_fields() {
        let lines = Lines::default();
        tracing::subscriber::with_default(Forward::to(lines.clone()), || {
            tracing::warn!(group = "shop", waited_ms = 3, "no interpreter became free");
            tracing::debug!("not wanted");
        });
        assert_eq!(
            *lines.0.lock().unwrap(),
            ["Warning no interpreter became free group=\"shop\" waited_ms=3"]
        );
    }

    #[test]
    fn python_levels_map_to_httpd_levels() {
        let mapped = [60, 50, 49, 40, 30, 25, 20, 10, 0, -1].map(Level::from_python);
        use Level::*;
        assert_eq!(
            mapped,
            [
                Crit, Crit, Error, Error, Warning, Info, Info, Debug, Debug, Debug
            ]
        );
    }

    #[test]
    fn a_level_survives_its_number() {
        for number in 0..=9 {
            assert_eq!(Level::from_number(number) as u8, number);
        }
        assert_eq!(Level::from_number(15), Level::Trace2);
    }
}
