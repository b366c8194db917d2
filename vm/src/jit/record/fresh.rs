//! Tables that a trace makes: as long as nobody else knows them, what they have is known, and they need not be made (`opt/sink.rs`).

use super::{Recorded, Recorder};
use crate::bytecode::Insn;
use crate::function::NativeFunction;
use crate::jit::ir::{FreshTable, Ins, IrOp, Ref, Slot, Ty};
use crate::jit::reason::Reason;
use crate::rt::meta::Meta;
use crate::stdlib::SETMETATABLE;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Fields of a table that are kept track of.
const MAX_FIELDS: usize = 32;

impl Recorder {
    /// Takes note of what an instruction means for fresh tables.
    pub(super) fn learn_of_fresh(&mut self, r: Ref, ins: Ins) {
        match ins.op {
            IrOp::TNEW => {
                self.fresh.insert(r, FreshTable { hints: ins.imm as u32, ..FreshTable::default() });
            }
            IrOp::TINIT => {
                self.fresh.remove(&ins.b);
                // SAFETY: the key of an inline cache, which the region's code keeps.
                let key: Gc<LuaString> = unsafe { Gc::from_ptr(ins.imm as *mut _) };
                if let Some(table) = self.fresh.get_mut(&ins.a) {
                    match table.fields.iter_mut().find(|(other, _)| *other == key) {
                        Some(field) => field.1 = ins.b,
                        None => table.fields.push((key, ins.b)),
                    }
                }
            }
            IrOp::TLIST => {
                self.fresh.remove(&ins.b);
                if let Some(table) = self.fresh.get_mut(&ins.a) {
                    let at = ins.imm as usize - 1;
                    match table.list.get_mut(at) {
                        Some(element) => *element = ins.b,
                        None => table.list.push(ins.b),
                    }
                }
            }
            IrOp::TMETA => {
                self.fresh.remove(&ins.b);
                if let Some(table) = self.fresh.get_mut(&ins.a) {
                    table.meta = Some(ins.b);
                }
            }
            // The interpreter gets them all.
            op if op.shows_slots() => self.fresh.clear(),
            _ => {
                for operand in ins.operands() {
                    self.fresh.remove(&operand);
                }
            }
        }
    }

    /// `NEWTABLE`
    pub(super) fn new_table(&mut self, insn: Insn) -> Recorded<()> {
        let table = self.emit(Ins::new(IrOp::TNEW, Ty::Tab).imm(u64::from(insn.d() as u32)))?;
        self.does_not_grow();
        self.write(insn.a(), table)
    }

    /// `INITFIELD`, or `SETFIELD` of a fresh table without a metatable; false if the table is none.
    pub(super) fn init_field(&mut self, table: Ref, key: Gc<LuaString>, value: Ref) -> Recorded<bool> {
        let is_known = self.fresh.get(&table).is_some_and(|known| known.fields.len() < MAX_FIELDS);
        if !is_known || value == table || self.region.get(value).is_virtual() {
            return Ok(false);
        }
        let (key, value) = (key.as_ptr() as u64, self.object(value)?);
        self.emit(Ins::new(IrOp::TINIT, Ty::Void).a(table).b(value).imm(key))?;
        self.does_not_grow();
        Ok(true)
    }

    /// `SETLIST`
    pub(super) fn set_list(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let first = self.slot(insn.a()) + 1;
        let count = match (insn.b(), self.top) {
            (0, Some(top)) => (top - first) as usize,
            (0, None) => return Err(Reason::OpenValues),
            (b, _) => b - 1,
        };
        let table = self.read(vm, insn.a())?;
        let values: Vec<Ref> =
            (0..count).map(|i| self.read_slot(vm, first + i as Slot)).collect::<Recorded<_>>()?;
        let follows = self.fresh_length(table).is_some_and(|len| len as i64 + 1 == i64::from(insn.d()));
        let fits = |this: &Recorder, value: &Ref| {
            this.is_never_nil(*value) && !this.region.get(*value).is_virtual() && *value != table
        };
        if !follows || insn.d() as usize + count > MAX_FIELDS || !values.iter().all(|value| fits(self, value))
        {
            return self.exec(insn);
        }
        for (index, value) in (insn.d() as i64..).zip(values) {
            self.init_element(table, index, value)?;
        }
        Ok(())
    }

