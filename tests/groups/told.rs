//! What applications in httpd's own processes are told: requests, and the end.

use clutch_tests::support::{Httpd, app, mode, reference};

const NOTING: &str = "
import mod_wsgi, os, atexit
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../out/')
def note(*words):
    with open(out + 'noted', 'a') as file:
        print(mod_wsgi.application_group, *words, file=file)
def stopping(name, **payload):
    if name == 'process_stopping':
        note(name, payload)
mod_wsgi.subscribe_events(stopping)
mod_wsgi.subscribe_shutdown(lambda name, **payload: note('again', name, payload))
atexit.register(note, 'exit')
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'1']
";

#[test]
fn subscribers_hear_that_the_process_stops_before_exit_functions_and_without_them() {
    if !mode::embedded_only("the reason is another in daemons") {
        return;
    }
    for destroys in [true, false] {
        let destroy = if destroys { "On" } else { "Off" };
        let mut httpd = Httpd::with_config(&format!(
            "WSGIDestroyInterpreter {destroy}\n\
             WSGIScriptAlias /main ${{APP}}/app.wsgi application-group=%{{GLOBAL}}\n\
             WSGIScriptAlias /sub ${{APP}}/app.wsgi application-group=sub"
        ))
        .script("app.wsgi", NOTING)
        .start();
        assert_eq!(
            (httpd.get("/main").ok(), httpd.get("/sub").ok()),
            ("1", "1")
        );
        httpd.stop();
        let noted = httpd.written("noted");
        for group in ["", "sub"] {
            let prefix = format!("{group} ");
            let lines: Vec<_> = noted
                .lines()
                .filter_map(|line| line.strip_prefix(&prefix))
                .filter(|line| !line.starts_with("sub"))
                .collect();
            let told = "process_stopping {'shutdown_reason': ''}";
            let again = format!("again {told}");
            let expected = match destroys {
                true => vec![told, &again, "exit"],
                false => vec![told, &again],
            };
            assert_eq!(lines, expected, "{destroy}: {noted}");
        }
    }
}

#[test]
fn a_request_has_its_id_and_its_dict_wherever_events_are_told() {
    let script = app::running(
        "import mod_wsgi\n\
         data, active = mod_wsgi.request_data(), mod_wsgi.active_requests\n\
         ids = {environ['mod_wsgi.request_id'], *heard}\n\
         ok()\n\
         return [repr((len(ids), data['seen'], active[environ['mod_wsgi.request_id']] is data)).encode()]",
    );
    let script = format!(
        "{script}\nimport mod_wsgi\nheard = []\ndef note(name, **payload):\n    if name == 'request_started':\n        \
         heard[:] = [payload['request_id']]\n        payload['request_data']['seen'] = name\nmod_wsgi.subscribe_events(note)\n"
    );
    let name = "a_request_has_its_id_and_its_dict_wherever_events_are_told";
    if !reference::ours_only(name, "not tried there") {
        return;
    }
    let httpd = Httpd::serving(&script).start();
    for _ in 0..3 {
        assert_eq!(httpd.get("/").ok(), "(1, 'request_started', True)");
    }
}
