"""The end of an interpreter: what the application does last, and its threads."""

import _thread
import atexit
import sys


def shutdown():
    """Lets the application end: threads and exit functions. Gives the number of threads that go on."""
    finish_threads()
    atexit._run_exitfuncs()
    finish_threads()  # An exit function may have started some.
    warnings = sys.modules.get("warnings")
    if warnings is not None:
        warnings.resetwarnings()  # A filter that names a class of the application would keep its memory.
        warnings.simplefilter("ignore")  # With no filter at all, each file left open would be told on the terminal.
    return _thread._count()


def finish_threads():
    """Waits for the threads that the application has started."""
    threading = sys.modules.get("threading")
    if threading is None:
        return
    if hasattr(threading, "_shutdown_locks"):
        finish_threads_up_to_3_12(threading)
    else:
        threading._shutdown()


def wait_for_threads():
    """As finish_threads(), for the process of a service: SystemExit ends the waiting, and is not told."""
    hook = sys.unraisablehook

    def quiet(unraisable):
        if not isinstance(unraisable.exc_value, SystemExit):
            hook(unraisable)

    sys.unraisablehook = quiet  # From 3.13 on `threading` tells what interrupts it there, and goes on.
    try:
        finish_threads()
    except SystemExit:
        pass
    finally:
        sys.unraisablehook = hook


def finish_threads_up_to_3_12(threading):
    """Does what threading._shutdown() does, but for its "main" thread: it takes the one that imported `threading` for it,
    which is one of the server's, perhaps gone, and its number in use again."""
    first = threading._main_thread
    with threading._shutdown_locks_lock:
        threading._shutdown_locks.discard(first._tstate_lock)
    # CPython's own call at the end then has nothing to do.
    first._tstate_lock, first._is_stopped, first._ident = None, True, None
    threading._SHUTTING_DOWN = True
    while threading._threading_atexits:
        threading._threading_atexits.pop()()
    while threading._shutdown_locks:
        with threading._shutdown_locks_lock:
            locks = list(threading._shutdown_locks)
            threading._shutdown_locks.clear()
        for lock in locks:
            lock.acquire()
            lock.release()
