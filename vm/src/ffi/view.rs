//! Lending memory to Lua, and the rule that keeps it safe.
//!
//! A view may be used in one epoch: the one it was lent in. The host moves the epoch ([`Lending::expire`]) when a system returns and
//! before anything that may move or free what was lent. A view of an older epoch only raises an error, and its pointer is never
//! followed again.

#![allow(unsafe_code, reason = "writes change ticks of lent memory")]

use std::collections::VecDeque;

use crate::value::Gc;
use crate::vm::{Raised, Vm};

use super::cdata::{self, CData, VIEW, WRITABLE};
use super::ctype::CTypeId;

/// Why a view may not be written, as the message has to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteRule {
    /// It may.
    Allowed,
    /// The borrower declared to read only.
    NotDeclared,
    /// The type forbids it, whoever asks.
    Immutable,
}

/// What a view shows, and who borrowed it, for messages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// "component" or "resource".
    pub category: &'static str,
    /// The name of the component or resource.
    pub name: String,
    /// Who borrowed it: "system 'move'".
    pub borrower: String,
    /// Whether it may be written.
    pub rule: WriteRule,
}

/// Names a [`Source`]. Views keep sixteen bits of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceId(pub u16);

/// How many frames back an expired view's frame can still be told.
const FRAMES_REMEMBERED: usize = 1024;

/// The epoch of views, and where they come from.
#[derive(Debug)]
pub struct Lending {
    pub(super) epoch: u64,
    pub(super) tick: u32,
    sources: Vec<Source>,
    /// The first epoch of each of the latest frames.
    frames: VecDeque<(u64, u64)>,
}

impl Default for Lending {
    fn default() -> Lending {
        let unknown = Source {
            category: "memory",
            name: "of the host".to_owned(),
            borrower: "the host".to_owned(),
            rule: WriteRule::NotDeclared,
        };
        Lending { epoch: 1, tick: 0, sources: vec![unknown], frames: VecDeque::new() }
    }
}

impl Lending {
    /// Where the epoch is, for compiled code.
    pub(crate) const EPOCH: usize = std::mem::offset_of!(Lending, epoch);
    /// Where the tick is.
    pub(crate) const TICK: usize = std::mem::offset_of!(Lending, tick);

    /// The epoch in which views are lent now.
    #[inline(always)]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Makes every view lent so far unusable.
    pub fn expire(&mut self) {
        self.epoch += 1;
    }

    /// Notes the number of the frame that begins, for messages about views lent in it.
    pub fn begin_frame(&mut self, frame: u64) {
        if self.frames.len() == FRAMES_REMEMBERED {
            self.frames.pop_front();
        }
        self.frames.push_back((self.epoch, frame));
    }

    /// Whether views of a source may be written.
    pub(super) fn rule(&self, source: SourceId) -> WriteRule {
        self.sources[usize::from(source.0)].rule
    }

    /// Sets the tick that writes leave from now on.
    pub fn set_tick(&mut self, tick: u32) {
        self.tick = tick;
    }

    /// The tick that writes leave.
    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// Registers a source; the same description gets the same number.
    pub fn source(&mut self, source: Source) -> SourceId {
        if let Some(known) = self.sources.iter().position(|s| *s == source) {
            return SourceId(known as u16);
        }
        // Beyond what a view can name, messages say "the host".
        let Ok(number) = u16::try_from(self.sources.len()) else { return SourceId(0) };
        self.sources.push(source);
        SourceId(number)
    }

    fn frame_of(&self, epoch: u64) -> Option<u64> {
        let after = self.frames.partition_point(|&(first, _)| first <= epoch);
        Some(self.frames[after.checked_sub(1)?].1)
    }

    fn expired(&self, source: u16, epoch: u64) -> String {
        let source = &self.sources[usize::from(source)];
        let frame = self.frame_of(epoch).map_or_else(String::new, |frame| format!(", frame {frame}"));
        format!(
            "expired view of {} (borrowed by {}{frame}): ask for it anew in each run, and keep values or entities in place of views",
            source.name, source.borrower
        )
    }

    fn refused(&self, source: u16) -> String {
        let Source { category, name, borrower, rule } = &self.sources[usize::from(source)];
        match rule {
            WriteRule::Allowed | WriteRule::NotDeclared => format!(
                "{category} '{name}' was declared read-only by {borrower}: declare \"mut {name}\" to write it"
            ),
            WriteRule::Immutable => {
                format!("{category} '{name}' is immutable: replace it with commands.insert")
            }
        }
    }
}

