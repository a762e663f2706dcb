"""A small blog: people register, log in and write. Cookies are signed, forms have a token against forgery."""

import sqlite3
from pathlib import Path

import click
from flask import Flask, abort, flash, g, redirect, render_template_string, request, send_file, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.security import check_password_hash, generate_password_hash

SITE = Path(__file__).resolve().parent.parent
DATABASE = SITE / "data" / "blog.sqlite3"

app = Flask(__name__)
app.config.update(SECRET_KEY=(SITE / "secret_key").read_text().strip(), MAX_CONTENT_LENGTH=4_000_000)
CSRFProtect(app)

PAGE = """<!doctype html><title>Blog</title><link rel=stylesheet href="{{ url_for('static', filename='style.css') }}">
{% for text in get_flashed_messages() %}<p class=told>{{ text }}{% endfor %}
{% if g.user %}<p>You are {{ g.user }}.
<form method=post action="{{ url_for('log_out') }}"><input type=hidden name=csrf_token value="{{ csrf_token() }}">
<input type=submit name=leave value="Log out"></form>{% endif %}
%s"""

NAMES = """<form method=post><input type=hidden name=csrf_token value="{{ csrf_token() }}">
<input name=name><input name=password type=password><input type=submit></form>"""

POSTS = """<form method=post enctype="multipart/form-data"><input type=hidden name=csrf_token value="{{ csrf_token() }}">
<input name=title><textarea name=body></textarea><input name=picture type=file><input type=submit></form>
{% for post in posts %}<article><h2>{{ post['title'] }}</h2><p>{{ post['body'] }}
{% if post['size'] %}<a href="{{ url_for('picture', number=post['id']) }}">{{ post['size'] }} bytes</a>{% endif %}
</article>{% endfor %}"""


def database():
    if "database" not in g:
        g.database = sqlite3.connect(DATABASE, timeout=30)
        g.database.row_factory = sqlite3.Row
    return g.database


@app.teardown_appcontext
def close(_):
    if "database" in g:
        g.database.close()


@app.cli.command("init-db")
def init_db():
    """Makes the database."""
    DATABASE.parent.mkdir(exist_ok=True)
    database().executescript(
        "create table people (name text primary key, password text not null);"
        "create table posts (id integer primary key, author text, title text, body text, picture blob);"
    )
    click.echo("made")


@app.before_request
def who():
    g.user = session.get("user")


@app.route("/", methods=["GET", "POST"])
def home():
    if request.method == "POST":
        if not g.user:
            abort(403)
        picture = request.files["picture"].read() if "picture" in request.files else b""
        words = (g.user, request.form["title"], request.form["body"], picture)
        database().execute("insert into posts (author, title, body, picture) values (?, ?, ?, ?)", words)
        database().commit()
        flash("It is written.")
        return redirect(url_for("home"))
    posts = database().execute("select id, title, body, length(picture) as size from posts order by id desc")
    return render_template_string(PAGE.replace("%s", POSTS), posts=posts.fetchall())


@app.get("/picture/<int:number>")
def picture(number):
    import io

    found = database().execute("select picture from posts where id = ?", (number,)).fetchone() or abort(404)
    return send_file(io.BytesIO(found["picture"]), "application/octet-stream")


@app.route("/register", methods=["GET", "POST"])
def register():
    if request.method == "POST":
        words = (request.form["name"], generate_password_hash(request.form["password"]))
        try:
            database().execute("insert into people values (?, ?)", words)
        except sqlite3.IntegrityError:
            flash("There is one of this name.")
            return redirect(url_for("register"))
        database().commit()
        return redirect(url_for("log_in"))
    return render_template_string(PAGE.replace("%s", NAMES))


@app.route("/login", methods=["GET", "POST"])
def log_in():
    if request.method == "POST":
        name = request.form["name"]
        found = database().execute("select password from people where name = ?", (name,)).fetchone()
        if not found or not check_password_hash(found["password"], request.form["password"]):
            flash("No.")
            return redirect(url_for("log_in"))
        session.clear()
        session["user"] = name
        return redirect(url_for("home"))
    return render_template_string(PAGE.replace("%s", NAMES))


@app.post("/logout")
def log_out():
    session.clear()
    return redirect(url_for("home"))
