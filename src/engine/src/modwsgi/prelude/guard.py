"""Guards before functions that change the whole process and raise no audit event of CPython's.

Each raises one of ours, `clutch.` with the family and the function, before it does what it always did. The engine's audit
hook, which hears CPython's own events, too, knows whether that is an offence in this interpreter.
"""

import sys

# Family, module, functions. Functions that a Python lacks are passed over.
UNHEARD = (
    ("chdir", "posix", "chroot"),
    ("umask", "posix", "umask"),
    ("signal", "_signal", "alarm setitimer pthread_sigmask raise_signal siginterrupt set_wakeup_fd"),
    ("spawn", "_posixsubprocess", "fork_exec"),
    ("identity", "posix", "setuid seteuid setreuid setresuid setgid setegid setregid setresgid setgroups initgroups setsid setpgid "
                          "setns unshare"),
    ("kill", "posix", "_exit abort"),
    ("switchinterval", "sys", "setswitchinterval"),
    ("rlimit", "posix", "nice setpriority sched_setaffinity sched_setparam sched_setscheduler"),
)
# Where programs find the functions of a module.
PUBLIC = {"posix": "os", "_signal": "signal"}


def post_guards(facts):
    """Puts guards before the functions of the families that `facts` names."""
    families = set(facts["guard"])
    if facts["own_gil"]:
        families.discard("switchinterval")  # It is this interpreter's own.
    for family, module, names in UNHEARD:
        if family in families:
            for name in names.split():
                post_guard(family, module, name)
    if "signal" in families and not facts["restrict_signal"]:
        post_guard("signal", "_signal", "signal")


def post_guard(family, module, name):
    """Puts a guard before a function, in the module that defines it and in the public one."""
    public = PUBLIC.get(module, module)
    home = __import__(module)
    native = getattr(home, name, None)
    if native is None:
        return
    event, audit = f"clutch.{family}.{public}.{name}", sys.audit

    def guarded(*arguments, **keywords):
        audit(event)
        return native(*arguments, **keywords)

    guarded.__name__ = guarded.__qualname__ = name
    guarded.__module__, guarded.__doc__ = public, native.__doc__
    setattr(home, name, guarded)
    users = sys.modules.get(public)
    if getattr(users, name, None) is native:
        setattr(users, name, guarded)
