//! Reads the printed form of a region: for tests of passes.

use super::{
    Begin, End, InnerLoop, Ins, IrOp, Place, Ref, Region, RowLoop, Slot, Snapshot, Trace, Ty, Unrolled,
};

/// The region of a text.
///
/// # Errors
/// With the line that is not understood.
#[allow(dead_code, reason = "tests of passes")]
pub(crate) fn parse(text: &str) -> Result<Region, String> {
    let mut region = Region::default();
    let mut hoisted = Hoisted::Nowhere;
    for line in text.lines() {
        read_line(&mut region, line, &mut hoisted).ok_or_else(|| format!("not understood: {line}"))?;
    }
    Ok(region)
}

/// Where an indented instruction goes that is in no trace.
enum Hoisted {
    Nowhere,
    Preheader,
    Inner,
    Unrolled,
    UnrolledInner,
}

fn read_line(region: &mut Region, line: &str, hoisted: &mut Hoisted) -> Option<()> {
    let inside = line.starts_with("  ");
    let words: Vec<&str> = line.split_whitespace().collect();
    match *words.first()? {
        first if first.starts_with('%') => {
            let (at, ins) = read_ins(&words)?;
            if region.ins.len() <= at.index() {
                region.ins.resize(at.index() + 1, Ins::new(IrOp::KINT, Ty::Int));
            }
            region.ins[at.index()] = ins;
            match hoisted {
                _ if !inside => {}
                Hoisted::Preheader => region.hoisted.push(at),
                Hoisted::Inner => region.inner.last_mut()?.hoisted.push(at),
                Hoisted::Unrolled => region.unrolled.as_mut()?.body.push(at),
                Hoisted::UnrolledInner => region.inner.last_mut()?.unrolled.as_mut()?.body.push(at),
                Hoisted::Nowhere => region.traces.last_mut()?.body.push(at),
            }
        }
        "slots" => {
            for word in &words[1..] {
                let (slot, r) = word.split_once(':')?;
                region.params.push((slot.parse().ok()?, reference(r.split_once('=')?.1)?));
            }
        }
        "header" => region.header = words[1..].iter().map(|word| word.parse().ok()).collect::<Option<_>>()?,
        "preheader" => {
            region.preheader = words[1..].iter().map(|word| word.parse().ok()).collect::<Option<_>>()?
        }
        "rows" => {
            let number = |word: usize| words.get(word)?.parse::<u32>().ok();
            let slot = words.get(1)?.parse().ok()?;
            region.rows = Some(RowLoop { slot, count: number(2)?, reused: number(3)? });
        }
        "sunk" => region.sunk = words[1..].iter().map(|word| reference(word)).collect::<Option<_>>()?,
        "snap" => {
            let mut snap =
                Snapshot { pc_index: words.get(3)?.parse().ok()?, may_grow: true, ..Snapshot::default() };
            let bar = words.iter().position(|word| *word == "|")?;
            for word in &words[5..bar] {
                let (slot, place) = word.split_once('=')?;
                let place = if place == "mem" { Place::Memory } else { Place::Value(reference(place)?) };
                snap.slots.push((slot.parse().ok()?, place));
            }
            snap.restored = pairs(&words[bar + 2..])?;
            snap.live = snap.slots.iter().map(|(slot, _)| *slot).collect();
            region.snaps.push(snap);
        }
        "hoisted" => *hoisted = Hoisted::Preheader,
        "inner" => {
            *hoisted = Hoisted::Inner;
            let bar = words.iter().position(|word| *word == "|")?;
            let (snap, params) = words[bar + 1..].split_last()?;
            let is_private = words.get(2) == Some(&"private");
            let mut inner = InnerLoop {
                header: std::ptr::null(),
                back_edge: std::ptr::null(),
                is_private,
                passed: if is_private { Vec::new() } else { pairs(&words[2..bar])? },
                params: Vec::new(),
                initial: Vec::new(),
                snap: snap.strip_prefix('>')?.parse().ok()?,
                places: Vec::new(),
                hoisted: Vec::new(),
                unrolled: None,
            };
            for param in params {
                let (slot, values) = param.split_once('=')?;
                let (phi, first) = values.split_once(':')?;
                inner.params.push((slot.parse().ok()?, reference(phi)?));
                inner.initial.push(reference(first)?);
            }
            region.inner.push(inner);
        }
        "unrolled" => {
            let values = words[1..].iter().map(|word| reference(word)).collect::<Option<_>>()?;
            let unrolled = Some(Unrolled { body: Vec::new(), values });
            match region.inner.last_mut() {
                Some(inner) => {
                    *hoisted = Hoisted::UnrolledInner;
                    inner.unrolled = unrolled;
                }
                None => {
                    *hoisted = Hoisted::Unrolled;
                    region.unrolled = unrolled;
                }
            }
        }
        "trace" => {
            *hoisted = Hoisted::Nowhere;
            let begin = match (words.get(2), words.get(3)) {
                (Some(&"from"), Some(snap)) => Begin::At(snap.parse().ok()?),
                (Some(&"in"), Some(inner)) => Begin::Inner(inner.parse().ok()?),
                _ => Begin::Root,
            };
            if let Begin::At(parent) = begin {
                let number = region.traces.len() as u32;
                region.snaps.get_mut(parent as usize)?.side = Some(number);
            }
            region.traces.push(Trace {
                begin,
                body: Vec::new(),
                end: End::Loop(Vec::new()),
                rehoists: false,
            });
        }
        "loop" => region.traces.last_mut()?.end = End::Loop(pairs(&words[1..])?),
        which @ ("enter" | "again" | "return") => {
            let number = words.get(1)?.parse().ok()?;
            let values = words[2..].iter().map(|word| reference(word)).collect::<Option<_>>()?;
            region.traces.last_mut()?.end = match which {
                "enter" => End::Enter(number, values),
                "again" => End::Again(number, values),
                _ => End::Return(number, values),
            };
        }
        "exit" => region.traces.last_mut()?.end = End::Exit(words.get(1)?.parse().ok()?),
        "link" => {
            let site = words.get(2)?.parse().ok()?;
            region.traces.last_mut()?.end = End::Link(words.get(1)?.parse().ok()?, site);
        }
        _ => return None,
    }
    Some(())
}

fn pairs(words: &[&str]) -> Option<Vec<(Slot, Ref)>> {
    let pair = |word: &&str| {
        let (slot, r) = word.split_once('=')?;
        Some((slot.parse().ok()?, reference(r)?))
    };
    words.iter().map(pair).collect()
}

fn reference(text: &str) -> Option<Ref> {
    if text == "-" { Some(Ref::NONE) } else { text.strip_prefix('%')?.parse().ok().map(Ref) }
}

fn read_ins(words: &[&str]) -> Option<(Ref, Ins)> {
    let at = reference(words[0])?;
    let op = *IrOp::ALL.iter().find(|op| op.name() == words[2])?;
    let ty = *Ty::ALL.iter().find(|ty| ty.text() == words[3])?;
    let mut ins = Ins::new(op, ty);
    let mut operands = 0;
    for word in &words[4..] {
        if let Some(imm) = word.strip_prefix('#') {
            ins.imm = imm.parse().ok()?;
        } else if let Some(snap) = word.strip_prefix('>') {
            ins.snap = snap.parse().ok()?;
        } else {
            let r = reference(word)?;
            match operands {
                0 => ins.a = r,
                1 => ins.b = r,
                _ => ins.c = r,
            }
            operands += 1;
        }
    }
    Some((at, ins))
}