impl Vm {
    /// A cdata for memory of the host.
    ///
    /// # Errors
    /// When the memory limit is reached.
    ///
    /// # Safety
    /// Until the epoch moves ([`Lending::expire`]), `data` points at a live value of the registered type, which nothing else writes
    /// (nor, if the source's rule allows writing, reads) while Lua runs; `tick` is null or points at the change tick of that value, with the same access.
    pub unsafe fn lend(
        &mut self,
        ctype: CTypeId,
        data: *mut u8,
        tick: *mut u32,
        source: SourceId,
    ) -> Result<Gc<CData>, Raised> {
        let writable = self.ffi.lending.rule(source) == WriteRule::Allowed;
        let flags = if writable { WRITABLE } else { 0 };
        let epoch = self.ffi.lending.epoch;
        Ok(cdata::new_view(&mut self.heap, ctype, data, tick, epoch, source.0, flags)?)
    }

    /// The address of a cdata's bytes, after checking that they may be read.
    #[inline]
    pub(super) fn readable(&mut self, cdata: Gc<CData>) -> Result<*mut u8, Raised> {
        if let Some(view) = cdata.view() {
            // SAFETY: a live cell with the flag of a view.
            let epoch = unsafe { (*view).epoch };
            if epoch != self.ffi.lending.epoch {
                if epoch == super::path::PATH {
                    return self.resolve(cdata);
                }
                return Err(self.expired_view(cdata, epoch));
            }
        }
        Ok(cdata.data())
    }

    /// The address of a cdata's bytes, after checking that they may be written. The caller writes, then calls
    /// [`Vm::written`].
    #[inline]
    pub(super) fn writable(&mut self, cdata: Gc<CData>) -> Result<*mut u8, Raised> {
        let data = self.readable(cdata)?;
        if cdata.flags() & WRITABLE == 0 {
            return Err(self.refused_write(cdata));
        }
        Ok(data)
    }

    /// Leaves the change tick of a write.
    #[inline]
    pub(super) fn written(&mut self, cdata: Gc<CData>) {
        if let Some(view) = cdata.view() {
            // SAFETY: `writable` found the view's epoch to be the current one, so the tick pointer is as `lend` requires.
            unsafe {
                let tick = (*view).tick;
                if !tick.is_null() {
                    tick.write(self.ffi.lending.tick);
                }
            }
        }
    }

    #[cold]
    pub(super) fn expired_view(&mut self, cdata: Gc<CData>, epoch: u64) -> Raised {
        let message = self.ffi.lending.expired(cdata.source(), epoch);
        self.error(message)
    }

    #[cold]
    fn refused_write(&mut self, cdata: Gc<CData>) -> Raised {
        let message = if cdata.flags() & VIEW != 0 {
            self.ffi.lending.refused(cdata.source())
        } else {
            let name = self.ctype_name(cdata.ctype());
            format!("attempt to write to a constant or copied part ({name}): assign a whole value instead")
        };
        self.error(message)
    }

    /// A part of a view, `offset` bytes behind its first, as a view of the same memory.
    pub(super) fn lend_part(
        &mut self,
        whole: Gc<CData>,
        ctype: CTypeId,
        offset: u32,
    ) -> Result<Gc<CData>, Raised> {
        let view = whole.view().expect("the whole is a view");
        // SAFETY: a live cell with the flag of a view.
        let (tick, epoch) = unsafe { ((*view).tick, (*view).epoch) };
        if epoch == super::path::PATH {
            return self.lend_path_part(whole, ctype, offset);
        }
        // Where it lies in the whole, whether or not that may still be read.
        let data = whole.data().wrapping_add(offset as usize);
        let flags = whole.flags() & WRITABLE;
        Ok(cdata::new_view(&mut self.heap, ctype, data, tick, epoch, whole.source(), flags)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(rule: WriteRule) -> Source {
        Source { category: "component", name: "Velocity".into(), borrower: "system 'move'".into(), rule }
    }

    #[test]
    fn messages_name_the_declaration_and_the_frame() {
        let mut lending = Lending::default();
        let id = lending.source(source(WriteRule::NotDeclared));
        assert_eq!(lending.source(source(WriteRule::NotDeclared)), id);
        assert_eq!(
            lending.refused(id.0),
            "component 'Velocity' was declared read-only by system 'move': declare \"mut Velocity\" to write it"
        );
        let immutable = lending.source(source(WriteRule::Immutable));
        assert_ne!(immutable, id);
        assert!(lending.refused(immutable.0).contains("is immutable"));

        let before = lending.epoch();
        lending.expire();
        lending.begin_frame(812);
        let epoch = lending.epoch();
        lending.expire();
        lending.begin_frame(813);
        let expired = |epoch| {
            let message = lending.expired(id.0, epoch);
            let (what, fix) =
                message.split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a fix");
            assert_eq!(fix, "ask for it anew in each run, and keep values or entities in place of views");
            what
        };
        assert_eq!(expired(epoch), "expired view of Velocity (borrowed by system 'move', frame 812)");
        assert_eq!(expired(before), "expired view of Velocity (borrowed by system 'move')");
        assert_eq!(
            expired(lending.epoch()),
            "expired view of Velocity (borrowed by system 'move', frame 813)"
        );
    }
}
