//! What crosses the boundary. Changing anything here means a new [`ABI_VERSION`].

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;

pub use crate::field::{FIELDS, Field};
pub use crate::group_plan::{GroupPlan, Guard, Isolation, Preload, Reload, ReloadPolicy};
pub use crate::settings::HashSeed;
pub use crate::telemetry_plan::TelemetryPlan;

/// The version of this ABI. A host uses only an engine that says the same number.
pub const ABI_VERSION: u32 = 12;

/// Name of the function every engine exports: [`EntryPoint`].
pub const ENTRY_POINT: &std::ffi::CStr = c"clutch_engine";

/// Gives the engine's table of functions. The table lives as long as the process.
pub type EntryPoint = unsafe extern "C" fn() -> *const EngineTable;

/// Bytes that somebody else owns, or nothing at all.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Slice<'a> {
    start: *const c_char,
    length: usize,
    owner: PhantomData<&'a [u8]>,
}

// SAFETY: what a `&[u8]` is, it is, too.
unsafe impl Send for Slice<'_> {}
// SAFETY: as above.
unsafe impl Sync for Slice<'_> {}

impl<'a> Slice<'a> {
    /// No bytes, and not the empty text either.
    pub const ABSENT: Self = Self {
        start: std::ptr::null(),
        length: 0,
        owner: PhantomData,
    };

    /// A view of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            start: bytes.as_ptr().cast(),
            length: bytes.len(),
            owner: PhantomData,
        }
    }

    /// A view of `bytes` if there are any.
    pub fn maybe(bytes: Option<&'a [u8]>) -> Self {
        bytes.map_or(Self::ABSENT, Self::new)
    }

    /// The bytes; `None` if absent.
    pub fn get(self) -> Option<&'a [u8]> {
        if self.start.is_null() {
            return None;
        }
        // SAFETY: a Slice is made by `new` from bytes that live for 'a, on this or the other side of the boundary.
        Some(unsafe { std::slice::from_raw_parts(self.start.cast(), self.length) })
    }

    /// The bytes; the empty slice if absent.
    pub fn bytes(self) -> &'a [u8] {
        self.get().unwrap_or_default()
    }

    /// The bytes as text, with replacement characters where they are not UTF-8.
    pub fn text(self) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }
}

impl std::fmt::Debug for Slice<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().map(String::from_utf8_lossy).fmt(f)
    }
}

/// A name and its value.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Pair<'a> {
    /// The name; never absent.
    pub name: Slice<'a>,
    /// The value; absent if the variable exists without one.
    pub value: Slice<'a>,
}

/// Several values in a row.
#[repr(C)]
pub struct List<'a, T> {
    start: *const T,
    length: usize,
    owner: PhantomData<&'a [T]>,
}

// SAFETY: what a `&[T]` is, it is, too.
unsafe impl<T: Sync> Send for List<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for List<'_, T> {}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

impl<'a, T> List<'a, T> {
    /// A view of `items`.
    pub const fn new(items: &'a [T]) -> Self {
        Self {
            start: items.as_ptr(),
            length: items.len(),
            owner: PhantomData,
        }
    }

