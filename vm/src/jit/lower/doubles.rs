//! What is known of doubles.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::super::ir::{Given, Ins, IrOp, Ref, Region, Ty};
use super::Lowering;

/// Values that are loaded to be doubles: the trace takes them for nothing else, so that they are loaded into a register for such.
pub(super) fn find_loaded(region: &Region) -> Vec<bool> {
    let mut is_loaded = vec![false; region.ins.len()];
    for r in region.bodies() {
        let ins = region.get(r);
        if ins.op == IrOp::GTYPE && ins.ty == Ty::Num && is_load(region.get(ins.a).op) {
            is_loaded[ins.a.index()] = true;
        }
    }
    for r in region.bodies() {
        let ins = region.get(r);
        if ins.op != IrOp::GTYPE || ins.ty != Ty::Num {
            ins.operands().for_each(|operand| is_loaded[operand.index()] = false);
        }
    }
    region.passed().for_each(|r| is_loaded[r.index()] = false);
    is_loaded
}

fn is_load(op: IrOp) -> bool {
    matches!(op, IrOp::HLOAD | IrOp::ALOAD | IrOp::ULOAD | IrOp::UCONST | IrOp::RELOAD)
}

impl Lowering<'_> {
    /// A value as it is loaded to be a double.
    pub(super) fn load_double(&mut self, ins: &Ins) -> Value {
        let (base, offset) = self.place_of_load(ins);
        self.b.ins().load(types::F64, Self::flags(), base, offset)
    }

    /// That it is one: all other values are NaNs, taken for doubles, and so are a few doubles.
    pub(super) fn guard_loaded(&mut self, double: Value, ins: &Ins) {
        let (next, unclear) = (self.b.create_block(), self.b.create_block());
        let fail = self.fail_block(ins.snap);
        let is_double = self.b.ins().fcmp(FloatCC::Ordered, double, double);
        self.b.ins().brif(is_double, next, &[], unclear, &[]);
        self.b.switch_to_block(unclear);
        self.b.set_cold_block(unclear);
        let raw = self.b.ins().bitcast(types::I64, MemFlagsData::new(), double);
        let is_nan = self.is_number(raw);
        self.b.ins().brif(is_nan, next, &[], fail, &[]);
        self.b.switch_to_block(next);
    }
}

/// For each instruction whether its value may be a NaN with bits of its own.
///
/// A Lua value holds the two NaNs that arithmetic makes of such values, of either sign ([`RawValue`](crate::value::RawValue)); any others come from
/// memory of C alone, and what is computed from them. Those are made one of the two before they are stored.
pub(super) fn find_foreign(region: &Region) -> Vec<bool> {
    let mut is_foreign = vec![false; region.ins.len()];
    if !region.bodies().any(|r| is_source(region, r)) {
        return is_foreign;
    }
    // What is passed round a loop may take several rounds.
    let mut again = true;
    while again {
        again = false;
        for r in region.bodies() {
            let from = || region.get(r).operands().any(|operand| is_foreign[operand.index()]);
            if region.ty(r) == Ty::Num && !is_foreign[r.index()] && (is_source(region, r) || from()) {
                is_foreign[r.index()] = true;
                again = true;
            }
        }
        for Given { param, value, .. } in region.given() {
            if region.ty(param) == Ty::Num && is_foreign[value.index()] && !is_foreign[param.index()] {
                is_foreign[param.index()] = true;
                again = true;
            }
        }
    }
    is_foreign
}

fn is_source(region: &Region, r: Ref) -> bool {
    region.get(r).op == IrOp::CLOAD && region.ty(r) == Ty::Num
}
