//! Scripts that a `.htaccess` file names.

use clutch_tests::support::{MODULE_ERROR, Plan, mode, reference};

use super::{EVALUATING, SECRET, asking};

fn plan(allowed: &str, words: &str) -> Plan {
    Plan::new()
        .script("auth.py", EVALUATING)
        .file("htdocs/secret.txt", SECRET)
        .file("htdocs/.htaccess", words)
        .config(&format!(
            "AccessFileName .htaccess\n<Directory ${{ROOT}}/htdocs>\nAllowOverride {allowed}\n</Directory>"
        ))
}

#[test]
fn a_htaccess_file_may_name_a_script_where_auth_config_is_allowed() {
    if mode::is_daemon() {
        return; // such a script runs in httpd's own processes
    }
    let httpd = plan("AuthConfig", "").expects_log("WSGI0057").start();
    let script = httpd.script("auth.py");
    let write = |text: String| std::fs::write(httpd.root().join("htdocs/.htaccess"), text).unwrap();
    write(format!("WSGIAccessScript {}\n", script.display()));
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
    assert_eq!(httpd.get(&asking("False")).status, 403);
}

#[test]
fn a_htaccess_file_may_name_no_script_where_auth_config_is_not_allowed() {
    let httpd = plan("FileInfo", "WSGIAccessScript /nowhere.py\n")
        .expects_log("WSGIAccessScript not allowed here")
        .start();
    assert_eq!(httpd.get(&asking("True")).status, 500);
}

#[test]
fn a_htaccess_file_may_name_no_dispatch_script() {
    let httpd = plan("All", "WSGIDispatchScript /nowhere.py\n")
        .expects_log("WSGIDispatchScript not allowed here")
        .start();
    assert_eq!(httpd.get(&asking("True")).status, 500);
}

#[test]
fn a_htaccess_file_does_not_choose_the_user_that_runs_its_script() {
    if !reference::ours_only(
        "a_htaccess_file_does_not_choose_the_user",
        "an option of ours",
    ) {
        return;
    }
    let httpd = plan(
        "AuthConfig",
        "WSGIAccessScript /nowhere.py process-group=shop\n",
    )
    .config("WSGIDaemonProcess shop threads=1")
    .expects_log("own configuration only")
    .start();
    assert_eq!(httpd.get(&asking("True")).status, 500);
}

#[test]
fn a_child_without_python_refuses_and_lives() {
    if !reference::ours_only(
        "a_child_without_python_refuses_and_lives",
        "mod_wsgi's child crashes",
    ) {
        return;
    }
    let httpd = plan("AuthConfig", "")
        .modules(&["authn_core", "authz_user", "auth_basic"])
        .config("WSGIRestrictEmbedded On")
        .expects_log(MODULE_ERROR)
        .start();
    let before = httpd.children();
    let script = httpd.script("auth.py");
    let write = |text: String| std::fs::write(httpd.root().join("htdocs/.htaccess"), text).unwrap();
    write(format!("WSGIAccessScript {}\n", script.display()));
    assert_eq!(httpd.get(&asking("True")).status, 403);
    httpd.wait_for_log("WSGI0143");
    httpd.wait_for_log("WSGI0054");
    let basic = "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\n";
    write(format!(
        "{basic}WSGIAuthUserScript {}\nRequire valid-user\n",
        script.display()
    ));
    assert_eq!(super::answer(&httpd, "anna", "True").status, 500);
    httpd.wait_for_log("WSGI0042");
    assert_eq!(httpd.children(), before);
}
