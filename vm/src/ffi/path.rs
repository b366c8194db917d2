//! Views of what lies behind a host's list or option: `bag.stacks[2]`, `ship.target_lock`.
//!
//! Such a part has no address to keep: the list it is in may grow and move while a script still holds it. So a view of it remembers the
//! way there, from a place in lent memory that stays for the epoch, and goes it anew at every access ([`Vm::resolve`]). What has gone since is
//! an error, and no address outlives the access it was found for.
//!
//! In a cell it is a [`View`] whose epoch is [`PATH`], which is never the current one: whoever only compares epochs takes the slow path and
//! ends in `resolve`. Its `data` is null.

#![allow(unsafe_code, reason = "lays out heap cells, follows lent memory")]

use crate::gc::kind::{Header, Kind};
use crate::value::Gc;
use crate::vm::{Raised, Vm};

use super::access::field_host;
use super::cdata::{CData, VIEW, View, WRITABLE};
use super::ctype::CTypeId;
use super::host::Part;

/// The epoch of a view that has to be resolved.
pub(super) const PATH: u64 = u64::MAX;
/// How many steps a way may have.
const MAX_STEPS: usize = 32;

/// From a hosted value to a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The host's number of the type of the value.
    pub(super) number: u32,
    /// Where the value begins, from where the step before has led.
    pub(super) offset: u32,
    /// Which part, as the host counts.
    pub(super) index: u32,
    /// The type the part has to have.
    pub(super) ctype: CTypeId,
}

/// The head of a cell; `count` [`Step`]s follow.
#[repr(C)]
struct Path {
    view: View,
    /// The epoch it was lent in.
    epoch: u64,
    /// Where the way begins.
    root: *mut u8,
    /// From where the last step leads, in bytes.
    last: u32,
    count: u32,
}

/// Whether a view has to be resolved.
///
/// # Safety
/// It is a live cell with the flag of a view.
#[inline(always)]
pub(super) unsafe fn is_path(view: *const View) -> bool {
    // SAFETY: by contract.
    unsafe { (*view).epoch == PATH }
}

/// The path that a cdata is.
fn path_of(cdata: Gc<CData>) -> Option<*const Path> {
    let view = cdata.view()?;
    // SAFETY: a live cell with the flag of a view; one with this epoch is a path.
    unsafe { is_path(view).then_some(view.cast_const().cast()) }
}

/// # Safety
/// A live cell.
unsafe fn steps<'a>(path: *const Path) -> &'a [Step] {
    // SAFETY: by contract; cells are made by `new_path`, with as many steps as they say.
    unsafe { std::slice::from_raw_parts(path.add(1).cast(), (*path).count as usize) }
}

impl Vm {
    /// The address a path leads to now, after checking that it may be read.
    #[cold]
    pub(super) fn resolve(&mut self, cdata: Gc<CData>) -> Result<*mut u8, Raised> {
        let path = path_of(cdata).expect("called for views with the epoch of paths");
        // SAFETY: a live cell.
        let (epoch, root, last) = unsafe { ((*path).epoch, (*path).root, (*path).last) };
        if epoch != self.ffi.lending.epoch() {
            return Err(self.expired_view(cdata, epoch));
        }
        let host = field_host(self);
        let mut at = root;
        let is_writable = cdata.flags() & WRITABLE != 0;
        // SAFETY: a live cell, which nothing collects meanwhile; the root is lent in this epoch, and each step leads to a live value of the
        // type that the next one starts in.
        let found = unsafe {
            steps(path).iter().try_for_each(|step| {
                let part = Part { index: step.index, ctype: step.ctype, is_writable };
                at = host.part(step.number, at.add(step.offset as usize), part)?;
                Ok(())
            })
        };
        match found {
            // SAFETY: the offset of a part of the last value, which registration checked.
            Ok(()) => Ok(unsafe { at.add(last as usize) }),
            Err(message) => {
                let name = self.ctype_name(cdata.ctype());
                let message: String = message;
                Err(self.error(format!("this {name} is gone: {message}; read it anew")))
            }
        }
    }

    /// A view of a part behind a hosted value of `whole`, a view.
    pub(super) fn lend_path(&mut self, whole: Gc<CData>, step: Step) -> Result<Gc<CData>, Raised> {
        let known = path_of(whole);
        // SAFETY: a live cell.
        let (epoch, root, mut way, last) = unsafe {
            match known {
                Some(path) => ((*path).epoch, (*path).root, steps(path).to_vec(), (*path).last),
                None => {
                    let view = whole.view().expect("parts behind hosted values are of views");
                    ((*view).epoch, whole.data(), Vec::new(), 0)
                }
            }
        };
        if way.len() == MAX_STEPS {
            return Err(self.error(format!(
                "lists and options nested more than {MAX_STEPS} deep: copy a part and assign it back"
            )));
        }
        way.push(Step { offset: last + step.offset, ..step });
        self.new_path(whole, step.ctype, (epoch, root, 0), &way)
    }

    /// A part at an offset of what a path leads to.
    pub(super) fn lend_path_part(
        &mut self,
        whole: Gc<CData>,
        ctype: CTypeId,
        offset: u32,
    ) -> Result<Gc<CData>, Raised> {
        let path = path_of(whole).expect("the whole is a path");
        // SAFETY: a live cell.
        let (epoch, root, way, last) =
            unsafe { ((*path).epoch, (*path).root, steps(path).to_vec(), (*path).last) };
        self.new_path(whole, ctype, (epoch, root, last + offset), &way)
    }

    fn new_path(
        &mut self,
        whole: Gc<CData>,
        ctype: CTypeId,
        (epoch, root, last): (u64, *mut u8, u32),
        way: &[Step],
    ) -> Result<Gc<CData>, Raised> {
        let view = whole.view().expect("the whole is a view");
        // SAFETY: a live cell with the flag of a view.
        let tick = unsafe { (*view).tick };
        let header = Header {
            flags: VIEW | whole.flags() & WRITABLE,
            extra: whole.source().to_ne_bytes(),
            aux: ctype.0,
            ..Header::new(Kind::CData)
        };
        let size = size_of::<Path>() + size_of_val(way);
        let cell: *mut Path = self.heap.alloc(Kind::CData, size)?.cast();
        // SAFETY: the cell is fresh and large enough for the head and the steps.
        unsafe {
            let head = CData { header, data: std::ptr::null_mut() };
            let view = View { head, tick, epoch: PATH };
            cell.write(Path { view, epoch, root, last, count: way.len() as u32 });
            std::ptr::copy_nonoverlapping(way.as_ptr(), cell.add(1).cast::<Step>(), way.len());
            Ok(Gc::from_ptr(cell.cast()))
        }
    }
}
