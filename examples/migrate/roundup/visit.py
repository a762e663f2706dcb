"""Logs in, opens an issue with a file, answers it, finds it again; a stranger registers and may read only what all may."""

import os


def visit(browser, stranger):
    page = browser.open("/issues/").ok("Roundup issue tracker")
    browser.open(page.link("@@file/style.css")).ok()
    page = browser.open("/issues/")
    wrong = browser.submit(page, page.form("__login_name"), {"__login_name": "admin", "__login_password": "guessed"})
    assert "Invalid login" in wrong.text, wrong.text
    page = browser.open("/issues/")
    fields = {"__login_name": "admin", "__login_password": "kept-secret"}
    page = browser.submit(page, page.form("__login_name"), fields).ok("Hello, admin")
    page = browser.open("/issues/issue?@template=item").ok()
    content = os.urandom(200_000)
    fields = {"title": "Füße & <tags>", "@note": "It hurts.", "priority": "3", "@file": ("noise.bin", content)}
    page = browser.submit(page, page.form("title"), fields)
    page.ok("issue 1 created", "Füße &amp; &lt;tags&gt;", "It hurts.", "noise.bin")
    assert browser.open("/issues/file1/noise.bin").ok().body == content
    page = browser.open("/issues/issue1").ok()
    page = browser.submit(page, page.form("title"), {"@note": "Better now.", "status": "8"})
    page.ok("Better now.")
    browser.open("/issues/issue?@search_text=hurts").ok("Füße")
    elsewhere = {"Origin": "http://elsewhere.example", "Referer": "http://elsewhere.example/"}
    browser.request("POST", "/issues/issue1", b"@action=edit&title=forged", elsewhere)
    assert "forged" not in browser.open("/issues/issue1").ok().text
    outside = stranger()
    outside.open("/issues/issue1").ok("Füße")
    outside.open("/issues/issue77").is_status(404)
