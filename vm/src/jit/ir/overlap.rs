//! Which scalars in the memory of C values may lie in the same bytes.

use super::{Ins, IrOp, Ref, Region};
use crate::ffi::ctype::Scalar;

/// So many instructions before that of its bytes it is looked for what shows that a C value is a column: it is asked of each load beside each store that is recorded.
const NEAR: usize = 32;

/// The bytes of a scalar, counted from an address.
struct Place {
    root: Ref,
    from: i64,
    to: i64,
}

impl Place {
    fn meets(&self, other: &Place) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The same in the element it is in: an address may be that of an element some way before.
    fn in_element(&self, size: i64) -> Place {
        let from = self.from.rem_euclid(size.max(1));
        Place { root: self.root, from, to: from + (self.to - self.from) }
    }
}

/// Whether two of `CLOAD` and `CSTORE` may have to do with the same bytes.
pub(crate) fn may_overlap(region: &Region, one: &Ins, other: &Ins) -> bool {
    let (one, other) = (place(region, one), place(region, other));
    if one.root == other.root {
        return one.meets(&other);
    }
    match (element(region, one.root), element(region, other.root)) {
        // Columns of one query are different components.
        (Some(Element::Lane(x, i)), Some(Element::Lane(y, j))) => x != y || i == j,
        // Columns of different types too; those of one type have the same elements or others.
        (Some(Element::Column(x, size)), Some(Element::Column(y, _))) => {
            x == y && one.in_element(size).meets(&other.in_element(size))
        }
        _ => true,
    }
}

/// The scalar that follows, from the same address: whether `second` lies right behind `first`.
pub(crate) fn is_behind(region: &Region, first: &Ins, second: &Ins) -> bool {
    let (first, second) = (place(region, first), place(region, second));
    first.root == second.root && first.to == second.from
}

fn place(region: &Region, ins: &Ins) -> Place {
    let from = i64::from(ins.imm as u32);
    let size = Scalar::ALL[(ins.imm >> 32) as usize].size();
    let mut place = Place { root: ins.a, from, to: from + i64::from(size) };
    loop {
        let address = region.get(place.root);
        if address.op != IrOp::ADDR || address.b != Ref::NONE {
            return place;
        }
        // A part of a struct.
        place.root = address.a;
        place.from += address.imm as i64;
        place.to += address.imm as i64;
    }
}

/// What an address is that of an element of.
enum Element {
    /// Of lane so many of a cursor.
    Lane(Ref, u64),
    /// Of a column, by its C type; with the size.
    Column(u64, i64),
}

fn element(region: &Region, root: Ref) -> Option<Element> {
    let address = region.get(root);
    if address.op != IrOp::ADDR {
        return None;
    }
    let base = region.get(address.a);
    match base.op {
        IrOp::LANE => Some(Element::Lane(base.a, base.imm)),
        IrOp::CDATA => {
            // What has shown that it is a column comes right before: all of it is recorded again whenever something lent may have changed.
            let before =
                || region.ins[..address.a.index()].iter().rev().take(NEAR).filter(|ins| ins.a == base.a);
            let is_column = before().any(|ins| ins.op == IrOp::COLUMN);
            let head = before().find(|ins| ins.op == IrOp::CHEAD)?;
            is_column.then_some(Element::Column(head.imm >> 32, address.imm as i64))
        }
        _ => None,
    }
}
