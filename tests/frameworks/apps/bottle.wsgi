import hashlib

from bottle import Bottle, redirect, request, response

application = app = Bottle()


def url(path):
    return request.environ["SCRIPT_NAME"] + path


@app.get("/")
def page():
    seen = "again" if request.get_cookie("seen") == "yes" else "new"
    return f"<h1>Hello from Bottle</h1><p>{seen}</p><a href='{url('/go')}'>go</a>"


@app.get("/go")
def go():
    response.set_cookie("seen", "yes")
    redirect("./")


@app.post("/form")
def form():
    return "Hello, " + request.forms.getunicode("name")


@app.post("/file")
def file():
    upload = request.files["file"]
    data = upload.file.read()
    return f"{upload.filename} {len(data)} {hashlib.sha256(data).hexdigest()}"
