"""What an interpreter gets before the first line of an application runs.

The engine executes this file once in every interpreter, as a module that nobody can import, and calls `setup`. Python is
the plainest way to say these things, and none of them is on the path of a request, but for `FileWrapper` when a file
cannot be sent by its descriptor.
"""

import _thread
import atexit
import io
import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder, SourceFileLoader

ModuleType = type(sys)
shutdown_callbacks = []


class RequestTimeout(BaseException):
    """Raised in a thread whose request has taken longer than the configured limit.

    It derives from BaseException, so that `except Exception` does not stop it.
    """

    __module__ = "mod_wsgi"


class FileWrapper:
    """An iterable over the blocks of a file-like object (PEP 3333, wsgi.file_wrapper).

    Returned by an application as it is, over a regular file, it is sent by the server without being read here.
    """

    __module__ = "mod_wsgi"
    __slots__ = ("_filelike", "_blksize", "__dict__", "__weakref__")

    def __init__(self, filelike, blksize=8192):
        if blksize < 0:
            raise ValueError("blksize must not be negative")
        self._filelike = filelike
        self._blksize = blksize

    @property
    def filelike(self):
        if self._filelike is None:
            raise ValueError("the file wrapper is closed")
        return self._filelike

    @property
    def blksize(self):
        return self._blksize

    def __iter__(self):
        return self

    def __next__(self):
        data = self.filelike.read(self.blksize)
        if not isinstance(data, bytes):
            raise TypeError(f"read() of the file must give bytes, not {type(data).__name__}")
        if not data:
            raise StopIteration
        return data

    def close(self):
        filelike, self._filelike = self._filelike, None
        if filelike is not None and hasattr(filelike, "close"):
            try:
                filelike.close()
            except Exception:
                pass


class Restricted:
    """A standard stream that may not be used: every attribute raises OSError."""

    __module__ = "mod_wsgi"
    __slots__ = ("_name",)

    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def __getattribute__(self, attribute):
        name = object.__getattribute__(self, "_name")
        raise OSError(f"{name} is not available here: the server's configuration restricts it")


def private_environment(variables, log):
    """Makes os.environ this interpreter's own: what is set here reaches this interpreter and the programs that it
    starts, and neither the C environment of the process nor other interpreters."""
    environ = os.environ._data
    environ.clear()
    environ.update(variables)
    os.putenv = lambda key, value: None
    os.unsetenv = lambda key: None

    import _posixsubprocess

    fork_exec = _posixsubprocess.fork_exec

    def fork_exec_with_environment(args, executables, close_fds, pass_fds, cwd, env, *rest):
        if env is None:
            env = [key + b"=" + value for key, value in environ.items()]
        return fork_exec(args, executables, close_fds, pass_fds, cwd, env, *rest)

    def system(command):
        shell = os.posix_spawn("/bin/sh", ["sh", "-c", command], os.environ)
        return os.waitpid(shell, 0)[1]

    _posixsubprocess.fork_exec = fork_exec_with_environment
    os.system = system
    private_time_zone(variables, log)


def private_time_zone(variables, log):
    """time.tzset() reads the C environment, which all interpreters share; say so when it cannot do what is asked."""
    import time

    tzset = time.tzset
    shared = variables.get(b"TZ")
    told = False

    def tzset_of_the_process():
        nonlocal told
        wanted = os.environb.get(b"TZ")
        if wanted == shared:
            tzset()
        elif not told and not is_time_zone_of_the_process(wanted):
            told = True
            name = "unset" if wanted is None else repr(os.fsdecode(wanted))
            if log._is_first(f"tzset {name}"):
                log._record(30, __file__, 0, (
                    f"CLUTCH0010: time.tzset() is ignored for TZ {name}: the time zone belongs to the whole process, which "
                    f"other applications share. Local time stays {time.localtime().tm_zone}: time.localtime(), datetime.now() "
                    f"and the times that `logging` writes. Times with a tzinfo, as Django with USE_TZ has them, are not "
                    f"affected. To change it, set TZ in the environment of httpd, or use "
                    f"'WSGIApplicationGroup %{{GLOBAL}}' if the application is the only one."))

    time.tzset = tzset_of_the_process


def is_time_zone_of_the_process(name):
    """Whether local time would be what it is with this value of TZ: offset and abbreviation, week by week of a year."""
    import time
    from datetime import datetime

    zone = time_zone(name)
    if zone is None:
        return False
    for week in range(53):
        instant = int(time.time()) + week * 604800
        local, wanted = time.localtime(instant), datetime.fromtimestamp(instant, zone)
        if (local.tm_gmtoff, local.tm_zone) != (wanted.utcoffset().total_seconds(), wanted.tzname()):
            return False
    return True


def time_zone(name):
    """The tzinfo for a value of TZ, None for one that is not known here."""
    from datetime import timezone
    from zoneinfo import ZoneInfo

    try:
        if name is None:
            with open("/etc/localtime", "rb") as file:
                return ZoneInfo.from_file(file)
        name = os.fsdecode(name).removeprefix(":")
        return ZoneInfo(name) if name else timezone.utc
    except (OSError, ValueError, LookupError):
        # The C library takes what it does not find for UTC.
        return timezone.utc if name in (None, "UTC", "UTC0") else None


