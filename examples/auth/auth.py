"""Who may see the site: asked by Apache, see httpd.conf."""

import functools
import hashlib
import hmac
import time

# User: salt and digest of the password, and groups. The passwords are the names backwards.
USERS = {
    "beta": (
        b"salt-of-beta",
        "1a68b438db4f8c4b0e8a6b0d26dfe8ffcb37f00ae53e81fdef6784364b248001",
        ["staff", "board"],
    ),
    "bert": (
        b"salt-of-bert",
        "32b8f42a554f1adf9046b55ca12f5dafb49ed1082c1855c8aa5653e54108c007",
        ["staff"],
    ),
}


def digest(salt, password):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 100_000).hex()


@functools.lru_cache(maxsize=1024)
def is_password(user, password, minute):
    """Slow, as it should be; so what came of it is remembered, for at most a minute."""
    salt, expected, _ = USERS[user]
    return hmac.compare_digest(digest(salt, password), expected)


def check_password(environ, user, password):
    if user not in USERS:
        return None
    return is_password(user, password, int(time.time() // 60))


def groups_for_user(environ, user):
    _, _, groups = USERS.get(user, (b"", "", []))
    return groups


def allow_access(environ, host):
    return None if environ["REQUEST_METHOD"] in ("GET", "HEAD") else False
