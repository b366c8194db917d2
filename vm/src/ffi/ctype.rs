//! The C types of one VM: plain data, filled by the host.

use std::collections::HashMap;

pub use super::ctab::Bits;

/// Names a type in the [`CTypes`] it was registered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CTypeId(pub u32);

impl CTypeId {
    /// Whether it is a type scripts can declare ([`super::ctab`]), not one of the host's.
    #[inline(always)]
    pub fn is_declared(self) -> bool {
        self.0 >= super::ctab::FIRST
    }
}

macro_rules! scalars {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $size:literal,)+) => {
        /// A value without parts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Scalar { $($(#[doc = $doc])+ $variant,)+ }

        impl Scalar {
            /// Every scalar; the type of `ALL[i]` is registered with the id `i`.
            pub const ALL: &'static [Scalar] = &[$(Scalar::$variant,)+];

            /// The name of the type.
            pub fn name(self) -> &'static str {
                match self { $(Scalar::$variant => $name,)+ }
            }

            /// The size in bytes, which is the alignment too.
            pub fn size(self) -> u32 {
                match self { $(Scalar::$variant => $size,)+ }
            }
        }
    };
}

scalars! {
    /// A byte that is 0 or 1.
    Bool "bool" 1,
    /// A Unicode scalar value, in Lua a string of one character.
    Char "char" 4,
    /// A signed byte.
    I8 "int8_t" 1,
    /// A byte.
    U8 "uint8_t" 1,
    /// A signed 16-bit integer.
    I16 "int16_t" 2,
    /// A 16-bit integer.
    U16 "uint16_t" 2,
    /// A signed 32-bit integer.
    I32 "int32_t" 4,
    /// A 32-bit integer.
    U32 "uint32_t" 4,
    /// A signed 64-bit integer, boxed in Lua.
    I64 "int64_t" 8,
    /// A 64-bit integer, boxed in Lua.
    U64 "uint64_t" 8,
    /// A single-precision number.
    F32 "float" 4,
    /// A double-precision number.
    F64 "double" 8,
    /// The host's name of an object (see [`crate::ffi::entity`]).
    Entity "Entity" 8,
}

/// A set of named values in a discriminant of 1, 2, 4 or 8 bytes. In Lua a value is its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// The size of the discriminant in bytes.
    pub size: u32,
    /// The names, with the bits of their discriminants.
    pub variants: Vec<(String, u64)>,
}

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Memory at an offset.
    Memory {
        /// From the start of the struct, in bytes.
        offset: u32,
        /// The type of what is there.
        ctype: CTypeId,
    },
    /// Bits of an integer.
    Bits {
        /// Of the integer, from the start of the struct, in bytes.
        offset: u32,
        /// Which bits.
        bits: Bits,
        /// What they say.
        of: BitsOf,
    },
    /// A constant of the type, not in memory.
    Constant {
        /// An integer of at most 32 bits, or `bool`.
        scalar: Scalar,
        /// Its bits.
        bits: u32,
    },
    /// The host reads and writes it ([`crate::ffi::host::FieldHost`]), by the host's own number.
    Hosted(u32),
}

/// What the bits of a bit-field say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BitsOf {
    /// One bit, a truth value.
    Bool,
    /// An integer in two's complement.
    Signed,
    /// An integer without a sign.
    Unsigned,
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where its value is.
    pub place: Place,
}

impl Field {
    /// A field in memory.
    pub fn new(name: impl Into<String>, offset: u32, ctype: CTypeId) -> Field {
        Field { name: name.into(), place: Place::Memory { offset, ctype } }
    }
    /// A field the host reads and writes.
    pub fn hosted(name: impl Into<String>, number: u32) -> Field {
        Field { name: name.into(), place: Place::Hosted(number) }
    }
}

/// The math types whose operators are built in: `f32` lanes, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Math {
    /// Two lanes.
    Vec2,
    /// Three lanes.
    Vec3,
    /// Four lanes.
    Vec4,
    /// Four lanes, a rotation.
    Quat,
}

impl Math {
    /// Every math type; `ALL[i]` is registered with the id `Scalar::ALL.len() + i`.
    pub const ALL: [Math; 4] = [Math::Vec2, Math::Vec3, Math::Vec4, Math::Quat];
    /// The names of the lanes.
    pub const LANES: [&'static str; 4] = ["x", "y", "z", "w"];

    /// The name of the type, and of the global that constructs it.
    pub fn name(self) -> &'static str {
        match self {
            Math::Vec2 => "Vec2",
            Math::Vec3 => "Vec3",
            Math::Vec4 => "Vec4",
            Math::Quat => "Quat",
        }
    }
    /// The number of lanes.
    pub fn lanes(self) -> usize {
        match self {
            Math::Vec2 => 2,
            Math::Vec3 => 3,
            Math::Vec4 | Math::Quat => 4,
        }
    }
    /// The type's id, the same in every VM.
    pub fn ctype(self) -> CTypeId {
        CTypeId((Scalar::ALL.len() + self as usize) as u32)
    }
}

