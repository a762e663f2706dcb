//! The engine's face: a request's carrier as an [`Exchange`], the host's log as a [`Sink`].

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::time::Duration;

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record, Sink};
use clutch_core::question::Answer;
use smallvec::SmallVec;

use crate::abi::{
    ABI_VERSION, EngineTable, ExchangeTable, GroupPlan, HostTable, List, Pair, Plan, Preload,
    Request, Slice,
};
pub use crate::guard::{guard, remember_places};

/// The carrier of a request, as long as the host's `call` runs.
#[derive(Debug)]
pub struct Carrier {
    carrier: *mut c_void,
    table: *const ExchangeTable,
}

// SAFETY: the ABI lets any thread use the carrier, one at a time; `&mut self` and a lock around the Carrier see to
// the latter.
unsafe impl Send for Carrier {}

impl Carrier {
    /// The carrier of `request`.
    ///
    /// # Safety
    ///
    /// The Carrier must be dropped, or never used again, when the `call` that got `request` returns.
    pub unsafe fn of(request: &Request<'_>) -> Self {
        Self {
            carrier: request.carrier,
            table: request.exchange,
        }
    }

    fn table(&self) -> &ExchangeTable {
        // SAFETY: the table lives as long as the request, see `of`.
        unsafe { &*self.table }
    }
}

fn outcome(code: i32) -> Result<(), Failure> {
    match code {
        0.. => Ok(()),
        _ => Err(Failure::from_code(-code)),
    }
}

impl Exchange for Carrier {
    fn read(&mut self, most: usize, all: bool) -> Result<&[u8], Failure> {
        let mut bytes = Slice::ABSENT;
        // SAFETY: the place is ours; the carrier is alive, see `of`.
        outcome(unsafe { (self.table().read)(self.carrier, most, all, &mut bytes) })?;
        Ok(bytes.bytes()) // Valid until the next call, and `&mut self` forbids that.
    }

    fn read_into(&mut self, room: &mut [MaybeUninit<u8>]) -> Result<usize, Failure> {
        let mut count = 0;
        let start = room.as_mut_ptr().cast();
        // SAFETY: the room and the place are ours; the carrier is alive, see `of`.
        outcome(unsafe {
            (self.table().read_into)(self.carrier, start, room.len(), &raw mut count)
        })?;
        Ok(count)
    }

    fn start(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        let headers: SmallVec<[Pair<'_>; 16]> = head
            .headers
            .iter()
            .map(|(name, value)| Pair {
                name: Slice::new(name),
                value: Slice::new(value),
            })
            .collect();
        let length = head
            .content_length
            .and_then(|length| i64::try_from(length).ok())
            .unwrap_or(-1);
        let start = self.table().start;
        // SAFETY: the slices live until the call returns; the carrier is alive, see `of`.
        outcome(unsafe {
            start(
                self.carrier,
                head.status,
                Slice::new(head.status_line),
                List::new(&headers),
                length,
            )
        })
    }

    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        // SAFETY: `data` lives until the call returns; the carrier is alive, see `of`.
        outcome(unsafe { (self.table().write)(self.carrier, Slice::new(data), then as u8) })
    }

    fn send_file(&mut self, range: FileRange<'_>) -> Result<(), Failure> {
        let send_file = self.table().send_file;
        // SAFETY: the descriptor is borrowed, so open, until the call returns; the carrier is alive, see `of`.
        outcome(unsafe {
            send_file(
                self.carrier,
                range.file.as_raw_fd(),
                range.offset,
                range.length,
            )
        })
    }

    fn finish(&mut self) -> Result<(), Failure> {
        // SAFETY: the carrier is alive, see `of`.
        outcome(unsafe { (self.table().finish)(self.carrier) })
    }

    fn abort(&mut self) {
        // SAFETY: the carrier is alive, see `of`.
        unsafe { (self.table().abort)(self.carrier) }
    }

