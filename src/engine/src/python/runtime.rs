//! Start and end of the process-wide runtime; creating interpreters.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3_ffi as ffi;

use super::attached::Mark;
use super::thread_state::{InterpreterId, ThreadState};

/// Whether the runtime has ended: written once by [`finalize`], read by threads that still have thread states.
/// Relaxed would do: a thread that reads too early waits for a lock that is never given, which ends with the process.
static GONE: AtomicBool = AtomicBool::new(false);

/// Whether the runtime has ended.
pub fn is_gone() -> bool {
    GONE.load(Ordering::Acquire)
}

/// Version and build of this Python, in its own words.
pub fn version() -> &'static [u8] {
    // SAFETY: may be called at any time.
    let text = unsafe { ffi::Py_GetVersion() };
    // SAFETY: a NUL-terminated text that lives as long as the process.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

/// What Python is started with.
#[derive(Debug, Default)]
pub struct Setup {
    /// An installation prefix (`PYTHONHOME`).
    pub home: Option<CString>,
    /// The executable whose place decides prefix and virtual environment.
    pub program: Option<CString>,
    /// `-W` options.
    pub warnings: Vec<CString>,
    /// `-O` level, if set.
    pub optimize: Option<i32>,
    /// Whether a crash writes the stacks of all threads to standard error.
    pub stacks_of_crashes: bool,
    /// Whether `.pyc` files are never written.
    pub dont_write_bytecode: bool,
    /// `Some(None)`: random; `Some(Some(n))`: seed n; `None`: CPython's default.
    pub hash_seed: Option<Option<u32>>,
}

/// Why CPython could not be started or an interpreter not be made; CPython's own words.
#[derive(Debug)]
pub struct Refused(pub String);

fn check(status: ffi::PyStatus) -> Result<(), Refused> {
    // SAFETY: takes a value.
    if unsafe { ffi::PyStatus_Exception(status) } == 0 {
        return Ok(());
    }
    if status.err_msg.is_null() {
        return Err(Refused(format!(
            "CPython asks to exit with status {}",
            status.exitcode
        )));
    }
    // SAFETY: a NUL-terminated text that lives as long as the process.
    let text = unsafe { CStr::from_ptr(status.err_msg) };
    Err(Refused(text.to_string_lossy().into_owned()))
}

/// Starts the runtime. Gives the state of this thread, which is the process's first, in the main interpreter.
///
/// # Errors
///
/// CPython's own reason, such as a home without a standard library.
pub fn start(setup: &Setup) -> Result<(InterpreterId, ThreadState), Refused> {
    let mut config = MaybeUninit::<ffi::PyConfig>::zeroed();
    // SAFETY: initialises a whole PyConfig.
    unsafe { ffi::PyConfig_InitPythonConfig(config.as_mut_ptr()) };
    // SAFETY: initialised.
    let mut config = unsafe { config.assume_init() };
    let outcome = fill(&mut config, setup).and_then(|()| {
        // SAFETY: a filled configuration; Python does not run yet in this process: the host starts an engine once.
        check(unsafe { ffi::Py_InitializeFromConfig(&config) })
    });
    // SAFETY: initialised above, cleared once.
    unsafe { ffi::PyConfig_Clear(&mut config) };
    outcome?;
    // SAFETY: initialisation leaves this thread attached.
    let state = unsafe { ThreadState::current() };
    state.is_the_first();
    state.park();
    let main = state.attach(InterpreterId::of);
    Ok((main, state))
}

fn fill(config: &mut ffi::PyConfig, setup: &Setup) -> Result<(), Refused> {
    config.parse_argv = 0;
    config.install_signal_handlers = 0;
    if setup.stacks_of_crashes {
        config.faulthandler = 1;
    }
    if let Some(level) = setup.optimize {
        config.optimization_level = level;
    }
    if setup.dont_write_bytecode {
        config.write_bytecode = 0;
    }
    if let Some(seed) = setup.hash_seed {
        config.use_hash_seed = seed.is_some().into();
        config.hash_seed = seed.unwrap_or_default().into();
    }
    let argument = c"mod_wsgi".as_ptr();
    // SAFETY: one argument, copied.
    check(unsafe { ffi::PyConfig_SetBytesArgv(config, 1, &mut argument.cast()) })?;
    if let Some(home) = &setup.home {
        config.home = decoded(home);
    }
    if let Some(program) = &setup.program {
        config.program_name = decoded(program);
    }
    for option in &setup.warnings {
        let wide = decoded(option);
        // SAFETY: a list of an initialised configuration, and a NUL-terminated text that it copies.
        let status = unsafe { ffi::PyWideStringList_Append(&mut config.warnoptions, wide) };
        // SAFETY: from `decoded`, freed once.
        unsafe { ffi::PyMem_RawFree(wide.cast()) };
        check(status)?;
    }
    Ok(())
}

