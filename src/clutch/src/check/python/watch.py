"""Notes in a file which extension modules are loaded, before and after: if the process dies, the file tells where it was.

A line is an event, a module, a file and a reason, separated by tabs. Executed in each interpreter before the application.
"""

import os
import sys
from _frozen_importlib_external import ExtensionFileLoader

place = os.path.dirname(__file__)
progress = os.open(f"{place}/progress", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
sys.path[:] = [entry for entry in sys.path if entry != place]


def note(event, name, path, reason=""):
    fields = [str(field).replace("\t", " ").replace("\n", " ") for field in (event, name, path, reason)]
    os.write(progress, "\t".join(fields).encode("utf-8", "replace") + b"\n")


note("interpreter", "", "")


def noted(work):
    def work_noted(self, subject):
        note("begin", self.name, self.path)
        try:
            return work(self, subject)
        except BaseException as error:
            refusal = getattr(error, "_refusal", None)
            if refusal is not None:
                note("refused", *refusal)
            raise
        finally:
            note("end", self.name, self.path)

    return work_noted


ExtensionFileLoader.create_module = noted(ExtensionFileLoader.create_module)
ExtensionFileLoader.exec_module = noted(ExtensionFileLoader.exec_module)