    fn answer(&mut self, answer: &Answer) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        answer.put(&mut bytes);
        // SAFETY: the bytes live until the call returns; the carrier is alive, see `of`.
        outcome(unsafe { (self.table().answer)(self.carrier, Slice::new(&bytes)) })
    }

    fn log(&self, record: &Record<'_>) {
        let (file, text) = (Slice::new(record.file.as_bytes()), Slice::new(record.text));
        // SAFETY: the slices live until the call returns; the carrier is alive, see `of`.
        unsafe { (self.table().log)(self.carrier, record.level as u8, file, record.line, text) }
    }

    fn log_level(&self) -> Level {
        // SAFETY: the carrier is alive, see `of`.
        Level::from_number(unsafe { (self.table().log_level)(self.carrier) })
    }

    fn is_https(&self) -> bool {
        // SAFETY: the carrier is alive, see `of`.
        unsafe { (self.table().is_https)(self.carrier) }
    }

    fn tls_variable(&mut self, name: &[u8]) -> Option<&[u8]> {
        // SAFETY: `name` lives until the call returns; the value until the next one, and `&mut self` forbids that.
        unsafe { (self.table().tls_variable)(self.carrier, Slice::new(name)) }.get()
    }
}

/// What an engine does; [`table`] makes C functions of it.
pub trait Work {
    /// Version of the Python inside, such as `3.14.7`.
    const PYTHON_VERSION: &'static str;
    /// See [`EngineTable::start`].
    fn start(plan: &Plan<'_>) -> bool;
    /// See [`EngineTable::preload`].
    fn preload(scripts: &[Preload<'_>]) -> bool;
    /// See [`EngineTable::call`]. The carrier must not be used after the call has returned.
    fn call(request: &Request<'_>, carrier: Carrier) -> Option<u16>;
    /// See [`EngineTable::confirm`].
    fn confirm(group: &[u8], script: &[u8], served: bool);
    /// See [`EngineTable::reload`].
    fn reload(group: &[u8]) -> bool;
    /// See [`EngineTable::stay`].
    fn stay();
    /// See [`EngineTable::beat`].
    fn beat();
    /// See [`EngineTable::signal`].
    fn signal(number: i32);
    /// See [`EngineTable::leaves`].
    fn leaves(reason: &[u8]);
    /// See [`EngineTable::announce_stop`].
    fn announce_stop(reason: &[u8]);
    /// See [`EngineTable::stop`].
    fn stop(limit: Duration, reason: &[u8]);
    /// A panic got out of one of the functions above.
    fn panicked(text: &str);
}

/// The table of the engine that does its work as `W`.
pub const fn table<W: Work>() -> EngineTable {
    unsafe extern "C" fn start<W: Work>(plan: *const Plan<'_>) -> bool {
        // SAFETY: the host passes a plan that lives until the call returns.
        let plan = unsafe { &*plan };
        remember_places();
        guard(W::panicked, || W::start(plan)).unwrap_or(false)
    }
    unsafe extern "C" fn preload<W: Work>(scripts: List<'_, Preload<'_>>) -> bool {
        guard(W::panicked, || W::preload(scripts.get())).unwrap_or_default()
    }
    unsafe extern "C" fn confirm<W: Work>(group: Slice<'_>, script: Slice<'_>, served: bool) {
        guard(W::panicked, || {
            W::confirm(group.bytes(), script.bytes(), served)
        })
        .unwrap_or_default();
    }
    unsafe extern "C" fn reload<W: Work>(group: Slice<'_>) -> bool {
        guard(W::panicked, || W::reload(group.bytes())).unwrap_or_default()
    }
    unsafe extern "C" fn call<W: Work>(request: *const Request<'_>) -> u16 {
        // SAFETY: the host passes a request that lives until the call returns.
        let request = unsafe { &*request };
        // SAFETY: `Work::call` promises not to use the carrier afterwards.
        let carrier = unsafe { Carrier::of(request) };
        guard(W::panicked, || W::call(request, carrier))
            .unwrap_or(Some(500))
            .unwrap_or(0)
    }
    unsafe extern "C" fn stay<W: Work>() {
        guard(W::panicked, W::stay).unwrap_or_default();
    }
    unsafe extern "C" fn beat<W: Work>() {
        guard(W::panicked, W::beat).unwrap_or_default();
    }
    unsafe extern "C" fn signal<W: Work>(number: i32) {
        guard(W::panicked, || W::signal(number)).unwrap_or_default();
    }
    unsafe extern "C" fn leaves<W: Work>(reason: Slice<'_>) {
        guard(W::panicked, || W::leaves(reason.bytes())).unwrap_or_default();
    }
    unsafe extern "C" fn announce_stop<W: Work>(reason: Slice<'_>) {
        guard(W::panicked, || W::announce_stop(reason.bytes())).unwrap_or_default();
    }
    unsafe extern "C" fn stop<W: Work>(limit_ms: u32, reason: Slice<'_>) {
        let limit = Duration::from_millis(limit_ms.into());
        guard(W::panicked, || W::stop(limit, reason.bytes())).unwrap_or_default();
    }
    EngineTable {
        abi_version: ABI_VERSION,
        size: size_of::<EngineTable>() as u32,
        python_version: Slice::new(W::PYTHON_VERSION.as_bytes()),
        start: start::<W>,
        preload: preload::<W>,
        call: call::<W>,
        confirm: confirm::<W>,
        reload: reload::<W>,
        stay: stay::<W>,
        beat: beat::<W>,
        signal: signal::<W>,
        leaves: leaves::<W>,
        announce_stop: announce_stop::<W>,
        stop: stop::<W>,
    }
}

/// What holds for the interpreters of `group`, as `host` says.
pub fn group_plan(host: &HostTable, group: &[u8]) -> GroupPlan<'static> {
    let mut plan = GroupPlan::DEFAULT;
    // SAFETY: both live until the call returns.
    unsafe { (host.group)(Slice::new(group), &mut plan) };
    plan
}

/// Asks `host` to have this process replaced.
pub fn retire(host: &HostTable, why: &str) {
    // SAFETY: the text lives until the call returns.
    unsafe { (host.retire)(Slice::new(why.as_bytes())) }
}

/// Tells `host` that a request has found its script loaded.
pub fn loaded(host: &HostTable) {
    // SAFETY: the host's function takes nothing, and may be called at any time.
    unsafe { (host.loaded)() }
}

/// The scoreboard of httpd as bytes, if `host` has one that this process may see. May wait for a second.
pub fn scoreboard(host: &HostTable) -> Option<Vec<u8>> {
    unsafe extern "C" fn take(taker: *mut c_void, bytes: Slice<'_>) {
        // SAFETY: `taker` is the place below, which nobody else uses meanwhile.
        let place = unsafe { &mut *taker.cast::<Option<Vec<u8>>>() };
        *place = Some(bytes.bytes().to_vec());
    }
    let mut place: Option<Vec<u8>> = None;
    // SAFETY: the place lives until the call returns.
    unsafe { (host.scoreboard)((&raw mut place).cast(), take) };
    place
}

/// The host's log for what belongs to no request.
#[derive(Debug, Clone, Copy)]
pub struct HostLog(pub &'static HostTable);

impl Sink for HostLog {
    fn level(&self) -> Level {
        // SAFETY: no preconditions.
        Level::from_number(unsafe { (self.0.log_level)() })
    }

    fn write(&self, record: &Record<'_>) {
        let (file, text) = (Slice::new(record.file.as_bytes()), Slice::new(record.text));
        // SAFETY: the slices live until the call returns.
        unsafe { (self.0.log)(record.level as u8, file, record.line, text) }
    }
}
