//! What an application's interpreters have noted about the extension modules that they loaded. Pure.

use super::outcome::{Module, Refusal};

/// What the notes tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// What was being loaded when the notes ended; the last one begun.
    pub(super) under_way: Option<Module>,
    /// The modules that would not load in the interpreter that was made last, each once.
    pub(super) refused: Vec<Refusal>,
}

impl Progress {
    /// Reads notes; what is cut off or odd in them is passed over.
    pub(super) fn of(notes: &[u8]) -> Self {
        let notes = String::from_utf8_lossy(notes);
        let mut open: Vec<Module> = Vec::new();
        let mut refused: Vec<Refusal> = Vec::new();
        for line in notes.lines() {
            let mut fields = line.split('\t').map(str::to_owned);
            let mut next = || fields.next();
            let (Some(event), Some(name), Some(file), Some(reason)) =
                (next(), next(), next(), next())
            else {
                continue;
            };
            let module = Module { name, file };
            match &event[..] {
                "interpreter" => refused.clear(),
                "begin" => open.push(module),
                "end" => {
                    if let Some(at) = open.iter().rposition(|begun| *begun == module) {
                        open.remove(at);
                    }
                }
                "refused" => {
                    let refusal = Refusal { module, reason };
                    if !refused.iter().any(|known| known.module == refusal.module) {
                        refused.push(refusal);
                    }
                }
                _ => {}
            }
        }
        Self {
            under_way: open.pop(),
            refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn what_was_begun_last_and_not_ended_is_under_way() {
        let of = |notes: &[u8]| {
            let under_way = Progress::of(notes).under_way;
            under_way.map(|module| module.name)
        };
        assert_eq!(of(b""), None);
        assert_eq!(of(b"begin\ta\t/a.so\t\nend\ta\t/a.so\t\n"), None);
        let nested = b"begin\ta\t/a.so\t\nbegin\tb\t/b.so\t\nend\tb\t/b.so\t\n";
        assert_eq!(of(nested).as_deref(), Some("a"));
        let cut_off = b"begin\ta\t/a.so\t\nbegin\tb\t/b.so\t\nend\tb";
        assert_eq!(of(cut_off).as_deref(), Some("b"));
    }

    #[test]
    fn a_refusal_is_told_once() {
        let refusal = "refused\tx\t/x.so\tno\n".repeat(2);
        let progress = Progress::of(refusal.as_bytes());
        assert_eq!(progress.refused.len(), 1);
        assert_eq!(progress.refused[0].reason, "no");
    }

    #[test]
    fn what_another_interpreter_refused_before_does_not_count() {
        let notes = b"refused\tx\t/x.so\tno\ninterpreter\t\t\t\nrefused\ty\t/y.so\tno\n";
        let progress = Progress::of(notes);
        assert_eq!(progress.refused.len(), 1);
        assert_eq!(progress.refused[0].module.name, "y");
    }
}
