"""Extension modules that will not load in an interpreter beside others.

Where the Python source of the same module stands beside it (Cython and mypyc leave it there), that is loaded. Every other
refusal is noted for the pool, which finds the application a better place, and goes on: many packages live without.
"""

import os
import sys
from _frozen_importlib import module_from_spec
from _frozen_importlib_external import ExtensionFileLoader, SourceFileLoader

refusals = []
first_read = None
# What the dynamic linker says. A module that it could not load has refused nothing, whatever its path contains.
LINKER = ("undefined symbol", "cannot open shared object", "invalid ELF header", "wrong ELF class", "failed to map segment")


def take_refusals(error=None):
    """The extension modules that would not load since this was called last: name, file, reason.

    With the exception that an application has ended in: none if no failed import stands behind it; the last is the one
    that does, if that is known.
    """
    taken = refusals[:]
    refusals.clear()
    if error is None:
        return taken
    behind = list(causes(error))
    if not any(isinstance(cause, ImportError) or hasattr(cause, "_refusal") for cause in behind):
        return []
    known = [cause._refusal for cause in behind if hasattr(cause, "_refusal")]
    return [refusal for refusal in taken if refusal not in known] + known


def causes(error):
    """An exception, and those in whose wake it was raised."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def refusal(error, path):
    """The first line of what an extension module said, if it said that it cannot live in this interpreter; else None.

    CPython, Cython, PyO3 and others have texts of their own, and all but numpy's speak of interpreters.
    """
    text = str(error)
    if isinstance(error, ImportError) and not isinstance(error, ModuleNotFoundError):
        said = text.replace(path, "").lower()
        refused = "interpreter" in said or "once per process" in said
        refused = refused and not any(words in text for words in LINKER)
    else:
        # A class of the module is entered in an abstract one, with what belongs to the interpreter that came first.
        refused = isinstance(error, TypeError) and "_abc_impl" in text
    return text.strip().partition("\n")[0] if refused else None


def blame(error):
    """What a package, or an extension module, raised when a script was loaded: its name, its file, and that.

    None if the application itself raised, or if it would be raised in any interpreter.
    """
    everywhere = (
        ModuleNotFoundError, SyntaxError, MemoryError, SystemExit, KeyboardInterrupt, GeneratorExit, RequestTimeout)
    if isinstance(error, everywhere):
        return None
    for cause in causes(error):
        # A script may have made another exception of one that an import has raised.
        if cause is not error and (not isinstance(cause, ImportError) or isinstance(cause, everywhere)):
            continue
        place = raised_in(cause)
        if place is not None:
            text = str(cause).strip().partition("\n")[0]
            return (*place, f"raises {type(cause).__name__}: {text}")
    return None


def raised_in(error):
    """Name and file of the package's module, or of the extension module, in which an exception was raised; else None."""
    standard = os.path.dirname(os.__file__) + "/"
    innermost = None
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        # What is not absolute is no file: the importer's, ours, and what Cython's modules say of themselves.
        if path.startswith("/") and (in_package(path) or not path.startswith(standard)):
            innermost = trace.tb_frame
        trace = trace.tb_next
    if innermost is not None and in_package(innermost.f_code.co_filename):
        return innermost.f_globals.get("__name__", "?"), innermost.f_code.co_filename
    return getattr(error, "_came_through", None)


def in_package(path):
    """Whether a file lies where installers put packages."""
    return "/site-packages/" in path or "/dist-packages/" in path


def came_through(spec, error):
    """Notes on an exception that the import of an extension module has raised it; of several, the innermost."""
    if not hasattr(error, "_came_through") and not any(words in str(error) for words in LINKER):
        error._came_through = (spec.name, spec.origin)


def note(spec, error, reason):
    """Notes a refusal, unless it is the one of an inner module that goes on through an outer one."""
    if not hasattr(error, "_refusal"):
        error._refusal = (spec.name, spec.origin, reason)
        refusals.append(error._refusal)


def twin(path):
    """The Python source of the extension module in this file, None if there is none."""
    directory, slash, name = path.rpartition("/")
    source = f"{directory}{slash}{name.partition('.')[0]}.py"
    try:
        with open(source, "rb"):
            return source
    except OSError:
        return None


def watch_extensions(log):
    """Has this interpreter take the source where an extension module refuses to load, and note the other refusals."""
    create, execute = ExtensionFileLoader.create_module, ExtensionFileLoader.exec_module

    def take_twin(spec, error, noted):
        """Turns the specification to the source. Whether that was possible."""
        reason = refusal(error, spec.origin)
        if reason is None:
            came_through(spec, error)
            return False
        source = twin(spec.origin)
        if source is None:
            note(spec, error, reason)
            return False
        del refusals[noted:]  # Of modules that this one would have loaded.
        log._record(20, __file__, 0, (
            f"the extension module {spec.name} ({spec.origin}) does not load in this interpreter; its Python source beside it "
            f"is used: {reason}"))
        spec.loader, spec.origin, spec.cached = SourceFileLoader(spec.name, source), source, None
        return True

    def create_module(self, spec):
        noted = len(refusals)
        try:
            return create(self, spec)
        except BaseException as error:  # PyO3's panics are no Exception.
            if not take_twin(spec, error, noted):
                raise
        return spec.loader.create_module(spec)

    def exec_module(self, module):
        noted = len(refusals)
        try:
            return execute(self, module)
        except BaseException as error:
            spec = module.__spec__
            if not take_twin(spec, error, noted):
                raise
        # The importer takes what stands in sys.modules now, and forgets it if it raises.
        sys.modules[spec.name] = fresh = module_from_spec(spec)
        spec.loader.exec_module(fresh)

    ExtensionFileLoader.create_module = create_module
    ExtensionFileLoader.exec_module = exec_module


def note_first_read():
    """Has this interpreter note when it reads a source file for the first time since take_first_read() was called."""
    from time import time_ns

    stats = SourceFileLoader.path_stats

    def path_stats(self, path):  # With which the import of a module begins that stands in sys.modules already.
        global first_read
        if first_read is None:
            first_read = time_ns()
        return stats(self, path)

    SourceFileLoader.path_stats = path_stats


def take_first_read():
    """That time, in nanoseconds since 1970; 0 if no source file was read."""
    global first_read
    taken, first_read = first_read, None
    return taken or 0
