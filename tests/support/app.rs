//! The WSGI script of a test, in a few lines.

/// A script whose application answers 200 with the text of a Python expression over `environ`.
///
/// `import os, sys` has been done.
pub fn answering(expression: &str) -> String {
    format!(
        "import os, sys\n\
         def application(environ, start_response):\n\
         \x20   body = str(({expression})).encode()\n\
         \x20   start_response('200 OK', [('Content-Type', 'text/plain')])\n\
         \x20   return [body]\n"
    )
}

/// A script whose application runs these statements, which may use `environ`, `start_response` and `ok()`: it starts a
/// 200 response of type `text/plain` and returns `write`. They end with `return`, or `yield`.
pub fn running(statements: &str) -> String {
    let mut script = String::from(
        "import os, sys\n\
         def application(environ, start_response):\n\
         \x20   def ok(*headers):\n\
         \x20       return start_response('200 OK', [('Content-Type', 'text/plain'), *headers])\n",
    );
    for line in statements.lines() {
        script += &format!("    {line}\n");
    }
    script
}

/// A script whose application answers with the `repr` of the Python expression in the query string (see
/// [`target`]), or with the name of the exception's type. It may use `environ`, `start_response`, `i` (the input),
/// and `kept`, a list that lives as long as the interpreter.
pub const EVALUATING: &str = r#"
import os, sys
from urllib.parse import unquote
kept = []
def application(environ, start_response):
    i = environ['wsgi.input']
    scope = {**globals(), **locals()}
    try:
        body = repr(eval(unquote(environ['QUERY_STRING']), scope))
    except Exception as error:
        body = type(error).__name__
    body = body.encode('utf-8', 'backslashreplace')
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

/// A script whose application runs the Python statements in the query string (see [`target`]) as those of [`running`],
/// so that one server can be asked to run many.
pub const RUNNING: &str = r#"
import os, sys, textwrap
from urllib.parse import unquote
def application(environ, start_response):
    def ok(*headers):
        return start_response('200 OK', [('Content-Type', 'text/plain'), *headers])
    scope = {**globals(), **locals()}
    statements = textwrap.indent(unquote(environ['QUERY_STRING']), '    ')
    exec('def run(environ, start_response):\n' + statements, scope)
    return scope['run'](environ, start_response)
"#;

/// The request target that makes [`EVALUATING`] evaluate this Python expression, or [`RUNNING`] run these statements.
pub fn target(python: &str) -> String {
    let escaped = python.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("/?{}", escaped.collect::<String>())
}
