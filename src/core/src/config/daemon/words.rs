//! What the server's words mean for a group of daemons.

use std::time::Duration;

use crate::config::daemon::DaemonGroup;
use crate::config::interpreter::{InterpreterSection, InterpreterWords};
use crate::config::server::ServerSection;

impl DaemonGroup {
    /// This group with the words of the main server where it has none itself: `ClutchDaemonStart` and
    /// `ClutchDaemonProcesses`.
    pub fn within(mut self, main: &ServerSection) -> Self {
        self.start = self.start.or(main.daemon_start);
        if let (false, Some((least, most))) = (self.multiprocess, main.daemon_processes) {
            self.processes = least;
            self.max_processes = Some(most);
            self.multiprocess = most > 1;
        }
        self
    }

    /// What holds for the interpreters of this group's daemons, if the main server says `server`.
    ///
    /// `WSGIPythonPath`, `WSGISwitchInterval` and `ClutchPythonHome` of the main server are for httpd's own processes;
    /// here the group's options take their place. `request-timeout` is stronger than `ClutchRequestTimeout` of the main
    /// server. Blocks hold as they stand; those for other processes are left out, a daemon need not know them.
    pub fn words(&self, server: &InterpreterWords) -> InterpreterWords {
        let blocks = server.blocks.iter();
        InterpreterWords {
            base: InterpreterSection {
                python_path: self.python_path.clone(),
                switch_interval: self.switch_interval,
                python_home: None,
                request_timeout: given(self.request_timeout).or(server.base.request_timeout),
                ..server.base.clone()
            },
            blocks: blocks
                .filter(|block| block.is_about_processes(&self.name))
                .cloned()
                .collect(),
        }
    }
}

/// A time that is a limit.
fn given(time: Duration) -> Option<Duration> {
    (!time.is_zero()).then_some(time)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::config::daemon::{DaemonGroup, DaemonStart};
    use crate::config::interpreter::{
        Block, EMBEDDED, InterpreterSection, InterpreterSettings, InterpreterWords, ReloadUnit,
    };
    use crate::config::server::ServerSection;

    fn shop(options: &str) -> DaemonGroup {
        let options = options.split(' ').map(str::as_bytes);
        let words: Vec<_> = std::iter::once(&b"shop"[..]).chain(options).collect();
        DaemonGroup::parse(&words).unwrap()
    }

    #[test]
    fn where_a_group_says_nothing_about_its_processes_the_server_does() {
        let main = ServerSection {
            daemon_start: Some(DaemonStart::OnDemand),
            daemon_processes: Some((2, 8)),
            ..ServerSection::default()
        };
        let silent = shop("threads=2").within(&main);
        assert_eq!((silent.processes, silent.max_processes), (2, Some(8)));
        assert!(silent.multiprocess);
        assert_eq!(silent.start, Some(DaemonStart::OnDemand));
        let outspoken = shop("processes=1 start=eager");
        assert_eq!(outspoken.clone().within(&main), outspoken);
        let nothing = ServerSection::default();
        assert_eq!(
            DaemonGroup::named(b"shop").within(&nothing),
            DaemonGroup::named(b"shop")
        );
    }

    /// What a server says about interpreters of its own processes.
    fn words() -> InterpreterWords {
        let path = |path: &str| InterpreterSection {
            python_path: Some(path.as_bytes().into()),
            ..InterpreterSection::default()
        };
        let block = |selectors: &str, section| {
            let mut block = Block::parse(format!("{selectors}>").as_bytes()).unwrap();
            block.section = section;
            block
        };
        InterpreterWords {
            base: InterpreterSection {
                switch_interval: Some(Duration::from_millis(1)),
                python_home: Some(b"/venv".as_slice().into()),
                request_timeout: Some(Duration::from_secs(10)),
                queue: Some(3),
                ..path("/server")
            },
            blocks: vec![
                block("process-group=other", path("/other")),
                block("process-group=", path("/embedded")),
                block("application-group=app", path("/app")),
                block("process-group=shop", path("/shop")),
            ],
        }
    }

    #[test]
    fn a_servers_paths_and_switch_interval_do_not_reach_daemons() {
        let words = DaemonGroup::named(b"shop").words(&words());
        let settings = InterpreterSettings::of(&words, b"shop", b"app");
        assert_eq!(settings.python_path, [&b"/app"[..], b"/shop"]);
        assert_eq!(settings.switch_interval, None);
        assert_eq!(settings.python_home, None);
        assert_eq!(settings.request_timeout, Duration::from_secs(10));
        assert_eq!((settings.queue, words.blocks.len()), (3, 2));
        assert_eq!(settings.reload_unit, ReloadUnit::Process);
    }

    #[test]
    fn a_groups_own_options_take_the_place_of_the_servers_words() {
        let options = "python-path=/own switch-interval=0.02 request-timeout=7";
        let words = shop(options).words(&words());
        let settings = InterpreterSettings::of(&words, b"shop", b"");
        assert_eq!(settings.python_path, [&b"/own"[..], b"/shop"]);
        assert_eq!(settings.switch_interval, Some(Duration::from_millis(20)));
        assert_eq!(settings.request_timeout, Duration::from_secs(7));
        let embedded = InterpreterSettings::of(&words, EMBEDDED, b"");
        assert_eq!(embedded.python_path, [&b"/own"[..]], "nothing of others");
    }
}
