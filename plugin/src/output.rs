//! What scripts print, as lines of Bevy's log.

use std::io::{self, Write};

/// Collects output to whole lines and logs each.
#[derive(Default)]
pub(crate) struct LogOutput {
    line: Vec<u8>,
}

/// A line without an end is logged when it is this long.
const LONGEST_LINE: usize = 16 * 1024;

impl LogOutput {
    fn log(&mut self) {
        tracing::info!(target: "lua", "{}", String::from_utf8_lossy(&self.line));
        self.line.clear();
    }
}

impl Write for LogOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            if byte == b'\n' {
                self.log();
            } else {
                self.line.push(byte);
                if self.line.len() >= LONGEST_LINE {
                    self.log();
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.log();
        }
        Ok(())
    }
}
