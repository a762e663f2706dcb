//! An application group: its plan, its gate, and the interpreters that serve it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clutch_sys::lock::{Mutex, RwLock};
use ffi_engine::abi::{GroupPlan, Isolation, Reload};

use super::gate::Gate;
use super::reload::Attempt;
use super::rung::{Abilities, Ladder, Rung, is_replaced};
use super::thread::{self, Work};
use super::verdict::Guess;
use super::{Interpreter, making, processors, replace};

/// An application group of this process.
pub(super) struct Group {
    /// Empty for the main interpreter's.
    name: Box<[u8]>,
    pub(super) plan: GroupPlan<'static>,
    pub(super) gate: Option<Arc<Gate>>,
    /// Held while interpreters are made for a call, so that they are made once; a thread waits for it while attached to
    /// nothing.
    pub(super) making: Mutex<()>,
    members: RwLock<Members>,
    /// Whether a thread is making interpreters behind the calls' back.
    busy: AtomicBool,
    /// Whether something was to be done meanwhile.
    missed: AtomicBool,
    /// The last replacement that was tried in vain.
    pub(super) failed: Mutex<Option<Attempt>>,
    /// Why it stands where it does, if that is not known to be right yet.
    pub(super) guess: Mutex<Option<Guess>>,
    /// Whether it is gone from the pool; whoever has it looks for its successor. Written while `making` is held.
    retired: AtomicBool,
}

/// Who serves a group.
struct Members {
    serving: Vec<Arc<Interpreter>>,
    rung: Rung,
}

impl Members {
    fn has(&self, interpreter: &Arc<Interpreter>) -> bool {
        self.serving.iter().any(|one| Arc::ptr_eq(one, interpreter))
    }
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Group({})", self.shown())
    }
}

