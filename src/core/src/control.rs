//! What httpd's parent, the supervisor and the daemons tell each other: who is to run, and how that goes.
//!
//! Messages are bytes made by serde; whoever sends one puts its length before it. All ends are of one build: the first word of each
//! conversation is [`BUILD`].

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::daemon::DaemonGroup;
use crate::config::interpreter::InterpreterWords;
use crate::config::{HashSeed, Preload, Telemetry};

/// The build that speaks: programs of another one are not understood.
pub const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "-4");

/// Most bytes of a message between httpd's parent, the supervisor and a daemon that is told what to be.
pub const MOST_MESSAGE: usize = 64 << 20;

/// Most bytes of a message from a daemon, or of a question: who sends it is not trusted.
pub const MOST_SMALL_MESSAGE: usize = 1 << 20;

/// What the whole server says to each process that runs Python.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessWords {
    /// `-W` options.
    pub warnings: Vec<Arc<[u8]>>,
    /// Optimisation level; 0 leaves it to Python.
    pub optimize: u32,
    /// `None` leaves it to Python.
    pub hash_seed: Option<HashSeed>,
    /// Never write `.pyc` files.
    pub dont_write_bytecode: bool,
    /// A free-threaded build stays without a GIL.
    pub free_threading: bool,
    /// Script paths that differ only in case are different.
    pub case_sensitive: bool,
    /// Interpreters are ended with the process.
    pub destroy_interpreters: bool,
    /// How many interpreters there may be besides the main one; 0: no limit.
    pub max_interpreters: u32,
    /// After how many replaced interpreters the process asks to be replaced; 0: when they have kept too much memory.
    pub max_replacements: u32,
    /// What it reports, if there is somebody who takes it.
    pub telemetry: Option<Telemetry>,
}

/// What applications are told of httpd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApacheFacts {
    /// Its version.
    pub version: [u32; 3],
    /// Its banner.
    pub description: Vec<u8>,
    /// Its MPM, in lower case.
    pub mpm: Vec<u8>,
    /// When it was built.
    pub build_date: Vec<u8>,
    /// Processes that may serve at once.
    pub maximum_processes: u32,
    /// Threads that serve in one of them.
    pub threads_per_process: u32,
    /// Process number of its parent.
    pub pid: u32,
}

/// A user or group by number, and the user's name where it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// A group of daemons that is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSpec {
    /// What the operator wants of it.
    pub group: DaemonGroup,
    /// Where children of httpd's connect.
    pub socket: PathBuf,
    /// The application group of httpd's own processes that these daemons run, in their main interpreter, because it needs a process of
    /// its own; `None`: they are what the operator has declared.
    pub stands_for: Option<Arc<[u8]>>,
    /// The engine's file.
    pub engine: PathBuf,
    /// An installation or virtual environment of Python; `None`: the one the engine was built for.
    pub python_home: Option<Arc<[u8]>>,
    /// What is said about its interpreters.
    pub words: InterpreterWords,
    /// What holds for each process.
    pub process: ProcessWords,
    /// Scripts to load before requests come.
    pub preloads: Vec<Preload>,
    /// Scripts of a process that serves, and goes on if one of these does not load in a new one, which then ends.
    pub successor_of: Vec<Preload>,
    /// What applications are told of httpd.
    pub apache: ApacheFacts,
    /// The user and group of httpd's children: they may connect, and the daemons are theirs unless the operator says otherwise.
    pub httpd: Owner,
    /// Where engines remember what they learn. From httpd's parent: where its children do, and daemons beside it.
    pub state: Option<PathBuf>,
    /// Which of the logs that came before is the one for lines that belong to no request.
    pub log: usize,
    /// The most detailed level that this log keeps.
    pub log_level: u8,
}

/// From httpd's parent to the supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The first word: the build that speaks.
    Hello(String),
    /// With this comes the number that counts what operators have httpd's own processes reload.
    Bell,
    /// With this comes where httpd's children are asked for the scoreboard.
    Board,
    /// A log comes with this. Logs are numbered from 0 in each epoch.
    Log,
    /// From now on these groups are to run, and no others.
    Epoch(Epoch),
    /// httpd ends its children now, and does not wait for their requests: all daemons are to end, and none is started before the
    /// next epoch.
    Hurry,
    /// httpd reads its configuration anew. Unless there is an epoch soon, it goes on without us.
    Unsettled,
}

/// A configuration of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted by the parent, from 1.
    pub number: u32,
    /// Requests that daemons of the last epoch run may take as long as they are allowed to.
    pub graceful: bool,
    /// The most detailed level that the main server's log keeps.
    pub log_level: u8,
    /// Where the supervisor listens for questions.
    pub questions: PathBuf,
    /// The groups.
    pub groups: Vec<GroupSpec>,
    /// What daemons are like that an application group of httpd's own processes gets when it needs a process of its own; the socket is
    /// what their sockets' names begin with. `None`: there are no such daemons.
    pub own: Option<Box<GroupSpec>>,
}

/// From the supervisor to httpd's parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The sockets of this epoch are there, but for those of the groups named with the reason.
    Listening(Vec<(Vec<u8>, String)>),
}

/// From the supervisor to a daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// What it is to be. The first message.
    Be(Box<GroupSpec>),
    /// Take no more requests, finish those that run within so many milliseconds (0: as long as they take), and end.
    Drain(u32, String),
    /// Replace the interpreters of this application group.
    Reload(Vec<u8>),
    /// It is not replaced, because the new code does not load.
    Stay,
}

/// From a daemon to the supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// It takes requests.
    Ready,
    /// It cannot be what it is to be, for this reason, and ends.
    Failed(String),
    /// New code does not load: it does not take the place of the process that serves, and ends.
    Unloaded,
    /// It should be replaced, for this reason, by one that has loaded these scripts.
    Retire(String, Vec<Preload>),
    /// It has had no request for a while.
    Idle,
    /// It takes no more requests, so another must, for this reason.
    Leaving(String),
}

/// A question to the supervisor, from children of httpd's and operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Why has the daemon with this process number ended?
    Why(u32),
    /// Why has the daemon of this group ended that ended last, a moment ago?
    WhyLast(Vec<u8>),
    /// Have the daemons of this group replaced, or of one application group of theirs the interpreters; if there is no such group, the
    /// interpreters of the application group of this name in httpd's own processes.
    Reload(Vec<u8>, Option<Vec<u8>>),
    /// Which application groups of httpd's own processes are to be reloaded, counted from this number on?
    Reloads(u32),
    /// Where are the daemons of this application group, which needs a process of its own? They are started if need be.
    Need(Vec<u8>),
    /// Who is there?
    Status,
}

/// What the supervisor replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// The process that has ended, and the reason.
    Because(u32, String),
    /// It is not known.
    Unknown,
    /// They listen there.
    At(PathBuf),
    /// It is being done, in so many daemons; 0: in httpd's own processes, each with its next request.
    Reloading(u32),
    /// These application groups, the last of them with this number.
    Reloads(u32, Vec<Vec<u8>>),
    /// Who is there.
    Status(Vec<GroupStatus>),
}

/// How a group is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// Its name.
    pub name: Vec<u8>,
    /// Its processes: number, and what they do.
    pub processes: Vec<(u32, String)>,
    /// How many have ended by themselves since httpd started.
    pub deaths: u32,
}

/// A number for names of sockets (FNV-1a).
pub fn hash(name: &[u8]) -> u32 {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    name.iter().fold(0x811c_9dc5, step)
}
