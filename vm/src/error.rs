//! Errors as the embedding program sees them.

use std::fmt;

/// What went wrong, in kinds a host can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The source does not compile.
    Syntax,
    /// A script raised an error, or an operation on a value failed.
    Runtime,
    /// The memory limit was reached.
    Memory,
    /// The time or instruction limit was reached.
    Interrupted,
    /// The value stack or the nesting of native calls reached its limit.
    StackOverflow,
    /// A Rust function registered with the VM panicked.
    Panic,
    /// A handle of one VM was used with another.
    WrongState,
}

/// An error of the VM: a message with position, and where one was taken, a traceback.
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    traceback: Option<String>,
}

impl Error {
    /// An error with a message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), traceback: None }))
    }

    /// An error a Rust function can return to its Lua caller.
    pub fn runtime(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Runtime, message)
    }

    /// The same error with a traceback.
    #[must_use]
    pub fn with_traceback(mut self, traceback: impl Into<String>) -> Error {
        self.0.traceback = Some(traceback.into());
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message, with `chunk:line:` in front where the error has a position in a script. Bytes that are not UTF-8 are
    /// replaced.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The stack of Lua functions at the point of the error.
    pub fn traceback(&self) -> Option<&str> {
        self.0.traceback.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.traceback {
            Some(traceback) => write!(f, "\n{traceback}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
