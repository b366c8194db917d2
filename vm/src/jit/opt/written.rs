//! What instructions write, by parts of memory.

use std::collections::HashSet;

use super::super::ir::{Ins, IrOp, Kind, Mem, Ref, Region};

/// What instructions of a region write.
#[derive(Default)]
pub(super) struct Written {
    stack: bool,
    array: bool,
    head: bool,
    extent: bool,
    numbers: bool,
    closure: bool,
    row: bool,
    lent: bool,
    bytes: bool,
    everything: bool,
    all_fields: bool,
    fields: HashSet<u64>,
}

impl Written {
    /// What these traces write.
    pub(super) fn by(region: &Region, traces: impl Iterator<Item = usize>) -> Written {
        Written::by_instructions(region, traces.flat_map(|trace| &region.traces[trace].body))
    }

    /// What these instructions write.
    pub(super) fn by_instructions<'r>(region: &Region, which: impl Iterator<Item = &'r Ref>) -> Written {
        let mut written = Written::default();
        for r in which {
            let ins = region.get(*r);
            match ins.op.kind() {
                Kind::Store | Kind::Call => {}
                Kind::Value | Kind::Guard | Kind::Floating => continue,
            }
            match ins.op.mem() {
                _ if ins.op == IrOp::APPEND => {
                    written.array = true;
                    written.head = true;
                    written.extent = true;
                }
                Mem::Pure => {}
                Mem::Stack => written.stack = true,
                Mem::Array => written.array = true,
                Mem::Head => written.head = true,
                Mem::Extent => written.extent = true,
                Mem::Numbers => {
                    written.array = true;
                    written.extent = true;
                    written.numbers = true;
                }
                Mem::Closure => written.closure = true,
                Mem::Row => written.row = true,
                Mem::Lent => written.lent = true,
                Mem::Bytes => written.bytes = true,
                Mem::Tick => {}
                Mem::Field => drop(written.fields.insert(ins.imm)),
                Mem::Tables => {
                    written.array = true;
                    written.head = true;
                    written.extent = true;
                    written.numbers = true;
                    written.all_fields = true;
                }
                Mem::All => written.everything = true,
            }
        }
        written
    }

    /// Whether they write what an instruction reads.
    pub(super) fn touches(&self, ins: &Ins) -> bool {
        let part = match ins.op.mem() {
            Mem::Pure => return false,
            Mem::Stack => self.stack,
            Mem::Array => self.array,
            Mem::Head => self.head,
            Mem::Extent => self.extent,
            Mem::Numbers => self.array || self.extent || self.numbers,
            Mem::Closure => self.closure,
            Mem::Row => self.row,
            Mem::Lent => self.lent,
            Mem::Bytes => self.bytes,
            Mem::Tick => false,
            Mem::Field => self.all_fields || self.fields.contains(&ins.imm),
            Mem::Tables => self.of_tables(),
            Mem::All => self.stack || self.of_tables(),
        };
        part || self.everything
    }

    /// Whether they write anything that tables have.
    fn of_tables(&self) -> bool {
        self.array || self.head || self.extent || self.numbers || self.all_fields || !self.fields.is_empty()
    }
}
