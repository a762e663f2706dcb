//! httpd's scoreboard: its processes, and what each of their threads does. As values, and as bytes that cross to engines and daemons.

use crate::transport::{Decoder, Encoder, Malformed};

/// Shortest form of a thread: its numbers, and three lengths.
const LEAST_WORKER: usize = 65;

/// Shortest form of a process: its numbers, and how many threads there are.
const LEAST_PROCESS: usize = 17;

/// Most bytes of a scoreboard; one of 20,000 threads has a quarter of it. More is taken from nobody.
pub const MOST_BYTES: usize = 16 << 20;

/// The whole scoreboard. Times are microseconds since the epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scoreboard {
    /// Places for processes (`ServerLimit`).
    pub server_limit: u32,
    /// Places for threads in each (`ThreadLimit`).
    pub thread_limit: u32,
    /// Counts the configurations that were read since httpd started.
    pub generation: i64,
    /// When this configuration began to serve.
    pub restart_time: i64,
    /// As many as there are places, used or not.
    pub processes: Vec<Process>,
}

/// A place for a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// Its number; 0: there is none.
    pub pid: u32,
    /// The configuration that it serves.
    pub generation: i64,
    /// It finishes its requests and goes.
    pub quiescing: bool,
    /// As many as there are places, used or not.
    pub workers: Vec<Worker>,
}

/// A place for a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worker {
    /// Its number in its process.
    pub thread_num: u32,
    /// The configuration that it serves.
    pub generation: i64,
    /// What it does: one of httpd's numbers, see [`Worker::status_sign`].
    pub status: u8,
    /// Requests it has served.
    pub access_count: u64,
    /// Bytes of their responses.
    pub bytes_served: u64,
    /// When its request began; 0: unknown.
    pub start_time: i64,
    /// When its last request ended; 0: unknown.
    pub stop_time: i64,
    /// When its place was written last; 0: unknown.
    pub last_used: i64,
    /// The client's address.
    pub client: Vec<u8>,
    /// The request line, cut by httpd.
    pub request: Vec<u8>,
    /// The server that the request is for.
    pub vhost: Vec<u8>,
}

impl Worker {
    /// What the thread does, as httpd's status page shows it.
    pub fn status_sign(&self) -> char {
        const SIGNS: [char; 11] = ['.', 'S', '_', 'R', 'W', 'K', 'L', 'D', 'C', 'G', 'I'];
        SIGNS.get(usize::from(self.status)).copied().unwrap_or('?')
    }
}

impl Scoreboard {
    /// Puts it behind `bytes`.
    pub fn put(&self, bytes: &mut Vec<u8>) {
        let mut encoder = Encoder(bytes);
        encoder.put_u32(self.server_limit);
        encoder.put_u32(self.thread_limit);
        encoder.put_i64(self.generation);
        encoder.put_i64(self.restart_time);
        encoder.put_count(self.processes.len());
        for process in &self.processes {
            encoder.put_u32(process.pid);
            encoder.put_i64(process.generation);
            encoder.put_u8(process.quiescing.into());
            encoder.put_count(process.workers.len());
            process
                .workers
                .iter()
                .for_each(|worker| worker.put(&mut encoder));
        }
    }

    /// The scoreboard that `bytes` are.
    ///
    /// # Errors
    ///
    /// They are none.
    pub fn of(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder(bytes);
        let mut board = Self {
            server_limit: decoder.u32()?,
            thread_limit: decoder.u32()?,
            generation: decoder.i64()?,
            restart_time: decoder.i64()?,
            processes: Vec::new(),
        };
        for _ in 0..decoder.count(LEAST_PROCESS)? {
            let mut process = Process {
                pid: decoder.u32()?,
                generation: decoder.i64()?,
                quiescing: decoder.u8()? != 0,
                workers: Vec::new(),
            };
            for _ in 0..decoder.count(LEAST_WORKER)? {
                process.workers.push(Worker::of(&mut decoder)?);
            }
            board.processes.push(process);
        }
        decoder.end()?;
        Ok(board)
    }
}

impl Worker {
    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.put_u32(self.thread_num);
        encoder.put_i64(self.generation);
        encoder.put_u8(self.status);
        encoder.put_u64(self.access_count);
        encoder.put_u64(self.bytes_served);
        encoder.put_i64(self.start_time);
        encoder.put_i64(self.stop_time);
        encoder.put_i64(self.last_used);
        encoder.put_text(&self.client);
        encoder.put_text(&self.request);
        encoder.put_text(&self.vhost);
    }

    fn of(decoder: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            thread_num: decoder.u32()?,
            generation: decoder.i64()?,
            status: decoder.u8()?,
            access_count: decoder.u64()?,
            bytes_served: decoder.u64()?,
            start_time: decoder.i64()?,
            stop_time: decoder.i64()?,
            last_used: decoder.i64()?,
            client: decoder.text()?.to_vec(),
            request: decoder.text()?.to_vec(),
            vhost: decoder.text()?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LEAST_PROCESS, LEAST_WORKER, Process, Scoreboard, Worker};

    fn board() -> Scoreboard {
        let worker = Worker {
            thread_num: 3,
            generation: -1,
            status: 4,
            access_count: 7,
            bytes_served: 1 << 40,
            start_time: 5,
            stop_time: 6,
            last_used: 8,
            client: b"192.0.2.1".to_vec(),
            request: b"GET / HTTP/1.1".to_vec(),
            vhost: b"example.org:80".to_vec(),
        };
        Scoreboard {
            server_limit: 2,
            thread_limit: 1,
            generation: 9,
            restart_time: 10,
            processes: vec![
                Process {
                    pid: 11,
                    generation: 9,
                    quiescing: true,
                    workers: vec![worker, Worker::default()],
                },
                Process::default(),
            ],
        }
    }

    #[test]
    fn a_scoreboard_survives_its_bytes() {
        let mut bytes = Vec::new();
        board().put(&mut bytes);
        assert_eq!(Scoreboard::of(&bytes), Ok(board()));
    }

    #[test]
    fn a_scoreboard_that_is_cut_is_refused() {
        let mut bytes = Vec::new();
        board().put(&mut bytes);
        for length in 0..bytes.len() {
            assert!(Scoreboard::of(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn the_shortest_forms_are_as_long_as_they_are_said_to_be() {
        let length = |processes: Vec<Process>| {
            let mut bytes = Vec::new();
            let board = Scoreboard {
                processes,
                ..Scoreboard::default()
            };
            board.put(&mut bytes);
            bytes.len()
        };
        let nobody = length(vec![]);
        assert_eq!(length(vec![Process::default()]), nobody + LEAST_PROCESS);
        let workers = vec![Worker::default()];
        let process = Process {
            workers,
            ..Process::default()
        };
        assert_eq!(length(vec![process]), nobody + LEAST_PROCESS + LEAST_WORKER);
    }

    #[test]
    fn every_status_has_the_sign_of_the_status_page() {
        let sign = |status| Worker {
            status,
            ..Worker::default()
        };
        let all: String = (0..12).map(|status| sign(status).status_sign()).collect();
        assert_eq!(all, ".S_RWKLDCGI?");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_scoreboard_or_refused(bytes in any::<Vec<u8>>()) {
            let _ = Scoreboard::of(&bytes);
        }
    }
}