    /// The items.
    pub fn get(self) -> &'a [T] {
        // SAFETY: a List is made by `new` from a slice that lives for 'a; an empty one has a dangling, aligned start.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

/// What [`EngineTable::call`] gives in place of a status when the group needs a process of its own: the application has not been
/// called, and nothing of the request has been read.
pub const NEEDS_PROCESS: u16 = 1;

/// As [`NEEDS_PROCESS`], if that is a guess: [`EngineTable::confirm`] says whether it was right.
pub const MAY_NEED_PROCESS: u16 = 2;

/// As [`NEEDS_PROCESS`], when the code of this process is older than what the request is to get: a new process has it. See
/// [`GroupPlan::replace_process`].
pub const STALE: u16 = 3;

/// A request for an application, or a question to a script.
#[derive(Debug)]
#[repr(C)]
pub struct Request<'a> {
    /// Application group; empty for the main interpreter.
    pub group: Slice<'a>,
    /// Path of the script file.
    pub script: Slice<'a>,
    /// Modification time of the script in microseconds since the epoch, as the host saw it; 0 if it did not look.
    pub script_mtime: i64,
    /// Name of the callable in the script.
    pub callable: Slice<'a>,
    /// What the script is asked, as the number of a [`clutch_core::question::Question`]; 0: nothing, the callable serves the request.
    /// A script that is asked gets nothing of a body and gives no response: its answer goes to [`ExchangeTable::answer`], and
    /// without one there is a status.
    pub question: u8,
    /// Arguments of the function that answers, after the environ.
    pub arguments: List<'a, Slice<'a>>,
    /// Whether a changed script is loaded again.
    pub reload: bool,
    /// Whether `wsgi.url_scheme` is `https`.
    pub https: bool,
    /// By number: see [`Field`].
    pub fields: [Slice<'a>; FIELDS],
    /// Variables of httpd's request environment (`SetEnv` and others). Weaker than `fields` and `headers`.
    pub env: List<'a, Pair<'a>>,
    /// Request headers under their own names, each name once; the engine maps and filters them.
    pub headers: List<'a, Pair<'a>>,
    /// Declared length of the body in bytes; −1 if it is chunked, 0 if there is none.
    pub content_length: i64,
    /// Number of the httpd process that has accepted the request.
    pub server_pid: u32,
    /// When httpd began the request, in microseconds since the epoch.
    pub request_start: i64,
    /// When an httpd child handed the request to a daemon, in microseconds since the epoch; 0 if there is none.
    pub queue_start: i64,
    /// When a daemon took it, in microseconds since the epoch; 0 if there is none.
    pub daemon_start: i64,
    /// httpd's own record of the request, for applications that get it; null if they do not.
    pub apache_request: *mut c_void,
    /// Connections to daemons that were tried for the request; 0 if there is no daemon.
    pub daemon_connects: u32,
    /// Daemons that went away or had old code, so that the request was offered to another one.
    pub daemon_restarts: u32,
    /// The request that carries the call; first argument of every function in `exchange`.
    pub carrier: *mut c_void,
    /// What the engine may ask of the carrier while `call` runs.
    pub exchange: &'a ExchangeTable,
}

/// [`clutch_core::exchange::Exchange`] as C functions. Numbers below zero are failures: minus the
/// [`clutch_core::exchange::Failure`]'s number.
#[derive(Debug)]
#[repr(C)]
pub struct ExchangeTable {
    /// At most so many bytes of the body, and whether the application waits for all of them, put into the slice; valid until
    /// the next call on this carrier.
    pub read: unsafe extern "C" fn(*mut c_void, usize, bool, *mut Slice<'static>) -> i32,
    /// Bytes of the body put into room for so many, and how many they are; the application waits for all of them.
    pub read_into: unsafe extern "C" fn(*mut c_void, *mut u8, usize, *mut usize) -> i32,
    /// Status, status line, headers, content length or −1.
    pub start: unsafe extern "C" fn(*mut c_void, u16, Slice<'_>, List<'_, Pair<'_>>, i64) -> i32,
    /// Data, and a [`clutch_core::exchange::Then`] as its number.
    pub write: unsafe extern "C" fn(*mut c_void, Slice<'_>, u8) -> i32,
    /// Descriptor, offset, length.
    pub send_file: unsafe extern "C" fn(*mut c_void, i32, u64, u64) -> i32,
    /// Completes the response.
    pub finish: unsafe extern "C" fn(*mut c_void) -> i32,
    /// Breaks the response.
    pub abort: unsafe extern "C" fn(*mut c_void),
    /// Takes the answer to the request's question, a [`clutch_core::question::Answer`] in bytes.
    pub answer: unsafe extern "C" fn(*mut c_void, Slice<'_>) -> i32,
    /// Level, file, line, text.
    pub log: unsafe extern "C" fn(*const c_void, u8, Slice<'_>, u32, Slice<'_>),
    /// The most detailed level wanted.
    pub log_level: unsafe extern "C" fn(*const c_void) -> u8,
    /// Whether the connection is protected by TLS.
    pub is_https: unsafe extern "C" fn(*const c_void) -> bool,
    /// A TLS variable; valid until the next call on this carrier.
    pub tls_variable: unsafe extern "C" fn(*mut c_void, Slice<'_>) -> Slice<'static>,
}

/// What an engine may ask of its host outside of requests, from any thread, at any time.
#[derive(Debug)]
#[repr(C)]
pub struct HostTable {
    /// Level, file, line, text: to the server's log.
    pub log: unsafe extern "C" fn(u8, Slice<'_>, u32, Slice<'_>),
    /// The most detailed level wanted.
    pub log_level: unsafe extern "C" fn() -> u8,
    /// What holds for the interpreters of an application group, of which the host fills in all; asked once for each group.
    pub group: unsafe extern "C" fn(Slice<'_>, *mut GroupPlan<'static>),
    /// This process should be replaced when its requests are done, for this reason. May be said more than once.
    pub retire: unsafe extern "C" fn(Slice<'_>),
    /// A request has found its script loaded. May be said more than once.
    pub loaded: unsafe extern "C" fn(),
    /// Calls the function once with its first argument and the scoreboard of httpd as bytes
    /// ([`clutch_core::scoreboard::Scoreboard`]), unless there is none or this process may not see it. May wait for a second.
    pub scoreboard: unsafe extern "C" fn(*mut c_void, TakeBytes),
}

/// Takes bytes for whoever the first argument is.
pub type TakeBytes = unsafe extern "C" fn(*mut c_void, Slice<'_>);

/// What holds for an engine from its start to its end.
#[derive(Debug)]
#[repr(C)]
pub struct Plan<'a> {
    /// The host's functions; valid as long as the process.
    pub host: &'static HostTable,
    /// `WSGIPythonHome`: an installation or a virtual environment; absent: the Python the engine was built for.
    pub python_home: Slice<'a>,
    /// `-W` options.
    pub warnings: List<'a, Slice<'a>>,
    /// Optimisation level; 0 leaves it to Python.
    pub optimize: u32,
    /// Seed of string hashes.
    pub hash_seed: HashSeed,
    /// Never write `.pyc` files.
    pub dont_write_bytecode: bool,
    /// The server runs as one process on a terminal (`httpd -X`): standard streams stay.
    pub single_process: bool,
    /// A directory that the process may write to, for what is remembered over restarts; absent: nothing is.
    pub state_directory: Slice<'a>,
    /// How many sub-interpreters the process may have; 0: no limit.
    pub max_interpreters: u32,
    /// After how many replaced interpreters the process asks to be replaced; 0: as the Python needs it.
    pub max_replacements: u32,
    /// The host gives a process of its own to a group that cannot live in this one: see [`NEEDS_PROCESS`].
    pub processes: bool,
    /// A build of Python without a GIL stays so.
    pub free_threading: bool,
    /// Script paths that differ only in case are different.
    pub case_sensitive: bool,
    /// Interpreters are ended with the process.
    pub destroy_interpreters: bool,
    /// Several processes may serve one application.
    pub multiprocess: bool,
    /// Several threads may call one application.
    pub multithread: bool,
    /// The process ends after one request.
    pub run_once: bool,
    /// The process serves no requests: it runs the scripts that are loaded before requests come, those of the main interpreter on the
    /// process's first thread, where SIGTERM raises `SystemExit`.
    pub service: bool,
    /// Processes that may serve an application at once.
    pub maximum_processes: u32,
    /// Threads that call applications in this process.
    pub threads_per_process: u32,
    /// Name of the process group; empty in an httpd child.
    pub process_group: Slice<'a>,
    /// Version of the httpd the host was built for.
    pub apache_version: [u32; 3],
    /// The server's banner.
    pub apache_description: Slice<'a>,
    /// Name of the MPM in lower case.
    pub apache_mpm: Slice<'a>,
    /// When httpd was built.
    pub apache_build_date: Slice<'a>,
    /// Processes of httpd that may serve at once.
    pub apache_maximum_processes: u32,
    /// Threads that serve in one of them.
    pub apache_threads_per_process: u32,
    /// Where packages unpack themselves: `PYTHON_EGG_CACHE` of each interpreter; absent: as the process has it.
    pub egg_cache: Slice<'a>,
    /// The directory that stands before all others in `sys.path`; absent: none does.
    pub home: Slice<'a>,
    /// Process number of httpd's parent.
    pub apache_pid: u32,
    /// What the process reports of itself.
    pub telemetry: TelemetryPlan<'a>,
}

impl Plan<'_> {
    /// The plan for a Python that serves for `host` and of which nothing else is said.
    pub const fn of(host: &'static HostTable) -> Self {
        Self {
            host,
            python_home: Slice::ABSENT,
            warnings: List::new(&[]),
            optimize: 0,
            hash_seed: HashSeed::Default,
            dont_write_bytecode: false,
            single_process: false,
            state_directory: Slice::ABSENT,
            max_interpreters: 0,
            max_replacements: 0,
            processes: false,
            free_threading: false,
            case_sensitive: true,
            destroy_interpreters: true,
            multiprocess: false,
            multithread: true,
            run_once: false,
            service: false,
            maximum_processes: 1,
            threads_per_process: 1,
            process_group: Slice::new(b""),
            apache_version: [2, 4, 0],
            apache_description: Slice::new(b""),
            apache_mpm: Slice::new(b""),
            apache_build_date: Slice::new(b""),
            apache_maximum_processes: 1,
            apache_threads_per_process: 1,
            egg_cache: Slice::ABSENT,
            home: Slice::ABSENT,
            apache_pid: 0,
            telemetry: TelemetryPlan::NONE,
        }
    }
}

/// The engine's functions. The first two fields are the same in every version of the ABI.
#[derive(Debug)]
#[repr(C)]
pub struct EngineTable {
    /// [`ABI_VERSION`] of the engine's build.
    pub abi_version: u32,
    /// `size_of::<EngineTable>()` of the engine's build.
    pub size: u32,
    /// Version of the Python the engine was built for, such as `3.14.7`.
    pub python_version: Slice<'static>,
    /// Starts Python, once per process, on the process's first thread. `false` on failure, which is logged.
    pub start: unsafe extern "C" fn(*const Plan<'_>) -> bool,
    /// Loads scripts, those of one group in order and groups side by side, after `start`. Whether all are loaded; else it is logged.
    pub preload: unsafe extern "C" fn(List<'_, Preload<'_>>) -> bool,
    /// Serves a request. 0 if the response has been sent or broken, or the question answered, else the status the host is to answer with, in place
    /// of a head that was started if nothing of it is out; if something is, the host breaks the response.
    pub call: unsafe extern "C" fn(*const Request<'_>) -> u16,
    /// The application of a group and a script, of which [`MAY_NEED_PROCESS`] was said, has served a request in a process of
    /// its own, or has failed there.
    pub confirm: unsafe extern "C" fn(Slice<'_>, Slice<'_>, bool),
    /// Replaces the interpreters of a group. Whether there were any.
    pub reload: unsafe extern "C" fn(Slice<'_>) -> bool,
    /// The process serves on although [`HostTable::retire`] was called because of new code: that does not load.
    pub stay: unsafe extern "C" fn(),
    /// Takes the GIL of the main interpreter and gives it back, at once or when it can be had.
    pub beat: unsafe extern "C" fn(),
    /// Tells the applications of a signal, by its number, one interpreter after the other, and returns when all have been told.
    pub signal: unsafe extern "C" fn(i32),
    /// The process takes no more requests, for this reason; those that run go on. Only the first one counts.
    pub leaves: unsafe extern "C" fn(Slice<'_>),
    /// Tells the applications that the process stops, and why, without waiting for them. Calls go on. Only the first one counts.
    pub announce_stop: unsafe extern "C" fn(Slice<'_>),
    /// Tells the applications that the process stops, and why, if they have not been told; ends Python in at most so many
    /// milliseconds; what does not end by then is left as it is.
    pub stop: unsafe extern "C" fn(u32, Slice<'_>),
}
