//! Who reports.

use std::fs;

use ffi_engine::abi::Plan;

use super::record::Fields;
use crate::interpreter;
use crate::modwsgi::VERSION;
use crate::python::runtime::version as version_of_python;

/// Most bytes of each of these texts.
const MOST: usize = 256;

/// Python's own switch interval, in microseconds.
const SWITCH_INTERVAL: u32 = 5_000;

/// The process, its programs and its machine.
pub(super) struct Identity {
    apache: String,
    mpm: &'static [u8],
    host: String,
    group: &'static [u8],
    parent: u32,
    /// In seconds.
    switch_interval: f64,
}

impl Identity {
    pub(super) fn of(plan: &Plan<'static>) -> Self {
        let [major, minor, patch] = plan.apache_version;
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let switch = match interpreter::switch_interval() {
            0 => SWITCH_INTERVAL,
            said => said,
        };
        Self {
            apache: format!("Apache/{major}.{minor}.{patch}"),
            mpm: plan.apache_mpm.bytes(),
            host: host.trim_end().to_owned(),
            group: plan.process_group.bytes(),
            parent: plan.apache_pid,
            switch_interval: f64::from(switch) / 1e6,
        }
    }

    /// All of it.
    pub(super) fn whole(&self, fields: &mut Fields) {
        let version = VERSION.map(|part| part.to_string()).join(".");
        fields.text(1, version.as_bytes(), MOST);
        let python = version_of_python();
        let number = python.split(|&byte| byte == b' ').next();
        fields.text(2, number.unwrap_or_default(), MOST);
        fields.text(3, self.apache.as_bytes(), MOST);
        fields.text(4, self.mpm, MOST);
        self.place(fields);
        fields.count(7, self.parent.into());
        fields.number(13, self.switch_interval);
    }

    /// The machine and the group.
    pub(super) fn place(&self, fields: &mut Fields) {
        fields.text(5, self.host.as_bytes(), MOST);
        fields.text(6, self.group, MOST);
    }
}
