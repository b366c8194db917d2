//! Metamethods that are Lua functions: inlined, as the frames the interpreter makes of them.

use super::call::{MAX_FRAMES, MAX_RECURSION};
use super::refs::type_of_object;
use super::{Frame, Recorded, Recorder};
use crate::bytecode::{Insn, Op};
use crate::ffi::cdata::CData;
use crate::jit::ir::{Ins, IrOp, Ref, Slot, Ty};
use crate::rt::meta::Meta;
use crate::table::Table;
use crate::thread::FrameKind;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

impl Recorder {
    /// The handler a value has for an event, nil if none; `None` where that cannot be told.
    pub(super) fn handler(
        &mut self,
        vm: &mut Vm,
        value: Ref,
        actual: RawValue,
        event: Meta,
    ) -> Recorded<Option<(Ref, RawValue)>> {
        let nil = self.primitive(RawValue::NIL);
        if let Some(cdata) = actual.as_cdata() {
            return self.handler_of_struct(vm, value, cdata, event);
        }
        let Some(table) = actual.as_table() else {
            // Whoever gives a basic type a metatable flushes all compiled code.
            let basic = vm.heap.roots.type_metatables[actual.type_of() as usize];
            let known = actual.is_number() && basic.is_none();
            return Ok(known.then_some((nil, RawValue::NIL)));
        };
        let (Some(holder), Some(meta)) = (self.metatable(value, table)?, table.metatable()) else {
            return Ok(Some((nil, RawValue::NIL)));
        };
        self.handler_in(vm, holder, meta, event)
    }

    /// The handler that the metatype of a declared struct has for an event, as `handler`.
    fn handler_of_struct(
        &mut self,
        vm: &mut Vm,
        value: Ref,
        actual: Gc<CData>,
        event: Meta,
    ) -> Recorded<Option<(Ref, RawValue)>> {
        let ins = *self.region.get(value);
        let ctype = type_of_object(&ins, actual);
        let table = &vm.ffi.c.table;
        if !ctype.is_declared() || table.as_record(table.referent(ctype)).is_none() {
            return Ok(None);
        }
        let Some(meta) = vm.ffi.c.exact_metatype(&vm.heap, ctype) else { return Ok(None) };
        let is_clear = matches!(ins.op, IrOp::CREF | IrOp::CNEW);
        if !is_clear && self.head(vm, value, actual)?.is_none() {
            return Ok(None);
        }
        let holder = self.region.constant(IrOp::KTAB, Ty::Tab, meta.as_ptr() as u64);
        self.handler_in(vm, holder, meta, event)
    }

    fn handler_in(
        &mut self,
        vm: &mut Vm,
        holder: Ref,
        meta: Gc<Table>,
        event: Meta,
    ) -> Recorded<Option<(Ref, RawValue)>> {
        let nil = self.primitive(RawValue::NIL);
        let Some((shape, guard)) = self.shape(vm, holder, meta)? else { return Ok(None) };
        let name = vm.heap.meta_name(event);
        let Some(slot) = meta.find_slot(&vm.heap, name) else { return Ok(Some((nil, RawValue::NIL))) };
        let handler = self.load_field(holder, shape, slot, guard)?;
        let now = meta.get_str(&vm.heap, name);
        let handler = self.refine(handler, now)?;
        Ok(Some((handler, now)))
    }

    /// An operation of two values by the metamethod of the first that has one; false where that is no Lua function to inline.
    pub(super) fn binary_metamethod(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        event: Meta,
        left: (Ref, RawValue),
        right: (Ref, RawValue),
    ) -> Recorded<bool> {
        let has_meta = |value: RawValue| value.is_table() || value.is_cdata();
        // Where a C value is among them, tables have no say.
        let is_mixed = left.1.is_table() && right.1.is_cdata() || left.1.is_cdata() && right.1.is_table();
        if !has_meta(left.1) && !has_meta(right.1) || is_mixed {
            return Ok(false);
        }
        let Some(mut found) = self.handler(vm, left.0, left.1, event)? else { return Ok(false) };
        if found.1.is_nil() {
            match self.handler(vm, right.0, right.1, event)? {
                Some(other) => found = other,
                None => return Ok(false),
            }
        }
        self.call_metamethod(insn, found, &[left.0, right.0])
    }