    /// Gives a fresh table an element that it has, or the next; false if the table is none.
    pub(super) fn init_element(&mut self, table: Ref, index: i64, value: Ref) -> Recorded<bool> {
        let is_next = self
            .fresh_length(table)
            .is_some_and(|len| (1..=len as i64 + 1).contains(&index) && index as usize <= MAX_FIELDS);
        if !is_next || value == table || self.region.get(value).is_virtual() || !self.is_never_nil(value) {
            return Ok(false);
        }
        let value = self.object(value)?;
        self.emit(Ins::new(IrOp::TLIST, Ty::Void).a(table).b(value).imm(index as u64))?;
        self.does_not_grow();
        Ok(true)
    }

    /// How many elements a fresh table has; `None` if it is none.
    pub(super) fn fresh_length(&self, table: Ref) -> Option<usize> {
        self.fresh.get(&table).map(|known| known.list.len())
    }

    /// An element of a fresh table; `None` if it is none, or does not have it.
    pub(super) fn fresh_element(&self, table: Ref, index: i64) -> Option<Ref> {
        let known = self.fresh.get(&table)?;
        known.list.get(usize::try_from(index).ok()?.checked_sub(1)?).copied()
    }

    /// The snapshot of the current instruction is needed only where memory runs out.
    pub(super) fn does_not_grow(&mut self) {
        if let Some(snap) = self.snap {
            self.region.snaps[snap as usize].may_grow = false;
        }
    }

    /// What a fresh table has under a key: a value, or nothing; `None` if it is no fresh table.
    pub(super) fn fresh_field(&self, table: Ref, key: Gc<LuaString>) -> Option<Option<Ref>> {
        let known = self.fresh.get(&table)?;
        let value = known.fields.iter().find(|(other, _)| *other == key).map(|(_, value)| *value);
        Some(value.filter(|r| self.known_primitive(*r) != Some(RawValue::NIL)))
    }

    /// The metatable of a fresh table, if it has one; `None` if it is no fresh table.
    pub(super) fn fresh_metatable(&self, table: Ref) -> Option<Option<Ref>> {
        self.fresh.get(&table).map(|known| known.meta)
    }

    /// Whether a fresh table may get another metatable than the one it has, guarded: that is not protected, and does not make it weak.
    fn may_be_taken(&mut self, vm: &mut Vm, before: Ref, actual: Gc<Table>) -> Recorded<bool> {
        let Some(meta) = actual.metatable() else { return Ok(false) };
        let has_say = [Meta::Metatable, Meta::Mode].into_iter().any(|event| {
            let name = vm.heap.meta_name(event);
            meta.find_slot(&vm.heap, name).is_some()
        });
        Ok(!has_say && self.shape(vm, before, meta)?.is_some())
    }

    /// `setmetatable(table, metatable)` of a fresh table; `None` if that is not what is called.
    pub(super) fn set_fresh_metatable(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        count: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<Option<Ref>> {
        // SAFETY: a live native.
        let code = unsafe { (*native.as_ptr()).function as usize };
        if code != SETMETATABLE as usize || count != 2 || self.actual(vm, callee + 2).as_table().is_none() {
            return Ok(None);
        }
        let table = self.read_slot(vm, callee + 1)?;
        match (self.fresh_metatable(table), self.actual(vm, callee + 1).as_table()) {
            (Some(None), _) => {}
            (Some(Some(before)), Some(actual)) if self.may_be_taken(vm, before, actual)? => {}
            _ => return Ok(None),
        }
        let metatable = self.read_slot(vm, callee + 2)?;
        self.guard_native(vm, callee, native)?;
        self.emit(Ins::new(IrOp::TMETA, Ty::Void).a(table).b(metatable))?;
        Ok(Some(table))
    }
}
