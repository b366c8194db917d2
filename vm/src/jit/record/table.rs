//! Instructions on tables, globals and variables of closures.

use super::{Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::jit::ir::{Ins, IrOp, Ref, Ty};
use crate::rt::meta::Meta;
use crate::string::LuaString;
use crate::table::{DICTIONARY, IS_META, Table};
use crate::userdata::UserData;
use crate::value::{Gc, RawValue, Type};
use crate::vm::Vm;

use super::host::Asked;
use super::ops::is_small_integer;

/// How many tables a key is looked for in, one behind the other.
const MAX_CHAIN: usize = 6;

impl Recorder {
    pub(super) fn table_access(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        self.asked = None;
        let (a, b, c) = (insn.a(), insn.b(), insn.c());
        match insn.op() {
            Op::GETUPVAL => {
                let (variable, actual) = self.variable(vm, b)?;
                // SAFETY: live code.
                let constant = unsafe { (*self.top_frame().code.as_ptr()).draft_proto().constant_upvalues };
                let load = if constant >> b & 1 != 0 { IrOp::UCONST } else { IrOp::ULOAD };
                let value = self.op1(load, Ty::Any, variable)?;
                let value = self.refine(value, actual)?;
                self.write(a, value)
            }
            Op::SETUPVAL => {
                let value = self.read(vm, b)?;
                let value = self.boxed(value)?;
                let (variable, _) = self.variable(vm, a)?;
                self.op2(IrOp::USTORE, Ty::Void, variable, value).map(drop)
            }
            Op::GETGLOBAL | Op::SETGLOBAL => {
                let closure = self.closure(vm)?;
                let env = self.op2(IrOp::FENV, Ty::Tab, closure, self.top_frame().proof)?;
                // SAFETY: a live closure.
                let table = unsafe { (*self.actual_closure(vm).as_ptr()).env };
                let key = self.key_of(insn);
                if insn.op() == Op::GETGLOBAL {
                    match self.field(vm, env, table, key)? {
                        Some(value) => self.write(a, value),
                        None => self.exec(insn),
                    }
                } else {
                    let value = self.read(vm, a)?;
                    if self.set_field(vm, env, table, key, value)? { Ok(()) } else { self.exec(insn) }
                }
            }
            Op::GETFIELD => {
                let object = self.read(vm, b)?;
                let key = self.key_of(insn);
                match self.actual_reg(vm, b).as_table() {
                    Some(table) => match self.field(vm, object, table, key)? {
                        Some(value) => self.write(a, value),
                        None => match self.ask(vm, insn, key)? {
                            Asked::Value(value) => self.write(a, value),
                            Asked::Called => Ok(()),
                            Asked::Interpreter => self.exec(insn),
                        },
                    },
                    None if self.cdata_field(vm, insn, object)? => Ok(()),
                    None => match self.actual_reg(vm, b).as_userdata() {
                        Some(userdata) => match self.userdata_field(vm, object, userdata, key)? {
                            Some(value) => self.write(a, value),
                            None => self.exec(insn),
                        },
                        None => self.exec(insn),
                    },
                }
            }
            Op::SELF => {
                let object = self.read(vm, b)?;
                let actual = self.actual_reg(vm, b);
                let key = self.key_of(insn);
                let method = if let Some(table) = actual.as_table() {
                    match self.field(vm, object, table, key)? {
                        Some(method) => Some(method),
                        // A function would give its result to another register.
                        None if self.asked.is_some_and(|(.., now)| Self::closure_of(now).is_none()) => {
                            match self.ask(vm, insn, key)? {
                                Asked::Value(method) if !self.region.get(method).is_virtual() => Some(method),
                                _ => None,
                            }
                        }
                        None => None,
                    }
                } else if actual.is_string() {
                    self.string_method(vm, key)?
                } else if let Some(cdata) = actual.as_cdata() {
                    self.cdata_method(vm, object, cdata, key)?
                } else if let Some(userdata) = actual.as_userdata() {
                    self.userdata_field(vm, object, userdata, key)?
                } else {
                    None
                };
                match method {
                    Some(method) => {
                        self.write(a + 1, object)?;
                        self.write(a, method)
                    }
                    None => self.exec(insn),
                }
            }
            Op::SETFIELD => {
                let object = self.read(vm, a)?;
                let key = self.key_of(insn);
                if let Some(table) = self.actual_reg(vm, a).as_table() {
                    let value = self.read(vm, b)?;
                    if self.set_field(vm, object, table, key, value)?
                        || self.ask_newindex(vm, insn, (object, table), key, value)?
                    {
                        return Ok(());
                    }
                } else if self.set_cdata_field(vm, insn, object)? {
                    return Ok(());
                }
                self.exec(insn)
            }
            Op::GETINDEX | Op::GETINT => {
                let object = self.read(vm, b)?;
                let (key, actual) = if insn.op() == Op::GETINT {
                    (self.integer(c as i64), RawValue::number(c as f64))
                } else {
                    (self.read(vm, c)?, self.actual_reg(vm, c))
                };
                let Some(table) = self.actual_reg(vm, b).as_table() else {
                    let part = if insn.op() == Op::GETINT { 0 } else { insn.index() };
                    if self.cdata_element(vm, insn, object, (key, actual), part)? {
                        return Ok(());
                    }
                    return self.exec(insn);
                };
                match self.index(vm, object, table, key, actual)? {
                    Some(value) => self.write(a, value),
                    None => self.exec(insn),
                }
            }
            Op::SETINDEX | Op::SETINT => {
                let object = self.read(vm, a)?;
                let (key, actual) = if insn.op() == Op::SETINT {
                    (self.integer(b as i64), RawValue::number(b as f64))
                } else {
                    (self.read(vm, b)?, self.actual_reg(vm, b))
                };
                let value = self.read(vm, c)?;
                let Some(table) = self.actual_reg(vm, a).as_table() else {
                    if self.set_cdata_element(vm, insn, object, (key, actual), value)? {
                        return Ok(());
                    }
                    return self.exec(insn);
                };
                if self.set_index(vm, object, table, key, actual, value)? { Ok(()) } else { self.exec(insn) }
            }
            _ => unreachable!("no instruction on a table"),
        }
    }

    /// The running closure.
    pub(super) fn closure(&mut self, vm: &Vm) -> Recorded<Ref> {
        let slot = self.top_frame().base - 1;
        self.read_slot(vm, slot)
    }

    fn actual_closure(&self, vm: &Vm) -> Gc<crate::function::LuaFunction> {
        let slot = self.top_frame().base - 1;
        Self::closure_of(self.actual(vm, slot)).expect("a Lua frame has its closure below register 0")
    }

    /// Where a variable of the running closure is, and its value now.
    fn variable(&mut self, vm: &Vm, index: usize) -> Recorded<(Ref, RawValue)> {
        let closure = self.closure(vm)?;
        let variable =
            self.emit(Ins::new(IrOp::FUPV, Ty::Ptr).a(closure).b(self.top_frame().proof).imm(index as u64))?;
        Ok((variable, self.actual_closure(vm).upvalue(index).get()))
    }

    /// The key of an instruction's inline cache.
    pub(super) fn key_of(&self, insn: Insn) -> Gc<LuaString> {
        // SAFETY: a cache of the running code.
        unsafe { (*self.cache_of(insn)).key }
    }

    pub(super) fn shape(
        &mut self,
        vm: &mut Vm,
        table: Ref,
        actual: Gc<Table>,
    ) -> Recorded<Option<(u32, Ref)>> {
        let shape = actual.cache_shape(&mut vm.heap);
        if shape == 0 {
            return Ok(None);
        }
        let guard = self.emit(Ins::new(IrOp::TSHAPE, Ty::Void).a(table).imm(shape.into()))?;
        Ok(Some((shape, guard)))
    }

    /// A string key of a table, looked for as `__index` chains of tables say; `None` where that is not all.
    pub(super) fn field(
        &mut self,
        vm: &mut Vm,
        table: Ref,
        actual: Gc<Table>,
        key: Gc<LuaString>,
    ) -> Recorded<Option<Ref>> {
        let (mut table, mut actual) = (table, actual);
        for _ in 0..MAX_CHAIN {
            let fresh = self.fresh_field(table, key);
            if let Some(Some(value)) = fresh {
                let now = actual.get_str(&vm.heap, key);
                return self.refine(value, now).map(Some);
            }
            if fresh.is_none() {
                let Some((shape, guard)) = self.shape(vm, table, actual)? else { return Ok(None) };
                if let Some(slot) = actual.find_slot(&vm.heap, key) {
                    let value = self.load_field(table, shape, slot, guard)?;
                    let now = actual.get_str(&vm.heap, key);
                    let value = self.refine(value, now)?;
                    if !now.is_nil() {
                        return Ok(Some(value));
                    }
                }
            }
            let (Some(holder), Some(meta)) = (self.metatable(table, actual)?, actual.metatable()) else {
                return Ok(Some(self.primitive(RawValue::NIL)));
            };
            let Some((handler, now)) = self.index_handler(vm, holder, meta)? else { return Ok(None) };
            if now.is_nil() {
                return Ok(Some(handler));
            }
            let Some(next) = now.as_table() else {
                self.asked = Some(((table, actual), handler, now));
                return Ok(None);
            };
            (table, actual) = (handler, next);
        }
        Ok(None)
    }

    /// The metatable of a table, guarded; nothing if it has none.
    pub(super) fn metatable(&mut self, table: Ref, actual: Gc<Table>) -> Recorded<Option<Ref>> {
        if let Some(known) = self.fresh_metatable(table) {
            return Ok(known);
        }
        if actual.metatable().is_none() {
            self.emit(Ins::new(IrOp::TNOMETA, Ty::Void).a(table))?;
            return Ok(None);
        }
        self.op1(IrOp::META, Ty::Tab, table).map(Some)
    }

    /// The `__index` of a metatable, nil if it has none.
    pub(super) fn index_handler(
        &mut self,
        vm: &mut Vm,
        holder: Ref,
        meta: Gc<Table>,
    ) -> Recorded<Option<(Ref, RawValue)>> {
        let Some((shape, guard)) = self.shape(vm, holder, meta)? else { return Ok(None) };
        let name = vm.heap.meta_name(Meta::Index);
        let Some(slot) = meta.find_slot(&vm.heap, name) else {
            return Ok(Some((self.primitive(RawValue::NIL), RawValue::NIL)));
        };
        let handler = self.load_field(holder, shape, slot, guard)?;
        let now = meta.get_str(&vm.heap, name);
        let handler = self.refine(handler, now)?;
        Ok(Some((handler, now)))
    }

    /// A method of strings.
    fn string_method(&mut self, vm: &mut Vm, key: Gc<LuaString>) -> Recorded<Option<Ref>> {
        let Some(meta) = vm.heap.roots.type_metatables[Type::String as usize] else { return Ok(None) };
        let holder = self.emit(Ins::new(IrOp::SMETA, Ty::Tab))?;
        self.inherited(vm, holder, meta, key)
    }

    /// What a userdata has under a key by way of a metatable whose `__index` is a table.
    fn userdata_field(
        &mut self,
        vm: &mut Vm,
        object: Ref,
        actual: Gc<UserData>,
        key: Gc<LuaString>,
    ) -> Recorded<Option<Ref>> {
        let Some(meta) = actual.metatable() else { return Ok(None) };
        let holder = self.op1(IrOp::UMETA, Ty::Tab, object)?;
        self.inherited(vm, holder, meta, key)
    }

    /// What the table has under a key that is the `__index` of a metatable; `None` where that is no table.
    fn inherited(
        &mut self,
        vm: &mut Vm,
        holder: Ref,
        meta: Gc<Table>,
        key: Gc<LuaString>,
    ) -> Recorded<Option<Ref>> {
        let Some((handler, now)) = self.index_handler(vm, holder, meta)? else { return Ok(None) };
        match now.as_table() {
            Some(table) => self.field(vm, handler, table, key),
            None => Ok(None),
        }
    }

    pub(super) fn load_field(&mut self, table: Ref, shape: u32, slot: u32, guard: Ref) -> Recorded<Ref> {
        let slots = self.op1(IrOp::SLOTS, Ty::Ptr, table)?;
        let place = u64::from(slot) | u64::from(shape) << 32;
        self.emit(Ins::new(IrOp::HLOAD, Ty::Any).a(slots).b(guard).imm(place))
    }

    /// Assigns a field; false where that takes the interpreter.
    fn set_field(
        &mut self,
        vm: &mut Vm,
        table: Ref,
        actual: Gc<Table>,
        key: Gc<LuaString>,
        value: Ref,
    ) -> Recorded<bool> {
        if self.store_field(vm, table, actual, key, value)? {
            return Ok(true);
        }
        let key = self.constant(key.into())?;
        self.put(vm, table, actual, key, value)
    }

    /// Assigns by whatever key, unless a metatable is to be asked; false if it is.
    fn put(&mut self, vm: &mut Vm, table: Ref, actual: Gc<Table>, key: Ref, value: Ref) -> Recorded<bool> {
        let is_shown = [key, value].iter().any(|r| self.region.get(*r).is_virtual());
        if is_shown || actual.is_weak() || !self.assigns_directly(vm, table, actual)? {
            return Ok(false);
        }
        let (key, value) = (self.boxed(key)?, self.boxed(value)?);
        self.emit(Ins::new(IrOp::TSET, Ty::Void).a(table).b(key).c(value)).map(|_| true)
    }

    /// Assigns a field that is there, or whose place is known; false where that is not all there is to do.
    fn store_field(
        &mut self,
        vm: &mut Vm,
        table: Ref,
        actual: Gc<Table>,
        key: Gc<LuaString>,
        value: Ref,
    ) -> Recorded<bool> {
        if self.region.get(value).is_virtual() {
            return Ok(false);
        }
        if self.is_never_nil(value)
            && self.fresh.contains_key(&table)
            && self.initialises(vm, table, actual, key)?
            && self.init_field(table, key, value)?
        {
            return Ok(true);
        }
        // SAFETY: a live table.
        let flags = unsafe { (*actual.as_ptr()).header.flags };
        if flags & IS_META != 0 || actual.is_weak() {
            return Ok(false);
        }
        let is_there = !actual.get_str(&vm.heap, key).is_nil();
        let replaces = is_there && self.is_never_nil(value);
        // A dictionary counts what it has.
        if !replaces && flags & DICTIONARY != 0 {
            return Ok(false);
        }
        let Some((shape, guard)) = self.shape(vm, table, actual)? else { return Ok(false) };
        let Some(slot) = actual.find_slot(&vm.heap, key) else { return Ok(false) };
        if replaces {
            let old = self.load_field(table, shape, slot, guard)?;
            self.guard_not_nil(old)?;
        } else if !self.assigns_directly(vm, table, actual)? {
            return Ok(false);
        }
        let slots = self.op1(IrOp::SLOTS, Ty::Ptr, table)?;
        let value = self.boxed(value)?;
        let place = u64::from(slot) | u64::from(shape) << 32;
        self.emit(Ins::new(IrOp::HSTORE, Ty::Void).a(slots).b(value).imm(place))?;
        Ok(true)
    }

    /// Calls the `__newindex` of a table that does not have the key, if it is a Lua function to inline.
    fn ask_newindex(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        (table, actual): (Ref, Gc<Table>),
        key: Gc<LuaString>,
        value: Ref,
    ) -> Recorded<bool> {
        if actual.is_weak() || !actual.get_str(&vm.heap, key).is_nil() {
            return Ok(false);
        }
        let Some((shape, guard)) = self.shape(vm, table, actual)? else { return Ok(false) };
        if let Some(slot) = actual.find_slot(&vm.heap, key) {
            let old = self.load_field(table, shape, slot, guard)?;
            self.refine(old, RawValue::NIL)?;
        }
        let Some(handler) = self.handler(vm, table, actual.into(), Meta::NewIndex)? else { return Ok(false) };
        let key = self.constant(key.into())?;
        self.call_metamethod(insn, handler, &[table, key, value])
    }

    /// Whether a fresh table's key is assigned without asking anybody, guarded: it has the key, or a metatable that says nothing of new ones and does not make it weak.
    fn initialises(
        &mut self,
        vm: &mut Vm,
        table: Ref,
        actual: Gc<Table>,
        key: Gc<LuaString>,
    ) -> Recorded<bool> {
        if self.fresh_field(table, key) != Some(None) || self.fresh_metatable(table) == Some(None) {
            return Ok(true);
        }
        let mode = vm.heap.meta_name(Meta::Mode);
        let is_plain = actual.metatable().is_some_and(|meta| meta.find_slot(&vm.heap, mode).is_none());
        Ok(is_plain && self.assigns_directly(vm, table, actual)?)
    }

    /// Whether a key without a value is assigned without asking `__newindex`, guarded.
    fn assigns_directly(&mut self, vm: &mut Vm, table: Ref, actual: Gc<Table>) -> Recorded<bool> {
        let handler = self.handler(vm, table, actual.into(), Meta::NewIndex)?;
        Ok(handler.is_some_and(|(_, now)| now.is_nil()))
    }

    /// Whether a value's type says that it is not nil.
    pub(super) fn is_never_nil(&self, value: Ref) -> bool {
        match self.known_primitive(value) {
            Some(primitive) => !primitive.is_nil(),
            // What is read from a slot and still of no type is a light userdata.
            None => true,
        }
    }

    fn guard_not_nil(&mut self, value: Ref) -> Recorded<()> {
        let has_type = |ty: &Ty| {
            let guard = Ins::new(IrOp::GTYPE, *ty).a(value);
            self.known.contains_key(&self.key(guard))
        };
        if self.region.ty(value) == Ty::Any
            && self.known_primitive(value).is_none()
            && !Ty::ALL.iter().any(has_type)
        {
            self.emit(Ins::new(IrOp::GNPRI, Ty::Void).a(value).imm(RawValue::NIL.bits()))?;
        }
        Ok(())
    }

    /// The element of a table's array, which is there.
    pub(super) fn element(&mut self, table: Ref, index: Ref) -> Recorded<Ref> {
        let len = self.op1(IrOp::ALEN, Ty::Int, table)?;
        let guard = self.op2(IrOp::GBOUND, Ty::Void, index, len)?;
        let array = self.op1(IrOp::ARRAY, Ty::Ptr, table)?;
        self.emit(Ins::new(IrOp::ALOAD, Ty::Any).a(array).b(index).c(guard))
    }

    /// A key as an index of an array, if it is an integer.
    pub(super) fn array_index(&mut self, key: Ref, actual: RawValue) -> Recorded<Option<Ref>> {
        if !is_small_integer(actual) {
            return Ok(None);
        }
        if let Some(n) = self.small_constant(key) {
            return Ok(Some(self.integer(n)));
        }
        match self.region.ty(key) {
            Ty::Int => Ok(Some(key)),
            Ty::Num => self.op1(IrOp::N2I, Ty::Int, key).map(Some),
            _ => Ok(None),
        }
    }

    /// `table[key]`; `None` where a metatable has a say.
    fn index(
        &mut self,
        vm: &Vm,
        table: Ref,
        actual: Gc<Table>,
        key: Ref,
        actual_key: RawValue,
    ) -> Recorded<Option<Ref>> {
        if self.region.get(key).is_virtual() {
            return Ok(None);
        }
        if let Some(element) = self.small_constant(key).and_then(|n| self.fresh_element(table, n)) {
            return self.refine(element, actual.get(&vm.heap, actual_key)).map(Some);
        }
        // SAFETY: a live table.
        let len = unsafe { (*actual.as_ptr()).array_len };
        let value = actual.get(&vm.heap, actual_key);
        let n = actual_key.as_f64_or_nan();
        if n >= 1.0
            && n <= f64::from(len)
            && !actual.is_weak()
            && let Some(index) = self.array_index(key, actual_key)?
        {
            let element = self.element(table, index)?;
            let element = self.refine(element, value)?;
            if value.is_nil() {
                if actual.metatable().is_some() {
                    return Ok(None);
                }
                self.emit(Ins::new(IrOp::TNOMETA, Ty::Void).a(table))?;
            }
            return Ok(Some(element));
        }
        if actual.is_weak() || value.is_nil() && actual.metatable().is_some() {
            return Ok(None);
        }
        let found = if self.region.ty(key).is_number() {
            if value.is_nil() {
                self.emit(Ins::new(IrOp::TNOMETA, Ty::Void).a(table))?;
            }
            let key = self.double(key)?;
            self.op2(IrOp::NGET, Ty::Any, table, key)?
        } else {
            let key = self.boxed(key)?;
            self.op2(IrOp::TGET, Ty::Any, table, key)?
        };
        self.leave_from_here();
        self.refine(found, value).map(Some)
    }

    /// `table[key] = value`; false where that takes the interpreter.
    pub(super) fn set_index(
        &mut self,
        vm: &mut Vm,
        table: Ref,
        actual: Gc<Table>,
        key: Ref,
        actual_key: RawValue,
        value: Ref,
    ) -> Recorded<bool> {
        if self.region.get(value).is_virtual() || actual.is_weak() {
            return Ok(false);
        }
        let is_value = self.is_never_nil(value);
        if let Some(n) = self.small_constant(key).filter(|_| is_value)
            && (actual.metatable().is_none() || self.fresh_element(table, n).is_some())
            && self.init_element(table, n, value)?
        {
            return Ok(true);
        }
        // SAFETY: a live table.
        let len = unsafe { (*actual.as_ptr()).array_len };
        let n = actual_key.as_f64_or_nan();
        let is_element = n >= 1.0 && n <= f64::from(len) && !actual.get(&vm.heap, actual_key).is_nil();
        if is_value
            && is_element
            && let Some(index) = self.array_index(key, actual_key)?
        {
            let old = self.element(table, index)?;
            self.guard_not_nil(old)?;
            let array = self.op1(IrOp::ARRAY, Ty::Ptr, table)?;
            let value = self.boxed(value)?;
            self.emit(Ins::new(IrOp::ASTORE, Ty::Void).a(array).b(index).c(value))?;
            return Ok(true);
        }
        if is_value
            && n == f64::from(len) + 1.0
            && actual.metatable().is_none()
            && let Some(index) = self.array_index(key, actual_key)?
        {
            let value = self.boxed(value)?;
            self.emit(Ins::new(IrOp::APPEND, Ty::Void).a(table).b(value).c(index))?;
            return Ok(true);
        }
        if self.region.ty(key).is_number() && actual.metatable().is_none() && actual.takes_number(n) {
            self.emit(Ins::new(IrOp::TNOMETA, Ty::Void).a(table))?;
            let (key, value) = (self.double(key)?, self.boxed(value)?);
            self.emit(Ins::new(IrOp::NSET, Ty::Void).a(table).b(key).c(value))?;
            return Ok(true);
        }
        self.put(vm, table, actual, key, value)
    }
}
