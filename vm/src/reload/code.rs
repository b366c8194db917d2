//! New code for old prototypes, and closures that lag behind it.

#![allow(unsafe_code, reason = "relinks prototypes and closures")]

use std::sync::Arc;

use crate::bytecode::{Draft, DraftProto, Insn, Op};
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::function::{LuaFunction, Proto, Upvalue, new_closed_upvalue, new_closure};
use crate::gc::OutOfMemory;
use crate::handle::Function;
use crate::instantiate;
use crate::reload::capture::lua_closure;
use crate::reload::{Module, ReloadReport};
use crate::value::Gc;
use crate::vm::{Raised, Vm};

/// The top-level cells of a module, by name, for closures that need one they did not have before.
#[derive(Debug)]
pub(crate) struct ModuleCells {
    chunk_name: Vec<u8>,
    names: Vec<Vec<u8>>,
    /// Closures holding one cell each, as in `capture::Local`: indices into the pinned values.
    pinned: Vec<usize>,
}

/// The closure behind a main function's handle.
pub(super) fn closure_of(vm: &Vm, main: &Function) -> Result<Gc<LuaFunction>, Error> {
    Ok(lua_closure(vm, main)?.expect("a chunk's main function is a closure"))
}

/// Gives the prototypes of all older generations the new version's code.
pub(super) fn swap(
    cx: &mut Context,
    module: &Module,
    main: &Function,
    draft: &Arc<Draft>,
    report: &mut ReloadReport,
) -> Result<(), Error> {
    let vm = cx.vm();
    closure_of(vm, main)?;
    for generation in &module.generations {
        let proto = closure_of(vm, generation)?.proto();
        let outcome = swap_children(vm, proto, draft, 0, report);
        outcome.map_err(|OutOfMemory| Error::new(ErrorKind::Memory, "not enough memory"))?;
    }
    Ok(())
}

/// The key by which a function is found again among its siblings: its name, and which of that name it is.
fn sibling_keys<'d>(draft: &'d Draft, parent: &'d DraftProto) -> Vec<(&'d [u8], usize)> {
    let mut keys: Vec<(&[u8], usize)> = Vec::with_capacity(parent.children.len());
    for &child in &parent.children {
        let name = draft.protos[child as usize].name.map_or(&b""[..], |name| draft.string(name));
        let ordinal = keys.iter().filter(|(known, _)| *known == name).count();
        keys.push((name, ordinal));
    }
    keys
}

/// Swaps the children of a prototype, which keeps its own code: a main function is not called again.
fn swap_children(
    vm: &mut Vm,
    proto: Gc<Proto>,
    draft: &Arc<Draft>,
    index: u32,
    report: &mut ReloadReport,
) -> Result<Vec<Option<Gc<Proto>>>, OutOfMemory> {
    let new_parent = &draft.protos[index as usize];
    let new_keys = sibling_keys(draft, new_parent);
    // SAFETY: live cells; the draft is kept by the clone of its reference.
    let (old_draft, old_index, old_children) = unsafe {
        let code = &*(*proto.as_ptr()).code.as_ptr();
        (Arc::clone(&code.draft), code.index, (*proto.as_ptr()).children.clone())
    };
    let old_keys = sibling_keys(&old_draft, &old_draft.protos[old_index as usize]);
    let mut children = vec![None; new_keys.len()];
    for (place, key) in new_keys.iter().enumerate() {
        let Some(old) = old_keys.iter().position(|old| old == key) else { continue };
        let Some(child) = old_children.get(old).copied().flatten() else { continue };
        replace_code(vm, child, draft, new_parent.children[place], report)?;
        children[place] = Some(child);
    }
    Ok(children)
}

/// Gives a prototype, and those inside it, new code.
fn replace_code(
    vm: &mut Vm,
    proto: Gc<Proto>,
    draft: &Arc<Draft>,
    index: u32,
    report: &mut ReloadReport,
) -> Result<(), OutOfMemory> {
    let children = swap_children(vm, proto, draft, index, report)?;
    let code = instantiate::new_code(&mut vm.heap, Arc::clone(draft), index)?;
    // Functions are compiled into their callers.
    vm.flush_compiled();
    report.functions += 1;
    // SAFETY: live cells. Frames that run the old code keep it alive (the collector finds it through their constants).
    unsafe {
        (*code.as_ptr()).insns.insert(0, Insn::abc(Op::REMAP, 0, 0, 0));
        (*code.as_ptr()).pc_bias += 1;
        (*code.as_ptr()).proto = Some(proto);
        let old = (*proto.as_ptr()).code;
        vm.heap.barrier_cell(old.addr());
        let dropped: Vec<Gc<Proto>> = (*proto.as_ptr()).children.iter().copied().flatten().collect();
        for child in dropped {
            vm.heap.barrier_cell(child.addr());
        }
        let names = upvalue_names(&(*old.as_ptr()).draft, (*old.as_ptr()).draft_proto());
        let proto = &mut *proto.as_ptr();
        proto.old_upvalues.push(names);
        proto.version += 1;
        proto.code = code;
        proto.children = children;
        instantiate::refresh_proto(proto);
    }
    Ok(())
}

fn upvalue_names(draft: &Draft, record: &DraftProto) -> Vec<Vec<u8>> {
    record.upvalue_names.iter().map(|name| draft.string(*name).to_vec()).collect()
}

