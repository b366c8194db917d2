//! Reading the declaration of a component.

use perilune::ffi::cparse;
use perilune::ffi::ctab::{CTab, Kind, MemberKind, Name, UNKNOWN};
use perilune::ffi::ctype::{Bits, BitsOf, CTypeId, Scalar, near_matches};

use super::fields::{ArrayOf, EnumOf, FieldType, KNOWN, Known, LuaField, MAX_ALIGN, StructOf};

/// No component is larger, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// The fields of a component, with the size and alignment of the whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) fields: Vec<LuaField>,
    pub(super) size: usize,
    pub(super) align: usize,
}

/// Reads `struct { float current, max; Vec3 home; }`, in which what `table` declares may be named.
///
/// # Errors
/// What is wrong, and what is possible.
pub(super) fn parse(component: &str, text: &str, table: &CTab) -> Result<Layout, String> {
    let mut table = table.clone();
    let mut known = Vec::with_capacity(KNOWN.len());
    for &(name, what, size, align) in KNOWN {
        let named = match table.name(name) {
            Some(Name::Typedef(ctype)) if table.is_of_host(name) => table.as_record(*ctype),
            Some(Name::Typedef(_) | Name::Constant(_) | Name::Symbol { .. }) | None => None,
        };
        let record = match named {
            Some(record) => record,
            None => {
                let added = table.add_opaque(name, size as u32, align.trailing_zeros() as u8);
                added.map_err(|_| "more C types are declared than there is room for (65,536): declare fewer in ffi.cdef, or make them once, not in every call".to_owned())?
            }
        };
        known.push((record, what));
    }
    let text = text.trim();
    let text = text.strip_suffix(';').filter(|text| text.trim_end().ends_with('}')).unwrap_or(text);
    let parsed = cparse::parse_definition(&mut table, text.as_bytes());
    let ctype = parsed.map_err(|error| match error.unknown_type() {
        Some(name) if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => no_type(name, text),
        Some(_) | None => {
            let message = error.to_string();
            let hint = if message.starts_with("size of C type") { SIZELESS } else { "" };
            format!("{message}, in \"{text}\"{hint}")
        }
    })?;
    let reader = Reader { table: &table, known };
    let Some(record) = table.as_record(ctype) else {
        return Err(format!(
            "expected \"struct {{ float name; ... }}\", got the type '{}'",
            reader.type_name(ctype)
        ));
    };
    if reader.known.iter().any(|(index, _)| *index == record) {
        return Err(format!("a component is a struct of its own: write \"struct {{ {text} value; }}\""));
    }
    if table.size(ctype) == UNKNOWN {
        return Err(format!("'{}' is declared, but nowhere with its fields", reader.type_name(ctype)));
    }
    let (size, align) = (table.size(ctype) as usize, 1usize << table.align(ctype));
    if table.is_variable(ctype) {
        return Err(
            "an array of variable length cannot be in a component: give its length, as in float x[8]"
                .to_owned(),
        );
    }
    if size > MAX_SIZE {
        return Err(format!("it has {size} bytes, the limit is {MAX_SIZE}: keep large data in Lua tables"));
    }
    if align > MAX_ALIGN {
        return Err(format!("it is aligned to {align} bytes, the limit is {MAX_ALIGN}"));
    }
    let mut fields = Vec::new();
    reader.members(&mut fields, record, 0, false, component)?;
    Ok(Layout { fields, size, align })
}

/// What helps where C only says that a type has no size.
const SIZELESS: &str = ": a field takes a type with a size, so no function, no void, and no struct or enum whose inside is not declared";

fn no_type(name: &str, text: &str) -> String {
    let names = NUMBERS.iter().copied().chain(KNOWN.iter().map(|(name, ..)| *name));
    let near = near_matches(name, names);
    let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
    let known: Vec<&str> = KNOWN.iter().map(|(name, ..)| *name).collect();
    format!(
        "there is no type '{name}'{hint}, in \"{text}\"; there are the types of C, what ffi.cdef declares, and {}",
        known.join(", ")
    )
}

/// Turns declared types into fields.
struct Reader<'t> {
    table: &'t CTab,
    /// The plugin's types, by the index of their record.
    known: Vec<(u32, Known)>,
}

