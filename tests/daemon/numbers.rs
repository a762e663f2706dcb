//! How many daemons there are: started on demand, more while requests wait, fewer when they are idle.

use std::thread;

use clutch_tests::support::{app, daemons, wait};

#[test]
fn a_group_on_demand_is_started_by_a_request_and_ends_when_nobody_asks() {
    let httpd = daemons::running("start=on-demand inactivity-timeout=1").start();
    thread::sleep(std::time::Duration::from_millis(300));
    assert!(httpd.daemons().is_empty(), "{:?}", httpd.daemons());
    let first = httpd.serving_pid();
    assert_eq!(httpd.daemon(), first);
    daemons::wait_for_end(first);
    assert!(httpd.daemons().is_empty(), "{:?}", httpd.daemons());
    assert_ne!(httpd.serving_pid(), first);
}

#[test]
fn a_group_grows_while_requests_wait_and_shrinks_when_it_is_idle() {
    let httpd = daemons::running("processes=1 max-processes=3 threads=1").start();
    httpd.serving_pid();
    let slow = app::target("import time\ntime.sleep(2)\nok()\nreturn [str(os.getpid()).encode()]");
    let mut pids = thread::scope(|scope| {
        let requests: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| httpd.get(&slow).ok().to_owned()))
            .collect();
        let answers = requests.into_iter().map(|one| one.join().unwrap());
        answers.collect::<Vec<_>>()
    });
    pids.sort();
    pids.dedup();
    assert!(pids.len() >= 2, "one process served all: {pids:?}");
    assert!(httpd.daemons().len() <= 3, "{:?}", httpd.daemons());
    wait::until_true("the group to shrink", || httpd.daemons().len() == 1);
    httpd.serving_pid();
}
