//! Calls and returns. Lua functions are inlined, natives called.

use std::borrow::Cow;
use std::collections::HashSet;

use super::open::MAX_VALUES;
use super::{Frame, Recorded, Recorder};
use crate::bytecode::{BitOp, Insn, Op};
use crate::function::{FunctionView, LuaFunction, NativeFunction, Proto, Special};
use crate::jit::ARGUMENTS;
use crate::jit::ir::{Catch, Ins, IrOp, Place, Ref, Slot, Ty, native_imm};
use crate::jit::reason::Reason;
use crate::rt::meta::Meta;
use crate::thread::{FRAME_CATCH, FRAME_HANDLER, FRAME_TAIL_CALL, FrameKind};
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Frames of a trace, at most.
pub(super) const MAX_FRAMES: usize = 16;
/// How often one function is inlined in itself.
pub(super) const MAX_RECURSION: usize = 3;
/// How often a trace returns from the frame it is in to one that it has not called.
const MAX_RETURNS: u32 = 8;
/// To how many places that are no recursion the traces of a region return.
const MAX_CALLERS: usize = 4;
/// Natives that may change variables and registers behind a trace's back.
const INVASIVE: &[&[u8]] = &[b"setlocal", b"sethook", b"upvaluejoin", b"setupvalue"];

impl Recorder {
    pub(super) fn call(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        let (a, c) = (insn.a(), insn.c());
        let callee = self.slot(a);
        let count = self.argument_count(insn)?;
        let Some(function) = self.actual(vm, callee).as_function() else {
            return self.call_of_other(vm, insn, callee, count);
        };
        match function.view() {
            FunctionView::Lua(closure) => {
                let function = self.read_slot(vm, callee)?;
                let args: Vec<Ref> = (0..count)
                    .map(|i| self.read_slot(vm, callee + 1 + i as Slot))
                    .collect::<Recorded<_>>()?;
                self.call_closure(vm, insn, callee, (function, closure), &args)
            }
            FunctionView::Native(native) if matches!(native.special(), Special::Pcall | Special::Xpcall) => {
                self.protected_call(vm, insn, count, native)
            }
            FunctionView::Native(native) => {
                if let Some(table) = self.set_fresh_metatable(vm, callee, count, native)? {
                    self.give(callee, table, c)?;
                    return Ok(());
                }
                if self.list_call(vm, callee, count, c, native)? {
                    return Ok(());
                }
                if let Some(value) = self.short_call(vm, callee, count, native)? {
                    return self.give(callee, value, c);
                }
                self.native_is_plain(native)?;
                self.guard_native(vm, callee, native)?;
                for i in 0..count {
                    self.read_slot(vm, callee + 1 + i as Slot)?;
                }
                // `tostring` may end in a call of a Lua function.
                let is_called_directly = native.special() != Special::ToString;
                self.leave_to(if is_called_directly { IrOp::NATIVE } else { IrOp::EXEC }, insn)
            }
        }
    }

    /// Whether one more call of a function is too much to inline.
    fn would_be_too_deep(&self, proto: Gc<Proto>) -> bool {
        let depth = self.frames.iter().filter(|frame| frame.proto == proto).count();
        self.frames.len() >= MAX_FRAMES || depth > MAX_RECURSION
    }

    /// Whether the call of the frame on top was too much to inline.
    pub(super) fn is_too_deep(&self) -> bool {
        let proto = self.top_frame().proto;
        let depth = self.frames.iter().filter(|frame| frame.proto == proto).count();
        self.frames.len() > MAX_FRAMES || depth > MAX_RECURSION + 1
    }

