//! A raw HTTP/1.1 client: it sends exactly the bytes it is told, slowly, chunked, pipelined or half-closed, and sees
//! exactly what comes back.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use super::response::{Ending, Framing, Head, Response};
use super::wait::PATIENCE;

/// A request to send.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    target: String,
    version: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request with `method` for `target`, without a body. `Host` and `Connection: close` are sent unless
    /// [`Request::header`] gives others or [`Request::keep_alive`] is asked for.
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            version: "HTTP/1.1",
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A GET request.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A POST request with this body and its `Content-Length`.
    pub fn post(target: &str, body: impl AsRef<[u8]>) -> Self {
        Self::new("POST", target).body(body)
    }

    /// Adds a header; sent after those added before.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body, with its `Content-Length`.
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        let length = self.body.len().to_string();
        self.header("Content-Length", &length)
    }

    /// The body in these chunks, each sent as one, and the last chunk.
    pub fn chunked(mut self, chunks: &[&[u8]]) -> Self {
        self.body = chunks.iter().flat_map(|chunk| as_chunk(chunk)).collect();
        self.body.extend_from_slice(b"0\r\n\r\n");
        self.header("Transfer-Encoding", "chunked")
    }

    /// Speaks HTTP/1.0.
    pub fn http10(mut self) -> Self {
        self.version = "HTTP/1.0";
        self
    }

    /// Leaves the connection open for the next request.
    pub fn keep_alive(self) -> Self {
        self.header("Connection", "keep-alive")
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The bytes of the request line and the headers, with the empty line.
    pub fn head_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} {}\r\n", self.method, self.target, self.version);
        let given = |name: &str| {
            self.headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        if !given("Host") && self.version == "HTTP/1.1" {
            text += "Host: localhost\r\n";
        }
        if !given("Connection") {
            text += "Connection: close\r\n";
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        // Header values are Latin-1 text, one byte per character.
        text.chars()
            .map(|letter| u8::try_from(letter).expect("a request head is Latin-1"))
            .collect()
    }

    /// All bytes of the request.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head_bytes(), self.body.clone()].concat()
    }
}

/// `data` as one chunk of a chunked body.
pub fn as_chunk(data: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

/// A connection to the server. Reads time out after [`PATIENCE`], which fails the test.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    ahead: Vec<u8>,
}

impl Connection {
    /// A new connection to `port` of this machine.
    ///
    /// # Panics
    ///
    /// If nobody listens.
    pub fn open(port: u16) -> Self {
        Self::try_open(port).unwrap_or_else(|cause| panic!("connecting to port {port}: {cause}"))
    }

