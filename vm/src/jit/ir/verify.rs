//! What must hold of a region, whatever pass has run: every value is computed before it is used, on each way that leads there; operands have the types their
//! operation takes; guards have a snapshot; the loop's parameters get values of their types.

use std::collections::HashSet;

use super::{Begin, End, Ins, IrOp, Kind, NO_SNAP, Ref, Region, Slot, SnapId, Ty, Unrolled};

/// Checks a region.
///
/// # Errors
/// What does not hold.
pub(crate) fn verify(region: &Region) -> Result<(), String> {
    let mut before: HashSet<Ref> = HashSet::new();
    walk(region, &region.hoisted, &mut before, None)?;
    if region.traces.is_empty() {
        return Err("a region without a trace".into());
    }
    if let Some(unrolled) = &region.unrolled {
        // The row that the loop carries.
        let row = region.carried_row().map(|(row, _)| row);
        turns_at_once(region, None, unrolled, before.iter().copied().chain(row).collect())?;
    }
    let has_hoisted =
        !region.hoisted.is_empty() || region.inner.iter().any(|inner| !inner.hoisted.is_empty());
    for number in 0..region.traces.len() {
        let mut defined = before.clone();
        // The traces that lead to it, up to where they are left.
        let begin = region.traces[number].begin;
        if has_hoisted && is_cut_off(region, begin) {
            continue;
        }
        for (parent, snap) in region.path(begin) {
            if let Begin::Inner(inner) = region.traces[parent].begin {
                inside(region, inner, &mut defined)?;
            }
            walk(region, &region.traces[parent].body, &mut defined, snap)?;
        }
        match begin {
            Begin::At(snap) if region.owner(snap).is_none() => {
                return Err(format!("trace {number} begins at snapshot {snap}, which no guard has"));
            }
            Begin::Inner(inner) => {
                inside(region, inner, &mut defined)?;
                if let Some(unrolled) = &region.inner[inner as usize].unrolled {
                    turns_at_once(region, Some(inner), unrolled, defined.clone())?;
                }
            }
            _ => {}
        }
        let trace = &region.traces[number];
        walk(region, &trace.body, &mut defined, None)?;
        match &trace.end {
            End::Exit(snap) | End::Link(snap, _) => snapshot(region, *snap, &defined)?,
            End::Return(snap, values) => {
                snapshot(region, *snap, &defined)?;
                values.iter().try_for_each(|value| known(region, *value, &defined))?;
            }
            End::Enter(inner, values) => {
                let entered = region.inner.get(*inner as usize).ok_or("no such inner loop")?;
                pass(region, &entered.passed, values, &defined)?;
            }
            End::Again(inner, values) => {
                if !region.enclosing(trace.begin).contains(inner) {
                    return Err(format!("trace {number} goes round loop {inner}, which it is not in"));
                }
                pass(region, &region.inner[*inner as usize].params, values, &defined)?;
            }
            End::Loop(values) => pass_round(region, values, &defined)?,
        }
    }
    Ok(())
}

/// Whether nothing leads to a trace any more: the guards by which it was reached have gone before the loop.
fn is_cut_off(region: &Region, begin: Begin) -> bool {
    let led = region.path(begin);
    let first = led.first().map_or(begin, |(trace, _)| region.traces[*trace].begin);
    matches!(first, Begin::At(_))
}

/// What is there in an inner loop.
fn inside(region: &Region, inner: u32, defined: &mut HashSet<Ref>) -> Result<(), String> {
    let inner = region.inner.get(inner as usize).ok_or("no such inner loop")?;
    defined.extend(inner.passed.iter().map(|(_, phi)| *phi));
    snapshot(region, inner.snap, defined)?;
    walk(region, &inner.hoisted, defined, None)?;
    pass(region, &inner.params, &inner.initial, defined)?;
    defined.extend(inner.params.iter().map(|(_, phi)| *phi));
    Ok(())
}

/// What is unrolled of a loop.
fn turns_at_once(
    region: &Region,
    inner: Option<u32>,
    unrolled: &Unrolled,
    mut defined: HashSet<Ref>,
) -> Result<(), String> {
    // It is given up before anything has been done, or not at all.
    let mut has_stored = false;
    for r in &unrolled.body {
        let ins = region.get(*r);
        match ins.op.kind() {
            Kind::Guard if has_stored => return Err(format!("{r:?} leaves what has begun")),
            Kind::Call => return Err(format!("{r:?} is a call in what is unrolled")),
            Kind::Store => has_stored = true,
            Kind::Guard | Kind::Value | Kind::Floating => {}
        }
        check(region, *r, ins, &defined, false)?;
        defined.insert(*r);
    }
    let params = region.loop_params(inner);
    if params.len() != unrolled.values.len() {
        return Err(format!("{} values for {} parameters", unrolled.values.len(), params.len()));
    }
    for ((slot, param), r) in params.iter().zip(&unrolled.values) {
        known(region, *r, &defined)?;
        if region.ty(*param) != region.ty(*r) {
            return Err(format!("the parameter of slot {slot} and its value are of two types"));
        }
    }
    Ok(())
}

