//! Directives about requests: which interpreter serves them, and how.

use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::value;
use crate::group::{Callable, GroupTemplate};

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"WSGIApplicationGroup",
        scope: Scope::Section,
        takes: Takes::One,
        syntax: "NAME|%{GLOBAL}|%{SERVER}|%{HOST}|%{RESOURCE}|%{ENV:VARIABLE}",
        default: "%{RESOURCE}",
        summary: c"The application group, and with it the interpreter, that serves the requests. %{GLOBAL} is the main interpreter.",
        apply: Apply::Section(|section, args| {
            section.application_group = Some(GroupTemplate::parse(args.only()));
            Ok(())
        }),
    },
    Directive {
        name: c"WSGICallableObject",
        scope: Scope::SectionAndHtaccess,
        takes: Takes::One,
        syntax: "NAME|%{ENV:VARIABLE}",
        default: "application",
        summary: c"Name of the application object in the script.",
        apply: Apply::Section(|section, args| {
            section.callable = Some(Callable::parse(args.only()));
            Ok(())
        }),
    },
    switch!(
        c"WSGIChunkedRequest",
        SectionAndHtaccess,
        Section.chunked_request,
        "Off",
        c"Whether a request may have a body without a declared length. Otherwise such a request gets status 411."
    ),
    switch!(
        c"WSGIEnableSendfile",
        SectionAndHtaccess,
        Section.enable_sendfile,
        "Off",
        c"Whether files that an application returns through wsgi.file_wrapper may be sent by sendfile."
    ),
    switch!(
        c"WSGIErrorOverride",
        SectionAndHtaccess,
        Section.error_override,
        "Off",
        c"Whether error documents of httpd replace those of an application. Has no effect on applications that run inside httpd."
    ),
    Directive {
        name: c"WSGIMapHEADToGET",
        scope: Scope::SectionAndHtaccess,
        takes: Takes::One,
        syntax: "On|Off|Auto",
        default: "Auto",
        summary: c"Whether an application sees GET for a HEAD request. Auto: if a filter that may change the body is in the way.",
        apply: Apply::Section(|section, args| {
            section.head_mapping = Some(value::head_mapping(args.only())?);
            Ok(())
        }),
    },
    switch!(
        c"WSGIPassApacheRequest",
        Section,
        Section.pass_request,
        "Off",
        c"Whether applications, and scripts that httpd asks, get a pointer, where they run inside httpd, to httpd's record of the request, for extension modules that know what to do with it: the capsule apache.request_rec in the environ. It is empty once the request is over."
    ),
    switch!(
        c"WSGIPassAuthorization",
        SectionAndHtaccess,
        Section.pass_authorization,
        "Off",
        c"Whether an application sees the Authorization header."
    ),
    switch!(
        c"WSGIScriptReloading",
        SectionAndHtaccess,
        Section.script_reloading,
        "On",
        c"Whether a script that has changed is loaded again by the next request for it."
    ),
];
