//! Threads that serve: each waits for a connection with a request, and serves it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clutch_core::code;
use clutch_core::exchange::Exchange;
use clutch_core::transport::{Encoder, Kind, VERSION};
use clutch_sys::link::{self, Buffers, Link};
use clutch_sys::socket::{self, peer};
use clutch_sys::time;
use ffi_engine::abi::STALE;
use ffi_engine::host::Engine;
use ffi_engine::wire::Received;

use super::carrier::{Carrier, Turn};
use super::incoming::Incoming;
use super::state::{END, LISTENER, Running, State};
use super::{log, root};

/// How long a child may take to send a request that it has begun to send.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// Bytes that most requests have at most.
const USUAL_REQUEST: usize = 16 * 1024;

/// The status of a request that has waited too long for a thread.
const GATEWAY_TIMEOUT: u16 = 504;

/// The status of a request for a script that is not in the root of its daemons.
const SERVER_ERROR: u16 = 500;

/// Starts the threads.
pub(super) fn start(state: &Arc<State>, engine: Engine) -> io::Result<()> {
    let stack = usize::try_from(state.spec.group.stack_size).unwrap_or(0);
    for number in 0..state.spec.group.threads {
        let mut builder = thread::Builder::new().name(format!("wsgi-{number}"));
        if stack > 0 {
            builder = builder.stack_size(stack);
        }
        let state = Arc::clone(state);
        builder.spawn(move || work(&state, engine))?;
    }
    Ok(())
}

/// What a thread uses for one request after the other.
#[derive(Default)]
struct Own {
    buffers: Buffers,
    /// The request that is served; what of it is larger than usual is given back with the next one.
    request: Vec<u8>,
}

/// Serves one request after the other until the process takes no more.
fn work(state: &State, engine: Engine) {
    let mut own = Own::default();
    loop {
        match state.epoll.wait(None) {
            Ok(Some(END)) => return,
            Ok(Some(LISTENER)) => {
                if let Some(connection) = accept(state) {
                    serve(state, engine, connection, false, &mut own);
                }
            }
            Ok(Some(name)) => {
                if let Some(connection) = state.take(name) {
                    serve(state, engine, connection, true, &mut own);
                }
            }
            Ok(None) => (),
            Err(error) => {
                let text = format!("waiting for requests failed: {error}");
                log::fault(&code::WAITING_FAILED.says(text));
                thread::sleep(Duration::from_secs(1));
            }
        }
    }
}

/// A new connection, if it is from httpd.
fn accept(state: &State) -> Option<Arc<OwnedFd>> {
    if state.is_draining() {
        return None;
    }
    let group = &state.spec.group;
    let size = |bytes: u32| (bytes > 0).then_some(bytes as usize);
    let buffers = socket::Buffers {
        send: size(group.send_buffer_size),
        receive: size(group.receive_buffer_size),
    };
    let connection = match socket::accept(state.listener.as_fd(), &buffers) {
        Ok(connection) => connection,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
        Err(error) => {
            if state.is_worth_telling_again() {
                let text = format!("a connection was not taken, and waits: {error}");
                log::fault(&code::NOT_ACCEPTED.says(text));
            }
            thread::sleep(Duration::from_millis(100)); // out of descriptors, say
            return None;
        }
    };
    match peer(connection.as_fd()) {
        Ok(peer) if peer.uid == 0 || peer.uid == state.spec.httpd.uid => (),
        Ok(peer) => {
            let (pid, uid) = (peer.pid, peer.uid);
            let text = format!("process {pid} of user {uid} is not httpd's and was turned away");
            log::fault(&code::STRANGER.says(text));
            return None;
        }
        Err(error) => {
            log::fault(&code::PEER_UNKNOWN.says(error.to_string()));
            return None;
        }
    }
    let timeout = match state.spec.group.socket_timeout {
        Duration::ZERO => REQUEST_LIMIT.max(state.spec.group.request_timeout),
        timeout => timeout,
    };
    link::limit_waiting(&connection, timeout).ok()?;
    Some(Arc::new(connection))
}

/// What becomes of a connection after a request.
enum After {
    Keep,
    Close,
}