/// What the loop's parameters are given.
fn pass_round(region: &Region, values: &[(Slot, Ref)], defined: &HashSet<Ref>) -> Result<(), String> {
    for (slot, r) in values {
        known(region, *r, defined)?;
        let param =
            region.param(*slot).ok_or_else(|| format!("slot {slot} is changed and has no parameter"))?;
        let (from, to) = (region.ty(*r), region.ty(param));
        if from != to && to != Ty::Any && !(from == Ty::Int && to == Ty::Num) {
            return Err(format!("slot {slot} is {} and gets {}", to.text(), from.text()));
        }
    }
    Ok(())
}

/// Values of a block's parameters.
fn pass(
    region: &Region,
    params: &[(Slot, Ref)],
    values: &[Ref],
    defined: &HashSet<Ref>,
) -> Result<(), String> {
    if params.len() != values.len() {
        return Err(format!("{} values for {} parameters", values.len(), params.len()));
    }
    for ((slot, phi), r) in params.iter().zip(values) {
        known(region, *r, defined)?;
        if region.get(*phi).op != IrOp::PHI || region.ty(*phi) != region.ty(*r) {
            return Err(format!("the parameter of slot {slot} and its value are of two types"));
        }
    }
    Ok(())
}

/// Goes through instructions up to the first guard of a snapshot.
fn walk(
    region: &Region,
    body: &[Ref],
    defined: &mut HashSet<Ref>,
    until: Option<SnapId>,
) -> Result<(), String> {
    for r in body {
        let ins = region.get(*r);
        if until == Some(ins.snap) {
            return Ok(());
        }
        check(region, *r, ins, defined, ins.op.has_snapshot())?;
        defined.insert(*r);
    }
    Ok(())
}

