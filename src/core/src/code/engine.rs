//! The table of codes of engines: Python, interpreters, who may use them. 03xx, and 0013 and 0014.

super::codes! {
    GUARD = "CLUTCH0013", Warning, [],
        "An application has done something that reaches beyond its interpreter, or was kept from it",
        "ClutchGuard watches for it; the line names place and event",
        "Change the application, or give it a process of its own, or leave the event out of ClutchGuard";
    GUARD_DEAF = "CLUTCH0014", Error, [],
        "ClutchGuard hears no events of Python",
        "Another audit hook of the process forbids new ones",
        "Take that hook out, or do without the guard";
    ENGINE_PANIC = "CLUTCH0301", Crit, [],
        "A panic in an engine: one request, or one operation, has failed",
        "A mistake in Clutch",
        "Report it with the line; the process goes on";
    CARRIER_PANIC = "CLUTCH0302", Crit, [],
        "A panic where a request's data go to or come from the client: the request has failed",
        "A mistake in Clutch",
        "Report it with the line; the process goes on";
    PYTHON_REFUSED = "CLUTCH0303", Crit, ["WSGI0036", "WSGI0035"],
        "Python does not start with this configuration",
        "The line has Python's reason: mostly a home without a standard library, or of another version",
        "Correct WSGIPythonHome or python-home=";
    CARRIER_FAILED = "CLUTCH0304", Crit, [],
        "The server could not carry out an operation for a request: status 500",
        "httpd refused to read or to write for a reason that is not the client's",
        "Look at the lines around it; report it if there is none that explains it";
    TOO_MANY_FILES = "CLUTCH0310", Warning, [],
        "Changes of some source files are not noticed",
        "An application has imported more modules than may be watched",
        "Use `ClutchReload group` or `clutch reload` after changes";
    NO_OWN_GIL = "CLUTCH0311", Warning, ["WSGI0198", "WSGI0202"],
        "An application group gets no GIL of its own, and shares one",
        "This Python cannot do it: it is older than 3.13, or runs without a GIL",
        "Use a newer Python, or several processes";
    NOT_RELOADABLE = "CLUTCH0312", Warning, [],
        "An application group cannot be reloaded by itself",
        "Its interpreter is the main one, or may not be ended",
        "Set `ClutchReload group` for it, or replace the process: `clutch reload` for the process group";
    NO_THREAD = "CLUTCH0313", Error, ["WSGI0068"],
        "The interpreter pool gets no thread",
        "The limit of processes and threads of the user, or of the control group, is reached",
        "Raise it, or run fewer threads";
    INTERPRETER_LEFT = "CLUTCH0314", Warning, [],
        "An interpreter did not end in time, and is left as it is; the stacks of its threads follow",
        "Threads or exit functions of the application do not come to their end",
        "Have the application stop its threads when mod_wsgi.subscribe_shutdown() tells it to";
    CALLS_LEFT = "CLUTCH0315", Warning, [],
        "Requests still run in an interpreter that is to end; it is left as it is",
        "They take longer than the interpreter, or the process, is given to end",
        "Bound requests with ClutchRequestTimeout or request-timeout";
    PYTHON_LEFT = "CLUTCH0316", Warning, [],
        "Python did not end in time; the process ends with it as it is",
        "As CLUTCH0314",
        "As CLUTCH0314; exit functions that had not run yet do not run";
    NO_RUNG = "CLUTCH0317", Warning, [],
        "An application cannot live beside others in this process, and gets no process of its own",
        "An extension module refuses sub-interpreters; the line names it",
        "`WSGIApplicationGroup %{GLOBAL}` for one such application in each process group";
    STARVED = "CLUTCH0318", Warning, [],
        "A request has waited long for the GIL",
        "Before Python 3.13 an application that computes does not hand it over to others of the process",
        "Give the application a process group of its own, or use a newer Python";
    NO_PYTHON = "CLUTCH0319", Crit, ["WSGI0038"],
        "Python is not running in this process: status 500",
        "It has not started, or has ended already because the process stops",
        "Look at the lines of the process's start";
    NO_INTERPRETER = "CLUTCH0320", Crit, ["WSGI0103", "WSGI0087", "WSGI0040"],
        "No interpreter could be made for an application group: status 500",
        "The line has the reason: memory, a Python that refuses, or a prelude that raised",
        "As the reason says";
    NO_ROOM = "CLUTCH0321", Error, [],
        "An application group gets no interpreter, because the process has as many as it may have: status 503",
        "ClutchMaxInterpreters, and none of them is idle",
        "Raise it, or spread the groups over process groups";
    NO_THREAD_STATE = "CLUTCH0322", Crit, ["WSGI0191", "WSGI0192"],
        "There is no memory for a Python thread state: status 500",
        "The memory limit of the process is reached",
        "Raise it, or find out what takes the memory";
    ALWAYS_REPLACED = "CLUTCH0323", Crit, [],
        "The interpreters of an application group are replaced all the time: status 500",
        "Its script or its sources change with every request",
        "Keep the application from writing to its own source files";
    INTERPRETER_ENDS = "CLUTCH0324", Crit, [],
        "A new interpreter went out of service before its scripts could be loaded",
        "The process stops, or the group was replaced once more meanwhile",
        "Nothing: the next request makes another";
    BUSY = "CLUTCH0325", Error, [],
        "An application group runs as many requests as it may, and keeps as many waiting: status 503",
        "ClutchConcurrency and ClutchQueue",
        "Raise them, or make the application faster";
    QUEUED_TOO_LONG = "CLUTCH0326", Error, [],
        "A request has waited for its turn in an application group as long as it may: status 504",
        "ClutchQueueTimeout; the group is busy",
        "Raise it or ClutchConcurrency, or make the application faster";
    REQUEST_TIMEOUT = "CLUTCH0327", Error, [],
        "A request has run as long as ClutchRequestTimeout lets it, and RequestTimeout is raised in it; the stacks of the \
         interpreter's threads follow",
        "The application stands still or takes long: the stacks say where",
        "Correct that place, or raise the limit";
    REQUEST_GOES_ON = "CLUTCH0328", Error, [],
        "A request goes on in spite of RequestTimeout; its interpreter is replaced",
        "It waits outside of Python, where no exception reaches it, or swallows the exception",
        "Give waits of the application a time limit of their own";
    TELEMETRY_UNUSABLE = "CLUTCH0329", Warning, ["WSGI0132"],
        "A process reports nothing to the service of WSGITelemetryService",
        "The line has the reason: a path that is too long for a socket, or no descriptor is left",
        "Name a shorter path, or raise the limit of descriptors";
    TELEMETRY_NO_THREAD = "CLUTCH0330", Warning, ["WSGI0133"],
        "A process reports nothing, or not all, to the service of WSGITelemetryService",
        "It gets no thread to report with",
        "Raise the limit of threads";
}