    /// As [`Connection::open`].
    ///
    /// # Errors
    ///
    /// If nobody listens.
    pub fn try_open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            ahead: Vec::new(),
        })
    }

    /// Sends these bytes.
    ///
    /// # Panics
    ///
    /// If the server does not take them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the server takes the bytes");
    }

    /// Sends these bytes.
    ///
    /// # Errors
    ///
    /// If the server does not take them.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Sends `request` and reads the response.
    pub fn ask(&mut self, request: &Request) -> Response {
        self.send(request.bytes());
        self.response_to(request.method())
    }

    /// Says that no more bytes will come, and listens on.
    pub fn half_close(&mut self) {
        self.stream
            .shutdown(Shutdown::Write)
            .expect("the connection is open");
    }

    /// Reads a response to a GET request.
    pub fn response(&mut self) -> Response {
        self.response_to("GET")
    }

    /// Reads a response to a request with `method`, passing over interim ones (1xx).
    pub fn response_to(&mut self, method: &str) -> Response {
        let head = loop {
            let head = self.head();
            if !(100..200).contains(&head.status) {
                break head;
            }
        };
        let mut body = Vec::new();
        let ending = self.body(head.framing(method), &mut body);
        Response { head, body, ending }
    }

    /// Status, ending and body of the response to a GET request; `None` if the connection closes before its head has come.
    pub fn try_response(&mut self) -> Option<(u16, Ending, Vec<u8>)> {
        let head = self.try_head()?;
        let mut body = Vec::new();
        let ending = self.body(head.framing("GET"), &mut body);
        Some((head.status, ending, body))
    }

    fn body(&mut self, framing: Framing, body: &mut Vec<u8>) -> Ending {
        match framing {
            Framing::NoBody => Ending::Complete,
            Framing::Length(length) => self.take(length, body),
            Framing::Chunked => self.chunks(body),
            Framing::UntilClose => {
                while self.fill() {}
                body.append(&mut self.ahead);
                Ending::Closed
            }
        }
    }

    /// Reads the next status line and headers, interim ones (1xx) included.
    ///
    /// # Panics
    ///
    /// If the connection closes first.
    pub fn head(&mut self) -> Head {
        self.try_head().unwrap_or_else(|| {
            let seen = String::from_utf8_lossy(&self.ahead);
            panic!("the connection closed instead of a response head; read: {seen:?}")
        })
    }

    /// As [`Connection::head`]; `None` if the connection closes first.
    pub fn try_head(&mut self) -> Option<Head> {
        let end = loop {
            if let Some(end) = find(&self.ahead, b"\r\n\r\n") {
                break end;
            }
            if !self.fill() {
                return None;
            }
        };
        let block: Vec<u8> = self.ahead.drain(..end + 4).collect();
        Some(Head::parse(&block[..end]))
    }

    /// Reads one chunk of a chunked body; empty for the last. `None` if the connection closes first.
    pub fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = self.line()?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let length =
            usize::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("not a chunk: {line:?}"));
        let mut data = Vec::new();
        if length == 0 {
            while !self.line()?.is_empty() {}
            return Some(data);
        }
        let ending = self.take(length, &mut data);
        (ending == Ending::Complete && self.line()?.is_empty()).then_some(data)
    }

    /// Reads exactly `length` bytes.
    ///
    /// # Panics
    ///
    /// If the connection closes first.
    pub fn exactly(&mut self, length: usize) -> Vec<u8> {
        let mut data = Vec::new();
        assert_eq!(
            self.take(length, &mut data),
            Ending::Complete,
            "only {} bytes came",
            data.len()
        );
        data
    }

    /// Reads everything until the server closes the connection.
    pub fn until_close(&mut self) -> Vec<u8> {
        while self.fill() {}
        std::mem::take(&mut self.ahead)
    }

    /// Whether the server has closed the connection or closes it now, and nothing is left to read.
    pub fn is_closed(&mut self) -> bool {
        self.ahead.is_empty() && !self.fill()
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> Ending {
        loop {
            match self.chunk() {
                None => return Ending::Broken,
                Some(last) if last.is_empty() => return Ending::Complete,
                Some(chunk) => body.extend(chunk),
            }
        }
    }

    fn take(&mut self, length: usize, into: &mut Vec<u8>) -> Ending {
        while self.ahead.len() < length {
            if !self.fill() {
                into.append(&mut self.ahead);
                return Ending::Broken;
            }
        }
        into.extend(self.ahead.drain(..length));
        Ending::Complete
    }

    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = find(&self.ahead, b"\r\n") {
                let line: Vec<u8> = self.ahead.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if !self.fill() {
                return None;
            }
        }
    }

    /// Reads some more; false when the server has closed or reset the connection.
    fn fill(&mut self) -> bool {
        let mut block = [0; 64 * 1024];
        match self.stream.read(&mut block) {
            Ok(count) => {
                self.ahead.extend_from_slice(&block[..count]);
                count > 0
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => false,
            // A signal to this process, such as that a server of another test has ended.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.fill(),
            Err(error) => panic!(
                "reading the response: {error}; read: {:?}",
                String::from_utf8_lossy(&self.ahead)
            ),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
