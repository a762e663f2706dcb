"""The script files of applications, and how their exceptions are told."""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import SourceFileLoader


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


def report(error):
    print(format_exception(error), file=sys.stderr)


def format_exception(error):
    """The traceback of an exception, from the application's first frame on."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(__file__[:-1]):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))
