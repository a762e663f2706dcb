//! The example of the guide.

use clutch_tests::support::{Plan, Request, installation, reference};

use super::by;

#[test]
fn the_example_lets_in_whom_it_says() {
    if !reference::ours_only("the_example_lets_in_whom_it_says", "an option of ours") {
        return;
    }
    let example = installation::repository().join("examples/auth");
    let httpd = Plan::new()
        .modules(&["authn_core", "authz_user", "auth_basic"])
        .config(&format!(
            "Define AUTH_EXAMPLE {}\nInclude ${{AUTH_EXAMPLE}}/httpd.conf",
            example.display()
        ))
        .allows_log("[auth_basic:error]")
        .allows_log("[authz_core:error]")
        .expects_log("WSGI0060")
        .expects_log("WSGI0057")
        .start();
    let status = |target, user, password| httpd.send(&by(target, user, password)).status;
    let hello = httpd.send(&by("/auth", "bert", "treb"));
    assert_eq!(hello.ok(), "Hello bert, this is /auth\n");
    assert_eq!(httpd.get("/auth").status, 401);
    assert_eq!(status("/auth", "bert", "bert"), 401);
    assert_eq!(status("/auth", "carl", "lrac"), 401);
    assert_eq!(status("/auth/board", "beta", "ateb"), 200);
    assert_eq!(status("/auth/board", "bert", "treb"), 401);
    let post = Request::post("/auth", "x").header("Authorization", "Basic YmVydDp0cmVi");
    assert_eq!(httpd.send(&post).status, 403);
}