    /// A comparison of two tables by the metamethod that both have; false where that is no Lua function to inline.
    pub(super) fn comparison_metamethod(
        &mut self,
        vm: &mut Vm,
        insn: Insn,
        event: Meta,
        [left, right]: [(Ref, RawValue); 2],
    ) -> Recorded<bool> {
        if !left.1.is_table() || !right.1.is_table() {
            return Ok(false);
        }
        let Some(found) = self.handler(vm, left.0, left.1, event)? else { return Ok(false) };
        let Some(other) = self.handler(vm, right.0, right.1, event)? else { return Ok(false) };
        if found.1 != other.1 || Self::closure_of(found.1).is_none() {
            return Ok(false);
        }
        if found.0 != other.0 {
            self.emit(Ins::new(IrOp::GREFEQ, Ty::Void).a(found.0).b(other.0))?;
        }
        if event == Meta::Eq {
            self.emit(Ins::new(IrOp::GREFNE, Ty::Void).a(left.0).b(right.0))?;
        }
        self.call_metamethod(insn, found, &[left.0, right.0])
    }

    /// Begins a call of a metamethod for an instruction; false where it cannot be inlined.
    pub(super) fn call_metamethod(
        &mut self,
        insn: Insn,
        handler: (Ref, RawValue),
        arguments: &[Ref],
    ) -> Recorded<bool> {
        let Some(closure) = Self::closure_of(handler.1) else { return Ok(false) };
        // SAFETY: a live prototype.
        let proto = unsafe { &*closure.proto().as_ptr() };
        let depth = self.frames.iter().filter(|frame| frame.proto == closure.proto()).count();
        if proto.is_vararg || self.frames.len() >= MAX_FRAMES || depth > MAX_RECURSION {
            return Ok(false);
        }
        let proof =
            self.emit(Ins::new(IrOp::FPROTO, Ty::Void).a(handler.0).imm(closure.proto().addr() as u64))?;
        let callee = match insn.op() {
            // Where the loop's variables will be.
            Op::ITERCALL => self.slot(insn.a() + 3),
            _ => {
                // SAFETY: live code.
                let size = unsafe { (*self.top_frame().code.as_ptr()).draft_proto().frame_size };
                self.slot(usize::from(size))
            }
        };
        let return_pc = self.expected[1];
        self.forget_from(callee);
        self.write_slot(callee, handler.0)?;
        let params = usize::from(proto.param_count);
        self.push_frame_of(closure, callee + 1, proto.constants, return_pc, insn)?;
        let frame = self.frames.last_mut().expect("just pushed");
        frame.kind = FrameKind::Meta;
        frame.proof = proof;
        for (i, argument) in arguments.iter().enumerate().take(params) {
            self.write_slot(callee + 1 + i as Slot, *argument)?;
        }
        self.fill_parameters(callee + 1, arguments.len(), params)?;
        self.expected = [proto.entry; 2];
        Ok(true)
    }

    /// A metamethod or iterator has returned: what it gives is the instruction's.
    pub(super) fn finish_instruction(&mut self, frame: &Frame, values: &[Ref]) -> Recorded<()> {
        let (insn, nil) = (frame.call, self.primitive(RawValue::NIL));
        let result = values.first().copied().unwrap_or(nil);
        self.forget_from(frame.base - 1);
        self.expected = [frame.return_pc; 2];
        self.top = None;
        match insn.op() {
            Op::ITERCALL => {
                for i in 0..insn.c() {
                    self.write(insn.a() + 3 + i, values.get(i).copied().unwrap_or(nil))?;
                }
                Ok(())
            }
            Op::EQ | Op::LT | Op::LE => {
                let outcome = self.known_primitive(result).is_none_or(RawValue::is_truthy);
                if outcome == (insn.c() != 0) {
                    // SAFETY: jump targets lie inside the code.
                    let target = unsafe { frame.return_pc.offset(insn.d() as isize) };
                    self.expected = [target; 2];
                }
                Ok(())
            }
            Op::SETFIELD => Ok(()),
            _ => self.write(insn.a(), result),
        }
    }
}
