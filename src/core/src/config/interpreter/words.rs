//! All that is said about interpreters.

use serde::{Deserialize, Serialize};

use crate::config::interpreter::{Block, InterpreterSection};

/// The words about interpreters: those for all, and those of blocks. All that [`super::InterpreterSettings`] need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterWords {
    /// What holds for all interpreters.
    pub base: InterpreterSection,
    /// `<WSGIInterpreterOptions>`, in their order.
    pub blocks: Vec<Block>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::InterpreterWords;
    use crate::config::interpreter::{
        Block, Guard, InterpreterSection, Interpreters, Isolation, Reload, ReloadPolicy, ReloadUnit,
    };

    fn outspoken() -> InterpreterSection {
        InterpreterSection {
            isolation: Some(Isolation::OwnGil),
            per_interpreter_gil: Some(Isolation::Auto),
            switch_interval: Some(Duration::from_micros(7)),
            interpreters: Some(Interpreters::Number(3)),
            reload: Some(Reload::Modules),
            reload_policy: Some(ReloadPolicy::Seamless),
            reload_unit: Some(ReloadUnit::Process),
            python_path: Some(b"/\xff".as_slice().into()),
            guard: Some(Guard::parse(&[b"deny", b"fork", b"exec"]).unwrap()),
            restrict_signal: Some(false),
            queue: Some(u32::MAX),
            ..InterpreterSection::default()
        }
    }

    #[test]
    fn words_arrive_in_another_process_as_they_were() {
        let mut block = Block::parse(b"application-group=\"my shop\">").unwrap();
        block.section = outspoken();
        let words = InterpreterWords {
            base: outspoken(),
            blocks: vec![block, Block::default()],
        };
        let written = serde_json::to_string(&words).unwrap();
        let read: InterpreterWords = serde_json::from_str(&written).unwrap();
        assert_eq!(read, words);
    }

    #[test]
    fn a_guard_with_an_event_that_is_none_does_not_arrive() {
        let wrong = r#"{"mode":"Deny","events":["sleep"]}"#;
        let refusal = serde_json::from_str::<Guard>(wrong)
            .unwrap_err()
            .to_string();
        assert!(refusal.contains("not \"sleep\""), "{refusal}");
    }
}
