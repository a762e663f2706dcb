//! How many daemons a group has, and how many it wants.

use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clutch_core::config::daemon::DaemonStart;
use clutch_core::control::GroupStatus;
use clutch_sys::poll::{self, Interest};

use super::Group;
use super::socket::Socket;
use crate::supervisor::member::{Life, Member};

/// For how long requests have to wait before there is one daemon more.
const QUEUE_PATIENCE: Duration = Duration::from_millis(100);

impl Group {
    pub(super) fn is_short(&self) -> bool {
        self.listener.is_some() && self.current() < self.wanted() && !self.failing.is_slow()
    }

    /// Daemons that are to stay.
    pub(super) fn current(&self) -> usize {
        let stays = |member: &&Member| matches!(member.life, Life::Starting | Life::Ready);
        self.members.iter().filter(stays).count()
    }

    pub(super) fn ready(&self) -> usize {
        let is_ready = |member: &&Member| member.life == Life::Ready;
        self.members.iter().filter(is_ready).count()
    }

    pub(super) fn starts_on_demand(&self) -> bool {
        self.spec.group.start == Some(DaemonStart::OnDemand)
    }

    /// Nobody is there, and nobody is started before there is a request.
    pub(super) fn sleeps(&self) -> bool {
        !self.retired && self.starts_on_demand() && self.current() == 0
    }

    pub(super) fn wanted(&self) -> usize {
        let processes = self.spec.group.processes as usize;
        if !self.starts_on_demand() {
            return processes + self.more;
        }
        match self.current() {
            // One that is to be replaced takes requests itself until there is another.
            0 if self.is_to_replace() || self.somebody_waits() => processes,
            0 => 0,
            current => current.max(processes.min(current + self.more)),
        }
    }

    fn is_to_replace(&self) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.life == Life::Retiring)
    }

    /// Whether there are connections that no daemon has taken.
    pub(super) fn somebody_waits(&self) -> bool {
        let waits = |socket: &Arc<Socket>| {
            poll::wait(
                socket.descriptor.as_fd(),
                Interest::Read,
                Some(Duration::ZERO),
            )
        };
        self.listener
            .as_ref()
            .is_some_and(|socket| waits(socket).unwrap_or(false))
    }

    /// Whether more daemons may be started if requests have to wait.
    pub(in crate::supervisor) fn may_grow(&self) -> bool {
        let most = self.spec.group.max_processes.unwrap_or(0) as usize;
        !self.retired && self.listener.is_some() && self.current() > 0 && self.current() < most
    }

    /// Sees whether requests have to wait: then there is to be one daemon more.
    pub(super) fn grow(&mut self) {
        if !self.may_grow() || self.members.iter().any(|one| one.life == Life::Starting) {
            self.waiting_since = None;
            return;
        }
        if !self.somebody_waits() {
            self.waiting_since = None;
            return;
        }
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= QUEUE_PATIENCE {
            self.more += 1;
            self.waiting_since = None;
        }
    }

    /// A daemon has nothing to do. If there are more than the least, it goes.
    pub(super) fn shrink(&mut self, pid: u32) {
        if self.more == 0 || self.ready() <= self.spec.group.processes as usize {
            return;
        }
        self.more -= 1;
        let graceful = self.spec.group.graceful_timeout;
        let shutdown = self.spec.group.shutdown_timeout;
        let idle = self.members.iter_mut().find(|one| one.pid == pid);
        if let Some(idle) = idle.filter(|one| one.life == Life::Ready) {
            idle.drain(graceful, "idle", shutdown);
        }
    }

    /// As many daemons as are wanted take requests.
    pub(in crate::supervisor) fn is_complete(&self) -> bool {
        self.spec.group.threads == 0 || self.ready() >= self.wanted()
    }

    /// Who is there.
    pub(in crate::supervisor) fn status(&self) -> GroupStatus {
        let life = |member: &Member| match member.life {
            Life::Starting => "starting",
            Life::Ready if member.stays => {
                "ready, with the code of before, as the new one does not load"
            }
            Life::Ready => "ready",
            Life::Retiring => "retiring",
            Life::Leaving => "leaving",
        };
        let processes = self.members.iter();
        GroupStatus {
            name: self.spec.group.name.to_vec(),
            processes: processes
                .map(|one| (one.pid, life(one).to_owned()))
                .collect(),
            deaths: self.deaths,
        }
    }
}
