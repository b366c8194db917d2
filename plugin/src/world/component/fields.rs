//! The fields of components that scripts declare: read by the parser of C declarations, laid out as a C compiler does.
//!
//! What scripts have declared with `ffi.cdef` may be named in a component, and so may the types of the plugin ([`KNOWN`]).
//! Whatever has a fixed size and is no address can be a field.

use bevy_ecs::entity::Entity;
use bevy_math::{IVec2, IVec3, IVec4, Mat3, Mat4, Quat, Rect, UVec2, UVec3, UVec4, Vec2, Vec3, Vec4};
use perilune::ffi::cparse;
use perilune::ffi::ctab::{CTab, Kind, MemberKind, Name, UNKNOWN};
use perilune::ffi::ctype::{Bits, BitsOf, CType, CTypeId, EnumType, Field, Form, Math, Scalar, near_matches};
use perilune::ffi::duration;
use perilune::ffi::host::RegisterError;
use perilune::ffi::structs::{FloatStruct, IntVector};
use perilune::vm::{Raised, Vm};

/// A field of a component that a script has declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LuaField {
    /// Its name.
    pub name: String,
    /// Its type as C names it: `float`, `int32_t [4]`, `Vec3`, `Entity`.
    pub type_name: String,
    /// Its place in a value, in bytes. Of a bit-field, that of the integer it is part of; a `static const` has none.
    pub offset: usize,
    pub(super) kind: FieldType,
}

impl LuaField {
    /// The fields of a struct or union, their offsets counted from its beginning.
    pub fn fields(&self) -> &[LuaField] {
        match &self.kind {
            FieldType::Struct(s) => &s.fields,
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Enum(_)
            | FieldType::Array(_)
            | FieldType::Bits(..)
            | FieldType::Constant(..) => &[],
        }
    }
}