impl Group {
    pub(super) fn new(name: &[u8], plan: GroupPlan<'static>, rung: Rung) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            plan,
            gate: Gate::of(&plan),
            making: Mutex::new(()),
            members: RwLock::new(Members {
                serving: Vec::new(),
                rung,
            }),
            busy: AtomicBool::new(false),
            missed: AtomicBool::new(false),
            failed: Mutex::new(None),
            guess: Mutex::new(None),
            retired: AtomicBool::new(false),
        })
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Retires the group if no call runs in it, or is about to. Gives its interpreters, which serve no more.
    pub(super) fn retire_idle(&self) -> Vec<Arc<Interpreter>> {
        let Some(_making) = self.making.try_lock() else {
            return Vec::new();
        };
        let idle = self.remove_idle();
        if !idle.is_empty() {
            self.retired.store(true, Ordering::Release);
        }
        idle
    }

    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// The name for the log.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.name)
    }

    pub(super) fn is_main(&self) -> bool {
        self.name.is_empty()
    }

    /// Whether its interpreters may be ended before the process.
    pub(super) fn is_endable(&self) -> bool {
        is_replaced(&self.plan) || (cfg!(Py_3_14) && self.plan.isolation == Isolation::Auto)
    }

    /// What makes new code run. The main interpreter is never replaced, but with its process.
    pub(super) fn reload(&self) -> Reload {
        match self.is_main() && !self.plan.replace_process {
            true => self.plan.reload.min(Reload::Script),
            false => self.plan.reload,
        }
    }

    /// Whether its code is judged before a call enters an interpreter, because it is not in there that new code is loaded.
    pub(super) fn is_judged_outside(&self) -> bool {
        self.plan.replace_process || self.reload() >= Reload::Group
    }

    /// How many interpreters should serve it: more than one only where they run at the same time.
    pub(super) fn wanted(&self) -> usize {
        match (self.rung(), self.plan.interpreters) {
            _ if self.is_main() => 1,
            (Rung::OwnGil, 0) => processors(),
            (Rung::OwnGil, number) => number as usize,
            _ => 1,
        }
    }

    pub(super) fn rung(&self) -> Rung {
        self.members.read().rung
    }

    /// Goes from `from` to the rung below, unless another thread has. The new rung, if there is one.
    pub(super) fn go_down(&self, from: Rung) -> Option<Rung> {
        let mut members = self.members.write();
        if members.rung == from {
            members.rung = from.below(&self.plan)?;
        }
        Some(members.rung)
    }

    /// Goes to `rung`, or as near to it as its plan and this version let it in this process. Whether that is further down.
    pub(super) fn go_down_to(&self, rung: Rung) -> bool {
        let mut members = self.members.write();
        let start = members.rung;
        while members.rung < rung
            && let Some(below) = members.rung.below(&self.plan)
            && (below != Rung::Process || making::gives_processes())
        {
            members.rung = below;
        }
        members.rung != start
    }

    /// Whether the group stands where it does because of a guess about `script`, a file of time `changed_at` (0: unknown).
    ///
    /// If the script is another one since, the guess is forgotten, and the group begins anew on its first rung.
    pub(super) fn goes_by_a_guess(&self, script: &[u8], changed_at: i64) -> bool {
        let mut guess = self.guess.lock();
        let Some(Guess { learned, .. }) = &*guess else {
            return false;
        };
        if !learned.is_about(script) {
            return false;
        }
        if changed_at == 0 || learned.is_of(changed_at) {
            return true;
        }
        *guess = None;
        self.begin_anew();
        false
    }

    /// Goes back to its first rung. Who serves it goes on.
    pub(super) fn begin_anew(&self) {
        let first = Abilities::OF_THIS_PYTHON.first_rung(&self.name, &self.plan);
        self.members.write().rung = first;
    }

    /// The interpreters that take new calls.
    pub(super) fn serving(&self) -> Vec<Arc<Interpreter>> {
        self.members.read().serving.clone()
    }

    /// How many interpreters take new calls.
    pub(super) fn count(&self) -> usize {
        self.members.read().serving.len()
    }

    /// Whether this one takes new calls of the group.
    pub(super) fn is_served_by(&self, interpreter: &Arc<Interpreter>) -> bool {
        self.members.read().has(interpreter)
    }

    /// The one with the fewest running calls; the earliest made of several.
    pub(super) fn least_busy(&self) -> Option<Arc<Interpreter>> {
        let members = self.members.read();
        if let [only] = &members.serving[..] {
            return Some(Arc::clone(only));
        }
        let counted = members
            .serving
            .iter()
            .filter_map(|one| one.in_flight().map(|count| (count, one)));
        counted
            .min_by_key(|(count, _)| *count)
            .map(|(_, one)| Arc::clone(one))
    }

    /// `new` serve from now on; gives those that did.
    pub(super) fn swap(&self, new: Vec<Arc<Interpreter>>) -> Vec<Arc<Interpreter>> {
        std::mem::replace(&mut self.members.write().serving, new)
    }

    /// One more serves, unless those that it was to join, such as `beside`, have been replaced. Gives it back then.
    pub(super) fn join(
        &self,
        new: Arc<Interpreter>,
        beside: &Arc<Interpreter>,
    ) -> Result<(), Arc<Interpreter>> {
        let mut members = self.members.write();
        if !members.has(beside) {
            return Err(new);
        }
        members.serving.push(new);
        Ok(())
    }

    /// Takes one out of service. Whether it was in.
    pub(super) fn remove(&self, interpreter: &Arc<Interpreter>) -> bool {
        let mut members = self.members.write();
        let before = members.serving.len();
        members.serving.retain(|one| !Arc::ptr_eq(one, interpreter));
        members.serving.len() < before
    }

    /// Takes all out of service if no call runs in any of them.
    fn remove_idle(&self) -> Vec<Arc<Interpreter>> {
        let mut members = self.members.write();
        match members.serving.iter().all(|one| one.in_flight() == Some(0)) {
            true => std::mem::take(&mut members.serving),
            false => Vec::new(),
        }
    }

    /// When the last call left, in milliseconds of [`super::now`]; `None` if calls run or nobody serves.
    pub(super) fn idle_since(&self) -> Option<u64> {
        let members = self.members.read();
        let idle = members.serving.iter().all(|one| one.in_flight() == Some(0));
        let latest = members
            .serving
            .iter()
            .map(|one| one.last_used.load(Ordering::Relaxed))
            .max();
        latest.filter(|_| idle)
    }

    /// Runs `work` on a thread of its own, unless such a thread is at work for this group already: that then looks, when it has done,
    /// whether there is more to do.
    pub(super) fn in_background(
        self: &Arc<Self>,
        name: &str,
        work: impl FnOnce(&Arc<Group>) + Send + 'static,
    ) {
        if self.busy.swap(true, Ordering::AcqRel) {
            self.missed.store(true, Ordering::Release);
            if self.busy.swap(true, Ordering::AcqRel) {
                return;
            } // It had done before it could see that.
        }
        let Some(under_way) = Work::begin() else {
            return; // The process stops; nobody will be made any more.
        };
        let group = Arc::clone(self);
        let spawned = thread::spawn(name, move || {
            let _under_way = under_way;
            let free = Free(&group);
            work(&group);
            drop(free);
            if group.missed.swap(false, Ordering::AcqRel) {
                replace::overdue(&group);
            }
        });
        if !spawned {
            self.busy.store(false, Ordering::Release);
        }
    }
}

/// Lets the next background thread begin.
struct Free<'a>(&'a Group);

impl Drop for Free<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

impl Abilities {
    /// The rung on which a group of this plan begins in this process.
    pub(super) fn first_rung(self, name: &[u8], plan: &GroupPlan<'_>) -> Rung {
        match name {
            b"" => Rung::SharedGil,
            _ => Rung::first(plan, self),
        }
    }
}
