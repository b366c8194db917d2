//! Adding types, names and their meanings.

use super::known;
use super::{
    CTab, CTypeId, Change, Enumeration, FIRST, Function, Kind, MAX_TYPES, Member, Name, OF_RECORD,
    POINTER_SIZE, Quals, Record, TooManyTypes, TypeInfo, UNKNOWN,
};

impl CTab {
    /// The id of a type, which is added when it is new.
    pub(super) fn intern(&mut self, info: TypeInfo) -> Result<CTypeId, TooManyTypes> {
        if let Some(&known) = self.interned.get(&info) {
            return Ok(known);
        }
        if self.types.len() >= MAX_TYPES {
            return Err(TooManyTypes);
        }
        let id = CTypeId(FIRST + self.types.len() as u32);
        self.types.push(info);
        self.interned.insert(info, id);
        Ok(id)
    }

    /// An integer, `bool` or float of so many bytes.
    pub fn number(&mut self, kind: Kind, size: u32, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        self.intern(TypeInfo { kind, quals, size, align: size.trailing_zeros() as u8 })
    }

    /// `void`
    pub fn void(&mut self, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        self.intern(TypeInfo { kind: Kind::Void, quals, size: UNKNOWN, align: 0 })
    }

    /// A pointer.
    #[inline]
    pub fn pointer(&mut self, to: CTypeId, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        match self.pointers.get((to.0 - FIRST) as usize) {
            Some(&known) if known != CTypeId(0) && quals == Quals::NONE => Ok(known),
            _ => self.new_pointer(to, quals),
        }
    }

    fn new_pointer(&mut self, to: CTypeId, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        let pointer = self.intern_pointer(to, quals)?;
        if quals == Quals::NONE {
            remember(&mut self.pointers, to, pointer);
        }
        Ok(pointer)
    }

    fn intern_pointer(&mut self, to: CTypeId, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        let align = POINTER_SIZE.trailing_zeros() as u8;
        self.intern(TypeInfo { kind: Kind::Pointer(to), quals, size: POINTER_SIZE, align })
    }

    /// A reference.
    #[inline]
    pub fn reference(&mut self, to: CTypeId) -> Result<CTypeId, TooManyTypes> {
        match self.references.get((to.0 - FIRST) as usize) {
            Some(&known) if known != CTypeId(0) => Ok(known),
            _ => self.new_reference(to),
        }
    }

    fn new_reference(&mut self, to: CTypeId) -> Result<CTypeId, TooManyTypes> {
        let reference = self.intern_reference(to)?;
        remember(&mut self.references, to, reference);
        Ok(reference)
    }

    fn intern_reference(&mut self, to: CTypeId) -> Result<CTypeId, TooManyTypes> {
        let align = POINTER_SIZE.trailing_zeros() as u8;
        self.intern(TypeInfo { kind: Kind::Reference(to), quals: Quals::CONST, size: POINTER_SIZE, align })
    }

    /// An array of `count` elements, or `[]`. The size must have been checked.
    pub fn array(&mut self, of: CTypeId, count: Option<u32>) -> Result<CTypeId, TooManyTypes> {
        let size = count.map_or(UNKNOWN, |count| self.size(of) * count);
        let (quals, align) = (self.quals(of), self.align(of));
        self.intern(TypeInfo { kind: Kind::Array(of), quals, size, align })
    }

    /// `[?]`
    pub fn variable_array(&mut self, of: CTypeId) -> Result<CTypeId, TooManyTypes> {
        let (quals, align) = (self.quals(of), self.align(of));
        self.intern(TypeInfo { kind: Kind::VariableArray(of), quals, size: UNKNOWN, align })
    }

    /// A vector of `size` bytes.
    pub fn vector(&mut self, of: CTypeId, size: u32, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        let align = (size.trailing_zeros() as u8).min(4).max(self.align(of));
        self.intern(TypeInfo { kind: Kind::Vector(of), quals, size, align })
    }

    /// The type with more qualifiers.
    pub fn qualified(&mut self, id: CTypeId, quals: Quals) -> Result<CTypeId, TooManyTypes> {
        let mut info = self.get(id);
        info.quals = info.quals.or(quals);
        self.intern(info)
    }

    /// The type without qualifiers of its own, and without an alignment asked for if it is a struct.
    pub fn unqualified(&mut self, id: CTypeId) -> Result<CTypeId, TooManyTypes> {
        let mut info = self.get(id);
        match info.kind {
            Kind::Record(record) => Ok(self.records[record as usize].ctype),
            _ => {
                info.quals = Quals::NONE;
                self.intern(info)
            }
        }
    }