def ignore_signals(log):
    """signal.signal() does nothing but say so: signals belong to the server. Programs that are forked may use it."""
    import _signal

    native = _signal.signal
    process = os.getpid()

    def signal(signalnum, handler, /):
        if os.getpid() != process:
            return native(signalnum, handler)
        if log._keeps(20):
            import traceback

            stack = "".join(traceback.format_stack(sys._getframe(1)))
            log._record(20, __file__, 0, f"the handler for signal {int(signalnum)} is ignored; called from:\n{stack}")
        return handler

    signal.__module__ = "signal"
    _signal.signal = signal


def text_stream(log):
    return io.TextIOWrapper(log, encoding="utf-8", errors="replace", line_buffering=True, write_through=True)


def replace_streams(facts):
    sys.stderr = text_stream(facts["stderr"])
    if facts["restrict_stdout"]:
        sys.stdout = Restricted("sys.stdout")
    elif not facts["single_process"]:
        sys.stdout = text_stream(facts["stdout"])
    if facts["restrict_stdin"]:
        sys.stdin = Restricted("sys.stdin")


def log_handler(log):
    """The class mod_wsgi.LogHandler. Made on first use: `logging` is too large to be imported for nothing."""
    import logging

    class LogHandler(logging.Handler):
        """A handler that writes records to the error log of httpd, at the level they have."""

        __module__ = "mod_wsgi"

        def emit(self, record):
            if log._keeps(record.levelno):
                try:
                    text = self.format(record)
                except Exception:
                    self.handleError(record)
                else:
                    log._record(record.levelno, record.pathname, record.lineno, text)

    return LogHandler


def subscribe_shutdown(callback, /):
    """Has callback("process_stopping", shutdown_reason=…) called when the process stops. Gives callback back."""
    shutdown_callbacks.append(callback)
    return callback


def server_module(facts):
    """The module `mod_wsgi`."""
    module = ModuleType("mod_wsgi")
    module.version = facts["version"]
    module.process_group = facts["process_group"]
    module.application_group = facts["application_group"]
    module.maximum_processes = facts["maximum_processes"]
    module.threads_per_process = facts["threads_per_process"]
    module.FileWrapper = FileWrapper
    module.RequestTimeout = RequestTimeout
    module.subscribe_shutdown = subscribe_shutdown
    module.shutdown_callbacks = shutdown_callbacks

    def __getattr__(name):
        if name == "LogHandler":
            module.LogHandler = log_handler(facts["stderr"])
            return module.LogHandler
        raise AttributeError(f"module 'mod_wsgi' has no attribute {name!r}")

    module.__getattr__ = __getattr__
    installed = PathFinder.find_spec("mod_wsgi")
    if installed is not None and installed.submodule_search_locations:
        module.__path__ = list(installed.submodule_search_locations)
    return module


def apache_module(facts):
    """The module `apache`: an importable one of that name is extended."""
    try:
        import apache as module
    except ModuleNotFoundError:
        module = ModuleType("apache")
    except Exception as error:
        report(error)
        module = ModuleType("apache")
    module.version = facts["apache_version"]
    module.description = facts["apache_description"]
    module.mpm_name = facts["apache_mpm"]
    module.build_date = facts["apache_build_date"]
    module.maximum_processes = facts["maximum_processes"]
    module.threads_per_process = facts["threads_per_process"]
    return module


def add_site_directories(directories):
    """Puts what site.addsitedir() adds for each directory in front of sys.path."""
    import site

    known = list(sys.path)
    try:
        for directory in directories:
            site.addsitedir(directory)
    finally:
        added = [entry for entry in sys.path if entry not in known]
        sys.path[:] = added + [entry for entry in sys.path if entry in known]


def report(error):
    print(format_exception(error), file=sys.stderr)


def setup(facts):
    """Brings a new interpreter into the state that applications find it in."""
    log = facts["stderr"]
    replace_streams(facts)
    if facts["environment"] is not None:
        private_environment(facts["environment"], log)
    if facts["restrict_signal"]:
        ignore_signals(log)
    sys.argv = ["mod_wsgi"]
    io.TextIOBase.register(facts["errors_class"])
    sys.modules["mod_wsgi"] = server_module(facts)
    sys.modules["apache"] = apache_module(facts)
    try:
        for directories in facts["python_path"]:
            add_site_directories(directories)
    except Exception as error:
        report(error)


def load_script(name, path, source, mtime):
    """Executes a script as a new module, and enters it in sys.modules if that succeeds."""
    code = compile(source, path, "exec", dont_inherit=True)
    module = ModuleType(name)
    loader = SourceFileLoader(name, path)
    module.__file__ = path
    module.__loader__ = loader
    module.__spec__ = ModuleSpec(name, loader, origin=path)
    module.__package__ = module.__cached__ = None
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    module.__mtime__ = mtime
    return module


def format_exception(error):
    """The traceback of an exception, from the application's first frame on."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def shutdown():
    """Lets the application end: callbacks, then threads and exit functions. Gives the number of threads that go on."""
    for callback in list(shutdown_callbacks):
        try:
            callback("process_stopping", shutdown_reason="")
        except BaseException as error:
            report(error)
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


refusals = []


def take_refusals():
    """The extension modules that would not load since this was called last: name, file, reason."""
    taken = refusals[:]
    refusals.clear()
    return taken
