"""Registers, logs in, writes with a picture, gets it back; a forged form and a stranger are refused."""

import os


def visit(browser, stranger):
    page = browser.open("/").ok("Blog")
    browser.open(page.link("/static/style.css")).ok("max-width")
    page = browser.open("/register").ok()
    page = browser.submit(page, page.form("name"), {"name": "zoë", "password": "kept-secret"})
    assert page.url.endswith("/login"), page.url
    page = browser.submit(page, page.form("name"), {"name": "zoë", "password": "guessed"}).ok("No.")
    page = browser.submit(page, page.form("name"), {"name": "zoë", "password": "kept-secret"}).ok("You are zoë.")
    content = os.urandom(1_500_000)
    fields = {"title": "Tea & cake", "body": "<b>Für Elise</b>", "picture": ("tea.png", content)}
    page = browser.submit(page, page.form("title"), fields)
    page.ok("It is written.", "Tea &amp; cake", "&lt;b&gt;Für Elise&lt;/b&gt;", "1500000 bytes")
    assert browser.open(page.link("/picture/")).ok().body == content
    page = browser.open("/")
    large = browser.submit(page, page.form("title"), fields | {"picture": ("big", bytes(5_000_000))})
    large.is_status(413)
    outside = stranger()
    outside.request("POST", "/", b"title=x&body=y").is_status(400)
    outside.open("/picture/77").is_status(404)
    outside.open("/").ok("Tea &amp; cake")
    page = browser.open("/")
    page = browser.submit(page, page.form("csrf_token"), {}, "leave").ok()
    assert "You are" not in page.text