    /// The type with another alignment.
    pub fn aligned(&mut self, id: CTypeId, align: u8) -> Result<CTypeId, TooManyTypes> {
        let mut info = self.get(id);
        info.align = align;
        self.intern(info)
    }

    /// A function type, unlike every other.
    pub fn add_function(&mut self, function: Function) -> Result<CTypeId, TooManyTypes> {
        let kind = Kind::Function(self.functions.len() as u32);
        let id = self.intern(TypeInfo { kind, quals: Quals::NONE, size: UNKNOWN, align: 0 })?;
        self.functions.push(function);
        Ok(id)
    }

    /// An incomplete struct or union.
    pub fn add_record(&mut self, name: Option<&str>, is_union: bool) -> Result<(u32, CTypeId), TooManyTypes> {
        let index = self.records.len() as u32;
        let kind = Kind::Record(index);
        let id = self.intern(TypeInfo { kind, quals: Quals::NONE, size: UNKNOWN, align: OF_RECORD })?;
        let name: Option<Box<str>> = name.map(Into::into);
        if let Some(name) = &name {
            self.journal.push(Change::Tag(name.clone()));
            self.tags.insert(name.clone(), id);
        }
        self.records.push(Record { name, is_union, size: UNKNOWN, ctype: id, ..Record::default() });
        Ok((index, id))
    }

    /// A type of the host that declarations can name: so many bytes, of which nothing is known here. Gives the index of its record.
    pub fn add_opaque(&mut self, name: &str, size: u32, align: u8) -> Result<u32, TooManyTypes> {
        let (index, ctype) = self.add_record(Some(name), false)?;
        let record = self.record_mut(index);
        (record.size, record.align, record.is_defined) = (size, align, true);
        self.declare(name, Name::Typedef(ctype));
        Ok(index)
    }

    /// A type of the host by its name, with its size and alignment in bytes. It has no tag, so that scripts may have a struct of that name.
    pub fn add_host(
        &mut self,
        name: &str,
        host: CTypeId,
        (size, align): (u32, usize),
        members: Vec<Member>,
    ) -> Result<CTypeId, TooManyTypes> {
        let (index, ctype) = self.add_record(None, false)?;
        let record = self.record_mut(index);
        (record.size, record.align, record.is_defined) = (size, align.trailing_zeros() as u8, true);
        (record.name, record.members, record.host) = (Some(name.into()), members, Some(host));
        self.declare(name, Name::Typedef(ctype));
        self.hosts.push((host, ctype));
        Ok(ctype)
    }

    /// The declared type that stands for a type of the host.
    pub fn named_host(&self, host: CTypeId) -> Option<CTypeId> {
        self.hosts.iter().find(|(known, _)| *known == host).map(|(_, ctype)| *ctype)
    }

    /// Whether a name is that of a type of the host.
    pub fn is_of_host(&self, name: &str) -> bool {
        match self.names.get(name) {
            Some(Name::Typedef(ctype)) => self.hosts.iter().any(|(_, known)| known == ctype),
            Some(Name::Constant(_) | Name::Symbol { .. }) | None => false,
        }
    }

    /// A record, to be completed.
    pub fn record_mut(&mut self, index: u32) -> &mut Record {
        self.journal.push(Change::Record(index));
        &mut self.records[index as usize]
    }

    /// An incomplete enum.
    pub fn add_enum(&mut self, name: Option<&str>) -> Result<(u32, CTypeId), TooManyTypes> {
        let index = self.enums.len() as u32;
        let id =
            self.intern(TypeInfo { kind: Kind::Enum(index), quals: Quals::NONE, size: 4, align: OF_RECORD })?;
        let name: Option<Box<str>> = name.map(Into::into);
        if let Some(name) = &name {
            self.journal.push(Change::Tag(name.clone()));
            self.tags.insert(name.clone(), id);
        }
        let integer = known::UINT32;
        self.enums.push(Enumeration { name, is_complete: false, integer, constants: Vec::new(), ctype: id });
        Ok((index, id))
    }

    /// An enum, to be completed.
    pub fn enum_mut(&mut self, index: u32) -> &mut Enumeration {
        self.journal.push(Change::Enum(index));
        &mut self.enums[index as usize]
    }

    /// Gives an identifier its meaning. The first one stays.
    pub fn declare(&mut self, name: &str, meaning: Name) {
        if !self.names.contains_key(name) {
            self.names.insert(name.into(), meaning);
            self.journal.push(Change::Name(name.into()));
        }
    }
}

/// Notes the type made of another one.
fn remember(list: &mut Vec<CTypeId>, of: CTypeId, made: CTypeId) {
    let slot = (of.0 - FIRST) as usize;
    if list.len() <= slot {
        list.resize(slot + 1, CTypeId(0));
    }
    list[slot] = made;
}
