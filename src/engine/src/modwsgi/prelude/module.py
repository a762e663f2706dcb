"""The modules `mod_wsgi` and `apache`."""

import sys
from _frozen_importlib_external import PathFinder

ModuleType = type(sys)


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


def log_handler(log):
    """The class mod_wsgi.LogHandler. Made on first use: `logging` is too large to be imported for nothing."""
    import logging

    class LogHandler(logging.Handler):
        """A handler that writes records to the error log of httpd, at the level they have."""

        __module__ = "mod_wsgi"
        __qualname__ = "LogHandler"

        def emit(self, record):
            if log._keeps(record.levelno):
                try:
                    text = self.format(record)
                except Exception:
                    self.handleError(record)
                else:
                    log._record(record.levelno, record.pathname, record.lineno, text)

    return LogHandler


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
    module.subscribe_events = subscribe_events
    module.subscribe_shutdown = subscribe_shutdown
    module.subscribe_signals = subscribe_signals if facts["process_group"] else signals_are_not_told(facts["stderr"])
    module.event_callbacks = event_callbacks
    module.shutdown_callbacks = shutdown_callbacks
    module.signal_callbacks = signal_callbacks
    server = facts["server"]
    module.request_data = server.request_data
    module.start_recording_metrics = server.start_recording_metrics
    module.request_metrics = server.request_metrics
    module.process_metrics = server.process_metrics
    module.server_metrics = server.server_metrics

    def __getattr__(name):
        if name == "LogHandler":
            module.LogHandler = log_handler(facts["stderr"])
            return module.LogHandler
        if name == "active_requests":  # Kept only once somebody has asked for it.
            module.active_requests = server.active_requests()
            return module.active_requests
        raise AttributeError(f"module 'mod_wsgi' has no attribute {name!r}")

    def __dir__():
        return sorted({*vars(module), "LogHandler", "active_requests"} - {"__dir__", "__getattr__"})

    module.__getattr__ = __getattr__
    module.__dir__ = __dir__
    installed = PathFinder.find_spec("mod_wsgi")
    if installed is not None and installed.submodule_search_locations:
        module.__path__ = list(installed.submodule_search_locations)
    return module


def apache_module(facts):
    """The module `apache`: within httpd an importable one of that name is extended."""
    module = ModuleType("apache")
    if not facts["process_group"]:
        try:
            import apache as module

            tell(facts, f"the module 'apache' in {getattr(module, '__file__', None)} is extended")
        except ModuleNotFoundError:
            pass
        except Exception as error:
            report(error)
    module.version = facts["apache_version"]
    module.description = facts["apache_description"]
    module.mpm_name = facts["apache_mpm"]
    module.build_date = facts["apache_build_date"]
    module.maximum_processes = facts["apache_maximum_processes"]
    module.threads_per_process = facts["apache_threads_per_process"]
    return module
