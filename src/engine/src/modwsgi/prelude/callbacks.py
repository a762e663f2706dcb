"""Those who want to be told: lists that programs may also change themselves."""

import sys

event_callbacks = []
shutdown_callbacks = []
signal_callbacks = []


def subscribe_events(callback, /):
    """Has callback(name, **payload) called for each event. Gives callback back."""
    event_callbacks.append(callback)
    return callback


def subscribe_shutdown(callback, /):
    """Has callback("process_stopping", shutdown_reason=…) called when the process stops. Gives callback back."""
    shutdown_callbacks.append(callback)
    return callback


def subscribe_signals(callback, /):
    """Has callback("process_signal", signame=…, signum=…) called for SIGHUP and SIGUSR2. Gives callback back."""
    signal_callbacks.append(callback)
    return callback


def signals_are_not_told(log):
    """The subscribe_signals of httpd's own processes, whose signals are httpd's."""

    def subscribe_signals(callback, /):
        """Does nothing but say so: the signals of this process are httpd's. Gives callback back."""
        if log._keeps(20):
            import traceback

            stack = "".join(traceback.format_stack(sys._getframe(1)))
            log._record(20, __file__, 0, (
                f"mod_wsgi.subscribe_signals() has no effect in httpd's own processes, only in daemons; called from:\n{stack}"))
        return callback

    return subscribe_signals