/// What a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldType {
    Scalar(Scalar),
    Known(Known),
    Enum(EnumOf),
    Struct(StructOf),
    Array(ArrayOf),
    Bits(Bits, BitsOf),
    /// A `static const`, which takes no memory.
    Constant(Scalar, u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EnumOf {
    name: String,
    pub(super) size: usize,
    pub(super) variants: Vec<(String, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StructOf {
    name: String,
    pub(super) is_union: bool,
    pub(super) size: usize,
    pub(super) fields: Vec<LuaField>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArrayOf {
    name: String,
    pub(super) element: Box<FieldType>,
    pub(super) count: usize,
}

/// A type of the plugin with operators and methods of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Math(Math),
    Floats(FloatStruct),
    Integers(IntVector),
    Duration,
    Entity,
}

macro_rules! known {
    ($($name:literal $known:expr, $ty:ty;)+) => {
        /// The types of the plugin by name, with the size and alignment Rust gives them.
        const KNOWN: &[(&str, Known, usize, usize)] =
            &[$(($name, $known, size_of::<$ty>(), align_of::<$ty>()),)+];
    };
}
known! {
    "Entity" Known::Entity, Entity;
    "Vec2" Known::Math(Math::Vec2), Vec2;
    "Vec3" Known::Math(Math::Vec3), Vec3;
    "Vec4" Known::Math(Math::Vec4), Vec4;
    "Quat" Known::Math(Math::Quat), Quat;
    "IVec2" Known::Integers(IntVector::IVec2), IVec2;
    "IVec3" Known::Integers(IntVector::IVec3), IVec3;
    "IVec4" Known::Integers(IntVector::IVec4), IVec4;
    "UVec2" Known::Integers(IntVector::UVec2), UVec2;
    "UVec3" Known::Integers(IntVector::UVec3), UVec3;
    "UVec4" Known::Integers(IntVector::UVec4), UVec4;
    "Mat3" Known::Floats(FloatStruct::Mat3), Mat3;
    "Mat4" Known::Floats(FloatStruct::Mat4), Mat4;
    "Rect" Known::Floats(FloatStruct::Rect), Rect;
    "Color" Known::Floats(FloatStruct::Color), [f32; 4];
    "Duration" Known::Duration, [u64; duration::SIZE / 8];
}

/// Lets `ffi` declarations name these types, `Entity` apart: an entity read from arbitrary bits would be none.
pub(super) fn name_types(vm: &mut Vm) -> Result<(), Raised> {
    for &(_, known, _, align) in KNOWN.iter().filter(|(_, known, ..)| *known != Known::Entity) {
        let ctype = known.ctype(vm);
        vm.name_host_type(ctype, align)?;
    }
    Ok(())
}

/// The numbers a misspelt type may have meant.
const NUMBERS: &[&str] = &[
    "float", "double", "bool", "char", "short", "int", "long", "unsigned", "int8_t", "uint8_t", "int16_t",
    "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t",
];

/// No component is larger, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// No component asks for more, in bytes: what the largest vectors need.
pub(super) const MAX_ALIGN: usize = 16;

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
                added.map_err(|_| "too many C types are declared".to_owned())?
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
            Kind::Function(_) => refused("functions are no data; keep them in a Lua table"),
            Kind::Void => refused("void has no value"),
            Kind::TypeObject => refused("it is no value"),
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

impl Known {
    fn size(self) -> usize {
        let row = KNOWN.iter().find(|(_, known, ..)| *known == self);
        row.expect("every known type is in the table").2
    }

    fn ctype(self, vm: &Vm) -> CTypeId {
        match self {
            Known::Math(math) => math.ctype(),
            Known::Floats(kind) => vm.ffi.structs.of_floats(kind),
            Known::Integers(kind) => vm.ffi.structs.of_integers(kind),
            Known::Duration => vm.ffi.duration.expect("a VM with components has opened the host's types"),
            Known::Entity => Scalar::Entity.into(),
        }
    }
}

/// The name of an array of so many elements: those of an array come first, as in C.
fn array_name(element: &str, count: usize) -> String {
    match element.split_once(" [") {
        Some((element, inner)) => format!("{element} [{count}][{inner}"),
        None => format!("{element} [{count}]"),
    }
}

impl FieldType {
    /// The name of the type.
    fn name(&self) -> String {
        match self {
            FieldType::Scalar(scalar) => scalar.name().to_owned(),
            FieldType::Known(known) => {
                KNOWN.iter().find(|(_, row, ..)| row == known).expect("a row of the table").0.to_owned()
            }
            FieldType::Enum(e) => e.name.clone(),
            FieldType::Struct(s) => s.name.clone(),
            FieldType::Array(array) => array.name.clone(),
            FieldType::Bits(bits, of) => {
                let of = match of {
                    BitsOf::Bool => "bool",
                    BitsOf::Signed => "int",
                    BitsOf::Unsigned => "unsigned",
                };
                format!("{of} : {}", bits.width)
            }
            FieldType::Constant(scalar, _) => format!("static const {}", scalar.name()),
        }
    }

    /// The size in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            FieldType::Scalar(scalar) => scalar.size() as usize,
            FieldType::Known(known) => known.size(),
            FieldType::Enum(e) => e.size,
            FieldType::Struct(s) => s.size,
            FieldType::Array(array) => array.count * array.element.size(),
            FieldType::Bits(bits, _) => bits.bytes().end,
            FieldType::Constant(..) => 0,
        }
    }

    /// Writes the value that a script gets that says nothing, into zeros: no rotation, no entity, an enum's zero or first constant.
    pub(super) fn fill_default(&self, bytes: &mut [u8]) {
        let mut ones = |places: &[usize]| {
            for at in places {
                bytes[at * 4..at * 4 + 4].copy_from_slice(&1f32.to_ne_bytes());
            }
        };
        match self {
            FieldType::Scalar(Scalar::Entity) => {
                bytes[..8].copy_from_slice(&Entity::PLACEHOLDER.to_bits().to_ne_bytes());
            }
            FieldType::Known(Known::Math(Math::Quat)) => ones(&[3]),
            FieldType::Known(Known::Floats(FloatStruct::Mat3)) => ones(&[0, 4, 8]),
            FieldType::Known(Known::Floats(FloatStruct::Mat4)) => ones(&[0, 5, 10, 15]),
            FieldType::Enum(e) => {
                if e.variants.iter().all(|(_, bits)| *bits != 0) {
                    write_bits(&mut bytes[..e.size], e.variants[0].1);
                }
            }
            FieldType::Struct(s) if !s.is_union => fill_defaults(&s.fields, bytes),
            FieldType::Array(array) => {
                let size = array.element.size();
                for n in 0..array.count {
                    array.element.fill_default(&mut bytes[n * size..(n + 1) * size]);
                }
            }
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Struct(_)
            | FieldType::Bits(..)
            | FieldType::Constant(..) => {}
        }
    }

    /// Registers the C type of its values.
    fn register(&self, vm: &mut Vm) -> Result<CTypeId, Raised> {
        let (name, size, form) = match self {
            FieldType::Scalar(scalar) => return Ok((*scalar).into()),
            FieldType::Known(known) => return Ok(known.ctype(vm)),
            FieldType::Enum(e) => {
                let form = Form::Enum(EnumType { size: e.size as u32, variants: e.variants.clone() });
                (&e.name, e.size, form)
            }
            FieldType::Struct(s) => return register_struct(vm, &s.name, &s.fields, s.size),
            FieldType::Array(array) => {
                let element = array.element.register(vm)?;
                (&array.name, self.size(), Form::Array { element, count: array.count as u32 })
            }
            FieldType::Bits(..) | FieldType::Constant(..) => unreachable!("no value has this type"),
        };
        let ctype = register(vm, name, size, form)?;
        vm.make_array_type(ctype)?;
        Ok(ctype)
    }
}

/// The low bytes of a word.
pub(super) fn write_bits(bytes: &mut [u8], bits: u64) {
    match bytes.len() {
        1 => bytes.copy_from_slice(&(bits as u8).to_ne_bytes()),
        2 => bytes.copy_from_slice(&(bits as u16).to_ne_bytes()),
        4 => bytes.copy_from_slice(&(bits as u32).to_ne_bytes()),
        _ => bytes.copy_from_slice(&bits.to_ne_bytes()),
    }
}

/// As [`FieldType::fill_default`], for all fields.
pub(super) fn fill_defaults(fields: &[LuaField], bytes: &mut [u8]) {
    for field in fields {
        field.kind.fill_default(&mut bytes[field.offset..]);
    }
}

/// The C type of values with these fields.
pub(super) fn register_struct(
    vm: &mut Vm,
    name: &str,
    fields: &[LuaField],
    size: usize,
) -> Result<CTypeId, Raised> {
    use perilune::ffi::ctype::Place;
    let mut parts = Vec::with_capacity(fields.len());
    for field in fields {
        let offset = field.offset as u32;
        let place = match &field.kind {
            FieldType::Bits(bits, of) => Place::Bits { offset, bits: *bits, of: *of },
            FieldType::Constant(scalar, bits) => Place::Constant { scalar: *scalar, bits: *bits },
            FieldType::Scalar(_)
            | FieldType::Known(_)
            | FieldType::Enum(_)
            | FieldType::Struct(_)
            | FieldType::Array(_) => Place::Memory { offset, ctype: field.kind.register(vm)? },
        };
        parts.push(Field { name: field.name.clone(), place });
    }
    register(vm, name, size, Form::Struct(parts))
}

fn register(vm: &mut Vm, name: &str, size: usize, form: Form) -> Result<CTypeId, Raised> {
    match vm.register_ctype(CType { name: name.to_owned(), size: size as u32, form }) {
        Ok(ctype) => Ok(ctype),
        Err(RegisterError::Layout(error)) => Err(vm.error(error.to_string())),
        Err(RegisterError::Raised(raised)) => Err(raised),
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

    #[test]
    fn every_known_type_has_the_size_the_vm_gives_it() {
        for (name, known, size, align) in KNOWN {
            let floats = |count: usize| count * 4;
            let expected = match known {
                Known::Math(math) => floats(math.lanes()),
                Known::Floats(FloatStruct::Mat3) => floats(9),
                Known::Floats(FloatStruct::Mat4) => floats(16),
                Known::Floats(FloatStruct::Rect | FloatStruct::Color) => floats(4),
                Known::Integers(IntVector::IVec2 | IntVector::UVec2) => 8,
                Known::Integers(IntVector::IVec3 | IntVector::UVec3) => 12,
                Known::Integers(IntVector::IVec4 | IntVector::UVec4) => 16,
                Known::Duration => 16,
                Known::Entity => 8,
            };
            assert_eq!(*size, expected, "{name}");
            assert!(*align <= MAX_ALIGN, "{name}");
        }
    }
}
