"""Logs in to the admin, makes a group, changes it, deletes it; and a stranger stays outside."""

# Django logs what it answers with 403 and 404.
ALLOWED = [r"Forbidden \(CSRF", r"Not Found: /nothing"]


def visit(browser, stranger):
    browser.open("/nothing/here").is_status(404)
    page = browser.open("/admin/").ok("Django administration")
    style = browser.open(page.link("/static/admin/css/base")).ok()
    assert style.headers["Content-Type"] == "text/css"
    page = browser.open("/admin/")
    wrong = browser.submit(page, page.form("username"), {"username": "admin", "password": "guessed"})
    wrong.ok("Please enter the correct username and password")
    page = browser.submit(wrong, wrong.form("username"), {"username": "admin", "password": "kept-secret"})
    page.ok("Site administration")
    page = browser.open("/admin/auth/group/add/").ok("Add group")
    page = browser.submit(page, page.form("name"), {"name": "Редакторы & friends"}, "_save")
    page.ok("was added successfully", "Редакторы &amp; friends")
    page = browser.open("/admin/auth/group/1/change/").ok()
    page = browser.submit(page, page.form("name"), {"name": "editors"}, "_save")
    page.ok("was changed successfully", ">editors<")
    page = browser.open("/admin/auth/group/1/delete/").ok("Are you sure")
    page = browser.submit(page, page.form("post")).ok("was deleted successfully")
    outside = stranger()
    outside.open("/admin/auth/group/").ok("Log in")
    forged = outside.request("POST", "/admin/login/", b"username=admin&password=kept-secret")
    forged.is_status(403)
    page = browser.open("/admin/")
    page = browser.submit(page, next(form for form in page.forms if "logout" in form.action))
    page.ok("Logged out")
