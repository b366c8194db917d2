//! Errors as LuaJIT words them.

use crate::error::ErrorKind;
use crate::rt::traceback;
use crate::syntax::chunk_id;
use crate::table::SetError;
use crate::thread::CallInfo;
use crate::value::RawValue;
use crate::vm::{Args, Raised, Vm};

impl Vm {
    /// Raises a string as it is.
    pub(crate) fn error_value_str(&mut self, message: impl AsRef<[u8]>) -> Raised {
        match self.new_string(message.as_ref()) {
            Ok(value) => self.throw(value),
            Err(raised) => raised,
        }
    }

    /// Raises a message with the position of the Lua frame on top (or, inside a native, of the Lua function that called it).
    pub fn error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        let mut text = self.position(1);
        text.extend_from_slice(message.as_ref());
        self.error_value_str(text)
    }

    /// Raises an error of a kind that the host tells apart from others.
    pub(crate) fn error_of_kind(&mut self, kind: ErrorKind, message: impl AsRef<[u8]>) -> Raised {
        let raised = self.error(message);
        self.mark_error(kind);
        raised
    }

    /// Remembers the kind of the error in flight, by the identity of its value.
    pub(crate) fn mark_error(&mut self, kind: ErrorKind) {
        self.marked_error = self.heap.roots.raised.map(|value| (kind, value.bits()));
    }

    /// The kind of an error with this value.
    pub(crate) fn kind_of_error(&self, value: Option<RawValue>) -> ErrorKind {
        match (self.marked_error, value) {
            (Some((kind, bits)), Some(value)) if value.bits() == bits => kind,
            (Some(_) | None, _) => ErrorKind::Runtime,
        }
    }

    /// Raises a message with the position of the instruction the frame on top is executing.
    pub(crate) fn runtime_error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(message)
    }

    /// `chunk:line: ` of the function at a level (0: the frame on top, where a Lua frame on top counts as level 1 too), or nothing.
    pub(crate) fn position(&self, level: usize) -> Vec<u8> {
        self.place(level).map_or_else(Vec::new, |(chunk, line)| format!("{chunk}:{line}: ").into_bytes())
    }

    /// The chunk, as messages name it, and the line of [`Vm::position`].
    pub(crate) fn place(&self, level: usize) -> Option<(String, u32)> {
        let frames = self.frames();
        // A Lua frame on top raises the error itself; a native's position is its caller's.
        let level = if frames.last()?.is_native() { level } else { level.saturating_sub(1) };
        let depth = traceback::visible(frames).nth(level)?;
        let (chunk, line) = traceback::location(&frames[depth], depth + 1 == frames.len())?;
        Some((chunk_id(&chunk), line))
    }

    /// "attempt to OPERATION local 'x' (a nil value)"; `register` is where the operand lies in the frame on top.
    pub(crate) fn operand_error(
        &mut self,
        operation: &str,
        value: RawValue,
        register: Option<usize>,
    ) -> Raised {
        let type_name = self.type_name_of(value);
        let message = match register.and_then(|register| traceback::variable(self, register)) {
            Some((kind, name)) => format!("attempt to {operation} {kind} '{name}' (a {type_name} value)"),
            None => format!("attempt to {operation} a {type_name} value"),
        };
        self.runtime_error(message)
    }

    /// "attempt to index ...".
    pub(crate) fn index_error(&mut self, value: RawValue, _key: RawValue, register: Option<usize>) -> Raised {
        self.operand_error("index", value, register)
    }

    /// "attempt to call ..." for the value at a stack slot; without a position when a native made the call.
    pub(crate) fn call_error(&mut self, value: RawValue, slot: u32) -> Raised {
        match self.frames().last() {
            // A metamethod that cannot be called lies above the registers, and has no name or position.
            Some(frame) if !frame.is_native() && slot < self.frame_limit() => {
                let register = slot.checked_sub(frame.base).map(|register| register as usize);
                self.operand_error("call", value, register)
            }
            _ => self.error_value_str(format!("attempt to call a {} value", self.type_name_of(value))),
        }
    }

    /// "attempt to compare two nil values", "attempt to compare number with nil".
    pub(crate) fn compare_error(&mut self, left: RawValue, right: RawValue) -> Raised {
        let (a, b) = (self.type_name_of(left), self.type_name_of(right));
        let message = if a == b {
            format!("attempt to compare two {a} values")
        } else {
            format!("attempt to compare {a} with {b}")
        };
        self.runtime_error(message)
    }

    /// The Lua error for a refused assignment.
    pub fn set_error(&mut self, error: SetError) -> Raised {
        let message = match error {
            SetError::NilKey => "table index is nil",
            SetError::NanKey => "table index is NaN",
            SetError::TooLarge => "table overflow",
            SetError::Memory => return Raised::Memory,
        };
        // LuaJIT gives the position of an assignment, not that of a native that assigns.
        let by_native = self.frames().last().is_none_or(CallInfo::is_native);
        if by_native { self.error_value_str(message) } else { self.error(message) }
    }

    /// "bad argument #1 to 'name' (message)".
    pub fn arg_error(&mut self, args: Args, index: u32, message: impl AsRef<[u8]>) -> Raised {
        let (kind, name) =
            traceback::function_name(self, self.frames().len() - 1).unwrap_or(("", "?".to_owned()));
        let message = String::from_utf8_lossy(message.as_ref()).into_owned();
        let mut number = index + 1;
        if kind == "method" {
            number -= 1;
            if number == 0 {
                return self.error(format!("calling '{name}' on bad self ({message})"));
            }
        }
        let _ = args;
        self.error(format!("bad argument #{number} to '{name}' ({message})"))
    }

    /// "bad argument #1 to 'name' (expected, got type)".
    pub fn arg_type_error(&mut self, args: Args, index: u32, expected: &str) -> Raised {
        let got = match self.arg_opt(args, index) {
            None => "no value".to_owned(),
            Some(value) => self.type_name_of(value).to_owned(),
        };
        self.arg_error(args, index, format!("{expected} expected, got {got}"))
    }

    /// The type's name for messages.
    pub(crate) fn type_name_of(&self, value: RawValue) -> &'static str {
        value.type_name()
    }
}
