//! A file, pipe or standard stream with one buffer for reading and one for writing, as C's `FILE` behaves.

use std::fs::File;
use std::io::{Error, Read, Result, Seek, SeekFrom, Write};
use std::process::{Child, ChildStdin, ChildStdout};

/// How much is read or written at a time, in bytes.
const BUFFER_BYTES: usize = 8192;

/// Where the bytes come from or go to.
pub(super) enum Source {
    File(File),
    Stdin,
    /// The host's output, which is handed to every call that may write.
    Output,
    Stderr,
    FromProcess(Child, ChildStdout),
    ToProcess(Child, Option<ChildStdin>),
}

/// When written bytes go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Buffering {
    Full,
    Line,
    None,
}

pub(super) struct Stream {
    source: Source,
    can_read: bool,
    can_write: bool,
    buffering: Buffering,
    /// What was read ahead; consumed up to `position`.
    ahead: Vec<u8>,
    position: usize,
    /// What is still to be written.
    pending: Vec<u8>,
}

impl Stream {
    pub(super) fn new(source: Source, can_read: bool, can_write: bool) -> Stream {
        // The host's output has a buffer of its own.
        let buffering = match source {
            Source::Stderr | Source::Output => Buffering::None,
            Source::File(_) | Source::Stdin | Source::FromProcess(..) | Source::ToProcess(..) => {
                Buffering::Full
            }
        };
        Stream { source, can_read, can_write, buffering, ahead: Vec::new(), position: 0, pending: Vec::new() }
    }

    pub(super) fn set_buffering(&mut self, buffering: Buffering) {
        self.buffering = buffering;
    }

    /// Whether this is the host's output.
    pub(super) fn is_output(&self) -> bool {
        matches!(self.source, Source::Output)
    }

    // ---- reading -------------------------------------------------------------------------------------------

    /// The next byte, which stays unread.
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        if self.position == self.ahead.len() && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.ahead[self.position]))
    }

    /// Takes the byte that `peek` showed.
    pub(super) fn skip(&mut self) {
        self.position += 1;
    }

    /// A line; `None` at the end of the file.
    pub(super) fn read_line(&mut self, keep_end: bool) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        while self.peek()?.is_some() {
            let rest = &self.ahead[self.position..];
            match memchr::memchr(b'\n', rest) {
                Some(end) => {
                    line.extend_from_slice(&rest[..end + usize::from(keep_end)]);
                    self.position += end + 1;
                    return Ok(Some(line));
                }
                None => {
                    line.extend_from_slice(rest);
                    self.position = self.ahead.len();
                }
            }
        }
        Ok(if line.is_empty() { None } else { Some(line) })
    }

    /// Everything up to the end of the file.
    pub(super) fn read_to_end(&mut self) -> Result<Vec<u8>> {
        self.read_up_to(usize::MAX)
    }

    /// Up to `count` bytes; `None` at the end of the file.
    pub(super) fn read_bytes(&mut self, count: usize) -> Result<Option<Vec<u8>>> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        self.read_up_to(count).map(Some)
    }

    fn read_up_to(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while bytes.len() < count && self.peek()?.is_some() {
            let rest = &self.ahead[self.position..];
            let taken = rest.len().min(count - bytes.len());
            bytes.extend_from_slice(&rest[..taken]);
            self.position += taken;
        }
        Ok(bytes)
    }

    /// Reads ahead; false at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        if !self.can_read {
            return Err(bad_descriptor());
        }
        self.write_pending()?;
        self.ahead.resize(BUFFER_BYTES, 0);
        self.position = 0;
        let read = match &mut self.source {
            Source::File(file) => file.read(&mut self.ahead),
            Source::Stdin => std::io::stdin().lock().read(&mut self.ahead),
            Source::FromProcess(_, pipe) => pipe.read(&mut self.ahead),
            Source::Output | Source::Stderr | Source::ToProcess(..) => Err(bad_descriptor()),
        };
        self.ahead.truncate(*read.as_ref().unwrap_or(&0));
        read.map(|count| count > 0)
    }

    // ---- writing -------------------------------------------------------------------------------------------

    /// Writes, or keeps the bytes for later.
    pub(super) fn write(&mut self, bytes: &[u8], output: &mut dyn Write) -> Result<()> {
        if !self.can_write {
            return Err(bad_descriptor());
        }
        let is_due = match self.buffering {
            Buffering::None => true,
            Buffering::Line => bytes.contains(&b'\n'),
            Buffering::Full => false,
        };
        if self.is_output() {
            // The host's output has a buffer of its own.
            output.write_all(bytes)?;
            return if is_due { output.flush() } else { Ok(()) };
        }
        self.forget_read_ahead()?;
        self.pending.extend_from_slice(bytes);
        if is_due || self.pending.len() >= BUFFER_BYTES { self.write_pending() } else { Ok(()) }
    }

    /// Writes what is pending.
    pub(super) fn flush(&mut self, output: &mut dyn Write) -> Result<()> {
        if self.is_output() { output.flush() } else { self.write_pending() }
    }

    fn write_pending(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = match &mut self.source {
            Source::File(file) => file.write_all(&self.pending),
            Source::Stderr => std::io::stderr().lock().write_all(&self.pending),
            Source::ToProcess(_, Some(pipe)) => pipe.write_all(&self.pending),
            Source::ToProcess(_, None) | Source::Stdin | Source::Output | Source::FromProcess(..) => {
                Err(bad_descriptor())
            }
        };
        self.pending.clear();
        written
    }

    // ---- position ------------------------------------------------------------------------------------------

    /// Moves, and says where the stream is then.
    pub(super) fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.write_pending()?;
        self.forget_read_ahead()?;
        match &mut self.source {
            Source::File(file) => file.seek(to),
            Source::Stdin
            | Source::Output
            | Source::Stderr
            | Source::FromProcess(..)
            | Source::ToProcess(..) => Err(Error::from_raw_os_error(ILLEGAL_SEEK)),
        }
    }

    /// Puts the file's own position where the script's is.
    fn forget_read_ahead(&mut self) -> Result<()> {
        let unread = self.ahead.len() - self.position;
        if unread > 0
            && let Source::File(file) = &mut self.source
        {
            file.seek(SeekFrom::Current(-(unread as i64)))?;
            self.ahead.clear();
            self.position = 0;
        }
        Ok(())
    }

    /// Writes what is pending and waits for the process, if there is one.
    pub(super) fn close(mut self) -> Result<()> {
        self.write_pending()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Nobody is there to be told of a failure.
        drop(self.write_pending());
        match &mut self.source {
            Source::ToProcess(child, pipe) => {
                drop(pipe.take());
                drop(child.wait());
            }
            Source::FromProcess(child, _) => drop(child.wait()),
            Source::File(_) | Source::Stdin | Source::Output | Source::Stderr => {}
        }
    }
}

/// `ESPIPE`.
const ILLEGAL_SEEK: i32 = 29;

/// `EBADF`: what C answers when a stream is used against its mode.
fn bad_descriptor() -> Error {
    Error::from_raw_os_error(9)
}
