//! The host's face: open an engine, start it, hand it requests.

mod opened;

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::slice;

use clutch_core::code;
use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};
use clutch_core::question::Answer;
use smallvec::SmallVec;

pub use opened::{Engine, Unusable};

use crate::abi::{ExchangeTable, GroupPlan, HostTable, List, Pair, Slice, TakeBytes};
use crate::guard::guard;

/// What an engine asks of its host outside of requests; [`host_table`] makes C functions of it. Called from any thread.
pub trait Host {
    /// Writes one line to the server's log.
    fn write(record: &Record<'_>);
    /// The most detailed level wanted.
    fn level() -> Level;
    /// What holds for the interpreters of `group`.
    fn group(group: &[u8]) -> GroupPlan<'static>;
    /// This process should be replaced when its requests are done. May be said more than once.
    fn retire(why: &str);
    /// A request has found its script loaded. May be said more than once.
    fn loaded() {}
    /// The scoreboard of httpd as bytes; `None` if there is none or this process may not see it. May wait for a second.
    fn scoreboard() -> Option<Vec<u8>>;
}

/// The table of the host `H`.
pub const fn host_table<H: Host>() -> HostTable {
    unsafe extern "C" fn log<H: Host>(level: u8, file: Slice<'_>, line: u32, text: Slice<'_>) {
        let _ = guard(
            |_| (),
            || H::write(&record(level, &file.text(), line, text.bytes())),
        );
    }
    unsafe extern "C" fn group<H: Host>(name: Slice<'_>, plan: *mut GroupPlan<'static>) {
        if let Some(answer) = guard(|_| (), || H::group(name.bytes())) {
            // SAFETY: the engine passes a place that lives until the call returns.
            unsafe { plan.write(answer) };
        }
    }
    unsafe extern "C" fn retire<H: Host>(why: Slice<'_>) {
        let _ = guard(|_| (), || H::retire(&why.text()));
    }
    unsafe extern "C" fn loaded<H: Host>() {
        let _ = guard(|_| (), H::loaded);
    }
    unsafe extern "C" fn scoreboard<H: Host>(taker: *mut c_void, take: TakeBytes) {
        if let Some(Some(bytes)) = guard(|_| (), H::scoreboard) {
            // SAFETY: the engine passes a function and what that takes first.
            unsafe { take(taker, Slice::new(&bytes)) };
        }
    }
    unsafe extern "C" fn log_level<H: Host>() -> u8 {
        guard(|_| (), || H::level() as u8).unwrap_or(Level::Error as u8)
    }
    HostTable {
        log: log::<H>,
        log_level: log_level::<H>,
        group: group::<H>,
        retire: retire::<H>,
        loaded: loaded::<H>,
        scoreboard: scoreboard::<H>,
    }
}

fn record<'a>(level: u8, file: &'a str, line: u32, text: &'a [u8]) -> Record<'a> {
    Record {
        level: Level::from_number(level),
        file,
        line,
        text,
    }
}

/// [`Exchange`] functions for carriers of type `E`.
pub(crate) struct ExchangeOf<E>(std::marker::PhantomData<E>);

impl<E: Exchange> ExchangeOf<E> {
    pub(crate) const TABLE: ExchangeTable = ExchangeTable {
        read: Self::read,
        read_into: Self::read_into,
        start: Self::start,
        write: Self::write,
        send_file: Self::send_file,
        finish: Self::finish,
        abort: Self::abort,
        answer: Self::answer,
        log: Self::log,
        log_level: Self::log_level,
        is_https: Self::is_https,
        tls_variable: Self::tls_variable,
    };

    /// Runs `body` on the carrier.
    ///
    /// # Safety
    ///
    /// `carrier` is what [`Engine::call`] was given, `call` has not returned, and no other thread uses it now.
    unsafe fn with<R>(carrier: *mut c_void, on_panic: R, body: impl FnOnce(&mut E) -> R) -> R {
        // SAFETY: the caller's promise.
        let exchange = unsafe { &mut *carrier.cast::<E>() };
        let mut told = String::new();
        guard(|text| text.clone_into(&mut told), || body(exchange)).unwrap_or_else(|| {
            let text = format!("panic while serving a request: {told}; please report this");
            let fault = code::CARRIER_PANIC.says(text);
            // SAFETY: as above; the panic has left `body`.
            let exchange = unsafe { &*carrier.cast::<E>() };
            let _ = guard(|_| (), || fault.write(|record| exchange.log(record)));
            on_panic
        })
    }

    unsafe extern "C" fn read(
        carrier: *mut c_void,
        most: usize,
        all: bool,
        into: *mut Slice<'static>,
    ) -> i32 {
        // SAFETY: the engine's promise, see `with`.
        let outcome = unsafe {
            Self::with(carrier, Err(Failure::Internal), |exchange| {
                exchange
                    .read(most, all)
                    .map(|bytes| (bytes.as_ptr(), bytes.len()))
            })
        };
        code(outcome.map(|(start, length)| {
            // SAFETY: the exchange keeps the bytes until it is called again; the engine uses them before that.
            let bytes = unsafe { slice::from_raw_parts(start, length) };
            // SAFETY: the engine passes a place of its own.
            unsafe { into.write(Slice::new(bytes)) };
        }))
    }