impl From<Scalar> for CTypeId {
    /// The scalar's id, the same in every VM.
    fn from(scalar: Scalar) -> CTypeId {
        CTypeId(scalar as u32)
    }
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One value.
    Scalar(Scalar),
    /// One of a set of names.
    Enum(EnumType),
    /// Fields.
    Struct(Vec<Field>),
    /// Elements one after another, counted from zero.
    Array {
        /// The type of each.
        element: CTypeId,
        /// How many.
        count: u32,
    },
    /// A math type.
    Math(Math),
    /// The whole value is read and written by the host, under this number.
    Hosted(u32),
}

/// A C type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CType {
    /// Its name, for messages.
    pub name: String,
    /// Its size in bytes.
    pub size: u32,
    /// What it is made of.
    pub form: Form,
}

/// Why a type was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// The field does not lie inside the struct.
    OutOfBounds(String),
    /// The enum has no variants, or a discriminant size that is not 1, 2, 4 or 8.
    BadEnum,
    /// A field's type is not registered.
    UnknownType(String),
}

impl std::fmt::Display for LayoutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LayoutError::OutOfBounds(field) => write!(f, "field '{field}' lies outside its struct"),
            LayoutError::BadEnum => {
                f.write_str("an enum needs variants and a discriminant of 1, 2, 4 or 8 bytes")
            }
            LayoutError::UnknownType(field) => write!(f, "the type of field '{field}' is not registered"),
        }
    }
}

/// The types of one VM.
#[derive(Debug)]
pub struct CTypes {
    types: Vec<CType>,
}

impl Default for CTypes {
    fn default() -> CTypes {
        CTypes::new()
    }
}

impl CTypes {
    /// The scalars and the math types.
    pub fn new() -> CTypes {
        let scalars = Scalar::ALL.iter().map(|&scalar| CType {
            name: scalar.name().to_owned(),
            size: scalar.size(),
            form: Form::Scalar(scalar),
        });
        let math = Math::ALL.iter().map(|&math| CType {
            name: math.name().to_owned(),
            size: math.lanes() as u32 * 4,
            form: Form::Math(math),
        });
        CTypes { types: scalars.chain(math).collect() }
    }

    /// Adds a type.
    ///
    /// # Errors
    /// When the description contradicts itself; nothing is added then.
    pub fn add(&mut self, ctype: CType) -> Result<CTypeId, LayoutError> {
        self.check(&ctype)?;
        let id = CTypeId(self.types.len() as u32);
        self.types.push(ctype);
        Ok(id)
    }

    fn check(&self, ctype: &CType) -> Result<(), LayoutError> {
        match &ctype.form {
            Form::Struct(fields) => fields.iter().try_for_each(|field| self.check_field(ctype.size, field)),
            Form::Enum(e) if e.variants.is_empty() || !matches!(e.size, 1 | 2 | 4 | 8) => {
                Err(LayoutError::BadEnum)
            }
            Form::Array { element, count } => {
                let known = self.types.get(element.0 as usize);
                let part = known.ok_or_else(|| LayoutError::UnknownType("0".to_owned()))?;
                match part.size.checked_mul(*count) {
                    Some(size) if size <= ctype.size => Ok(()),
                    Some(_) | None => Err(LayoutError::OutOfBounds(count.saturating_sub(1).to_string())),
                }
            }
            Form::Enum(_) | Form::Scalar(_) | Form::Math(_) | Form::Hosted(_) => Ok(()),
        }
    }

    fn check_field(&self, size: u32, field: &Field) -> Result<(), LayoutError> {
        match field.place {
            Place::Hosted(_) | Place::Constant { .. } => Ok(()),
            Place::Bits { offset, bits, .. } => {
                let end = u64::from(offset) + bits.bytes().end as u64;
                let is_inside = end <= u64::from(size)
                    && bits.width > 0
                    && u32::from(bits.position) + u32::from(bits.width) <= 32;
                if is_inside { Ok(()) } else { Err(LayoutError::OutOfBounds(field.name.clone())) }
            }
            Place::Memory { offset, ctype } => {
                let part = self
                    .types
                    .get(ctype.0 as usize)
                    .ok_or_else(|| LayoutError::UnknownType(field.name.clone()))?;
                let end = offset.checked_add(part.size);
                if end.is_some_and(|end| end <= size) {
                    Ok(())
                } else {
                    Err(LayoutError::OutOfBounds(field.name.clone()))
                }
            }
        }
    }

    /// A type.
    ///
    /// # Panics
    /// When the id is of another VM.
    #[inline]
    pub fn get(&self, id: CTypeId) -> &CType {
        &self.types[id.0 as usize]
    }

    /// How many types there are.
    #[allow(clippy::len_without_is_empty, reason = "the scalars are always there")]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// What to say about a field that a type does not have.
    pub fn no_field(&self, id: CTypeId, name: &str) -> String {
        self.no_field_or_method(id, name, &[])
    }

