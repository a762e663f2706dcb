"""Registers (the first one keeps the wiki), writes a page, attaches a picture; a stranger may read only."""

import os


def visit(browser, stranger):
    page = browser.open("/").ok("Welcome to your wiki")
    browser.open(page.link("/static/css/otterwiki.css")).ok()
    page = browser.open("/-/register").ok()
    fields = {"email": "zoe@example.com", "name": "Zoe", "password1": "kept-secret-77", "password2": "kept-secret-77"}
    page = browser.submit(page, page.form("password1"), fields).ok()
    page = browser.open("/-/login").ok()
    page = browser.submit(page, page.form("email"), {"email": "zoe@example.com", "password": "kept-secret-77"})
    page.ok("/-/logout")
    page = browser.open("/-/create").ok()
    page = browser.submit(page, page.form("pagename"), {"pagename": "Kitchen"}).ok()
    form = page.form("content") if any("content" in form.fields for form in page.forms) else page.form("content_editor")
    form.action = "/Kitchen/save"
    page = browser.submit(page, form, {"content": "# Küche\n\nTea & **cake** <3\n", "commit": "begun"})
    page.ok("Küche", "<strong>cake</strong>", "Tea &amp; ")
    page = browser.open("/Kitchen/attachments").ok()
    content = os.urandom(300_000)
    form = next(form for form in page.forms if form.is_multipart)
    page = browser.submit(page, form, {"file": ("noise.bin", content), "filename": "noise.bin", "message": ""})
    page.ok("noise.bin")
    assert browser.open("/Kitchen/a/noise.bin").ok().body == content
    browser.open("/Kitchen/history").ok("begun", "Zoe")
    outside = stranger()
    outside.open("/Kitchen").ok("Küche")
    outside.open("/Kitchen/edit").is_status(403)
    forged = browser.request("POST", "/Kitchen/save", b"content=forged&commit=x")
    forged.is_status(400)
