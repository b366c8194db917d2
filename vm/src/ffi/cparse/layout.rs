//! Where the members of structs and unions lie: the rules of the System V and Windows ABIs, with GCC's attributes.

use super::record::{Draft, DraftKind, FieldAttributes};
use super::{ParseError, Parser, Problem};
use crate::ffi::ctab::{Bits, Kind, MemberKind, Quals, UNKNOWN};

/// No field is larger, in bytes.
const MAX_FIELD: u32 = 0x2000_0000;
/// Offsets within a struct are counted in bits.
const MAX_BITS: u64 = 1 << 32;

/// Whether bit-fields without a name align the struct they are in, as on ARM; on x86 they do not. Those of no width, which only end the one
/// before, never do here.
const UNNAMED_BITS_ALIGN: bool = cfg!(not(any(target_arch = "x86", target_arch = "x86_64"))) || cfg!(windows);

fn round_up(bits: u64, align: u8) -> u64 {
    let mask = (8 << align) - 1;
    (bits + mask) & !mask
}

impl Parser<'_> {
    /// Lays out the members of a record and completes it.
    pub(super) fn lay_out(
        &mut self,
        index: u32,
        drafts: Vec<Draft>,
        attributes: FieldAttributes,
    ) -> Result<(), ParseError> {
        let is_union = self.table.record(index).is_union;
        let mut quals = Quals::NONE;
        let mut is_variable = false;
        let mut align = attributes.align.unwrap_or(0);
        let (mut at, mut widest) = (0u64, 0u64);
        let mut members = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let (field, width) = match draft.kind {
                DraftKind::Field(field) => (field, None),
                DraftKind::Bits(width, field) => (field, Some(width)),
                DraftKind::Anonymous(field) if matches!(self.table.kind(draft.ctype), Kind::Record(_)) => {
                    (field, None)
                }
                DraftKind::Anonymous(_) => {
                    members.push(draft.placed(0, MemberKind::Anonymous));
                    continue;
                }
                DraftKind::Constant(bits) => {
                    members.push(draft.placed(0, MemberKind::Constant(bits)));
                    continue;
                }
            };
            let size = self.field_size(&draft, is_union)?;
            quals = quals.or(self.table.quals(draft.ctype));
            is_variable |= self.table.is_variable(draft.ctype);
            let own = self.field_align(&draft, field, attributes);
            if width.is_none_or(|width| width != 0 && (draft.name.is_some() || UNNAMED_BITS_ALIGN)) {
                align = align.max(own);
            }
            let is_packed = field.is_packed || attributes.is_packed;
            let bits = match width {
                None => {
                    at = round_up(at, own);
                    let kind = match draft.kind {
                        DraftKind::Anonymous(_) => MemberKind::Anonymous,
                        _ => MemberKind::Field,
                    };
                    members.push(draft.placed((at >> 3) as u32, kind));
                    u64::from(size) * 8
                }
                Some(width) => {
                    let (container, width) = (u64::from(size) * 8, u64::from(width));
                    let in_unit = at & ((8 << own) - 1);
                    if width == 0 || field.align.is_some() || !is_packed && in_unit + width > container {
                        at = round_up(at, own);
                    }
                    let (offset, kind) = place_bits(at, container, width, own);
                    members.push(draft.placed(offset, kind));
                    width
                }
            };
            if is_union {
                widest = widest.max(bits);
            } else {
                at += bits;
            }
            if at >= MAX_BITS {
                return Err(self.error(Problem::InvalidSize));
            }
        }
        let bits = round_up(if is_union { widest } else { at }, align);
        let record = self.table.record_mut(index);
        record.members = members;
        record.quals = quals;
        record.is_variable = is_variable;
        record.align = align;
        record.size = (bits >> 3) as u32;
        Ok(())
    }

    /// The size of a field; an array without a length at the end has none.
    fn field_size(&self, draft: &Draft, is_union: bool) -> Result<u32, ParseError> {
        let size = self.table.size(draft.ctype);
        if size < MAX_FIELD && !self.table.is_variable(draft.ctype) {
            return Ok(size);
        }
        if size == UNKNOWN && self.table.is_array(draft.ctype) && !is_union {
            return Ok(0);
        }
        Err(self.error(Problem::InvalidSize))
    }

    /// The alignment of a field: a binary logarithm.
    fn field_align(&self, draft: &Draft, field: FieldAttributes, record: FieldAttributes) -> u8 {
        let natural = self.table.align(draft.ctype);
        let asked = field.align.unwrap_or(0);
        let align = if field.is_packed || record.is_packed || asked > natural { asked } else { natural };
        align.min(self.current_pack())
    }
}

/// The offset of a bit-field's container, and the bits in it. One that fills its container is an ordinary field.
fn place_bits(at: u64, container: u64, width: u64, align: u8) -> (u32, MemberKind) {
    let unit = 8u64 << align;
    if width == container && at & (unit - 1) == 0 {
        return ((at >> 3) as u32, MemberKind::Field);
    }
    // The container of a packed bit-field shrinks to its alignment.
    let container = if container > unit && width <= unit { unit } else { container };
    let position = at & (container - 1);
    let offset = (at & !(container - 1)) >> 3;
    let bits = Bits { container: (container / 8) as u8, position: position as u8, width: width as u8 };
    (offset as u32, MemberKind::Bits(bits))
}
