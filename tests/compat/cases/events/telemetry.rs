//! Reports to a telemetry service: which records, with which fields of which types.

use crate::case::{Check, Group, ask, get, gets};
use clutch_tests::support::{Request, app};

/// An application that is the receiver, too. `/look` answers with an expression over what has come, once `/wait` has seen what its
/// expression asks for.
const RECEIVING: &str = r#"
import gc, mod_wsgi, os, socket, struct, threading, time
from urllib.parse import unquote
PATH = os.path.join(os.path.dirname(os.path.dirname(__file__)), 'out', 'telemetry')
records = []
def parsed(data):
    magic, version, kind, flags, pid, sequence, stamp = struct.unpack_from('<4sBBHIId', data)
    fields, at = {}, 24
    while at < len(data):
        number, of = struct.unpack_from('<HB', data, at)
        at += 3
        if of in (1, 2, 3):
            value, = struct.unpack_from('<' + 'Qdq'[of - 1], data, at)
            at += 8
        else:
            count, = struct.unpack_from('<H', data, at)
            form = '<%d%s' % (count, {4: 's', 5: 'i', 6: 'd'}[of])
            value = struct.unpack_from(form, data, at + 2)
            value = value[0].decode() if of == 4 else list(value)
            at += 2 + struct.calcsize(form)
        fields[number] = (of, value)
    return (magic, version, flags), kind, pid, sequence, stamp, fields
def receive(server):
    while True:
        records.append(parsed(server.recv(65536)))
def of(kind, **values):
    wanted = {int(key[1:]): value for key, value in values.items()}
    return [fields for head, own, pid, sequence, stamp, fields in list(records)
            if own == kind and all(fields.get(number, (0, None))[1] == value for number, value in wanted.items())]
def shape(fields, without=()):
    return sorted('%d:%d%s' % (number, kind, '/%d' % len(value) if kind > 4 else '')
                  for number, (kind, value) in fields.items() if number not in without)
def slow(state):
    return of(4, _200=state, _214='/slow')
def counted():
    return [fields for fields in of(2) if fields[20][1]]
