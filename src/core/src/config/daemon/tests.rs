//! Options of daemons: what each means, and what is refused.

use std::time::Duration;

use proptest::prelude::*;

use super::{AccountName, DaemonGroup, DaemonStart, OPTIONS};

fn parsed(line: &str) -> Result<DaemonGroup, String> {
    let words: Vec<_> = line.split(' ').map(str::as_bytes).collect();
    DaemonGroup::parse(&words).map_err(|refusal| refusal.to_string())
}

fn shop(options: &str) -> DaemonGroup {
    parsed(&format!("shop {options}")).unwrap()
}

fn bytes(group: Option<&std::sync::Arc<[u8]>>) -> Option<&str> {
    group.map(|text| str::from_utf8(text).unwrap())
}

#[test]
fn a_group_of_which_only_the_name_is_given_has_the_documented_defaults() {
    let group = parsed("shop").unwrap();
    assert_eq!(group, DaemonGroup::named(b"shop"));
    assert_eq!((group.processes, group.threads), (1, 15));
    assert!(!group.multiprocess && group.max_processes.is_none());
    assert_eq!(group.listen_backlog, 100);
    assert_eq!(group.header_buffer_size, 32_768);
    assert_eq!(group.response_buffer_size, 8_388_608);
    assert_eq!(group.response_flush_delay, Duration::from_millis(5));
    for (time, seconds) in [
        (group.connect_timeout, 15),
        (group.socket_timeout, 0),
        (group.request_timeout, 0),
        (group.deadlock_timeout, 300),
        (group.graceful_timeout, 15),
        (group.shutdown_timeout, 5),
    ] {
        assert_eq!(time, Duration::from_secs(seconds));
    }
}

#[test]
fn the_number_of_processes_says_that_there_are_others_even_if_it_is_1() {
    assert!(shop("processes=1").multiprocess);
    assert_eq!(shop("processes=2").processes, 2);
    assert_eq!(shop("processes=2 max-processes=2").max_processes, Some(2));
    assert!(shop("max-processes=4").multiprocess);
}

#[test]
fn accounts_are_names_or_numbers() {
    let group = shop("user=alice group=#0 supplementary-groups=a,#7 socket-user=#33");
    let name = |name: &str| AccountName::Name(name.into());
    assert_eq!(group.user, Some(name("alice")));
    assert_eq!(group.group, Some(AccountName::Number(0)));
    let groups = vec![name("a"), AccountName::Number(7)];
    assert_eq!(group.supplementary_groups, Some(groups));
    assert_eq!(group.socket_user, Some(AccountName::Number(33)));
    let none = shop("supplementary-groups=");
    assert_eq!(none.supplementary_groups, Some(Vec::new()), "given, empty");
}

#[test]
fn a_display_name_may_be_that_of_the_group() {
    let of = |options: &str| {
        let group = shop(options);
        bytes(group.display_name.as_ref()).map(str::to_owned)
    };
    assert_eq!(of("display-name=%{GROUP}").as_deref(), Some("(wsgi:shop)"));
    assert_eq!(of("display-name=a%{GROUP}").as_deref(), Some("a%{GROUP}"));
    assert_eq!(of("display-name="), None);
}

#[test]
fn values_are_read_as_their_kind() {
    let group = shop("umask=0027 cpu-priority=-5 stack-size=262144 server-metrics=on");
    assert_eq!((group.umask, group.cpu_priority), (Some(0o27), -5));
    assert_eq!((group.stack_size, group.server_metrics), (262_144, true));
    let group = shop("memory-limit=9223372036854775807 cpu-time-limit=60 start=On-Demand");
    assert_eq!(group.memory_limit, i64::MAX.unsigned_abs());
    assert_eq!(group.cpu_time_limit, Duration::from_secs(60));
    assert_eq!(group.start, Some(DaemonStart::OnDemand));
    let group = shop("switch-interval=0.01 response-flush-delay=0 restart-interval=31536000");
    assert_eq!(group.switch_interval, Some(Duration::from_millis(10)));
    assert_eq!(group.response_flush_delay, Duration::ZERO);
    assert_eq!(group.restart_interval, Duration::from_secs(31_536_000));
    assert_eq!(
        shop("request-timeout=0.5").request_timeout.as_millis(),
        500,
        "a fraction"
    );
}

#[test]
fn a_buffer_of_0_has_the_default_size() {
    let group = shop("header-buffer-size=0 response-buffer-size=0 send-buffer-size=0");
    assert_eq!(group, DaemonGroup::named(b"shop"));
    let group = shop("header-buffer-size=8192 response-buffer-size=65536 receive-buffer-size=512");
    assert_eq!(group.header_buffer_size, 8_192);
    assert_eq!(group.response_buffer_size, 65_536);
    assert_eq!(group.receive_buffer_size, 512);
}

#[test]
fn of_options_with_the_same_name_the_last_holds_and_values_may_be_quoted() {
    assert_eq!(shop("threads=1 threads=2").threads, 2);
    let group = shop("python-path=\"/my site:/b\" lang=");
    assert_eq!(bytes(group.python_path.as_ref()), Some("/my site:/b"));
    assert_eq!(bytes(group.lang.as_ref()), Some(""));
    assert_eq!(shop("python-home= python-eggs=").python_home, None);
}

