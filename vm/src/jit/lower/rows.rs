//! Loops over rows: which row comes next is carried from turn to turn in a register. The cursor is told in each turn, and asked only where the loop is entered
//! and where somebody else may have moved it: to store and load it again took longer than the rest of a short turn.

use cranelift_codegen::ir::{Block, BlockArg, types};

use super::super::ir::{IrOp, Kind, Ref, Region};
use super::{Lowering, layout};

/// What instructions have moved the cursor to last, if that is known where they end.
fn moved_to(region: &Region, body: &[Ref], cursor: Ref) -> Option<Ref> {
    let last = body.iter().rev().map(|r| region.get(*r));
    let last = last.into_iter().find(|ins| ins.op == IrOp::RSTEP || ins.op.kind() == Kind::Call)?;
    (last.op == IrOp::RSTEP && last.a == cursor).then_some(last.b)
}

impl Lowering<'_> {
    /// Adds the row to come to what the header is given at the end of instructions, or before the loop.
    pub(super) fn pass_row(&mut self, body: Option<&[Ref]>, arguments: &mut Vec<BlockArg>) {
        let Some((_, cursor)) = self.row else { return };
        let row = match body.and_then(|body| moved_to(self.region, body, cursor)) {
            Some(next) => self.value(next),
            None => {
                let cursor = self.value(cursor);
                self.load(cursor, layout::NEXT_ROW)
            }
        };
        arguments.push(BlockArg::Value(row));
    }

    /// The row to come is what the header is given.
    pub(super) fn take_row(&mut self, header: Block) {
        if let Some((row, _)) = self.row {
            self.values[row.index()] = Some(self.b.append_block_param(header, types::I64));
        }
    }
}