    unsafe extern "C" fn read_into(
        carrier: *mut c_void,
        room: *mut u8,
        most: usize,
        count: *mut usize,
    ) -> i32 {
        // SAFETY: the engine passes room for so many bytes, which nobody else uses during the call.
        let room = unsafe { slice::from_raw_parts_mut(room.cast::<MaybeUninit<u8>>(), most) };
        // SAFETY: the engine's promise, see `with`.
        let outcome = unsafe {
            Self::with(carrier, Err(Failure::Internal), |exchange| {
                exchange.read_into(room)
            })
        };
        code(outcome.map(|put| {
            // SAFETY: the engine passes a place of its own.
            unsafe { count.write(put) };
        }))
    }

    unsafe extern "C" fn start(
        carrier: *mut c_void,
        status: u16,
        status_line: Slice<'_>,
        headers: List<'_, Pair<'_>>,
        content_length: i64,
    ) -> i32 {
        let headers: SmallVec<[(&[u8], &[u8]); 16]> = headers
            .get()
            .iter()
            .map(|pair| (pair.name.bytes(), pair.value.bytes()))
            .collect();
        let head = ResponseHead {
            status,
            status_line: status_line.bytes(),
            headers: &headers,
            content_length: u64::try_from(content_length).ok(),
        };
        // SAFETY: the engine's promise, see `with`.
        code(unsafe {
            Self::with(carrier, Err(Failure::Internal), |exchange| {
                exchange.start(&head)
            })
        })
    }

    unsafe extern "C" fn write(carrier: *mut c_void, data: Slice<'_>, then: u8) -> i32 {
        let then = Then::from_code(then);
        // SAFETY: the engine's promise, see `with`.
        code(unsafe {
            Self::with(carrier, Err(Failure::Internal), |exchange| {
                exchange.write(data.bytes(), then)
            })
        })
    }

    unsafe extern "C" fn send_file(
        carrier: *mut c_void,
        file: i32,
        offset: u64,
        length: u64,
    ) -> i32 {
        // SAFETY: the engine keeps the descriptor open during the call.
        let file = unsafe { BorrowedFd::borrow_raw(file) };
        let range = FileRange {
            file,
            offset,
            length,
        };
        // SAFETY: the engine's promise, see `with`.
        code(unsafe {
            Self::with(carrier, Err(Failure::Internal), |exchange| {
                exchange.send_file(range)
            })
        })
    }

    unsafe extern "C" fn finish(carrier: *mut c_void) -> i32 {
        // SAFETY: the engine's promise, see `with`.
        code(unsafe { Self::with(carrier, Err(Failure::Internal), Exchange::finish) })
    }

    unsafe extern "C" fn abort(carrier: *mut c_void) {
        // SAFETY: the engine's promise, see `with`.
        unsafe { Self::with(carrier, (), Exchange::abort) }
    }

    unsafe extern "C" fn answer(carrier: *mut c_void, bytes: Slice<'_>) -> i32 {
        let answer = Answer::of(bytes.bytes()).map_err(|_| Failure::Internal);
        // SAFETY: the engine's promise, see `with`.
        code(answer.and_then(|answer| unsafe {
            Self::with(carrier, Err(Failure::Internal), |it| it.answer(&answer))
        }))
    }

    unsafe extern "C" fn log(
        carrier: *const c_void,
        level: u8,
        file: Slice<'_>,
        line: u32,
        text: Slice<'_>,
    ) {
        let file = file.text();
        let record = record(level, &file, line, text.bytes());
        // SAFETY: the engine's promise, see `with`; `log` takes the exchange by shared reference.
        unsafe { Self::with(carrier.cast_mut(), (), |exchange| exchange.log(&record)) }
    }

    unsafe extern "C" fn log_level(carrier: *const c_void) -> u8 {
        // SAFETY: the engine's promise, see `with`.
        unsafe {
            Self::with(carrier.cast_mut(), Level::Error as u8, |exchange| {
                exchange.log_level() as u8
            })
        }
    }

    unsafe extern "C" fn is_https(carrier: *const c_void) -> bool {
        // SAFETY: the engine's promise, see `with`.
        unsafe { Self::with(carrier.cast_mut(), false, |exchange| exchange.is_https()) }
    }

    unsafe extern "C" fn tls_variable(carrier: *mut c_void, name: Slice<'_>) -> Slice<'static> {
        // SAFETY: the engine's promise, see `with`.
        let value = unsafe {
            Self::with(carrier, None, |exchange| {
                exchange
                    .tls_variable(name.bytes())
                    .map(|value| (value.as_ptr(), value.len()))
            })
        };
        match value {
            // SAFETY: the exchange keeps the value until it is called again; the engine copies it before that.
            Some((start, length)) => Slice::new(unsafe { slice::from_raw_parts(start, length) }),
            None => Slice::ABSENT,
        }
    }
}

fn code(outcome: Result<(), Failure>) -> i32 {
    match outcome {
        Ok(()) => 0,
        Err(failure) => -(failure as i32),
    }
}