#[test]
fn a_wrong_option_is_refused_in_one_sentence() {
    for (line, said) in [
        ("", "takes a name first, not \"\""),
        ("shop color=red", "takes no option \"color\""),
        ("shop Threads=2", "takes no option \"Threads\""),
        (
            "shop threads",
            "takes options of the form name=value, not \"threads\"",
        ),
        (
            "shop =1",
            "takes options of the form name=value, not \"=1\"",
        ),
        (
            "shop threads=many",
            "takes a whole number from 0 to 65533 for its option threads, not \"many\"",
        ),
        (
            "shop request-timeout=5x",
            "takes seconds from 0 to 2147483647 for its option request-timeout, not \"5x\"",
        ),
        (
            "shop script-user=a script-group=b",
            "takes one of the options script-user and script-group, not both",
        ),
        (
            "shop processes=3 max-processes=2",
            "takes 3 or more for its option max-processes, as processes says, not 2",
        ),
    ] {
        assert_eq!(parsed(line).unwrap_err(), said, "{line}");
    }
    assert!(DaemonGroup::parse(&[]).is_err());
}

#[test]
fn a_value_out_of_its_bounds_is_refused_with_the_option_and_the_value() {
    for (option, values) in [
        ("processes", &["", "0", "-1", "2.5"][..]),
        ("max-processes", &["", "0"]),
        ("threads", &["", "-1", "65534"]),
        ("start", &["", "later"]),
        ("user", &["", "#", "#0", "#x"]),
        ("group", &["", "#x"]),
        ("supplementary-groups", &["a,,b", ",", "#x"]),
        ("umask", &["", "8", "-1", "0x1", "77777777777"]),
        ("chroot", &["", "srv"]),
        ("home", &["", "srv"]),
        ("cpu-priority", &["", "-", "+1", "x", "2147483648"]),
        ("stack-size", &["", "0", "-1", "8M"]),
        ("switch-interval", &["", "0", "-1", "x"]),
        ("server-metrics", &["", "maybe"]),
        ("script-user", &["", "#"]),
        ("script-group", &["", "#"]),
        ("socket-user", &["", "#"]),
        ("send-buffer-size", &["", "1", "511", "-1"]),
        ("receive-buffer-size", &["", "1", "511", "-1"]),
        ("header-buffer-size", &["", "8191", "-1"]),
        ("response-buffer-size", &["", "65535", "-1"]),
        ("response-flush-delay", &["", "-1", "0.5"]),
        ("cpu-time-limit", &["", "-1", "0.5"]),
        ("memory-limit", &["", "-1", "512M", "9223372036854775808"]),
        ("virtual-memory-limit", &["", "-1", "x"]),
    ] {
        for value in values {
            let refusal = parsed(&format!("shop {option}={value}")).unwrap_err();
            let end = format!(" for its option {option}, not {value:?}");
            assert!(refusal.ends_with(&end), "{option}={value}: {refusal}");
        }
    }
}

#[test]
fn every_count_and_time_refuses_what_is_empty_negative_or_no_number() {
    let rows = OPTIONS.iter().copied().flatten();
    let numbers = rows.filter(|row| matches!(row.syntax, "SECONDS" | "NUMBER" | "MILLISECONDS"));
    for row in numbers {
        for value in ["", "x", "1x", "inf"] {
            let line = format!("shop {}={value}", row.name);
            assert!(parsed(&line).is_err(), "{line}");
        }
        let negative = parsed(&format!("shop {}=-1", row.name));
        assert_eq!(negative.is_ok(), row.name == "cpu-priority", "{}", row.name);
    }
}

#[test]
fn every_option_is_there_once_and_described_in_sentences() {
    let rows = OPTIONS.iter().copied().flatten();
    let mut names: Vec<_> = rows.clone().map(|row| row.name).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    for row in rows {
        assert!(row.summary.ends_with('.'), "{row:?}");
    }
}

#[test]
fn what_a_daemon_is_told_arrives_as_it_was() {
    let group = shop("processes=2 user=#7 group=a supplementary-groups=a,#7 home=/srv umask=22");
    let group = DaemonGroup {
        lang: Some(b"\xff".as_slice().into()),
        ..group
    };
    let written = serde_json::to_vec(&group).unwrap();
    let read: DaemonGroup = serde_json::from_slice(&written).unwrap();
    assert_eq!(read, group);
}

fn option() -> impl Strategy<Value = String> {
    let names = OPTIONS.iter().copied().flatten().map(|row| row.name);
    let name = prop::sample::select(names.collect::<Vec<_>>());
    (name, "[-#a-z/0-9.,]{0,6}").prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #[test]
    fn any_options_are_taken_or_refused_in_one_sentence(options in prop::collection::vec(option(), 0..5)) {
        match parsed(&format!("shop {}", options.join(" "))) {
            Ok(group) => {
                let written = serde_json::to_vec(&group).unwrap();
                prop_assert_eq!(serde_json::from_slice::<DaemonGroup>(&written).unwrap(), group);
            }
            Err(sentence) => {
                prop_assert!(sentence.starts_with("takes "), "{}", sentence);
                prop_assert!(!sentence.contains(char::is_control));
            }
        }
    }
}
