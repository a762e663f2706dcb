//! New code, as operators ask for it.

use std::sync::atomic::Ordering;

use clutch_core::control::Reply;

use super::group::Group;
use super::{MOST_RELOADS, Supervisor};

impl Supervisor {
    /// Has new code run, as an operator asks.
    pub(crate) fn reload(&mut self, name: &[u8], application_group: Option<&[u8]>) -> Reply {
        let mut daemons = 0;
        let groups = self.groups.iter_mut();
        let is_it = |group: &&mut Group| {
            *group.spec.group.name == *name
                || application_group.is_none() && group.spec.stands_for.as_deref() == Some(name)
        };
        let mut found = false;
        for group in groups.filter(is_it) {
            found |= group.spec.stands_for.is_none();
            daemons += group.reload(application_group);
        }
        if found {
            return Reply::Reloading(daemons);
        }
        if application_group.is_some() {
            return Reply::Unknown;
        }
        self.reloads.push_back(name.to_vec());
        self.reloaded += 1;
        if self.reloads.len() > MOST_RELOADS {
            self.reloads.pop_front();
        }
        if let Some(bell) = self.bell {
            bell.store(self.reloaded, Ordering::Release);
        }
        Reply::Reloading(daemons)
    }

    /// The application groups of httpd's own processes that operators have had reloaded since so many, and how many there were.
    pub(crate) fn reloads_since(&self, since: u32) -> (u32, Vec<Vec<u8>>) {
        let new = self.reloaded.wrapping_sub(since) as usize;
        let skipped = self.reloads.len().saturating_sub(new);
        let mut groups: Vec<_> = self.reloads.iter().skip(skipped).cloned().collect();
        groups.sort();
        groups.dedup();
        (self.reloaded, groups)
    }
}
