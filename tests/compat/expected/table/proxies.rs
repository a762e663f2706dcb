//! What trusted proxies say.

use super::BETTER;
use crate::expected::Expected;

pub(super) const ROWS: &[Expected] = &[
    Expected {
        reason: "an address is digits, and all of them",
        heading: BETTER,
        line: "names in `X-Forwarded-For`",
        seen: &[
            [
                "proxies-ways*10.0.0\")]",
                "environ HTTP_X_FORWARDED_FOR",
                "str '1.1.1.1, 10.0.0'",
                "str '10.0.0'",
            ],
            [
                "proxies-ways*10.0.0\")]",
                "environ REMOTE_ADDR",
                "str '1.1.1.1'",
                "str '10.0.0'",
            ],
        ],
    },
    Expected {
        reason: "who is believed must be said",
        heading: BETTER,
        line: "`WSGITrustedProxies` with an empty list",
        seen: &[
            ["config/WSGITrustedProxies", "config", "taken", "refused"],
            [
                "config/WSGITrustedProxies 010.0.0.1",
                "config",
                "taken",
                "refused",
            ],
            [
                "config/WSGITrustedProxies 10.0.0.0/255.0.255.0",
                "config",
                "taken",
                "refused",
            ],
        ],
    },
    Expected {
        reason: "it would mean nothing",
        heading: BETTER,
        line: "`WSGITrustedProxyHeaders` without a name",
        seen: &[[
            "config/WSGITrustedProxyHeaders",
            "config",
            "taken",
            "refused",
        ]],
    },
    Expected {
        reason: "a child would crash at each request",
        heading: BETTER,
        line: "`WSGITrustedProxyHeaders` with an underscore or another such character in a name",
        seen: &[
            [
                "config/WSGITrustedProxyHeaders \"X-Forwarded-For X-Real-IP\"",
                "config",
                "taken",
                "refused",
            ],
            [
                "config/WSGITrustedProxyHeaders X.Nonsense",
                "config",
                "taken",
                "refused",
            ],
            [
                "config/WSGITrustedProxyHeaders X-Forwarded-For,X-Real-IP",
                "config",
                "taken",
                "refused",
            ],
            [
                "config/WSGITrustedProxyHeaders X_Forwarded_For",
                "config",
                "taken",
                "refused",
            ],
        ],
    },
    Expected {
        reason: "an address has several forms",
        heading: BETTER,
        line: "IPv6 addresses in `WSGITrustedProxies`",
        seen: &[
            [
                "config/WSGITrustedProxies 2001:DB8::/32",
                "config",
                "refused",
                "taken",
            ],
            [
                "config/WSGITrustedProxies ::ffff:10.0.0.1",
                "config",
                "refused",
                "taken",
            ],
        ],
    },
    Expected {
        reason: "it says what it means",
        heading: BETTER,
        line: "`WSGITrustedProxies 0.0.0.0/0`",
        seen: &[
            [
                "config/WSGITrustedProxies 10.0.0.0/0",
                "config",
                "refused",
                "taken",
            ],
            [
                "config/WSGITrustedProxies ::/0",
                "config",
                "refused",
                "taken",
            ],
        ],
    },
];