fn check(
    region: &Region,
    r: Ref,
    ins: &Ins,
    defined: &HashSet<Ref>,
    needs_snapshot: bool,
) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{r:?} {}: {what}", ins.op.name()));
    if ins.op.kind() == Kind::Floating {
        return wrong("a constant or slot in a trace");
    }
    for operand in ins.operands() {
        known(region, operand, defined).map_err(|problem| format!("{r:?} {}: {problem}", ins.op.name()))?;
    }
    if needs_snapshot != (ins.snap != NO_SNAP) {
        return wrong("with or without a snapshot");
    }
    if needs_snapshot {
        snapshot(region, ins.snap, defined)?;
    }
    let ty = |operand: Ref| region.ty(operand);
    let (wanted, other): (&[Ty], &[Ty]) = match ins.op {
        IrOp::GTYPE | IrOp::GPRI | IrOp::GNPRI | IrOp::GLIGHT | IrOp::VSTORE => (&[Ty::Any], &[]),
        IrOp::MIN | IrOp::MAX if ins.ty == Ty::Int => (&[Ty::Int], &[Ty::Int]),
        IrOp::ADD | IrOp::SUB | IrOp::MUL | IrOp::DIV | IrOp::MOD | IrOp::POW | IrOp::MIN | IrOp::MAX => {
            (&[Ty::Num], &[Ty::Num])
        }
        IrOp::FROUND | IrOp::NEG | IrOp::SQRT | IrOp::ABS | IrOp::FLOOR | IrOp::CEIL | IrOp::N2I => {
            (&[Ty::Num], &[])
        }
        IrOp::IADD | IrOp::IMOD | IrOp::BITS | IrOp::ROL | IrOp::GBOUND => (&[Ty::Int], &[Ty::Int]),
        IrOp::I2N | IrOp::GINT | IrOp::SUBSAT => (&[Ty::Int], &[]),
        IrOp::TOBIT => (&[Ty::Num, Ty::Int], &[]),
        IrOp::GLT | IrOp::GLE | IrOp::GEQ => {
            (&[Ty::Num, Ty::Int, Ty::I64, Ty::U64], &[Ty::Num, Ty::Int, Ty::I64, Ty::U64])
        }
        IrOp::WIDEN => (&[Ty::Int, Ty::I64, Ty::U64], &[]),
        IrOp::WARITH => (&[Ty::I64, Ty::U64], &[Ty::I64, Ty::U64]),
        IrOp::W2N | IrOp::CBOX => (&[Ty::I64, Ty::U64], &[]),
        IrOp::TSHAPE | IrOp::TNOMETA | IrOp::META | IrOp::SLOTS | IrOp::ARRAY | IrOp::ALEN | IrOp::TLEN => {
            (&[Ty::Tab], &[])
        }
        IrOp::TGET | IrOp::TSET | IrOp::NEXT => (&[Ty::Tab], &[Ty::Any]),
        IrOp::NGET | IrOp::NSET => (&[Ty::Tab], &[Ty::Num]),
        IrOp::APPEND => (&[Ty::Tab], &[Ty::Any]),
        IrOp::HLOAD | IrOp::ULOAD | IrOp::UCONST => (&[Ty::Ptr], &[Ty::Void]),
        IrOp::HSTORE | IrOp::USTORE => (&[Ty::Ptr], &[Ty::Any]),
        IrOp::ALOAD | IrOp::ASTORE => (&[Ty::Ptr], &[Ty::Int]),
        IrOp::FPROTO | IrOp::FNATIVE | IrOp::FUPV | IrOp::FENV | IrOp::CLOSURE => (&[Ty::Fun], &[Ty::Void]),
        IrOp::UMETA => (&[Ty::Udt], &[]),
        IrOp::TMETA => (&[Ty::Tab], &[Ty::Tab]),
        IrOp::SLEN => (&[Ty::Str], &[]),
        IrOp::GINDEX => (&[Ty::Int], &[Ty::Int]),
        IrOp::GNULL => (&[Ty::Ptr], &[]),
        IrOp::ADDR => (&[Ty::Ptr], &[Ty::Int]),
        IrOp::CHEAD | IrOp::CEPOCH | IrOp::CDATA | IrOp::CTICK | IrOp::COLUMN => (&[Ty::Cdt], &[Ty::Void]),
        IrOp::CCOUNT | IrOp::CLOAD | IrOp::RENTITY => (&[Ty::Ptr], &[Ty::Void]),
        IrOp::CREF => (&[Ty::Cdt], &[Ty::Ptr]),
        IrOp::CPAGE => (&[Ty::Ptr], &[]),
        IrOp::BSWAP | IrOp::CWRAP => (&[Ty::Int], &[]),
        IrOp::CBOUND | IrOp::SHOWN | IrOp::PART => (&[Ty::Cdt], &[Ty::Ptr]),
        IrOp::CINIT => (&[Ty::Cdt], &[Ty::Num, Ty::Int]),
        IrOp::CSTORE => (&[Ty::Ptr], &[Ty::Num, Ty::Int, Ty::I64, Ty::U64]),
        IrOp::TRUNC => (&[Ty::Num], &[]),
        IrOp::TSTORE | IrOp::TSTORE2 => (&[Ty::Ptr], &[Ty::Int]),
        IrOp::TPAIR => (&[Ty::Int], &[]),
        IrOp::ROWS => (&[Ty::Fun], &[Ty::Void]),
        IrOp::RNEXT | IrOp::RLEN | IrOp::LANE => (&[Ty::Ptr], &[]),
        IrOp::RSTEP => (&[Ty::Ptr], &[Ty::Int]),
        IrOp::PLACE => (&[Ty::Any], &[Ty::Str]),
        IrOp::PTICK | IrOp::PLIKE => (&[Ty::Ptr], &[]),
        _ => return Ok(()),
    };
    if !wanted.contains(&ty(ins.a)) {
        return wrong("the first operand's type");
    }
    if ins.b != Ref::NONE && !other.contains(&ty(ins.b)) {
        return wrong("the second operand's type");
    }
    if matches!(ins.op, IrOp::GLT | IrOp::GLE | IrOp::GEQ) && ty(ins.a) != ty(ins.b) {
        return wrong("operands of two types");
    }
    Ok(())
}

fn known(region: &Region, r: Ref, defined: &HashSet<Ref>) -> Result<(), String> {
    let op = region.ins.get(r.index()).ok_or("a reference to nothing")?.op;
    let is_floating = op.kind() == Kind::Floating && op != IrOp::PHI;
    if is_floating || defined.contains(&r) {
        Ok(())
    } else {
        Err(format!("{r:?} is used before it is computed"))
    }
}

fn snapshot(region: &Region, id: SnapId, defined: &HashSet<Ref>) -> Result<(), String> {
    let snap = region.snaps.get(id as usize).ok_or("no such snapshot")?;
    snap.restored.iter().try_for_each(|(slot, r)| {
        if let Some(table) = region.sunk_table(id, *r) {
            return table.values().try_for_each(|value| known(region, value, defined));
        }
        if let Some(value) = region.sunk_value(id, *r) {
            return value.parts.iter().try_for_each(|(_, part)| known(region, *part, defined));
        }
        if super::super::exit::is_sunk_reference(region, *r) {
            return region.get(*r).operands().try_for_each(|value| known(region, value, defined));
        }
        known(region, *r, defined).map_err(|problem| format!("slot {slot}: {problem}"))
    })
}