impl Reader<'_> {
    fn type_name(&self, ctype: CTypeId) -> String {
        match self.table.as_record(ctype).and_then(|record| self.known(record)) {
            Some((name, _)) => name.to_owned(),
            None => perilune::ffi::ctab::repr(self.table, ctype, None),
        }
    }

    fn known(&self, record: u32) -> Option<(&'static str, Known)> {
        let at = self.known.iter().position(|(index, _)| *index == record)?;
        Some((KNOWN[at].0, KNOWN[at].1))
    }

    /// The members of a record, those of anonymous parts among them.
    fn members(
        &self,
        fields: &mut Vec<LuaField>,
        record: u32,
        base: u32,
        in_union: bool,
        path: &str,
    ) -> Result<(), String> {
        let whole = self.table.record(record);
        let in_union = in_union || whole.is_union;
        for member in &whole.members {
            let offset = base + member.offset;
            let Some(name) = &member.name else {
                match (member.kind, self.table.kind(member.ctype)) {
                    (MemberKind::Anonymous, Kind::Record(inner)) => {
                        self.members(fields, inner, offset, in_union, path)?;
                    }
                    (MemberKind::Anonymous, Kind::Enum(index)) => {
                        for (name, constant) in &self.table.enumeration(index).constants {
                            let kind = FieldType::Constant(self.constant(constant.ctype), constant.bits);
                            let (name, type_name) = (name.to_string(), kind.name());
                            fields.push(LuaField { name, type_name, offset: 0, kind });
                        }
                    }
                    // Padding bits.
                    _ => {}
                }
                continue;
            };
            let path = format!("{path}.{name}");
            let refused = |message: String| format!("field '{name}' {message}");
            let kind = match member.kind {
                MemberKind::Field => self.field(member.ctype, in_union, &path).map_err(refused)?,
                MemberKind::Bits(bits) => self.bits(member.ctype, bits).map_err(refused)?,
                MemberKind::Constant(bits) => FieldType::Constant(self.constant(member.ctype), bits),
                MemberKind::Anonymous => continue,
            };
            if fields.iter().any(|field| *field.name == **name) {
                return Err(format!("field '{name}' is declared twice"));
            }
            let (name, type_name) = (name.to_string(), kind.name());
            fields.push(LuaField { name, type_name, offset: offset as usize, kind });
        }
        Ok(())
    }

    /// What a field of this type is.
    fn field(&self, ctype: CTypeId, in_union: bool, path: &str) -> Result<FieldType, String> {
        let size = self.table.size(ctype);
        let refused =
            |why: &str| Err(format!("cannot be in a component: {why} ('{}')", self.type_name(ctype)));
        if self.table.quals(ctype).constant {
            return refused("it is const, and could never be assigned: leave that out");
        }
        match self.table.kind(ctype) {
            Kind::Bool => Ok(FieldType::Scalar(Scalar::Bool)),
            Kind::Int { unsigned, .. } => match integer(unsigned, size) {
                Some(scalar) => Ok(FieldType::Scalar(scalar)),
                None => refused("integers have at most 64 bits there"),
            },
            Kind::Float if size == 4 => Ok(FieldType::Scalar(Scalar::F32)),
            Kind::Float if size == 8 => Ok(FieldType::Scalar(Scalar::F64)),
            Kind::Float => refused("write double, which is what Lua computes with"),
            Kind::Complex(_) => refused("write two numbers in place of a complex one"),
            Kind::Vector(_) => refused("write an array, or Vec4, in place of a vector"),
            Kind::Pointer(_) | Kind::Reference(_) => {
                refused("an address would outlive what it points at; keep an Entity, or the value itself")
            }
            Kind::Array(of) => {
                if size == UNKNOWN {
                    return refused("give the array a length");
                }
                let element = self.field(of, in_union, path)?;
                let count = size.checked_div(self.table.size(of)).unwrap_or(0) as usize;
                Ok(FieldType::Array(ArrayOf {
                    name: array_name(&element.name(), count),
                    element: Box::new(element),
                    count,
                }))
            }
            Kind::VariableArray(_) => refused("give the array a length"),
            Kind::Record(record) => match self.known(record) {
                // An entity read from other bits would be none.
                Some((_, Known::Entity)) if in_union => {
                    refused("other members of a union could make an entity of it that never was")
                }
                Some((_, Known::Entity)) => Ok(FieldType::Scalar(Scalar::Entity)),
                Some((_, known)) => Ok(FieldType::Known(known)),
                None if size == UNKNOWN => refused("it is declared, but nowhere with its fields"),
                None => {
                    let whole = self.table.record(record);
                    let mut fields = Vec::new();
                    self.members(&mut fields, record, 0, in_union, path)
                        .map_err(|inner| format!("has a part that is refused: {inner}"))?;
                    let name = whole.name.as_deref().unwrap_or(path).to_owned();
                    let (is_union, size) = (whole.is_union, size as usize);
                    Ok(FieldType::Struct(StructOf { name, is_union, size, fields }))
                }
            },
            Kind::Enum(index) => {
                let whole = self.table.enumeration(index);
                let mask = if size == 8 { u64::MAX } else { (1 << (8 * size)) - 1 };
                let variants = whole
                    .constants
                    .iter()
                    .map(|(name, constant)| (name.to_string(), u64::from(constant.bits) & mask));
                let variants: Vec<(String, u64)> = variants.collect();
                if variants.is_empty() {
                    return refused("it is declared, but nowhere with its constants");
                }
                let name = whole.name.as_deref().unwrap_or(path).to_owned();
                Ok(FieldType::Enum(EnumOf { name, size: size as usize, variants }))
            }
            // The parser refuses them before, as types without a size.
            Kind::Function(_) | Kind::Void | Kind::TypeObject => refused("it is no data"),
        }
    }

    fn bits(&self, ctype: CTypeId, bits: Bits) -> Result<FieldType, String> {
        if u32::from(bits.position) + u32::from(bits.width) > u32::from(bits.container) * 8 {
            return Err("cannot be in a component: it is packed across the end of its integer".to_owned());
        }
        let of = match self.table.kind(ctype) {
            Kind::Bool => BitsOf::Bool,
            Kind::Int { unsigned: true, .. } => BitsOf::Unsigned,
            _ => BitsOf::Signed,
        };
        Ok(FieldType::Bits(bits, of))
    }

    fn constant(&self, ctype: CTypeId) -> Scalar {
        match self.table.kind(ctype) {
            Kind::Bool => Scalar::Bool,
            Kind::Int { unsigned: true, .. } => Scalar::U32,
            _ => Scalar::I32,
        }
    }
}

