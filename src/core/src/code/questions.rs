//! The table of codes of scripts that httpd asks: access, users, groups, and who serves. 08xx.

super::codes! {
    NO_PASSWORD_SCRIPT = "CLUTCH0801", Error, ["WSGI0041"],
        "AuthBasicProvider names the provider wsgi where there is no script for it: status 500",
        "WSGIAuthUserScript is missing there",
        "Name the script, in the same section or around it";
    PASSWORD_NOT_JUDGED = "CLUTCH0802", Error, ["WSGI0042"],
        "A script has not said whether a password is right: status 500",
        "The line before says why: it has failed, or nobody could run it",
        "As there";
    NO_CHECK_PASSWORD = "CLUTCH0803", Error, ["WSGI0043"],
        "A script for users has no function check_password: status 500",
        "It is called otherwise, or the script is for something else",
        "Define check_password(environ, user, password)";
    NO_DIGEST_SCRIPT = "CLUTCH0804", Error, ["WSGI0044"],
        "AuthDigestProvider names the provider wsgi where there is no script for it: status 500",
        "WSGIAuthUserScript is missing there",
        "Name the script, in the same section or around it";
    DIGEST_NOT_GIVEN = "CLUTCH0805", Error, ["WSGI0045"],
        "A script has not given the digest of a user: status 500",
        "The line before says why: it has failed, or nobody could run it",
        "As there";
    NO_GET_REALM_HASH = "CLUTCH0806", Error, ["WSGI0046"],
        "A script for users has no function get_realm_hash: status 500",
        "It is called otherwise, or the script is for Basic authentication",
        "Define get_realm_hash(environ, user, realm)";
    NO_GROUP_SCRIPT = "CLUTCH0807", Error, ["WSGI0058", "WSGI0047"],
        "Require names wsgi-group where there is no script for it: status 500",
        "WSGIAuthGroupScript is missing there",
        "Name the script, in the same section or around it";
    GROUPS_NOT_GIVEN = "CLUTCH0808", Error, ["WSGI0048"],
        "A script has not given the groups of a user: status 500",
        "The line before says why: it has failed, or nobody could run it",
        "As there";
    FOREIGN_GROUP = "CLUTCH0809", Error, ["WSGI0049"],
        "The name of a group has characters that Latin-1 does not have: status 500",
        "Names on Require lines are bytes",
        "Give such a name as bytes";
    BAD_GROUP = "CLUTCH0810", Error, ["WSGI0050"],
        "A script gives something for a group that is no text: status 500",
        "groups_for_user has other things than str and bytes among what it returns",
        "Return texts only";
    GROUPS_NOT_ITERABLE = "CLUTCH0811", Error, ["WSGI0051"],
        "A script returns something for the groups of a user that cannot be iterated: status 500",
        "groups_for_user has returned None, or a number",
        "Return a list, which may be empty";
    NO_GROUPS_FOR_USER = "CLUTCH0812", Error, ["WSGI0052"],
        "A script for groups has no function groups_for_user: status 500",
        "It is called otherwise, or the script is for something else",
        "Define groups_for_user(environ, user)";
    ACCESS_NOT_JUDGED = "CLUTCH0813", Error, ["WSGI0054", "WSGI0053"],
        "A script has not said whether a client may come in: status 403, or that of whoever could not run it",
        "The line before says why: it has failed, or nobody could run it",
        "As there";
    BAD_ACCESS = "CLUTCH0814", Error, ["WSGI0055"],
        "A script does not answer with True, False or None whether a client may come in: status 403",
        "allow_access has returned something that is only true or false in effect",
        "Return bool(...) of it";
    NO_ALLOW_ACCESS = "CLUTCH0815", Error, ["WSGI0056"],
        "A script for hosts has no function allow_access: status 403",
        "It is called otherwise, or the script is for something else",
        "Define allow_access(environ, host)";
    ACCESS_DENIED = "CLUTCH0816", Error, ["WSGI0057"],
        "A script does not let a client in: status 403",
        "allow_access has returned False, or has given no answer, as the line before says",
        "Nothing, if that is meant";
    IN_NO_GROUP = "CLUTCH0817", Error, ["WSGI0059"],
        "A user is in no group, and one is required: status 401",
        "groups_for_user knows none of the user",
        "Nothing, if that is meant";
    IN_OTHER_GROUPS = "CLUTCH0818", Error, ["WSGI0060"],
        "A user is in none of the groups that are required: status 401",
        "groups_for_user names others",
        "Nothing, if that is meant";
    EMPTY_USER = "CLUTCH0819", Error, ["WSGI0176"],
        "A script lets a user in under an empty name: status 500",
        "check_password has returned an empty str",
        "Return True, or a name";
    BAD_USER = "CLUTCH0820", Error, ["WSGI0177"],
        "A script does not answer with True, False, None or a name whether a password is right: status 500",
        "check_password has returned something that is only true or false in effect, or a name with a NUL",
        "Return bool(...) of it";
    EMPTY_DIGEST = "CLUTCH0821", Error, ["WSGI0178"],
        "A script gives an empty digest for a user: status 500",
        "get_realm_hash has returned an empty text",
        "Return None for a user who is not known";
    BAD_DIGEST = "CLUTCH0822", Error, ["WSGI0179"],
        "A script gives something for the digest of a user that is none: status 500",
        "get_realm_hash has returned neither a text of Latin-1 nor None",
        "Return the hexadecimal text, or None";
    NOT_DISPATCHED = "CLUTCH0823", Error, ["WSGI0086", "WSGI0085"],
        "A script has not said who serves a request: status 500, or that of whoever could not run it",
        "The line before says why: it has failed, or nobody could run it",
        "As there";
    BAD_CHOICE = "CLUTCH0824", Error, [],
        "A script names something for a process group, an application group or a callable that is no name: status 500",
        "One of the functions of a dispatch script has returned neither a text of Latin-1 nor None",
        "Return a str, or None to leave what is configured";
    ANSWER_TOO_LONG = "CLUTCH0825", Error, [],
        "A script gives an answer that is longer than answers may be: status 500",
        "Groups without end, or a text of more than 64 KiB",
        "Return what is needed";
}
