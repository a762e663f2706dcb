"""A Flask application: a form, a file upload and a session."""

import hashlib

from flask import Flask, redirect, render_template, request, session, url_for

application = app = Flask(__name__)
app.config.update(
    # Signs the session cookie; every process must know the same key. Development only:
    # a real site reads a random one from a file that nobody else can read.
    SECRET_KEY="development only",
    SESSION_COOKIE_NAME="flask_session",
    MAX_CONTENT_LENGTH=512 * 1024 * 1024,
)


@app.get("/")
def home():
    session["visits"] = session.get("visits", 0) + 1
    return render_template("home.html", visits=session["visits"], name=session.get("name"))


@app.post("/name")
def name():
    session["name"] = request.form["name"].strip()[:80]
    return redirect(url_for("home"))


@app.post("/upload")
def upload():
    file = request.files["file"]
    digest, size = hashlib.sha256(), 0
    while chunk := file.stream.read(64 * 1024):
        digest.update(chunk)
        size += len(chunk)
    return render_template("upload.html", filename=file.filename, size=size, sha256=digest.hexdigest())


@app.post("/forget")
def forget():
    session.clear()
    return redirect(url_for("home"))
