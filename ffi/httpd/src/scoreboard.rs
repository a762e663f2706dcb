//! `scoreboard.h`

use core::ffi::{c_char, c_int, c_uchar, c_ulong};

use crate::apr::apr_off_t;
use crate::apr_thread_proc::pid_t;
use crate::apr_time::apr_time_t;

pub type ap_generation_t = c_int;

c_struct! { "scoreboard.h" struct worker_score (at least 336) {
    0 _tid: c_ulong,
    8 thread_num: c_int,
    12 pid: pid_t,
    16 generation: ap_generation_t,
    20 status: c_uchar,
    24 conn_bytes: apr_off_t,
    32 access_count: c_ulong,
    40 bytes_served: apr_off_t,
    48 my_access_count: c_ulong,
    56 my_bytes_served: apr_off_t,
    64 start_time: apr_time_t,
    72 stop_time: apr_time_t,
    80 last_used: apr_time_t,
    88 _times: [c_ulong; 4],
    120 client: [c_char; 32],
    152 request: [c_char; 64],
    216 vhost: [c_char; 32],
    248 protocol: [c_char; 16],
    264 duration: apr_time_t,
    272 client64: [c_char; 64],
}}

c_struct! { "scoreboard.h" struct global_score (at least 24) {
    0 server_limit: c_int,
    4 thread_limit: c_int,
    8 running_generation: ap_generation_t,
    16 restart_time: apr_time_t,
}}

c_struct! { "scoreboard.h" struct process_score (at least 12) {
    0 pid: pid_t,
    4 generation: ap_generation_t,
    8 quiescing: c_char,
}}

unsafe extern "C" {
    pub fn ap_exists_scoreboard_image() -> c_int;
    /// Writes as many bytes as its httpd's worker_score has, which may be more than ours.
    pub fn ap_copy_scoreboard_worker(dest: *mut worker_score, child_num: c_int, thread_num: c_int);
    /// Null if there is no scoreboard or no such place. Other processes write there at any time.
    pub fn ap_get_scoreboard_process(x: c_int) -> *mut process_score;
    /// As above.
    pub fn ap_get_scoreboard_global() -> *mut global_score;
    // not declared: what writes to the scoreboard (for MPMs and the core)
}
