import hashlib

from flask import Flask, make_response, redirect, request, url_for

application = app = Flask(__name__)


@app.get("/")
def page():
    seen = "again" if request.cookies.get("seen") == "yes" else "new"
    return f"<h1>Hello from Flask</h1><p>{seen}</p><a href='{url_for('go')}'>go</a>"


@app.get("/go")
def go():
    response = make_response(redirect(url_for("page")))
    response.set_cookie("seen", "yes")
    return response


@app.post("/form")
def form():
    return "Hello, " + request.form["name"]


@app.post("/file")
def file():
    upload = request.files["file"]
    data = upload.read()
    return f"{upload.filename} {len(data)} {hashlib.sha256(data).hexdigest()}"
