//! `object.Name` where the metatable's `__index` is a native: its short form, or what the host lends by name (`ffi::host::NamedPlaces`).

use super::{Recorded, Recorder};
use crate::bytecode::{Insn, Part};
use crate::ffi::cdata::WRITABLE;
use crate::function::{FunctionView, NativeFunction};
use crate::jit::ir::{Ins, IrOp, Ref, Ty, head_mask, virtual_kind};
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue, Type};
use crate::vm::Vm;

impl Recorder {
    /// What the native `handler` gives for a key that `table` does not have itself, as a value of the trace; `None` where the native itself is to be asked.
    pub(super) fn ask_native(
        &mut self,
        vm: &mut Vm,
        (table, actual): (Ref, Gc<Table>),
        (handler, now): (Ref, RawValue),
        key: Gc<LuaString>,
        part: usize,
    ) -> Recorded<Option<Ref>> {
        let Some(FunctionView::Native(native)) = now.as_function().map(|function| function.view()) else {
            return Ok(None);
        };
        if let Some(view) = self.named_place(vm, (table, actual), (handler, native), key, part)? {
            return Ok(Some(view));
        }
        // SAFETY: a live native.
        let (code, short) = unsafe { ((*native.as_ptr()).function, (*native.as_ptr()).short) };
        let Some(short) = short else { return Ok(None) };
        let Some(answer) = short(vm, native, &[actual.into(), key.into()]) else { return Ok(None) };
        self.emit(Ins::new(IrOp::FNATIVE, Ty::Void).a(handler).imm(code as usize as u64))?;
        let name = self.constant(key.into())?;
        let list = self.list_of(&[table, name])?;
        let call = Ins::new(IrOp::SHORT, Ty::Any).a(list).b(handler).imm(short as usize as u64);
        let result = self.emit(call)?;
        self.refine(result, answer).map(Some)
    }

    /// A view of what the host lends by name, which is made once somebody looks.
    fn named_place(
        &mut self,
        vm: &mut Vm,
        (table, actual): (Ref, Gc<Table>),
        (handler, native): (Ref, Gc<NativeFunction>),
        key: Gc<LuaString>,
        part: usize,
    ) -> Recorded<Option<Ref>> {
        let Some(places) = vm.ffi.named_places else { return Ok(None) };
        // SAFETY: a live native.
        let code = unsafe { (*native.as_ptr()).function as usize };
        // What is indexed at once needs no view in any case; what is kept may.
        if code != places.function as usize || self.makes_views && part != Part::Indexed as usize {
            return Ok(None);
        }
        let owner_now = actual.get_str(&vm.heap, places.owner);
        if !matches!(owner_now.type_of(), Type::LightUserData) {
            return Ok(None);
        }
        let Some(found) = (places.place)(vm, native, owner_now, key) else { return Ok(None) };
        let Some(owner) = self.field(vm, table, actual, places.owner)? else { return Ok(None) };
        let proof = self.emit(Ins::new(IrOp::FNATIVE, Ty::Void).a(handler).imm(code as u64))?;
        let name = self.constant(key.into())?;
        let data = self.emit(Ins::new(IrOp::PLACE, Ty::Ptr).a(owner).b(name).c(proof))?;
        let tick = self.op1(IrOp::PTICK, Ty::Ptr, data)?;
        let like = self.op1(IrOp::PLIKE, Ty::Cdt, data)?;
        self.emit(Ins::new(IrOp::GNULL, Ty::Void).a(tick).imm(u64::from(found.tick.is_null())))?;
        // SAFETY: a live view.
        let head = unsafe { found.like.as_ptr().cast::<u64>().read() };
        self.emit(Ins::new(IrOp::CHEAD, Ty::Void).a(like).imm(head & head_mask(head)))?;
        let kind = virtual_kind(found.like.ctype().0, found.like.flags() & WRITABLE != 0);
        let tick = if found.tick.is_null() { Ref::NONE } else { tick };
        self.emit(Ins::new(IrOp::PART, Ty::Cdt).a(like).b(data).c(tick).imm(kind)).map(Some)
    }

    /// What `field` has found to be asked instead of an answer: a function to inline, or a native.
    pub(super) fn ask(&mut self, vm: &mut Vm, insn: Insn, key: Gc<LuaString>) -> Recorded<Asked> {
        let Some((table, handler, now)) = self.asked.take() else { return Ok(Asked::Interpreter) };
        if Self::closure_of(now).is_some() {
            let key = self.constant(key.into())?;
            let is_called = self.call_metamethod(insn, (handler, now), &[table.0, key])?;
            return Ok(if is_called { Asked::Called } else { Asked::Interpreter });
        }
        Ok(match self.ask_native(vm, table, (handler, now), key, insn.c())? {
            Some(value) => Asked::Value(value),
            None => Asked::Interpreter,
        })
    }
}

/// What came of asking an `__index`.
pub(super) enum Asked {
    /// This value.
    Value(Ref),
    /// It is being called.
    Called,
    /// The interpreter is to do it.
    Interpreter,
}
