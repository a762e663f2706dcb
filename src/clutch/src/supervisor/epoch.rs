//! Which groups run: those of a configuration, and those that application groups need by themselves.

use std::os::fd::AsFd;
use std::path::PathBuf;

use clutch_core::code;
use clutch_core::control::{self, Answer, Epoch, GroupSpec};
use clutch_core::log::Level;
use clutch_sys::message;

use super::ask::Questions;
use super::group::Group;
use super::{LAST_LIMIT, MOST_OWN, Supervisor};
use crate::daemon::log;

impl Supervisor {
    /// From now on the groups of `epoch` run, and no others.
    pub(super) fn begin(&mut self, epoch: Epoch) {
        (self.hurrying, self.ending, self.unsettled) = (false, false, None);
        let logs = std::mem::take(&mut self.logs);
        self.own_log = epoch
            .own
            .as_ref()
            .and_then(|own| logs.get(own.log).cloned());
        self.own = epoch.own;
        self.epoch = epoch.number;
        log::set_level(Level::from_number(epoch.log_level));
        let mut before = std::mem::take(&mut self.groups);
        let mut failed = Vec::new();
        for spec in epoch.groups {
            let name = spec.group.name.clone();
            let position = before.iter().position(|group| group.is_at(&spec.socket));
            let earlier = position.map(|at| before.remove(at));
            let log = logs.get(spec.log).cloned();
            let (group, earlier) = Group::new(spec, log, earlier, epoch.number);
            if let Some(why) = group.failure() {
                failed.push((name.to_vec(), why.to_owned()));
            }
            self.groups.push(group);
            self.old.extend(earlier);
        }
        for mut group in before {
            group.retire(epoch.graceful, true);
            self.old.push(group);
        }
        self.questions = Questions::at(&epoch.questions, self.questions.take());
        let spec = self.groups.first().map(|group| &group.spec);
        if let (Some(questions), Some(spec)) = (&self.questions, spec.or(self.own.as_deref())) {
            questions.give_to(spec.httpd.uid, spec.httpd.gid);
        }
        let answer = Answer::Listening(failed);
        let _ = message::send(self.parent.as_fd(), &answer, &[]); // if it is gone, that is seen next
        if !epoch.graceful {
            self.old
                .iter_mut()
                .for_each(|group| group.hurry(LAST_LIMIT));
        }
    }

    /// Where the daemons of an application group listen that needs a process of its own.
    pub(crate) fn need(&mut self, application_group: &[u8]) -> Option<PathBuf> {
        let stands_for =
            |group: &Group| group.spec.stands_for.as_deref() == Some(application_group);
        if let Some(group) = self.groups.iter().find(|group| stands_for(group)) {
            return Some(group.spec.socket.clone());
        }
        let own = self.own.as_deref()?;
        let there = self
            .groups
            .iter()
            .filter(|group| group.spec.stands_for.is_some());
        if there.count() >= MOST_OWN {
            let text = format!(
                "{MOST_OWN} application groups have a process of their own already; no other gets one"
            );
            log::fault(&code::TOO_MANY_OWN.says(text));
            return None;
        }
        let spec = own_spec(own, application_group);
        let socket = spec.socket.clone();
        let (group, _) = Group::new(spec, self.own_log.clone(), None, self.epoch);
        if group.failure().is_some() {
            return None;
        }
        self.groups.push(group);
        Some(socket)
    }
}

/// What the daemons of `application_group` are, if `own` is what such daemons are like.
fn own_spec(own: &GroupSpec, application_group: &[u8]) -> GroupSpec {
    let shown = String::from_utf8_lossy(application_group).into_owned();
    let mut spec = own.clone();
    spec.stands_for = Some(application_group.into());
    spec.group.name = format!("own:{shown}").into_bytes().into();
    let mut socket = own.socket.clone().into_os_string();
    socket.push(format!(".{:08x}.sock", control::hash(application_group)));
    spec.socket = socket.into();
    spec
}
