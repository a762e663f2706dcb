"""What belongs to the whole process, and is therefore not an application's to change: signals, the time zone, and, where
interpreters share the GIL, the switch interval."""

import os
import sys


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


def end_by_sigterm():
    """Has SIGTERM raise SystemExit, for the process of a service. To be called on the process's first thread."""
    import signal

    def end(signalnum, frame):
        raise SystemExit

    signal.signal(signal.SIGTERM, end)


def set_switch_interval(facts, log):
    """Sets how long a thread may keep the GIL when others want it: of this interpreter, or of all that share the GIL."""
    if not facts["switch_interval"]:
        return
    if hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled():
        log._record(30, __file__, 0, "CLUTCH0410 WSGI0205: WSGISwitchInterval is ignored: this Python runs without a GIL")
    elif facts["switch_interval_of_group"] and facts["application_group"] and not facts["own_gil"]:
        log._record(30, __file__, 0, (
            f"CLUTCH0411 WSGI0199: WSGISwitchInterval is ignored for application group '{facts['application_group']}': its "
            f"interpreter has no GIL of its own, and the interval would be that of all interpreters of the process"))
    else:
        sys.setswitchinterval(facts["switch_interval"] / 1e6)
        tell(facts, f"the switch interval is {sys.getswitchinterval():g} seconds")
