//! The table of codes of the supervisor, 05xx, and of daemons, 06xx.

super::codes! {
    SUPERVISOR_BY_HAND = "CLUTCH0501", Alert, [],
        "The supervisor was started by hand",
        "Somebody ran `clutch supervisor`, which httpd does",
        "Start httpd";
    SUPERVISOR_WITHOUT_SIGNALS = "CLUTCH0502", Alert, [],
        "The supervisor cannot take signals, and ends",
        "It has no descriptor left",
        "Raise the limit of open files for httpd";
    BUILDS_DIFFER = "CLUTCH0503", Alert, [],
        "The module and the program clutch are of different builds; the supervisor ends",
        "Only one of them was installed anew",
        "Install both, and restart the server";
    PARENT_NOT_UNDERSTOOD = "CLUTCH0504", Alert, [],
        "The supervisor does not understand what httpd says, and ends",
        "Something else writes to its socket, or the machine is out of memory",
        "Restart the server; report it if it comes again";
    NO_SOCKET = "CLUTCH0505", Alert, ["WSGI0013", "WSGI0012", "WSGI0014", "WSGI0015"],
        "A group has no socket, and its requests get status 503",
        "The directory of sockets is not there or not writable, or the path is longer than 107 bytes",
        "Correct WSGISocketPrefix, and restart the server";
    NOT_STARTED = "CLUTCH0506", Alert, ["WSGI0024"],
        "No process of a group can be started; it is tried again",
        "The program is not to be executed, there are too many processes, or the group's user is gone",
        "The line has the system's error";
    NOT_STARTED_AGAIN = "CLUTCH0507", Warning, ["WSGI0024"],
        "Still no process of a group can be started",
        "As CLUTCH0506",
        "As CLUTCH0506";
    UNFIT = "CLUTCH0508", Alert, ["WSGI0025"],
        "A daemon has ended before it could serve; it is tried again after a pause",
        "The line has the reason: a home that cannot be entered, a Python that does not start, a crash at start",
        "As the reason says; no restart is needed afterwards";
    UNFIT_AGAIN = "CLUTCH0509", Warning, ["WSGI0025"],
        "Another daemon has ended before it could serve",
        "As CLUTCH0508",
        "As CLUTCH0508";
    MADE_TO_END = "CLUTCH0510", Warning, [],
        "A daemon that was to go did not end in time, and was made to",
        "Its requests or its threads do not come to their end within shutdown-timeout",
        "Have the application stop its threads when it is told to, or raise shutdown-timeout";
    DIED = "CLUTCH0511", Error, [],
        "A daemon has ended although nobody wanted it to; another is started",
        "The line has the reason: a signal, os._exit(), the kernel for want of memory",
        "Look at the lines of that process; a crash has the stack of the application";
    NO_QUESTIONS = "CLUTCH0512", Warning, [],
        "Nobody can ask the supervisor: `clutch status` and `clutch reload` do not reach it",
        "Its socket cannot be made",
        "The line has the system's error";
    TOO_MANY_OWN = "CLUTCH0513", Error, [],
        "An application group gets no process of its own, because too many have one: status 503",
        "Many applications use extension modules that refuse sub-interpreters",
        "Declare process groups for them with WSGIDaemonProcess";
    NOBODY_SERVES = "CLUTCH0514", Error, ["WSGI0117"],
        "No daemon of a group gets to serve: status 503",
        "CLUTCH0508 says why",
        "As there";
    NEW_CODE_FAILS = "CLUTCH0515", Error, [],
        "New code of a group does not load; the processes of before serve on, with the old code",
        "The lines before this one have the traceback",
        "Mend the code: the next change of it is tried again, as is `clutch reload GROUP`";
    DAEMON_BY_HAND = "CLUTCH0601", Alert, [],
        "A daemon was started by hand",
        "Somebody ran `clutch daemon`, which the supervisor does",
        "Start httpd";
    WAITING_FAILED = "CLUTCH0602", Crit, ["WSGI0018", "WSGI0016", "WSGI0017", "WSGI0019"],
        "A daemon cannot wait for requests; it tries again",
        "The kernel is out of memory",
        "The line has the system's error";
    NOT_ACCEPTED = "CLUTCH0603", Error, [],
        "A daemon cannot take connections; they wait, and it tries again",
        "The process has no descriptor left",
        "Find out what the application keeps open, or raise the limit of open files";
    STRANGER = "CLUTCH0604", Alert, ["WSGI0034"],
        "A process that is not httpd's has connected to a daemon, and was turned away",
        "Somebody on this machine tries to reach an application past httpd, or httpd's user has changed",
        "Find out who it is; restart the server if it is httpd";
    PEER_UNKNOWN = "CLUTCH0605", Alert, ["WSGI0033"],
        "The kernel does not say who has connected to a daemon; the connection is closed",
        "It has gone already",
        "Nothing, if it does not come again";
    NO_REQUEST = "CLUTCH0606", Error, ["WSGI0080"],
        "What came over a connection is no request; the connection is closed",
        "Something other than the module speaks to the socket, or another build of it",
        "Install module and program together, and restart the server";
    TOO_OLD = "CLUTCH0607", Error, ["WSGI0084"],
        "A request has waited for a thread longer than queue-timeout lets it: status 504",
        "All threads of the group are busy",
        "More processes or threads, or a look at what the requests do";
    SIGNALS_NOT_TOLD = "CLUTCH0608", Error, ["WSGI0207"],
        "Applications are not told of a signal",
        "The daemon gets no thread for it",
        "Raise the limit of threads";
    NO_PRIORITY = "CLUTCH0609", Warning, ["WSGI0075"],
        "cpu-priority has no effect",
        "Only root may raise a priority",
        "Start httpd as root, or take the option out";
    NO_ROOT = "CLUTCH0610", Alert, ["WSGI0003"],
        "A daemon cannot enter its chroot, and does not serve",
        "The directory is not there, or httpd was not started by root",
        "Correct the path";
    NO_USER = "CLUTCH0611", Alert, ["WSGI0004", "WSGI0005", "WSGI0006", "WSGI0007", "WSGI0008"],
        "A daemon cannot become its user, and does not serve",
        "The system refuses it: a limit of processes of that user, or a sandbox around httpd",
        "The line has the system's error";
    NO_CPU_LIMIT = "CLUTCH0612", Alert, ["WSGI0076"],
        "cpu-time-limit cannot be set, and the daemon does not serve",
        "The value is above what httpd's own limits allow",
        "Lower it, or raise the limit of httpd";
    NO_MEMORY_LIMIT = "CLUTCH0613", Alert, ["WSGI0077"],
        "memory-limit cannot be set, and the daemon does not serve",
        "The value is above what httpd's own limits allow",
        "Lower it, or raise the limit of httpd";
    NO_ADDRESS_LIMIT = "CLUTCH0614", Alert, ["WSGI0078"],
        "virtual-memory-limit cannot be set, and the daemon does not serve",
        "The value is above what httpd's own limits allow",
        "Lower it, or raise the limit of httpd";
    HOME_NOT_ENTERED = "CLUTCH0615", Alert, ["WSGI0009"],
        "home= cannot be entered, and the daemon does not serve",
        "The directory is not there, or the user of the group may not enter it",
        "Correct the path, or its rights";
    DAEMON_ENGINE = "CLUTCH0616", Crit, ["WSGI0028"],
        "A daemon could not open its engine, and does not serve",
        "The engine or its libpython was removed or replaced, or the group's user may not read it",
        "Install program and engines together, where every user may read them";
    DAEMON_PYTHON = "CLUTCH0617", Crit, ["WSGI0029"],
        "Python did not start in a daemon, which does not serve",
        "The line before says what Python found wrong",
        "Correct python-home= or WSGIPythonHome";
    DEADLOCK = "CLUTCH0618", Crit, [],
        "Nobody could get the GIL for as long as deadlock-timeout allows; the daemon ends",
        "An extension module keeps the GIL while it waits or computes",
        "Find it, with `py-spy dump` say; raise deadlock-timeout if it only computes";
    GIVEN_UP = "CLUTCH0619", Error, [],
        "A request has run longer than request-timeout and interrupt-timeout let it: status 504; the daemon is replaced",
        "It waits outside of Python, where no exception reaches it, or swallows RequestTimeout",
        "Give waits of the application a time limit of their own";
    NOT_ENDED = "CLUTCH0620", Warning, [],
        "A daemon did not end within shutdown-timeout, and makes itself end",
        "Threads or exit functions of the application do not come to their end",
        "Have the application stop its threads when mod_wsgi.subscribe_shutdown() tells it to";
    SERVICE_DEAF = "CLUTCH0621", Error, [],
        "A service does not hear the supervisor, and is killed when it is to end",
        "The process gets no thread for it",
        "Raise the limit of threads";
    UNFIT_ALREADY = "CLUTCH0622", Warning, [],
        "A daemon should be replaced before it serves",
        "What was loaded at its start has asked for it",
        "The line has the reason";
    NOT_LOADED = "CLUTCH0623", Error, [],
        "The scripts that a daemon loads at its start are not loaded within startup-timeout; the process ends",
        "A script waits for something when it is imported: another server, a lock, the network",
        "Have it wait in a thread or with the first request, or raise startup-timeout";
    NO_NEW_PRIVILEGES = "CLUTCH0624", Alert, [],
        "no-new-privileges cannot be set, and the daemon does not serve",
        "The kernel is older than 3.5, or a sandbox around httpd forbids it",
        "The line has the system's error";
    OUTSIDE_ROOT = "CLUTCH0625", Error, ["WSGI0081"],
        "A script is not below the chroot of the daemons that are to run it: status 500",
        "WSGIScriptAlias names a file elsewhere; its path is the one that httpd sees",
        "Put the script below that directory, or give it a group without chroot=";
    NO_LOCALE = "CLUTCH0626", Warning, ["WSGI0079"],
        "The locale of a daemon group is not one that this system has; the daemon serves without it",
        "locale= names a locale that was never generated",
        "`locale -a` lists those that there are; on Debian, `dpkg-reconfigure locales` makes more";
}
