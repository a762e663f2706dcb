//! The table of codes of what applications do: scripts, exceptions, what they ask for in vain. 04xx, and 0010 and 0012.

super::codes! {
    TIME_ZONE = "CLUTCH0010", Warning, [],
        "time.tzset() is ignored",
        "The time zone belongs to the whole process, which other applications share",
        "Set TZ in the environment of httpd, or give the application a process group of its own and `WSGIApplicationGroup %{GLOBAL}`";
    NO_ENVIRONMENT = "CLUTCH0012", Error, [],
        "A directory is not a virtual environment of this Python; the packages of the process are used",
        "It is gone, or was made for another version of Python",
        "Make the environment anew with the Python of the process";
    SCRIPT_FAILED = "CLUTCH0401", Error, ["WSGI0109", "WSGI0105", "WSGI0106", "WSGI0107", "WSGI0108", "WSGI0110"],
        "A script raised when it was loaded: status 500; the traceback follows",
        "The traceback says it: a module that is not found, a mistake in the code, SystemExit",
        "Correct the script; it is loaded anew when it has changed";
    SCRIPT_FAILED_AGAIN = "CLUTCH0402", Error, [],
        "A script raised the same as before when it was loaded: status 500",
        "As CLUTCH0401, which has the traceback",
        "Correct the script; it is loaded anew when it has changed";
    SCRIPT_UNREADABLE = "CLUTCH0403", Error, ["WSGI0105", "WSGI0106"],
        "A script cannot be read: status 404, 403 or 500",
        "It has gone since httpd has seen it, or the user of the process may not read it",
        "Correct the rights: daemons read scripts as their own user";
    NO_CALLABLE = "CLUTCH0404", Error, ["WSGI0089"],
        "A script has no callable of the name that is wanted: status 404",
        "The application has another name in it than `application`",
        "Name it with WSGICallableObject or callable-object=, or rename it";
    EXCEPTION = "CLUTCH0405", Error, ["WSGI0174"],
        "An application raised: status 500, or a broken response if it had begun; the traceback follows",
        "The traceback says it",
        "Correct the application";
    SYSTEM_EXIT = "CLUTCH0406", Error, ["WSGI0175"],
        "An application raised SystemExit: status 500, or a broken response if it had begun; the process goes on",
        "It calls sys.exit(), which a program may and an application may not",
        "Raise another exception, or answer with a status";
    CALLBACK_RAISED = "CLUTCH0407", Error, ["WSGI0112"],
        "A callback for an event raised; the traceback follows",
        "The traceback says it",
        "Correct the callback; the request was not affected";
    CALLBACK_EXITED = "CLUTCH0408", Error, ["WSGI0190"],
        "A callback for an event raised SystemExit; the process goes on",
        "It calls sys.exit()",
        "Correct the callback; the request was not affected";
    SWITCH_INTERVAL_WITHOUT_GIL = "CLUTCH0410", Warning, ["WSGI0205", "WSGI0203", "WSGI0204"],
        "WSGISwitchInterval is ignored",
        "This Python runs without a GIL, so there is nothing to switch",
        "Take the directive out";
    SWITCH_INTERVAL_SHARED = "CLUTCH0411", Warning, ["WSGI0199"],
        "The switch interval of an application group is ignored",
        "Its interpreter has no GIL of its own, and the interval would be that of all interpreters of the process",
        "Set it for the server or the process group, or give the group a GIL of its own";
}
