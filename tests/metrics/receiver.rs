//! A receiver of reports: a Unix datagram socket, and the records that come.

use std::collections::HashMap;
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::{fs, str};

use clutch_tests::support::wait;

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Count(u64),
    Number(f64),
    Text(String),
    Counts(Vec<i32>),
    Numbers(Vec<f64>),
}

/// A record.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) kind: u8,
    pub(super) pid: u32,
    pub(super) sequence: u32,
    fields: HashMap<u16, Value>,
}

impl Record {
    /// Takes a record apart by the published form of its bytes.
    fn of(bytes: &[u8]) -> Self {
        assert_eq!(&bytes[..5], b"WSGI\x01");
        assert_eq!(bytes[6..8], [0, 0]);
        let mut rest = &bytes[24..];
        let mut take = |count: usize| {
            let (taken, left) = rest.split_at(count);
            rest = left;
            taken.to_vec()
        };
        let mut fields = HashMap::new();
        let mut left = bytes.len() - 24;
        while left > 0 {
            let id = u16::from_le_bytes(take(2).try_into().unwrap());
            let of = take(1)[0];
            let mut length = 8;
            if of >= 4 {
                let count = usize::from(u16::from_le_bytes(take(2).try_into().unwrap()));
                length = count * [1, 4, 8][usize::from(of) - 4];
                left -= 2;
            }
            left -= 3 + length;
            let value = take(length);
            let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().unwrap());
            let value = match of {
                1 => Value::Count(u64::from_le_bytes(value.try_into().unwrap())),
                2 => Value::Number(number(&value)),
                4 => Value::Text(str::from_utf8(&value).unwrap().to_owned()),
                5 => Value::Counts(
                    value
                        .chunks(4)
                        .map(|one| i32::from_le_bytes(one.try_into().unwrap()))
                        .collect(),
                ),
                6 => Value::Numbers(value.chunks(8).map(number).collect()),
                other => panic!("type {other}"),
            };
            assert!(fields.insert(id, value).is_none(), "{id} stands twice");
        }
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        Self {
            kind: bytes[5],
            pid: word(8),
            sequence: word(12),
            fields,
        }
    }

    pub(super) fn has(&self, id: u16) -> bool {
        self.fields.contains_key(&id)
    }

    pub(super) fn count(&self, id: u16) -> u64 {
        match self.fields.get(&id) {
            Some(Value::Count(count)) => *count,
            other => panic!("{id} is {other:?}"),
        }
    }

    pub(super) fn number(&self, id: u16) -> f64 {
        match self.fields.get(&id) {
            Some(Value::Number(number)) => *number,
            other => panic!("{id} is {other:?}"),
        }
    }

    /// Empty if there is none.
    pub(super) fn text(&self, id: u16) -> &str {
        match self.fields.get(&id) {
            Some(Value::Text(text)) => text,
            None => "",
            other => panic!("{id} is {other:?}"),
        }
    }

    /// How many values a list has, and their sum.
    pub(super) fn list(&self, id: u16) -> (usize, f64) {
        match self.fields.get(&id) {
            Some(Value::Counts(list)) => (list.len(), list.iter().copied().map(f64::from).sum()),
            Some(Value::Numbers(list)) => (list.len(), list.iter().sum()),
            other => panic!("{id} is {other:?}"),
        }
    }
}

/// A receiver. A socket has room for few records, so a thread takes them as they come.
pub(super) struct Receiver {
    socket: UnixDatagram,
    come: mpsc::Receiver<Vec<u8>>,
    reader: Option<JoinHandle<()>>,
    records: Vec<Record>,
}

impl Receiver {
    /// Receives at `path`, of everybody.
    pub(super) fn at(path: &Path) -> Self {
        let _ = fs::remove_file(path);
        let socket = UnixDatagram::bind(path).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
        let (sender, come) = mpsc::channel();
        let read = socket.try_clone().unwrap();
        let reader = thread::spawn(move || {
            let mut room = [0; 65_536];
            // Nothing is received once the socket is shut down.
            while let Ok(length @ 1..) = read.recv(&mut room) {
                if sender.send(room[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            socket,
            come,
            reader: Some(reader),
            records: Vec::new(),
        }
    }

    /// What has come so far.
    pub(super) fn records(&mut self) -> &[Record] {
        let come = self.come.try_iter().map(|bytes| Record::of(&bytes));
        self.records.extend(come);
        &self.records
    }

    /// Waits for a record.
    pub(super) fn wait_for(&mut self, what: &str, wanted: impl Fn(&Record) -> bool) -> Record {
        wait::until(what, || {
            let found = self.records().iter().find(|one| wanted(one));
            found.cloned()
        })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
