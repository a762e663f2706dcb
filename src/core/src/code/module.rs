//! The table of codes of httpd's processes, outside of requests: configuration, parent, starts of children. 02xx, and 0001 to 0006.

super::codes! {
    PANIC = "CLUTCH0001", Crit, [],
        "A panic in the module: one request, or one operation, has failed",
        "A mistake in Clutch",
        "Report it with the line, which names the place; the process goes on";
    NO_ENGINE = "CLUTCH0002", Error, [],
        "No engine suits the configuration, and httpd does not start",
        "Beside the module there is no engine for the Python of WSGIPythonHome, or none at all",
        "Install or build the engine that the line names, or name another Python";
    RETIRE = "CLUTCH0003", Warning, [],
        "A process should be replaced",
        "What ended in it has left too much behind: interpreters that have been replaced as often as ClutchMaxReplacements lets \
         them or have kept too much memory, or code that does not end",
        "Nothing if the line says that a restart follows; else restart the server gracefully, and look for what is reloaded so often";
    NO_HOME = "CLUTCH0004", Error, [],
        "The virtual environment of an application group does not suit the configuration, and httpd does not start",
        "The python-home of an interpreter block is not there, or is made for another version of Python",
        "Make the environment with the Python of the process, or give the group a process group with its own python-home";
    SUPERVISOR_ENDED = "CLUTCH0005", Alert, [],
        "The supervisor of the daemons has ended although httpd has not; another is started",
        "It was killed: by hand, or by the kernel for want of memory",
        "Look at the kernel's log; requests go on with the daemons of the new supervisor";
    BAD_DAEMONS = "CLUTCH0006", Error, [],
        "A group of daemons does not suit the configuration, and httpd does not start",
        "What WSGIDaemonProcess, WSGIImportScript or ClutchProgram name is not there, or not possible",
        "The line says what was given and what is expected";
    NO_DIRECTORY = "CLUTCH0201", Error, [],
        "The module cannot tell where it is, and so not where its engines are; httpd does not start",
        "The dynamic loader gives no path for the module",
        "Name the module with its whole path in LoadModule";
    DAEMONS_NOT_PREPARED = "CLUTCH0202", Error, [],
        "What daemons need could not be prepared, and httpd does not start",
        "The directory for sockets cannot be made, a log cannot be handed over, or the supervisor does not start",
        "The line has the system's error; look at the rights of httpd's runtime directory and of the program clutch";
    USERS_IN_VAIN = "CLUTCH0203", Warning, [],
        "Users and groups of daemons have no effect",
        "httpd was not started by root, and only root can make processes somebody else's",
        "Start httpd as root, or take user= and group= out";
    FREE_THREADING_IN_VAIN = "CLUTCH0204", Warning, ["WSGI0200"],
        "WSGIFreeThreading has no effect",
        "This Python always has a GIL",
        "Take the directive out, or use a free-threaded build of Python";
    FREE_THREADING_OF_A_GROUP = "CLUTCH0205", Warning, ["WSGI0201"],
        "WSGIFreeThreading has no effect in a block that names an application group",
        "All interpreters of a process have a GIL, or none has",
        "Put it into a block for the process group, or into the server";
    HOME_UNSEEN = "CLUTCH0206", Warning, ["WSGI0100"],
        "WSGIPythonHome cannot be looked at",
        "It is not there, or a directory above it may not be searched by httpd's user",
        "Correct the path, or its rights";
    HOME_NO_DIRECTORY = "CLUTCH0207", Warning, ["WSGI0101"],
        "WSGIPythonHome is not a directory",
        "It often is the path of an interpreter's program",
        "Name the directory that sys.prefix has";
    HOME_NOT_SEARCHED = "CLUTCH0208", Warning, ["WSGI0102"],
        "WSGIPythonHome may not be searched",
        "The user of httpd's children lacks execute permission for it",
        "Give it the permission";
    ENGINE_NOT_OPENED = "CLUTCH0209", Crit, ["WSGI0001"],
        "A child could not open the engine; its requests for applications get status 500",
        "The engine or its libpython was removed or replaced, or is of another version than the module",
        "Install the module and its engines together, and restart the server";
    PYTHON_NOT_STARTED = "CLUTCH0210", Crit, ["WSGI0001", "WSGI0002"],
        "Python did not start in a child; its requests for applications get status 500",
        "The line before says what Python found wrong: mostly a home without a standard library",
        "Correct WSGIPythonHome, and restart the server";
    SUPERVISOR_DEAF = "CLUTCH0211", Warning, [],
        "The supervisor of the daemons does not listen at the start",
        "It has just ended, which the next line tells",
        "Nothing: another is started";
    SUPERVISOR_DEAF_AGAIN = "CLUTCH0212", Alert, [],
        "A supervisor that was started in the place of one that had ended does not listen",
        "It ends at once: the program clutch was replaced by another build, or there is no memory",
        "Restart the server";
    SUPERVISOR_NOT_STARTED = "CLUTCH0213", Alert, [],
        "No supervisor can be started in the place of one that has ended; requests for daemons get status 503",
        "The program clutch is gone, or there are too many processes",
        "Put the program back, and restart the server";
    NO_BELL = "CLUTCH0214", Warning, [],
        "There is no memory to share with the supervisor; `clutch reload` does not reach httpd's own processes",
        "The system is short of memory or descriptors",
        "Restart the server when it is not";
    NO_WISHES = "CLUTCH0215", Warning, [],
        "There is no memory to share with children; the server is not restarted when one wants to be replaced",
        "The system is short of memory",
        "Restart the server when it is not";
    NOT_SIGNALLED = "CLUTCH0216", Warning, [],
        "A graceful restart that a child has asked for did not come about",
        "httpd's parent could not signal itself",
        "Restart the server gracefully";
    NO_SCOREBOARD = "CLUTCH0217", Warning, [],
        "Daemons cannot ask for httpd's scoreboard; server_metrics() is None there",
        "The system is short of descriptors",
        "Restart the server when it is not";
    NO_BOARD_THREAD = "CLUTCH0218", Warning, [],
        "A child answers no daemon's question for httpd's scoreboard; others do",
        "The child gets no thread for it",
        "Raise the limit of threads";
    PROXY_HEADER = "CLUTCH0219", Warning, [],
        "WSGITrustedProxyHeaders has a name that is none of the headers it knows; the header is passed on as anybody sends it",
        "A typing error, or a header that this server does not know",
        "Write one of the names that the directive knows, or leave it out";
    SLOW_IN_VAIN = "CLUTCH0220", Warning, [],
        "WSGISlowRequests has no effect",
        "There is nobody to report slow requests to",
        "Name a service with WSGITelemetryService, or take the directive out";
}