/// Serves the request that has come over `connection`, if one has, and keeps the connection for the next.
fn serve(state: &State, engine: Engine, connection: Arc<OwnedFd>, known: bool, own: &mut Own) {
    let mut link = Link::over(Arc::clone(&connection), &mut own.buffers);
    // Before anything is read: a process that takes no more requests ends when nobody is busy, and what it has read by then
    // would be lost.
    let busy = state.busy();
    if !known {
        link.put(Kind::Hello, 0, |bytes| {
            let mut encoder = Encoder(bytes);
            encoder.put_u16(VERSION);
            encoder.put_u16(0);
            encoder.put_u32(std::process::id());
        });
        // At once: if this process dies of the request, the child knows whom to ask about.
        if link.flush().is_err() {
            return;
        }
        match link.has_come() {
            Ok(true) => (),
            // The rest of a request is on its way, and what has come of it is here.
            Ok(false) if link.has_rest() => (),
            // Nothing yet: the thread is for others until then.
            Ok(false) => return state.keep(connection, false),
            Err(link::Lost::Malformed) => {
                malformed("its first bytes begin no frame");
                return;
            }
            Err(_) => return,
        }
    }
    let after = one_request(state, engine, &mut link, &connection, &mut own.request);
    drop(busy);
    match after {
        After::Keep => {
            if link.into_socket().is_some() {
                state.keep(connection, known);
            }
        }
        After::Close => (),
    }
}

/// Serves one request.
fn one_request(
    state: &State,
    engine: Engine,
    link: &mut Link<'_>,
    connection: &Arc<OwnedFd>,
    payload: &mut Vec<u8>,
) -> After {
    if state.is_draining() {
        // The request may have been read already, so its child is told to offer it to another daemon.
        link.put(Kind::Answer, 1, |bytes| Encoder(bytes).put_u16(0));
        let _ = link.flush();
        return After::Close;
    }
    // From here on this process answers for the request.
    payload.clear();
    payload.shrink_to(USUAL_REQUEST);
    match link.receive() {
        Ok(frame) if frame.kind == Kind::Request => payload.extend_from_slice(frame.payload),
        Ok(frame) => return malformed(&format!("a frame of kind {:?}", frame.kind)),
        Err(link::Lost::Ended | link::Lost::Reset) => return After::Close,
        Err(lost) => return malformed(&lost.to_string()),
    }
    let Ok(received) = Received::of(payload) else {
        return malformed("a request that is none");
    };
    state.begins(received.attached.counts);
    let turn = Arc::new(Turn::default());
    let body = Incoming::of(state.ahead);
    let carrier = Carrier::of(link, received.attached, body, &turn);
    let kept = answer(state, engine, &received, carrier, (connection, &turn));
    state.ends(received.attached.counts);
    match kept {
        true => After::Keep,
        false => After::Close,
    }
}

/// Answers a request. Whether its connection can carry another.
fn answer(
    state: &State,
    engine: Engine,
    received: &Received<'_>,
    mut carrier: Carrier<'_, '_>,
    (connection, turn): (&Arc<OwnedFd>, &Arc<Turn>),
) -> bool {
    let mut request = received.request(time::microseconds(SystemTime::now()));
    if is_too_old(state, request.request_start) {
        let text = "the request has waited for a thread longer than queue-timeout lets it";
        code::TOO_OLD.says(text).write(|record| carrier.log(record));
        return carrier.answer(Some(GATEWAY_TIMEOUT));
    }
    if let Some(root) = &state.spec.group.chroot
        && !root::moves_into(root, &mut request)
    {
        let (script, root) = (request.script.text(), String::from_utf8_lossy(root));
        let text = format!("the script {script} is not below {root}, the chroot of its daemons");
        code::OUTSIDE_ROOT
            .says(text)
            .write(|record| carrier.log(record));
        return carrier.answer(Some(SERVER_ERROR));
    }
    state.notes(request.group.bytes(), request.script.bytes());
    let running = watch(state, connection, turn);
    let status = engine.call(&request, &mut carrier);
    if let Some(running) = running {
        let mut all = state.running.lock();
        all.retain(|one| !Arc::ptr_eq(one, &running));
    }
    if status == Some(STALE) {
        state.requests_wait_for_new_code();
        return carrier.send_elsewhere();
    }
    carrier.answer(status)
}

/// Has the clock look after a request, if requests have a limit.
fn watch(state: &State, connection: &Arc<OwnedFd>, turn: &Arc<Turn>) -> Option<Arc<Running>> {
    if state.spec.group.request_timeout.is_zero() {
        return None;
    }
    let running = Arc::new(Running {
        since: Instant::now(),
        socket: Arc::clone(connection),
        turn: Arc::clone(turn),
        given_up: AtomicBool::new(false),
    });
    state.running.lock().push(Arc::clone(&running));
    Some(running)
}

fn malformed(what: &str) -> After {
    let text =
        format!("what came over a connection is no request: {what}; the connection is closed");
    log::fault(&code::NO_REQUEST.says(text));
    After::Close
}

/// Whether a request has waited longer for a thread than it may.
fn is_too_old(state: &State, request_start: i64) -> bool {
    let limit = state.spec.group.queue_timeout;
    let age = time::microseconds(SystemTime::now()).saturating_sub(request_start);
    !limit.is_zero() && u128::from(age.unsigned_abs()) > limit.as_micros() && age > 0
}
