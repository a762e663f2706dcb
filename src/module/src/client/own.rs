//! Daemons for application groups of this process that need a process of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clutch_core::config::daemon::DaemonGroup;

use super::Daemons;
use crate::supervisor;

/// The daemons that this child knows of, by application group.
#[derive(Debug)]
pub struct Own {
    /// What they are like.
    group: DaemonGroup,
    known: Mutex<HashMap<Vec<u8>, Arc<Daemons>>>,
}

impl Own {
    /// Daemons like this.
    pub fn new(group: DaemonGroup) -> Self {
        Self {
            group,
            known: Mutex::default(),
        }
    }

    /// The daemons of `application_group`, which the supervisor starts if need be; `None` if it does not.
    pub fn of(&self, application_group: &[u8]) -> Option<Arc<Daemons>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(daemons) = known.get(application_group) {
            return Some(Arc::clone(daemons));
        }
        let path = supervisor::need(application_group)?;
        let mut group = self.group.clone();
        let shown = String::from_utf8_lossy(application_group).into_owned();
        group.name = format!("own:{shown}").into_bytes().into();
        let daemons = Arc::new(Daemons::own(group, path, application_group));
        known.insert(application_group.to_vec(), Arc::clone(&daemons));
        Some(daemons)
    }
}