def application(environ, start_response):
    path, query, status, body = environ['PATH_INFO'], unquote(environ['QUERY_STRING']), '200 OK', b'x'
    if path == '/begin':
        server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        server.bind(PATH)
        threading.Thread(target=receive, args=(server,), daemon=True).start()
    elif path == '/wait':
        until = time.time() + 6
        while not eval(query) and time.time() < until:
            time.sleep(0.02)
        body = repr(bool(eval(query))).encode()
    elif path == '/look':
        body = repr(eval(query, {**globals(), 'records': list(records)})).encode()
    elif path == '/slow':
        environ['wsgi.input'].read()
        time.sleep(1.5)
        status = '418 Slow'
    start_response(status, [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    reports().in_both_modes()
}

fn reports() -> Group {
    let evaluated = |path: &str, expression: &str| {
        let target = format!("{path}{}", &app::target(expression)[1..]);
        ask(&format!("{path}: {expression}"), &Request::get(&target))
    };
    let look = |expression: &&str| evaluated("/look", expression);
    let slow = Request::post("/slow?secret", "0123456789").header("User-Agent", "agent/1");
    let main = [
        "{head for head, kind, pid, sequence, stamp, fields in records}",
        "{pid == os.getpid() for head, kind, pid, sequence, stamp, fields in records}",
        "all(abs(time.time() - stamp) < 30 for head, kind, pid, sequence, stamp, fields in records)",
        "[one[3] for one in records] == list(range(records[0][3], records[0][3] + len(records)))",
        "shape(counted()[0])",
        "[counted()[0].get(number) for number in (1, 4, 6, 8, 11, 12, 13, 50)]",
        "counted()[0][2][1][:5], counted()[0][3][1][:9], counted()[0][7][1] > 1",
        "counted()[0][5][1] == socket.gethostname()",
        "0.3 < counted()[0][10][1] < 30",
        "counted()[0][22][1] <= 1, counted()[0][40][1] > 1000000, counted()[0][41][1] > 1000000",
        "[sum(fields[number][1] for fields in counted()) for number in (120, 122, 124)]",
        "mod_wsgi.request_metrics(), mod_wsgi.process_metrics(), mod_wsgi.start_recording_metrics()",
        "len(gc.callbacks)",
        "{kind for head, kind, pid, sequence, stamp, fields in records} - {2, 4, 8, 9}",
    ];
    let slows = [
        "shape(slow(1)[0], {250, 251})",
        "shape(slow(0)[0])",
        "[slow(1)[0].get(number) for number in (200, *range(210, 218), 230, 232, 240, 260, 261)]",
        "[slow(0)[0].get(number) for number in (200, *range(210, 218), 240)]",
        "1.4 < slow(1)[0][202][1] < 30, 0.3 < slow(0)[0][202][1] < 30",
        "{fields[204][1] == slow(1)[0][204][1] for fields in slow(0)}, len(slow(1))",
    ];
    let collections = [
        "shape(of(8)[0], {8})",
        "shape(of(9, _322=2)[0], {8})",
        "of(9, _322=2)[0][321][1] < 5, abs(time.time() - of(9, _322=2)[0][320][1]) < 30",
        "[of(8)[-1][number][1] for number in (303, 304, 315, 316)] == [*gc.get_threshold()[:2], 1, gc.get_freeze_count()]",
    ];
    Group::serving("telemetry", RECEIVING)
        .config("WSGITelemetryService unix:${OUT}/telemetry interval=0.5\nWSGISlowRequests 0.3\nWSGITelemetryOptions +CaptureUserAgent\nWSGIApplicationGroup %{GLOBAL}")
        .cases(gets(&["/begin", "/one"]))
        .cases([evaluated("/wait", "len(counted()) > 0")])
        .cases(main.iter().map(look))
        .cases([ask("a slow request", &slow)])
        .cases([evaluated("/wait", "slow(0) and slow(1)")])
        .cases(slows.iter().map(look))
        .cases([look(&"gc.collect() >= 0"), evaluated("/wait", "of(9, _322=2) and of(8)")])
        .cases(collections.iter().map(look))
        .cases([get("/last")])
}

/// Configurations that are judged.
pub(super) fn checks() -> Vec<Check> {
    CHECKS.iter().map(|&config| Check { config }).collect()
}

const CHECKS: &[&str] = &[
    "WSGITelemetryService",
    "WSGITelemetryService unix:/x",
    "WSGITelemetryService unix:relative",
    "WSGITelemetryService unix:",
    "WSGITelemetryService /x",
    "WSGITelemetryService udp:127.0.0.1:99",
    "WSGITelemetryService Unix:/x",
    "WSGITelemetryService unix:/x interval=1",
    "WSGITelemetryService unix:/x interval=0.5",
    "WSGITelemetryService unix:/x interval=0.4",
    "WSGITelemetryService unix:/x interval=0",
    "WSGITelemetryService unix:/x interval=-1",
    "WSGITelemetryService unix:/x interval=abc",
    "WSGITelemetryService unix:/x interval=",
    "WSGITelemetryService unix:/x Interval=1",
    "WSGITelemetryService unix:/x nonsense=1",
    "WSGITelemetryService unix:/x interval=1 interval=2",
    "WSGITelemetryService unix:/x\nWSGITelemetryService unix:/y",
    "<VirtualHost *:9>\nWSGITelemetryService unix:/x\n</VirtualHost>",
    "WSGISlowRequests",
    "WSGISlowRequests 0",
    "WSGISlowRequests 0.5",
    "WSGISlowRequests 5",
    "WSGISlowRequests -1",
    "WSGISlowRequests abc",
    "WSGISlowRequests 1x",
    "WSGISlowRequests 1 2",
    "<Location />\nWSGISlowRequests 1\n</Location>",
    "WSGITelemetryOptions",
    "WSGITelemetryOptions None",
    "WSGITelemetryOptions All",
    "WSGITelemetryOptions all",
    "WSGITelemetryOptions CaptureUserAgent",
    "WSGITelemetryOptions captureuseragent",
    "WSGITelemetryOptions +CaptureUserAgent",
    "WSGITelemetryOptions -CaptureUserAgent",
    "WSGITelemetryOptions +CaptureUserAgent\nWSGITelemetryOptions -CaptureUserAgent",
    "WSGITelemetryOptions +",
    "WSGITelemetryOptions -",
    "WSGITelemetryOptions +None",
    "WSGITelemetryOptions -All",
    "WSGITelemetryOptions None CaptureUserAgent",
    "WSGITelemetryOptions CaptureUserAgent +CaptureUserAgent",
    "WSGITelemetryOptions Nonsense",
    "<VirtualHost *:9>\nWSGITelemetryOptions None\n</VirtualHost>",
    "WSGIServerMetrics On",
    "WSGIServerMetrics Perhaps",
    "WSGIServerMetrics",
    "<VirtualHost *:9>\nWSGIServerMetrics On\n</VirtualHost>",
    "WSGIDaemonProcess one server-metrics=On",
    "WSGIDaemonProcess one server-metrics=Off",
    "WSGIDaemonProcess one server-metrics=",
];
