"""Answers what has become of the application of this interpreter: loaded or not, and with which Python source in place of
extension modules."""

import json
import os
import sys
from _frozen_importlib_external import SourceFileLoader
from importlib.machinery import EXTENSION_SUFFIXES


def loaded(path):
    for name, module in list(sys.modules.items()):
        if name.startswith("_mod_wsgi_") and getattr(module, "__file__", None) == path:
            return module
    return None


def has_own_gil():
    try:
        from _interpreters import get_config, get_current
    except ImportError:
        return False
    return get_config(get_current()[0]).gil == "own"


def twins():
    """Modules whose Python source was loaded although an extension module, which is preferred, stands beside it."""
    for name, module in sorted(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if not isinstance(getattr(spec, "loader", None), SourceFileLoader) or not isinstance(spec.origin, str):
            continue
        stem, end = os.path.splitext(spec.origin)
        if end == ".py" and any(os.path.exists(stem + suffix) for suffix in EXTENSION_SUFFIXES):
            yield {"module": name, "file": spec.origin}


def application(environ, start_response):
    path, name = (environ[key].encode("latin-1") for key in ("clutch.check.script", "clutch.check.callable"))
    module = loaded(os.fsdecode(path))
    answer = {
        "loaded": module is not None,
        "callable": callable(vars(module).get(name.decode("utf-8", "replace"))) if module else False,
        "own_gil": has_own_gil(),
        "twins": list(twins()),
    }
    start_response("200 OK", [])
    return [json.dumps(answer).encode()]
