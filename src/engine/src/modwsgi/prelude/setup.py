"""What an interpreter gets before the first line of an application runs."""

import io
import os
import sys


def setup(facts):
    """Brings a new interpreter into the state that applications find it in."""
    log = facts["stderr"]
    replace_streams(facts)
    if facts["environment"] is not None:
        private_environment(facts["environment"], log)
    if facts["egg_cache"] is not None:
        os.environ["PYTHON_EGG_CACHE"] = facts["egg_cache"]
    if facts["restrict_signal"]:
        ignore_signals(log)
    if facts["ends_by_sigterm"]:
        end_by_sigterm()
    set_switch_interval(facts, log)
    if facts["application_group"]:
        watch_extensions(log)
    if facts["follows_modules"]:
        note_first_read()
    sys.argv = ["mod_wsgi"]
    io.TextIOBase.register(facts["errors_class"])
    if facts["python_home"] is not None:
        attempt(enter_virtual_environment, facts["python_home"], log)
    sys.modules["mod_wsgi"] = server_module(facts)
    for directories in facts["python_path"]:
        attempt(add_site_directories, directories, facts)
    sys.modules["apache"] = apache_module(facts)
    if facts["home"] is not None:
        sys.path.insert(0, facts["home"])
    if facts["reports_collections"]:
        note_collections()
    if facts["guard"]:
        post_guards(facts)


def tell(facts, text):
    """Says at level info what this interpreter was given."""
    log = facts["stderr"]
    if log._keeps(20):
        group = facts["application_group"]
        interpreter = f"the sub-interpreter '{group}'" if group else "the main interpreter"
        log._record(20, __file__, 0, f"{interpreter}: {text}")


def attempt(work, *arguments):
    """Does what an application may or may not be able to do without."""
    try:
        work(*arguments)
    except Exception as error:
        report(error)
