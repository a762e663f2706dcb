//! The table of codes of requests that httpd's processes answer without calling an application, 01xx, and of those they get no
//! answer for from a daemon, 07xx.

super::codes! {
    NO_PROCESS = "CLUTCH0007", Error, [],
        "An application group needs a process of its own, and gets none: status 503",
        "An extension module of the application lives in no sub-interpreter, and no daemon can be made for it",
        "Give the application a WSGIDaemonProcess with `WSGIApplicationGroup %{GLOBAL}`, or install the program clutch beside the module";
    NOT_EXECUTABLE = "CLUTCH0101", Error, ["WSGI0134"],
        "Scripts may not run where this one is: status 403",
        "The script was found through a handler, and `Options ExecCGI` is off there",
        "Use WSGIScriptAlias, or allow ExecCGI for the directory";
    NO_SCRIPT = "CLUTCH0102", Error, ["WSGI0135"],
        "There is no such script: status 404",
        "The path is wrong, or a directory above it may not be searched by httpd's user",
        "Correct the path in WSGIScriptAlias, or the rights";
    SCRIPT_IS_DIRECTORY = "CLUTCH0103", Error, ["WSGI0136"],
        "The script is a directory: status 403",
        "WSGIScriptAlias names a directory without a slash at its end, or the URL names one below it",
        "End both sides of the alias with a slash, or name a file";
    PATH_INFO = "CLUTCH0104", Error, ["WSGI0137"],
        "The URL goes on after the script: status 404",
        "AcceptPathInfo is off",
        "Switch it on, if the application is to have more than one URL";
    TRANSFER_ENCODING = "CLUTCH0105", Error, ["WSGI0138"],
        "The body of the request has a transfer encoding other than chunked: status 501",
        "The client sends what httpd cannot undo",
        "Nothing here: the client is at fault";
    CHUNKED_OFF = "CLUTCH0106", Error, ["WSGI0139"],
        "The request has a body without a declared length: status 411",
        "WSGIChunkedRequest is off",
        "Switch it on, if the application reads to the end of its input";
    BAD_CONTENT_LENGTH = "CLUTCH0107", Error, ["WSGI0141"],
        "The Content-Length of the request is not a number: status 400",
        "The client is at fault",
        "Nothing here";
    EMBEDDED_OFF = "CLUTCH0108", Error, ["WSGI0143", "WSGI0142"],
        "The request is for an application in httpd's own processes, and those run none: status 500",
        "WSGIRestrictEmbedded is on, and nothing gives the request to a process group",
        "Name a group of daemons, with WSGIProcessGroup or with process-group= of the alias";
    NO_PYTHON_HERE = "CLUTCH0109", Error, ["WSGI0210"],
        "Python has not started in this process: status 500",
        "CLUTCH0209 or CLUTCH0210 at the start of the process says why",
        "As there";
    GROUP_NOT_ALLOWED = "CLUTCH0110", Error, ["WSGI0149"],
        "The process group may not be used here: status 500",
        "WSGIRestrictProcess does not name it",
        "Add it there, or use a group that is named";
    NO_GROUPS = "CLUTCH0111", Error, ["WSGI0150"],
        "The process group is not declared, nor is any other: status 500",
        "There is no WSGIDaemonProcess",
        "Declare the group";
    NO_SUCH_GROUP = "CLUTCH0112", Error, ["WSGI0151"],
        "The process group is not declared: status 500",
        "The name is misspelt, or comes from a variable or rewriting with another value",
        "Declare the group with WSGIDaemonProcess, or correct the name";
    GROUP_OF_ANOTHER = "CLUTCH0113", Error, ["WSGI0152"],
        "The process group belongs to another server: status 500",
        "Its WSGIDaemonProcess stands in a virtual host with another name",
        "Declare the group in the main server, or give the hosts the same ServerName";
    GROUP_FILE_UNSEEN = "CLUTCH0120", Error, ["WSGI0153", "WSGI0154"],
        "The script cannot be looked at, so script-group= lets nothing run: status 403",
        "It was removed just now, or httpd's user may not search a directory above it",
        "Correct the rights";
    GROUP_DIRECTORY_UNSEEN = "CLUTCH0121", Error, ["WSGI0158", "WSGI0159"],
        "The directory of the script cannot be looked at, so script-group= lets nothing run: status 403",
        "httpd's user may not search a directory above it",
        "Correct the rights";
    FILE_OF_ANOTHER_GROUP = "CLUTCH0122", Error, ["WSGI0155", "WSGI0156"],
        "The script does not belong to the group that script-group= wants: status 403",
        "It was put there by somebody else, or the group does not exist",
        "Change its group, or the option";
    DIRECTORY_OF_ANOTHER_GROUP = "CLUTCH0123", Error, ["WSGI0160"],
        "The directory of the script does not belong to the group that script-group= wants: status 403",
        "It was made by somebody else, or the group does not exist",
        "Change its group, or the option";
    GROUP_FILE_OPEN = "CLUTCH0124", Error, ["WSGI0157"],
        "Everybody may write to the script, which script-group= does not allow: status 403",
        "The permissions of the file",
        "`chmod o-w`";
    GROUP_DIRECTORY_OPEN = "CLUTCH0125", Error, ["WSGI0161"],
        "Everybody may write to the directory of the script, which script-group= does not allow: status 403",
        "The permissions of the directory",
        "`chmod o-w`";
    USER_FILE_UNSEEN = "CLUTCH0126", Error, ["WSGI0162", "WSGI0163"],
        "The script cannot be looked at, so script-user= lets nothing run: status 403",
        "It was removed just now, or httpd's user may not search a directory above it",
        "Correct the rights";
    USER_DIRECTORY_UNSEEN = "CLUTCH0127", Error, ["WSGI0168", "WSGI0169"],
        "The directory of the script cannot be looked at, so script-user= lets nothing run: status 403",
        "httpd's user may not search a directory above it",
        "Correct the rights";
    FILE_OF_ANOTHER_USER = "CLUTCH0128", Error, ["WSGI0164", "WSGI0165"],
        "The script does not belong to the user that script-user= wants: status 403",
        "It was put there by somebody else, or the user does not exist",
        "Change its owner, or the option";
    DIRECTORY_OF_ANOTHER_USER = "CLUTCH0129", Error, ["WSGI0170", "WSGI0171"],
        "The directory of the script does not belong to the user that script-user= wants: status 403",
        "It was made by somebody else, or the user does not exist",
        "Change its owner, or the option";
    USER_FILE_OF_GROUP = "CLUTCH0130", Error, ["WSGI0166"],
        "The group of the script may write to it, which script-user= does not allow: status 403",
        "The permissions of the file",
        "`chmod g-w`";
    USER_DIRECTORY_OF_GROUP = "CLUTCH0131", Error, ["WSGI0173"],
        "The group of the script's directory may write to it, which script-user= does not allow: status 403",
        "The permissions of the directory",
        "`chmod g-w`";
    USER_FILE_OPEN = "CLUTCH0132", Error, ["WSGI0167"],
        "Everybody may write to the script, which script-user= does not allow: status 403",
        "The permissions of the file",
        "`chmod o-w`";
    USER_DIRECTORY_OPEN = "CLUTCH0133", Error, ["WSGI0172"],
        "Everybody may write to the directory of the script, which script-user= does not allow: status 403",
        "The permissions of the directory",
        "`chmod o-w`";
    DAEMONS_BUSY = "CLUTCH0701", Error, ["WSGI0116"],
        "No daemon takes the connection within connect-timeout: status 503",
        "All threads are busy and listen-backlog is full, or nobody listens because the group is about to start",
        "More processes or threads, a longer listen-backlog, or a look at what the daemons do";
    DAEMONS_UNREACHABLE = "CLUTCH0702", Error, ["WSGI0117", "WSGI0115"],
        "The socket of the daemons cannot be reached: status 503",
        "The socket was removed or httpd's user may not use it, or the child has no descriptor left",
        "The line has the system's error; look at WSGISocketPrefix and at the limit of open files";
    NOBODY_BEGINS = "CLUTCH0703", Error, ["WSGI0124"],
        "Every daemon that was offered the request went away before it began with it: status 503",
        "The daemons end faster than they are started",
        "Look for the lines that say why they end";
    HEAD_TOO_LONG = "CLUTCH0704", Error, ["WSGI0144"],
        "A header of the response is longer than header-buffer-size lets it be: status 500",
        "The application sends a very long header, often a cookie",
        "Raise header-buffer-size, or shorten the header";
    NO_ANSWER = "CLUTCH0705", Error, ["WSGI0145"],
        "A daemon has not answered within socket-timeout: status 504",
        "The application takes long, or stands still",
        "Raise socket-timeout, or bound requests with request-timeout, which shows where they stand";
    MALFORMED_ANSWER = "CLUTCH0706", Error, ["WSGI0148", "WSGI0122", "WSGI0123"],
        "A daemon does not speak our protocol: status 502",
        "Something else listens at the socket",
        "Look at who owns the socket's directory; report it if it is a daemon of ours";
    DAEMON_GONE = "CLUTCH0707", Error, ["WSGI0146", "WSGI0147"],
        "A daemon has ended before it had answered: status 502",
        "The line has the reason, if it is known: a signal, a limit, the kernel for want of memory",
        "Look at the lines of that process; a crash has the stack of the application";
}