/// Tells the VM a module's cells.
pub(super) fn publish_cells(cx: &mut Context, module: &mut Module) -> Result<(), Error> {
    let vm = cx.vm();
    let at = vm.modules.iter().position(|known| known.chunk_name == module.chunk_name);
    let at = at.unwrap_or_else(|| {
        let chunk_name = module.chunk_name.clone();
        vm.modules.push(ModuleCells { chunk_name, names: Vec::new(), pinned: Vec::new() });
        vm.modules.len() - 1
    });
    for local in &module.locals {
        let cell = local.cell(vm)?;
        let known = vm.modules[at].names.iter().position(|name| *name == local.name);
        let holder = closure_of(vm, &module.generations[0])?;
        // SAFETY: a live closure.
        let env = unsafe { (*holder.as_ptr()).env };
        let holder = new_closure(&mut vm.heap, holder.proto(), env, &[cell])
            .map_err(|OutOfMemory| Error::new(ErrorKind::Memory, "not enough memory"))?;
        let holder = holder.as_function().into();
        match known {
            Some(known) => {
                let place = vm.modules[at].pinned[known];
                let old = vm.heap.roots.pinned[place];
                vm.heap.barrier(old);
                vm.heap.roots.pinned[place] = holder;
            }
            None => {
                vm.heap.roots.pinned.push(holder);
                let place = vm.heap.roots.pinned.len() - 1;
                vm.modules[at].names.push(local.name.clone());
                vm.modules[at].pinned.push(place);
            }
        }
    }
    Ok(())
}

/// A module's top-level variable.
fn module_cell(vm: &Vm, chunk_name: &[u8], name: &[u8]) -> Option<Gc<Upvalue>> {
    let module = vm.modules.iter().find(|module| module.chunk_name == chunk_name)?;
    let place = module.names.iter().position(|known| known == name)?;
    let holder = vm.heap.roots.pinned[module.pinned[place]].as_function()?;
    match holder.view() {
        crate::function::FunctionView::Lua(holder) => Some(holder.upvalue(0)),
        crate::function::FunctionView::Native(_) => None,
    }
}

/// `REMAP`: brings a closure made before a reload up to date with the code the frame on top is about to run.
pub(crate) fn remap_closure(vm: &mut Vm, closure: Gc<LuaFunction>) -> Result<(), Raised> {
    // SAFETY: live cells.
    let (version, current) = unsafe { ((*closure.as_ptr()).header.aux, (*closure.proto().as_ptr()).version) };
    if version == current {
        return Ok(());
    }
    let upvalues = remapped_upvalues(vm, closure, version)?;
    let room = (vm.heap.cell_size(closure.addr()) - size_of::<LuaFunction>()) / size_of::<Gc<Upvalue>>();
    if upvalues.len() <= room {
        for index in 0..closure.upvalue_count() {
            vm.heap.barrier_cell(closure.upvalue(index).addr());
        }
        // SAFETY: the cell has room for the upvalues behind its header, and nothing runs in between.
        unsafe {
            let cell = closure.as_ptr();
            (*cell).header.extra[0] = upvalues.len() as u8;
            (*cell).header.aux = current;
            let first = (&raw mut (*cell).upvalues).cast::<Gc<Upvalue>>();
            std::ptr::copy_nonoverlapping(upvalues.as_ptr(), first, upvalues.len());
        }
        return Ok(());
    }
    replace_in_frame(vm, closure, current, &upvalues)
}

/// The upvalues the current code wants: the closure's own by name, else the module's, else fresh ones.
fn remapped_upvalues(
    vm: &mut Vm,
    closure: Gc<LuaFunction>,
    version: u32,
) -> Result<Vec<Gc<Upvalue>>, Raised> {
    // SAFETY: live cells; names and draft are cloned before anything is allocated.
    let (old_names, new_names, chunk_name) = unsafe {
        let proto = &*closure.proto().as_ptr();
        let code = &*proto.code.as_ptr();
        let old = proto.old_upvalues.get(version as usize).cloned().unwrap_or_default();
        (old, upvalue_names(&code.draft, code.draft_proto()), code.draft.chunk_name.clone())
    };
    let mut upvalues = Vec::with_capacity(new_names.len());
    for (place, name) in new_names.iter().enumerate() {
        // Variables of the same name are told apart by their order.
        let ordinal = new_names[..place].iter().filter(|other| *other == name).count();
        let own = old_names.iter().enumerate().filter(|(_, old)| *old == name).nth(ordinal);
        upvalues.push(match own {
            Some((index, _)) if index < closure.upvalue_count() => closure.upvalue(index),
            _ => match module_cell(vm, &chunk_name, name) {
                Some(cell) => cell,
                None => new_closed_upvalue(&mut vm.heap, crate::value::RawValue::NIL)?,
            },
        });
    }
    Ok(upvalues)
}

/// For a closure whose cell is too small: a larger one takes its place in the frame, and is remembered for later calls.
fn replace_in_frame(
    vm: &mut Vm,
    closure: Gc<LuaFunction>,
    current: u32,
    upvalues: &[Gc<Upvalue>],
) -> Result<(), Raised> {
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let key = vm.heap.intern(b"perilune.reloaded")?;
    let forwards = match registry.get_str(&vm.heap, key).as_table() {
        Some(table) => table,
        None => {
            let table = vm.new_table(0, 0)?;
            vm.raw_set(registry, key.into(), table.into())?;
            table
        }
    };
    let known = forwards.get(&vm.heap, closure.as_function().into()).as_function().map(Gc::view);
    let function = vm.frame().base - 1;
    if let Some(crate::function::FunctionView::Lua(larger)) = known {
        // SAFETY: a live closure.
        if unsafe { (*larger.as_ptr()).header.aux } == current {
            vm.set_slot(function, larger.as_function().into());
            return Ok(());
        }
    }
    // SAFETY: a live closure.
    let env = unsafe { (*closure.as_ptr()).env };
    let larger = new_closure(&mut vm.heap, closure.proto(), env, upvalues)?;
    vm.set_slot(function, larger.as_function().into());
    vm.raw_set(forwards, closure.as_function().into(), larger.as_function().into())
}
