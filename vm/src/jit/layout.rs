//! Where the fields of tables go that a region makes: known when it is compiled, so that giving a fresh table a field is two stores.
//!
//! A table that a constructor makes gets its keys one after the other, and with each another shape. For each `TNEW` of a region a table is made that is given the same keys. It tells the
//! shapes, and it is pinned as long as the region is there: no shape on its way is dropped, and while the collector marks, it has them marked by the end of that phase, as any table has
//! its shape. So compiled code may hand them to tables whenever it likes.

use std::collections::HashMap;

use super::helpers::table_room;
use super::ir::{IrOp, Layout, Placed, Ref, Region};
use crate::gc::{Heap, OutOfMemory};
use crate::shape::MAX_KEYS;
use crate::string::LuaString;
use crate::table::{SetHint, new_table};
use crate::value::{Gc, RawValue};

/// Finds out where the fields of a region's fresh tables go: the tables that know.
///
/// # Errors
/// When the memory limit is reached.
pub(super) fn lay_out(heap: &mut Heap, region: &mut Region) -> Result<Vec<RawValue>, OutOfMemory> {
    let mut templates = Vec::new();
    for (table, layout) in initialised(region) {
        let hints = region.get(table).imm as u32;
        if let Some((template, layout)) = laid_out(heap, hints, layout)? {
            templates.push(template);
            region.layouts.insert(table, layout);
        }
    }
    Ok(templates)
}

/// The fields that fresh tables get in the trace that makes them, in order; those that have a key already are left out.
fn initialised(region: &Region) -> Vec<(Ref, Vec<Placed>)> {
    let mut made = Vec::new();
    for trace in &region.traces {
        let mut here: HashMap<Ref, Vec<Placed>> = HashMap::new();
        for r in &trace.body {
            let ins = region.get(*r);
            match ins.op {
                IrOp::TNEW => {
                    here.insert(*r, Vec::new());
                }
                IrOp::TINIT => {
                    if let Some(fields) = here.get_mut(&ins.a)
                        && fields.iter().all(|field| field.key != ins.imm)
                    {
                        fields.push(Placed { by: *r, key: ins.imm, shape: 0 });
                    }
                }
                _ => {}
            }
        }
        made.extend(here.into_iter().filter(|(_, fields)| !fields.is_empty()));
    }
    made
}

/// A table with such fields, and where they are; `None` if it is none with a shape.
fn laid_out(
    heap: &mut Heap,
    hints: u32,
    mut fields: Vec<Placed>,
) -> Result<Option<(RawValue, Layout)>, OutOfMemory> {
    let (array, keys) = table_room(hints);
    let room = keys.max(fields.len());
    if room > MAX_KEYS {
        return Ok(None);
    }
    let template = new_table(heap, 0, room)?;
    for (index, field) in fields.iter_mut().enumerate() {
        // SAFETY: the key of an inline cache, which the region's code keeps.
        let key: Gc<LuaString> = unsafe { Gc::from_ptr(field.key as *mut _) };
        match template.init_str(heap, key, RawValue::FALSE) {
            Ok(SetHint::Added { after, slot, .. }) if slot as usize == index => field.shape = after,
            Ok(_) => return Ok(None),
            Err(_) => return Err(OutOfMemory),
        }
    }
    Ok(Some((template.into(), Layout { hints: array as u32 | (room as u32) << 16, fields })))
}
