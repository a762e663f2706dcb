import hashlib

from werkzeug.debug import DebuggedApplication
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

urls = Map([Rule("/" + name, endpoint=name) for name in ("", "go", "form", "file", "broken")])


@Request.application
def site(request):
    adapter = urls.bind_to_environ(request.environ)
    endpoint, _ = adapter.match()
    if endpoint == "broken":
        local_to_the_failing_frame = 42
        return Response(1 / (local_to_the_failing_frame - 42))
    if endpoint == "go":
        response = redirect(adapter.build(""))
        response.set_cookie("seen", "yes")
        return response
    if endpoint == "form":
        return Response("Hello, " + request.form["name"])
    if endpoint == "file":
        upload = request.files["file"]
        data = upload.read()
        return Response(f"{upload.filename} {len(data)} {hashlib.sha256(data).hexdigest()}")
    seen = "again" if request.cookies.get("seen") == "yes" else "new"
    page = f"<h1>Hello from Werkzeug</h1><p>{seen}</p><a href='{adapter.build('go')}'>go</a>"
    return Response(page, mimetype="text/html")


application = DebuggedApplication(site, evalex=True, pin_security=False)