    /// `pcall` and `xpcall`: a Lua function is inlined, with the frame of the `pcall` below its own; a native that has nothing to do with Lua is called by
    /// the interpreter.
    fn protected_call(
        &mut self,
        vm: &Vm,
        insn: Insn,
        count: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<()> {
        let callee = self.slot(insn.a());
        let has_handler = native.special() == Special::Xpcall;
        let own = 1 + usize::from(has_handler);
        let is_tail_call = insn.op() == Op::TAILCALL;
        if count < own {
            return Err(Reason::Special);
        }
        let body = self.actual(vm, callee + 1).as_function().ok_or(Reason::Special)?;
        // Before anything is moved.
        self.snapshot()?;
        self.guard_native(vm, callee, native)?;
        let args: Vec<Ref> =
            (0..count).map(|i| self.read_slot(vm, callee + 1 + i as Slot)).collect::<Recorded<_>>()?;
        let closure = match body.view() {
            FunctionView::Lua(closure) => closure,
            FunctionView::Native(_) if has_handler || is_tail_call => return Err(Reason::Special),
            FunctionView::Native(body) => {
                self.native_is_plain(body)?;
                self.guard_native(vm, callee + 1, body)?;
                return self.exec(insn);
            }
        };
        let mut flags = if is_tail_call { FRAME_CATCH | FRAME_TAIL_CALL } else { FRAME_CATCH };
        if has_handler {
            if self.region.ty(args[1]) != Ty::Fun {
                return Err(Reason::Special);
            }
            // The handler goes first.
            flags |= FRAME_HANDLER;
            self.write_slot(callee + 1, args[1])?;
            self.write_slot(callee + 2, args[0])?;
        }
        self.call_closure(vm, insn, callee + own as Slot, (args[0], closure), &args[own..])?;
        let frame = self.frames.last_mut().expect("the called frame");
        (frame.kind, frame.catch) = (FrameKind::Protected, Some(Catch { base: callee + 1, flags }));
        Ok(())
    }

    /// Begins a call of a Lua function in a slot; the arguments are in their slots, too.
    fn call_closure(
        &mut self,
        vm: &Vm,
        insn: Insn,
        callee: Slot,
        (function, closure): (Ref, Gc<LuaFunction>),
        args: &[Ref],
    ) -> Recorded<()> {
        // SAFETY: a live prototype.
        let proto = unsafe { &*closure.proto().as_ptr() };
        // SAFETY: live code.
        let counts = unsafe { (*proto.code.as_ptr()).call_counter().is_some() };
        if self.is_too_deep() || !counts && self.would_be_too_deep(closure.proto()) {
            return Err(Reason::TooDeep);
        }
        if proto.is_vararg && args.len() > MAX_VALUES {
            return Err(Reason::Vararg);
        }
        let params = usize::from(proto.param_count);
        let (known, proof) = self.prove_callee(vm, function, closure)?;
        if known != function {
            self.set_place(callee, Some(Place::Value(known)));
        }
        let function = known;
        let return_pc = self.expected[0];
        let given = args.len().max(params);
        // Extra arguments stay where they are, and the frame begins behind them.
        let base = if proto.is_vararg { callee + given as Slot + 2 } else { callee + 1 };
        self.push_frame_of(closure, base, proto.constants, return_pc, insn)?;
        self.set_proof(proof);
        if proto.is_vararg {
            self.frames.last_mut().expect("the called frame").varargs = (given - params) as u32;
            let nil = self.primitive(RawValue::NIL);
            (args.len()..given).try_for_each(|i| self.write_slot(callee + 1 + i as Slot, nil))?;
            self.write_slot(base - 1, function)?;
            for (i, value) in args.iter().enumerate().take(params) {
                self.write_slot(base + i as Slot, *value)?;
            }
        }
        self.fill_parameters(base, args.len(), params)?;
        self.keep_captured_parameters(vm, base, args.len().min(params))?;
        self.expected = [proto.entry; 2];
        Ok(())
    }

    /// A call of what is no function: by its `__call`.
    fn call_of_other(&mut self, vm: &mut Vm, insn: Insn, callee: Slot, count: usize) -> Recorded<()> {
        if let Some(made) = self.math_constructor(vm, callee, count)? {
            return self.give(callee, made, insn.c());
        }
        if let Some(made) = self.type_constructor(vm, callee, count)? {
            return self.give(callee, made, insn.c());
        }
        let actual = self.actual(vm, callee);
        if Self::is_called_natively(vm, actual) {
            for i in 0..=count {
                self.read_slot(vm, callee + i as Slot)?;
            }
            return self.exec(insn);
        }
        if !actual.is_table() {
            return Err(Reason::CallHandler);
        }
        // Before anything is moved.
        self.snapshot()?;
        let object = self.read_slot(vm, callee)?;
        let Some((handler, now)) = self.handler(vm, object, actual, Meta::Call)? else {
            return Err(Reason::CallHandler);
        };
        let closure = Self::closure_of(now).ok_or(Reason::CallHandler)?;
        let mut args = vec![object];
        for i in 0..count {
            args.push(self.read_slot(vm, callee + 1 + i as Slot)?);
        }
        self.write_slot(callee, handler)?;
        for (i, value) in args.iter().enumerate() {
            self.write_slot(callee + 1 + i as Slot, *value)?;
        }
        self.call_closure(vm, insn, callee, (handler, closure), &args)
    }

    /// The one value that a call with this `C` gives.
    fn give(&mut self, callee: Slot, value: Ref, c: usize) -> Recorded<()> {
        self.forget_from(callee);
        if c == 0 {
            self.write_slot(callee, value)?;
            self.top = Some(callee + 1);
            return Ok(());
        }
        let nil = self.primitive(RawValue::NIL);
        (0..c - 1).try_for_each(|i| self.write_slot(callee + i as Slot, if i == 0 { value } else { nil }))
    }

    /// A function that is called, as one that is known, and the proof that it has the prototype it has now. One that calls itself is itself: nothing
    /// has to be looked up in it that has been looked up before.
    fn prove_callee(&mut self, vm: &Vm, function: Ref, closure: Gc<LuaFunction>) -> Recorded<(Ref, Ref)> {
        let is_unchanged = !self.has_returned
            && !self.has_tail_called
            && self
                .place(-1)
                .is_none_or(|place| self.region.param(-1).is_some_and(|param| place == Place::Value(param)));
        if is_unchanged && self.actual(vm, -1) == RawValue::function(closure.as_function()) {
            let own = self.region.slot(-1, Ty::Fun);
            if self.region.ty(own) == Ty::Fun {
                if own != function {
                    self.emit(Ins::new(IrOp::GREFEQ, Ty::Void).a(function).b(own))?;
                }
                return Ok((own, Ref::NONE));
            }
        }
        let proto = closure.proto().addr() as u64;
        Ok((function, self.emit(Ins::new(IrOp::FPROTO, Ty::Void).a(function).imm(proto))?))
    }

    pub(super) fn set_proof(&mut self, proof: Ref) {
        self.frames.last_mut().expect("the called frame").proof = proof;
    }

    /// How many arguments a call has.
    fn argument_count(&self, insn: Insn) -> Recorded<usize> {
        match (insn.b(), self.top) {
            (0, Some(top)) => Ok((top - self.slot(insn.a()) - 1) as usize),
            (0, None) => Err(Reason::OpenValues),
            (b, _) => Ok(b - 1),
        }
    }

    fn native_is_plain(&self, native: Gc<NativeFunction>) -> Recorded<()> {
        match native.special() {
            Special::None | Special::Host | Special::Next | Special::NextIndex | Special::ToString => {}
            _ => return Err(Reason::Special),
        }
        // SAFETY: a live native.
        let name = unsafe { (*native.as_ptr()).name };
        let name = name.as_bytes();
        let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
        if INVASIVE.contains(&name) { Err(Reason::Invasive) } else { Ok(()) }
    }

    pub(super) fn guard_native(
        &mut self,
        vm: &Vm,
        callee: Slot,
        native: Gc<NativeFunction>,
    ) -> Recorded<Ref> {
        let function = self.read_slot(vm, callee)?;
        self.emit(Ins::new(IrOp::FNATIVE, Ty::Void).a(function).imm(native_imm(native)))?;
        Ok(function)
    }

    /// Parameters that were not given.
    pub(super) fn fill_parameters(&mut self, base: Slot, given: usize, params: usize) -> Recorded<()> {
        let nil = self.primitive(RawValue::NIL);
        (given..params).try_for_each(|i| self.write_slot(base + i as Slot, nil))?;
        // What lies above is not this function's.
        self.forget_from(base + params as Slot);
        Ok(())
    }

    /// Parameters that closures share live in their slots.
    pub(super) fn keep_captured_parameters(&mut self, vm: &Vm, base: Slot, count: usize) -> Recorded<()> {
        for i in 0..count {
            let slot = base + i as Slot;
            if self.is_captured(slot)
                && let Some(crate::jit::ir::Place::Value(value)) = self.place(slot)
            {
                self.write_slot(slot, value)?;
            }
        }
        let _ = vm;
        Ok(())
    }

    pub(super) fn tail_call(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        let callee = self.slot(insn.a());
        let count = self.argument_count(insn)?;
        let Some(function) = self.actual(vm, callee).as_function() else {
            let made = match self.math_constructor(vm, callee, count)? {
                Some(made) => Some(made),
                None => self.type_constructor(vm, callee, count)?,
            };
            return match made {
                Some(made) if self.frames.len() > 1 => self.return_values(&[made]),
                _ => Err(Reason::CallHandler),
            };
        };
        match function.view() {
            FunctionView::Native(native) => {
                if self.frames.len() == 1 {
                    return Err(Reason::Returned);
                }
                if matches!(native.special(), Special::Pcall | Special::Xpcall) {
                    return self.protected_call(vm, insn, count, native);
                }
                let value = match self.set_fresh_metatable(vm, callee, count, native)? {
                    Some(table) => Some(table),
                    None => self.short_call(vm, callee, count, native)?,
                };
                match value {
                    Some(value) => self.return_values(&[value]),
                    None => Err(Reason::TailCall),
                }
            }
            FunctionView::Lua(closure) => {
                // SAFETY: a live prototype.
                let proto = unsafe { &*closure.proto().as_ptr() };
                let is_first = self.frames.len() == 1;
                if is_first && !self.may_be_replaced() {
                    return Err(Reason::TailCall);
                }
                if proto.is_vararg {
                    return Err(Reason::Vararg);
                }
                let function = self.read_slot(vm, callee)?;
                let params = usize::from(proto.param_count);
                let values: Vec<Ref> = (0..count.min(params))
                    .map(|i| self.read_slot(vm, callee + 1 + i as Slot))
                    .collect::<Recorded<_>>()?;
                self.inner_turns += 1;
                if self.inner_turns > 24 {
                    return Err(Reason::InnerLoop);
                }
                let (function, proof) = self.prove_callee(vm, function, closure)?;
                let frame = self.frames.pop().expect("the calling frame");
                // SAFETY: a live prototype.
                let (is_vararg, own) =
                    unsafe { ((*frame.proto.as_ptr()).is_vararg, (*frame.proto.as_ptr()).param_count) };
                let below = if is_vararg { 1 + frame.varargs + u32::from(own) } else { 0 };
                let base = frame.base - below as Slot;
                self.push_frame_of(closure, base, proto.constants, frame.return_pc, frame.call)?;
                self.set_proof(proof);
                let called = self.frames.last_mut().expect("the called frame");
                (called.kind, called.catch) = (frame.kind, frame.catch);
                self.has_tail_called |= is_first;
                self.forget_from(base - 1);
                self.write_slot(base - 1, function)?;
                for (i, value) in values.into_iter().enumerate() {
                    self.write_slot(base + i as Slot, value)?;
                }
                self.fill_parameters(base, count, params)?;
                self.expected = [proto.entry; 2];
                Ok(())
            }
        }
    }

    /// Whether a tail call may put another function in place of the one in which the region was entered: where that is all there is to it.
    fn may_be_replaced(&self) -> bool {
        // SAFETY: a live prototype.
        let is_vararg = unsafe { (*self.top_frame().proto.as_ptr()).is_vararg };
        self.region.is_function && !self.has_returned && !is_vararg
    }

    /// The current frame returns `count` values from a register on.
    pub(super) fn returns(&mut self, vm: &Vm, first: usize, count: usize) -> Recorded<()> {
        if self.frames.len() == 1 {
            return self.return_from_root(vm, first, count);
        }
        let values: Vec<Ref> = (0..count).map(|i| self.read(vm, first + i)).collect::<Recorded<_>>()?;
        self.return_values(&values)
    }

    /// The frame in which the region was entered returns. The trace goes on in the caller.
    fn return_from_root(&mut self, vm: &Vm, first: usize, count: usize) -> Recorded<()> {
        let [.., caller, frame] = &vm.frames()[..=self.depth] else { return Err(Reason::Returned) };
        if (self.region.is_function || self.is_called) && !self.has_returned && count <= ARGUMENTS {
            let value = |i| {
                let value = self.read(vm, first + i)?;
                if self.region.ty(value).is_wide() { self.boxed(value) } else { Ok(value) }
            };
            let values: Vec<Ref> = (0..count).map(value).collect::<Recorded<_>>()?;
            if !values.iter().any(|value| self.region.get(*value).is_virtual()) {
                self.results = Some(values);
            }
            return Err(Reason::Returned);
        }
        // SAFETY: a live prototype.
        let is_vararg = unsafe { (*self.top_frame().proto.as_ptr()).is_vararg };
        if frame.kind.unguarded() != FrameKind::Lua
            || is_vararg
            || caller.constants.is_null()
            || count > ARGUMENTS
        {
            return Err(Reason::Returned);
        }
        // SAFETY: the caller's pc is behind its call.
        let call = unsafe { *caller.pc.sub(1) };
        let is_recursion = caller.code() == Some(self.top_frame().code);
        let may_follow = is_recursion || self.parent.is_some() && !self.has_many_callers(caller.pc);
        if call.op() != Op::CALL || !may_follow {
            return Err(Reason::Returned);
        }
        self.returned += 1;
        if self.returned > MAX_RETURNS {
            return Err(Reason::TooLong);
        }
        let values: Vec<Ref> = (0..count).map(|i| self.read(vm, first + i)).collect::<Recorded<_>>()?;
        if values.iter().any(|value| self.region.get(*value).is_virtual()) {
            return Err(Reason::View);
        }
        self.emit(Ins::new(IrOp::RETURN, Ty::Void).imm(caller.pc as u64))?;
        let returning = self.frames.pop().expect("the returning frame");
        (self.depth, self.base, self.has_returned) = (self.depth - 1, caller.base, true);
        self.places.clear();
        self.push_frame(vm, 0, caller.base, caller.constants, std::ptr::null(), Insn(0))?;
        self.frames.last_mut().expect("the caller's frame").kind = caller.kind.unguarded();
        let base = (frame.base - caller.base) as Slot;
        self.frames.push(Frame { base, return_pc: caller.pc, call, kind: FrameKind::Lua, ..returning });
        self.return_values(&values)
    }

    /// Whether traces of the region go on in so many callers already that another one is none of it.
    fn has_many_callers(&self, pc: *const Insn) -> bool {
        let returns = self.region.ins.iter().filter(|ins| ins.op == IrOp::RETURN);
        let known: HashSet<u64> = returns.map(|ins| ins.imm).collect();
        known.len() >= MAX_CALLERS && !known.contains(&(pc as u64))
    }

    /// The current frame, which the trace has called, returns.
    pub(super) fn return_values(&mut self, values: &[Ref]) -> Recorded<()> {
        let frame = self.frames.pop().expect("the returning frame");
        if frame.kind == FrameKind::Meta {
            return self.finish_instruction(&frame, values);
        }
        let mut values = Cow::Borrowed(values);
        if frame.kind == FrameKind::Protected {
            values.to_mut().insert(0, self.primitive(RawValue::TRUE));
            if frame.call.op() == Op::TAILCALL {
                // So does the frame in which `pcall` was called.
                return self.return_values(&values);
            }
        }
        let count = values.len();
        let wanted = match frame.call.c() {
            0 => count,
            c => c - 1,
        };
        let into = self.slot(frame.call.a());
        self.forget_from(into);
        let nil = self.primitive(RawValue::NIL);
        for i in 0..wanted {
            let value = values.get(i).copied().unwrap_or(nil);
            self.write_slot(into + i as Slot, value)?;
        }
        self.top = (frame.call.c() == 0).then_some(into + count as Slot);
        if self.top.is_some() {
            self.region.max_slots = self.region.max_slots.max((into + count as Slot) as u32 + 2);
        }
        self.expected = [frame.return_pc; 2];
        Ok(())
    }

    /// A call of a native as an instruction, or of its short form.
    fn short_call(
        &mut self,
        vm: &mut Vm,
        callee: Slot,
        count: usize,
        native: Gc<NativeFunction>,
    ) -> Recorded<Option<Ref>> {
        if let Some(value) = self.math_method(vm, callee, count, native)? {
            return Ok(Some(value));
        }
        if let Some(made) = self.ffi_new(vm, callee, count, native)? {
            return Ok(Some(made));
        }
        if let Some(value) = self.wide_call(vm, callee, count, native)? {
            return Ok(Some(value));
        }
        // SAFETY: a live native.
        let Some(short) = (unsafe { (*native.as_ptr()).short }) else { return Ok(None) };
        if count > ARGUMENTS {
            return Ok(None);
        }
        let actual: Vec<RawValue> = (0..count).map(|i| self.actual(vm, callee + 1 + i as Slot)).collect();
        // Whether it has an answer shows when it is asked.
        let Some(answer) = short(vm, native, &actual) else { return Ok(None) };
        let function = self.guard_native(vm, callee, native)?;
        let args: Vec<Ref> =
            (0..count).map(|i| self.read_slot(vm, callee + 1 + i as Slot)).collect::<Recorded<_>>()?;
        if args.iter().any(|arg| self.region.get(*arg).is_virtual()) {
            return Ok(None);
        }
        if let Some(value) = self.intrinsic(native, &args)? {
            return Ok(Some(value));
        }
        let list = self.list_of(&args)?;
        let call = Ins::new(IrOp::SHORT, Ty::Any).a(list).b(function).imm(short as usize as u64);
        let result = self.emit(call)?;
        // A short form that makes a string gives another one when it is called again, but of the same type.
        self.refine(result, answer).map(Some)
    }

    /// Values as the arguments of a call.
    pub(super) fn list_of(&mut self, values: &[Ref]) -> Recorded<Ref> {
        let mut list = Ref::NONE;
        for value in values {
            let value = self.boxed(*value)?;
            list = self.emit(Ins::new(IrOp::ARG, Ty::Void).a(list).b(value))?;
        }
        Ok(list)
    }

    /// Natives that are instructions.
    fn intrinsic(&mut self, native: Gc<NativeFunction>, args: &[Ref]) -> Recorded<Option<Ref>> {
        // SAFETY: a live native.
        let name = unsafe { (*native.as_ptr()).name };
        let name = name.as_bytes();
        let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
        if !args.iter().all(|arg| self.region.ty(*arg).is_number()) {
            return Ok(None);
        }
        let unary = match name {
            b"floor" => Some(IrOp::FLOOR),
            b"ceil" => Some(IrOp::CEIL),
            b"sqrt" => Some(IrOp::SQRT),
            b"abs" => Some(IrOp::ABS),
            _ => None,
        };
        let binary = match name {
            b"min" => Some(IrOp::MIN),
            b"max" => Some(IrOp::MAX),
            _ => None,
        };
        let bits = match name {
            b"band" => Some(BitOp::And),
            b"bor" => Some(BitOp::Or),
            b"bxor" => Some(BitOp::Xor),
            b"lshift" => Some(BitOp::Shl),
            b"rshift" => Some(BitOp::Shr),
            b"arshift" => Some(BitOp::Sar),
            _ => None,
        };
        Ok(match (args, unary, binary, bits) {
            ([x], Some(op), _, _) => {
                let x = self.double(*x)?;
                Some(self.op1(op, Ty::Num, x)?)
            }
            ([x, y], _, Some(op), _) => {
                let (x, y) = (self.double(*x)?, self.double(*y)?);
                Some(self.op2(op, Ty::Num, x, y)?)
            }
            ([x, y], _, _, Some(op)) => Some(self.bits(op, *x, *y)?),
            ([x], _, _, _) if name == b"bnot" => Some(self.bits(BitOp::Not, *x, *x)?),
            ([x], _, _, _) if name == b"bswap" => {
                let x = self.op1(IrOp::TOBIT, Ty::Int, *x)?;
                Some(self.op1(IrOp::BSWAP, Ty::Int, x)?)
            }
            ([x, y], _, _, _) if name == b"rol" => {
                let (x, y) = (self.op1(IrOp::TOBIT, Ty::Int, *x)?, self.op1(IrOp::TOBIT, Ty::Int, *y)?);
                Some(self.op2(IrOp::ROL, Ty::Int, x, y)?)
            }
            ([x], _, _, _) if name == b"tobit" => Some(self.op1(IrOp::TOBIT, Ty::Int, *x)?),
            _ => None,
        })
    }
}
