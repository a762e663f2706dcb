"""Where an interpreter finds packages: the virtual environment of its group, and directories in front of all."""

import os
import sys


def add_site_directories(directories, facts):
    """Puts what site.addsitedir() adds for each directory in front of sys.path."""
    import site

    known = list(sys.path)
    try:
        for directory in directories:
            site.addsitedir(directory)
            tell(facts, f"modules are looked for in {directory}")
    finally:
        added = [entry for entry in sys.path if entry not in known]
        sys.path[:] = added + [entry for entry in sys.path if entry in known]


def enter_virtual_environment(home, log):
    """Makes this interpreter see the packages of a virtual environment in place of the process's own."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}{'t' if 't' in sys.abiflags else ''}"
    packages = f"{home}/lib/python{version}/site-packages"
    settings = read_settings(home)
    if settings is None or not os.path.isdir(packages):
        missing = f"{home}/pyvenv.cfg" if settings is None else packages
        log._record(40, __file__, 0, (
            f"CLUTCH0012: {home} is not a virtual environment of Python {version}, which this process runs: there is no "
            f"{missing}; the packages of the process are used"))
        return
    import site

    forget_packages()
    sys.prefix = sys.exec_prefix = home
    sys.executable = f"{home}/bin/python"
    os.environ["VIRTUAL_ENV"] = home
    os.environ.pop("PYTHONHOME", None)  # Programs that it starts would not find the environment.
    site.PREFIXES = [home]
    site.ENABLE_USER_SITE = False
    known = set(sys.path)
    site.addsitedir(packages, known)
    if settings.get("include-system-site-packages", "true") == "true":
        site.PREFIXES += dict.fromkeys((sys.base_prefix, sys.base_exec_prefix))
        site.ENABLE_USER_SITE = site.check_enableusersite()
        site.addsitepackages(site.addusersitepackages(known), site.PREFIXES[1:])


def read_settings(home):
    """What the pyvenv.cfg of a virtual environment says, None if there is none."""
    try:
        with open(f"{home}/pyvenv.cfg", encoding="utf-8") as file:
            pairs = [line.partition("=") for line in file]
    except OSError:
        return None
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def forget_packages():
    """Takes back what `site` has added: entries of sys.path, and finders and modules that came by .pth files."""
    standard = os.path.dirname(os.__file__)
    ends = [index for index, entry in enumerate(sys.path) if entry in (standard, f"{standard}/lib-dynload")]
    if not ends:
        return
    last = ends[-1] + 1
    gone = tuple(f"{entry}/" for entry in sys.path[last:])
    del sys.path[last:]
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(gone):
            del sys.modules[name]
    sys.modules.pop("sysconfig", None)  # It keeps the prefix that it has seen.
    own = ("_frozen_importlib", "_frozen_importlib_external")
    sys.meta_path[:] = [finder for finder in sys.meta_path if getattr(finder, "__module__", None) in own]
