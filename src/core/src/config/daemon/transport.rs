//! Options about what goes between httpd's children and the daemons.

use crate::config::daemon::group::{HEADER_BUFFER, RESPONSE_BUFFER};
use crate::config::daemon::parse::Row;
use crate::config::daemon::read::{self, Read};

/// The least size of a socket's buffer that can be asked for.
const LEAST_SOCKET_BUFFER: u32 = 512;

pub(super) const ROWS: &[Row] = &[
    option!("listen-backlog" "NUMBER", "100",
        "How many connections may wait to be taken."
        => listen_backlog = read::count),
    option!("connect-timeout" "SECONDS", "15",
        "How long a request waits for a place in that queue; then it gets status 503. 0: not at all."
        => connect_timeout = read::seconds),
    option!("socket-timeout" "SECONDS", "0",
        "How long either side waits for the other at a time; 0: as httpd's `Timeout`. A daemon that answers too late costs status 504."
        => socket_timeout = read::seconds),
    option!("queue-timeout" "SECONDS", "0",
        "How old a request may be when a thread takes it; else it gets status 504. 0 is no limit."
        => queue_timeout = read::seconds),
    option!("send-buffer-size" "BYTES", "0",
        "The send buffer of the socket, 512 or more; 0: as the system has it."
        => send_buffer_size = |value| read::buffer(value, LEAST_SOCKET_BUFFER, 0)),
    option!("receive-buffer-size" "BYTES", "0",
        "The receive buffer of the socket, 512 or more; 0: as the system has it."
        => receive_buffer_size = |value| read::buffer(value, LEAST_SOCKET_BUFFER, 0)),
    option!("header-buffer-size" "BYTES", "32768",
        "How long a header of a response may be, 8192 or more. A longer one costs status 500."
        => header_buffer_size = |value| read::buffer(value, 8_192, HEADER_BUFFER)),
    option!("response-buffer-size" "BYTES", "8388608",
        "How much of a response may be held back before the client gets it, 65536 or more."
        => response_buffer_size = |value| read::buffer(value, 65_536, RESPONSE_BUFFER)),
    option!("response-socket-timeout" "SECONDS", "0",
        "How long the client may take at a time while it gets the response; 0: as socket-timeout."
        => response_socket_timeout = read::seconds),
    option!("response-flush-delay" "MILLISECONDS", "5",
        "How long an application pauses before the client gets what there is; 0: at once."
        => response_flush_delay = read::milliseconds),
];