    /// The same about a type with methods, one of which may have been meant.
    pub fn no_field_or_method(&self, id: CTypeId, name: &str, methods: &[&str]) -> String {
        let ctype = self.get(id);
        if let Form::Array { count, .. } = ctype.form {
            return match (name.parse::<f64>(), count) {
                (Ok(_), 0) => format!("{} has no element {name}: it is empty", ctype.name),
                (Ok(_), _) => format!("{} has no element {name}; they are 0 to {}", ctype.name, count - 1),
                (Err(_), _) => {
                    format!("{} has no field '{name}': it has elements, by number from 0", ctype.name)
                }
            };
        }
        let fields: Vec<&str> = match &ctype.form {
            Form::Struct(fields) => fields.iter().map(|f| f.name.as_str()).collect(),
            Form::Math(math) => Math::LANES[..math.lanes()].to_vec(),
            Form::Scalar(_) | Form::Enum(_) | Form::Hosted(_) | Form::Array { .. } => Vec::new(),
        };
        let hint = near_matches(name, fields.iter().chain(methods).copied())
            .first()
            .map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
        let list = if fields.is_empty() {
            "it has no fields".to_owned()
        } else {
            format!("its fields are: {}", fields.join(", "))
        };
        format!("{} has no field '{name}'{hint}; {list}", ctype.name)
    }
}

/// The candidates a misspelt name may have meant, best first, at most three.
pub fn near_matches<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let limit = (length / 3).max(1).min(length.saturating_sub(1));
    let mut best: HashMap<&str, usize> = HashMap::new();
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        let distance = edit_distance(&wanted, &lower);
        let part =
            wanted.len() >= 3 && lower.len() >= 3 && (lower.contains(&wanted) || wanted.contains(&lower));
        if distance <= limit {
            best.insert(candidate, distance);
        } else if part {
            best.insert(candidate, limit + 1);
        }
    }
    let mut found: Vec<(&str, usize)> = best.into_iter().collect();
    found.sort_by(|a, b| (a.1, a.0).cmp(&(b.1, b.0)));
    found.into_iter().take(3).map(|(candidate, _)| candidate).collect()
}

/// Levenshtein's distance, a swap of neighbours counting once.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, first) in rows[0].iter_mut().enumerate() {
        *first = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = cost;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn velocity(types: &mut CTypes) -> Result<CTypeId, LayoutError> {
        let fields = vec![
            Field::new("linear", 0, Math::Vec3.ctype()),
            Field::new("angular", 12, Scalar::F32.into()),
            Field::hosted("label", 7),
        ];
        types.add(CType { name: "Velocity".into(), size: 16, form: Form::Struct(fields) })
    }

    #[test]
    fn scalars_and_math_types_have_fixed_ids() {
        let types = CTypes::new();
        for &scalar in Scalar::ALL {
            assert_eq!(types.get(scalar.into()).form, Form::Scalar(scalar));
        }
        for math in Math::ALL {
            assert_eq!(types.get(math.ctype()).form, Form::Math(math));
            assert_eq!(types.get(math.ctype()).size as usize, math.lanes() * 4);
        }
    }

    #[test]
    fn a_wrong_field_lists_the_fields_and_the_near_match() {
        let mut types = CTypes::new();
        let id = velocity(&mut types).expect("well formed");
        assert_eq!(
            types.no_field(id, "liner"),
            "Velocity has no field 'liner' (did you mean 'linear'?); its fields are: linear, angular, label"
        );
        assert_eq!(types.no_field(Math::Vec2.ctype(), "z"), "Vec2 has no field 'z'; its fields are: x, y");
    }

    #[test]
    fn layouts_that_contradict_themselves_are_refused() {
        let mut types = CTypes::new();
        let field = Field::new("x", 4, Scalar::F64.into());
        let bad = CType { name: "Bad".into(), size: 8, form: Form::Struct(vec![field]) };
        assert_eq!(types.add(bad), Err(LayoutError::OutOfBounds("x".into())));
        let none =
            CType { name: "E".into(), size: 1, form: Form::Enum(EnumType { size: 1, variants: vec![] }) };
        assert_eq!(types.add(none), Err(LayoutError::BadEnum));
        let field = Field::new("x", 0, CTypeId(999));
        let bad = CType { name: "Bad".into(), size: 8, form: Form::Struct(vec![field]) };
        assert_eq!(types.add(bad), Err(LayoutError::UnknownType("x".into())));
    }

    #[test]
    fn near_matches_are_near() {
        let names = ["Transform", "GlobalTransform", "Velocity", "Frozen"];
        assert_eq!(near_matches("Trasnform", names), ["Transform"]);
        assert_eq!(near_matches("velocity", names), ["Velocity"]);
        assert_eq!(near_matches("transform", names), ["Transform", "GlobalTransform"]);
        assert!(near_matches("Health", names).is_empty());
    }
}
