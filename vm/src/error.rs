//! Errors as the embedding program sees them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal,)+) => {
        /// What went wrong, in kinds a host can act on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[doc = $doc])+ $name,)+ }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$name,)+];
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The kind in a few words, for counters and logs.
            pub fn name(self) -> &'static str {
                match self { $(ErrorKind::$name => $text,)+ }
            }
        }
    };
}

kinds! {
    /// The source does not compile.
    Syntax "syntax error",
    /// A script raised an error, or an operation on a value failed.
    Runtime "runtime error",
    /// A value is not of the type the host asked for.
    Conversion "conversion",
    /// The memory limit was reached.
    Memory "out of memory",
    /// The time or instruction limit was reached, or the host asked the script to stop.
    Interrupted "interrupted",
    /// The value stack or the nesting of native calls reached its limit.
    StackOverflow "stack overflow",
    /// A Rust function registered with the VM panicked.
    Panic "panic",
    /// A handle of one VM was used with another.
    WrongState "wrong state",
}

/// An error of the VM: a message with position, and where one was taken, a traceback.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    traceback: Option<String>,
    /// Set once the error has left a VM: raising it again adds no second position.
    raised: bool,
    /// The error value when it was not a string, as a handle of the VM that raised it.
    value: Option<Arc<dyn Any + Send + Sync>>,
}

impl Error {
    /// An error with a message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), traceback: None, raised: false, value: None }))
    }

    /// An error a Rust function can return to its Lua caller, who sees it with the position of the call in front.
    pub fn runtime(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Runtime, message)
    }

    /// "number expected, got nil": a value that is not what the host asked for.
    pub fn conversion(expected: &str, got: &str) -> Error {
        Error::new(ErrorKind::Conversion, format!("{expected} expected, got {got}"))
    }

    /// The same error with a traceback.
    #[must_use]
    pub fn with_traceback(mut self, traceback: impl Into<String>) -> Error {
        self.0.traceback = Some(traceback.into());
        self
    }

    /// The same error with words in front that say what was tried.
    #[must_use]
    pub fn context(mut self, tried: impl fmt::Display) -> Error {
        self.0.message = format!("{tried}: {}", self.0.message);
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

    /// Marks an error as coming out of a VM, with the value that was raised when it is not a string.
    pub(crate) fn raised_with(mut self, value: Option<Arc<dyn Any + Send + Sync>>) -> Error {
        self.0.raised = true;
        self.0.value = value;
        self
    }

    /// Whether the error came out of a VM, so that its message is complete.
    pub(crate) fn was_raised(&self) -> bool {
        self.0.raised
    }

    /// The value that was raised, if it was not a string.
    pub(crate) fn raised_value(&self) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.0.value.as_ref()
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

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {}