/// A text in Python's own allocation, as a field of the configuration holds it; `PyConfig_Clear` frees those.
fn decoded(text: &CStr) -> *mut libc::wchar_t {
    // SAFETY: decodes a NUL-terminated text; gives memory that is ours, or null.
    unsafe { ffi::Py_DecodeLocale(text.as_ptr(), std::ptr::null_mut()) }
}

/// Makes a sub-interpreter. Gives this thread's state in it.
///
/// `main` is this thread's state in the main interpreter.
///
/// # Errors
///
/// CPython's own reason.
pub fn new_interpreter(
    main: &ThreadState,
    own_gil: bool,
) -> Result<(InterpreterId, ThreadState), Refused> {
    let _mark = Mark::set();
    main.attach_for_good();
    match create(own_gil) {
        Ok(()) => {
            // SAFETY: creation leaves this thread attached to the new interpreter, with a state that is ours alone.
            let state = unsafe { ThreadState::current() };
            state.park();
            drop(_mark);
            let id = state.attach(InterpreterId::of);
            Ok((id, state))
        }
        Err(refused) => {
            main.park(); // A failed creation leaves the thread with the state it had.
            Err(refused)
        }
    }
}

#[cfg(Py_3_12)]
fn create(own_gil: bool) -> Result<(), Refused> {
    // Forking is refused in every sub-interpreter: CPython ends the forked child at once, and an exception is better.
    let config = ffi::PyInterpreterConfig {
        use_main_obmalloc: (!own_gil).into(),
        allow_fork: 0,
        allow_exec: 0,
        allow_threads: 1,
        allow_daemon_threads: 1,
        check_multi_interp_extensions: (own_gil || cfg!(Py_GIL_DISABLED)).into(),
        gil: if own_gil {
            ffi::PyInterpreterConfig_OWN_GIL
        } else {
            ffi::PyInterpreterConfig_SHARED_GIL
        },
    };
    let mut state = std::ptr::null_mut();
    // SAFETY: attached to the main interpreter; a complete configuration.
    check(unsafe { ffi::Py_NewInterpreterFromConfig(&mut state, &config) })
}

#[cfg(not(Py_3_12))]
fn create(_own_gil: bool) -> Result<(), Refused> {
    // SAFETY: attached to the main interpreter.
    match unsafe { ffi::Py_NewInterpreter() }.is_null() {
        false => Ok(()),
        true => Err(Refused("CPython gave no reason".into())),
    }
}

/// Ends the interpreter of `state`. `main` is this thread's state in the main interpreter.
///
/// The caller makes sure that `state` is the interpreter's only thread state, that no other will be made, and that its
/// threads and exit functions are done: CPython aborts the process otherwise, or waits for ever.
pub fn end_interpreter(state: ThreadState, main: &ThreadState) {
    let _mark = Mark::set();
    // SAFETY: the caller's promise.
    unsafe { state.end_interpreter() };
    if cfg!(not(Py_3_12)) {
        // Before 3.12 the lock, shared by all, is still held, by nobody's state.
        main.take_over();
        main.park();
    }
}

/// Ends the runtime. `main` is this thread's state in the main interpreter.
///
/// The caller makes sure that no other thread of the host will attach, and that the main interpreter's threads and exit
/// functions are done.
pub fn finalize(main: ThreadState) {
    let _mark = Mark::set();
    main.attach_for_good();
    GONE.store(true, Ordering::Release);
    // SAFETY: attached to the main interpreter.
    unsafe { ffi::Py_FinalizeEx() };
}

/// Says that thread states must not be touched any more, because the process ends with its Python as it is.
pub fn leave_as_it_is() {
    GONE.store(true, Ordering::Release);
}
