//! The rungs of the isolation ladder: where the interpreters of an application group live.

/// Where the interpreters of a group live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// In interpreters with a GIL of their own, in this process.
    OwnGil,
    /// In interpreters that share the GIL with others, in this process.
    SharedGil,
    /// In the main interpreter of a process of its own.
    Process,
}

impl Rung {
    /// The words of the log and of `clutch check`.
    pub fn name(self) -> &'static str {
        match self {
            Rung::OwnGil => "own-gil",
            Rung::SharedGil => "shared-gil",
            Rung::Process => "process",
        }
    }

    /// The rung of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Rung::OwnGil, Rung::SharedGil, Rung::Process]
            .into_iter()
            .find(|rung| rung.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Rung;

    #[test]
    fn a_rung_is_known_by_its_name() {
        for rung in [Rung::OwnGil, Rung::SharedGil, Rung::Process] {
            assert_eq!(Rung::named(rung.name()), Some(rung));
        }
        assert_eq!(Rung::named("none"), None);
    }
}