fn integer(unsigned: bool, size: u32) -> Option<Scalar> {
    Some(match (unsigned, size) {
        (false, 1) => Scalar::I8,
        (true, 1) => Scalar::U8,
        (false, 2) => Scalar::I16,
        (true, 2) => Scalar::U16,
        (false, 4) => Scalar::I32,
        (true, 4) => Scalar::U32,
        (false, 8) => Scalar::I64,
        (true, 8) => Scalar::U64,
        _ => return None,
    })
}

/// The numbers a misspelt type may have meant.
const NUMBERS: &[&str] = &[
    "float", "double", "bool", "char", "short", "int", "long", "unsigned", "int8_t", "uint8_t", "int16_t",
    "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t",
];

/// The name of an array of so many elements: those of an array come first, as in C.
fn array_name(element: &str, count: usize) -> String {
    match element.split_once(" [") {
        Some((element, inner)) => format!("{element} [{count}][{inner}"),
        None => format!("{element} [{count}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Layout, String> {
        parse("Thing", text, &CTab::new())
    }

    #[test]
    fn fields_lie_where_c_puts_them() {
        let layout = read("struct { bool on; double d; unsigned short a, b; Quat q; }").expect("well formed");
        let offsets: Vec<(&str, usize)> = layout.fields.iter().map(|f| (f.name.as_str(), f.offset)).collect();
        assert_eq!(offsets, [("on", 0), ("d", 8), ("a", 16), ("b", 18), ("q", 32)]);
        assert_eq!((layout.size, layout.align), (48, 16));
        assert_eq!(read("struct {};").expect("a marker").size, 0);
    }

    #[test]
    fn parts_of_parts_have_names_and_types() {
        let layout = read(
            "struct Ship { struct { float x[3]; enum { Off, On = 5 } mode; } engine; \
             union { int32_t whole; uint8_t bytes[4]; }; unsigned low : 3, high : 5; static const int MAX = 8; }",
        )
        .expect("well formed");
        let names: Vec<&str> = layout.fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["engine", "whole", "bytes", "low", "high", "MAX"]);
        let engine = layout.fields[0].fields();
        assert_eq!((engine[0].name.as_str(), engine[0].type_name.as_str()), ("x", "float [3]"));
        assert_eq!((engine[1].name.as_str(), engine[1].offset), ("mode", 12));
        assert_eq!(layout.fields[1].offset, layout.fields[2].offset);
        assert_eq!((layout.size, layout.align), (24, 4));
    }
}
