//! Directives about what applications and others are told of the server's work.

use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::telemetry::{self, Service};
use crate::config::value;

pub(super) const ROWS: &[Directive] = &[
switch!(
    c"WSGIServerMetrics",
    Main,
    Server.server_metrics,
    "Off",
    c"Whether mod_wsgi.server_metrics() tells applications in httpd's own processes what all of httpd does, with the addresses and requests of clients. Groups of daemons have an option of their own."
),
    Directive {
        name: c"WSGITelemetryService",
        scope: Scope::Main,
        takes: Takes::OneOrMore,
        syntax: "unix:PATH [interval=SECONDS]",
        default: "none",
        summary: c"Who takes reports of each process that runs Python: a Unix datagram socket, such as that of the program mod_wsgi-telemetry. A report is sent each interval, 1 second if nothing is said and at least 0.5. mod_wsgi.request_metrics() and mod_wsgi.process_metrics() give None then.",
        apply: Apply::Server(|server, args| {
            server.telemetry_service = Some(Service::parse(args.words)?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGISlowRequests",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "SECONDS",
        default: "0",
        summary: c"Requests that take longer are reported one by one to the service of WSGITelemetryService, while they run and when they have ended; 0: none is. Without a service it has no effect.",
        apply: Apply::Server(|server, args| {
            server.slow_requests = Some(telemetry::slow_requests(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGITelemetryOptions",
        scope: Scope::Main,
        takes: Takes::OneOrMore,
        syntax: "[+|-]CaptureUserAgent|All|None",
        default: "None",
        summary: c"What reports of slow requests say beside the usual: with CaptureUserAgent, the client's program. A line of flags without signs replaces what was said before, flags with signs add to it and take from it.",
        apply: Apply::Server(|server, args| {
            let before = server.telemetry_user_agent.unwrap_or(false);
            let captures = telemetry::captures_user_agent(before, args.words)?;
            server.telemetry_user_agent = Some(captures);
            Ok(())
        }),
    },
];
