//! New code: operators may ask for it, and where it does not load, the daemons that have the old code serve on.

use clutch_core::code;
use clutch_core::control::Command;

use super::Group;
use crate::daemon::log;
use crate::supervisor::member::{ASKED_FOR, Life};

impl Group {
    /// Those who have asked to be replaced because of new code serve on.
    pub(super) fn stay(&mut self) {
        let asked = self.members.iter_mut().filter(|one| one.has_new_code());
        for member in asked {
            (member.life, member.why, member.stays) = (Life::Ready, None, true);
            member.tell(&Command::Stay);
        }
    }

    /// The daemon `pid`, which was to replace others, has ended because its scripts do not load.
    pub(super) fn stays_as_it_is(&mut self, pid: u32) {
        self.stay(); // if that was not heard before
        let text = format!(
            "new code of group '{}' does not load: process {pid} has ended, and the processes of before serve on until the \
             next change",
            self.shown()
        );
        log::fault(&code::NEW_CODE_FAILS.says(text));
        self.failing.wait_longer(); // A script may ask to be loaded again with each request.
    }

    /// Has its daemons replaced, or one application group's interpreters in them. How many daemons that are.
    pub(in crate::supervisor) fn reload(&mut self, application_group: Option<&[u8]>) -> u32 {
        let ready = self
            .members
            .iter_mut()
            .filter(|one| one.life == Life::Ready);
        let mut count = 0;
        for member in ready {
            count += 1;
            match application_group {
                Some(group) => member.tell(&Command::Reload(group.to_vec())),
                None => (member.life, member.why) = (Life::Retiring, Some(ASKED_FOR.into())),
            }
        }
        count
    }
}
