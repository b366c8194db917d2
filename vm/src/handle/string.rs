//! Strings held by Rust.

use crate::context::Context;
use crate::error::Error;
use crate::host::Root;

/// A string held by Rust: any bytes.
#[derive(Clone, Debug)]
pub struct LuaString(pub(crate) Root);

impl LuaString {
    /// The bytes.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) if it belongs to another VM.
    pub fn as_bytes<'a>(&self, cx: &'a Context) -> Result<&'a [u8], Error> {
        // While the context is borrowed nothing can be collected, even if the last handle is dropped meanwhile.
        let string = self.0.get(cx.vm_ref())?.as_string().expect("the handle of a string roots one");
        Ok(string.as_bytes())
    }

    /// The text, if it is UTF-8.
    ///
    /// # Errors
    /// If it is not, or belongs to another VM.
    pub fn to_str<'a>(&self, cx: &'a Context) -> Result<&'a str, Error> {
        std::str::from_utf8(self.as_bytes(cx)?).map_err(|_| Error::conversion("UTF-8 text", "other bytes"))
    }

    /// The text, bytes that are not UTF-8 replaced.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`](crate::ErrorKind::WrongState) if it belongs to another VM.
    pub fn to_string_lossy(&self, cx: &Context) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(self.as_bytes(cx)?).into_owned())
    }
}
