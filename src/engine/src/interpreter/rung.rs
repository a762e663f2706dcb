//! The isolation ladder, pure: where a group may live, from the most of its own to the least shared process.

pub use clutch_core::rung::Rung;
use ffi_engine::abi::{GroupPlan, Isolation, Reload};

/// How a group goes down the ladder.
pub trait Ladder: Sized {
    /// The rung on which a group of this plan begins, in a Python that `can`.
    fn first(plan: &GroupPlan<'_>, can: Abilities) -> Self;

    /// The next rung for a group of this plan whose application cannot live on this one; `None` if there is none.
    fn below(self, plan: &GroupPlan<'_>) -> Option<Self>;
}

impl Ladder for Rung {
    fn first(plan: &GroupPlan<'_>, can: Abilities) -> Self {
        match plan.isolation {
            Isolation::OwnGil if can.own_gil => Rung::OwnGil,
            Isolation::Auto if can.own_gil && (can.end_own_gil || !is_replaced(plan)) => {
                Rung::OwnGil
            }
            Isolation::OwnGil | Isolation::Auto | Isolation::SharedGil => Rung::SharedGil,
            Isolation::Process => Rung::Process,
        }
    }

    fn below(self, plan: &GroupPlan<'_>) -> Option<Self> {
        match (self, plan.isolation) {
            (_, Isolation::OwnGil | Isolation::Process) | (Rung::Process, _) => None,
            (Rung::OwnGil, _) => Some(Rung::SharedGil),
            (Rung::SharedGil, _) => Some(Rung::Process),
        }
    }
}

/// What a Python can do with interpreters that have a GIL of their own.
#[derive(Debug, Clone, Copy)]
pub struct Abilities {
    /// It can make them.
    pub own_gil: bool,
    /// It can end them without losing their memory.
    pub end_own_gil: bool,
}

impl Abilities {
    /// Of the Python that this engine is built for. Before 3.13 important modules of the standard library refuse; 3.13
    /// keeps up to 12 MB of each interpreter that has ended.
    pub const OF_THIS_PYTHON: Self = Self {
        own_gil: cfg!(all(Py_3_13, not(Py_GIL_DISABLED))),
        end_own_gil: cfg!(all(Py_3_14, not(Py_GIL_DISABLED))),
    };
}

/// Whether interpreters of this plan are replaced or ended while the process lives.
pub fn is_replaced(plan: &GroupPlan<'_>) -> bool {
    plan.reload >= Reload::Group
        || plan.idle_timeout > 0
        || plan.max_requests > 0
        || plan.request_timeout > 0
}

#[cfg(test)]
mod tests {
    use ffi_engine::abi::{GroupPlan, Isolation, Reload};

    use super::{Abilities, Ladder, Rung};

    const NEW: Abilities = Abilities {
        own_gil: true,
        end_own_gil: true,
    };
    const OLD: Abilities = Abilities {
        own_gil: false,
        end_own_gil: false,
    };
    const BETWEEN: Abilities = Abilities {
        own_gil: true,
        end_own_gil: false,
    };

    fn plan(isolation: Isolation) -> GroupPlan<'static> {
        GroupPlan {
            isolation,
            ..GroupPlan::DEFAULT
        }
    }

    fn way_down(isolation: Isolation, can: Abilities) -> Vec<Rung> {
        let plan = plan(isolation);
        std::iter::successors(Some(Rung::first(&plan, can)), |rung| rung.below(&plan)).collect()
    }

    #[test]
    fn auto_goes_down_the_whole_ladder() {
        let whole = [Rung::OwnGil, Rung::SharedGil, Rung::Process];
        assert_eq!(way_down(Isolation::Auto, NEW), whole);
        assert_eq!(way_down(Isolation::Auto, OLD), whole[1..]);
    }

    #[test]
    fn silence_shares_the_gil_and_falls_to_a_process() {
        assert_eq!(
            way_down(GroupPlan::DEFAULT.isolation, NEW),
            [Rung::SharedGil, Rung::Process]
        );
    }

    #[test]
    fn who_names_a_rung_stays_on_it() {
        assert_eq!(way_down(Isolation::OwnGil, NEW), [Rung::OwnGil]);
        assert_eq!(way_down(Isolation::OwnGil, OLD), [Rung::SharedGil]);
        assert_eq!(way_down(Isolation::Process, NEW), [Rung::Process]);
    }

    #[test]
    fn auto_keeps_off_own_gils_that_cannot_be_ended_if_they_will_be() {
        let mut plan = plan(Isolation::Auto);
        assert_eq!(Rung::first(&plan, BETWEEN), Rung::OwnGil);
        plan.reload = Reload::Modules;
        assert_eq!(Rung::first(&plan, BETWEEN), Rung::SharedGil);
        assert_eq!(Rung::first(&plan, NEW), Rung::OwnGil);
    }
}
