//! Functions and upvalues as heap objects; prototypes and code in `code.rs`.
//!
//! A closure points to its [`Proto`], which points to the current version of its [`Code`]. A reload gives a prototype a new
//! code; frames keep the code they run alive (it is found from the constants pointer, see [`Code`]).

#![allow(unsafe_code, reason = "reads and writes heap cells")]

mod code;

pub use code::{Code, InlineCache, Proto};

use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, OutOfMemory};
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Answer, Args, NativeResult, Vm};

/// A function of either kind: look at [`Gc::<Function>::view`].
#[repr(C)]
pub struct Function {
    /// `Kind::LuaFunction` or `Kind::NativeFunction`.
    pub header: Header,
}

/// A Lua closure. `header.extra[0]` is the number of upvalues, `header.aux` the version of the code its upvalues fit.
#[repr(C)]
pub struct LuaFunction {
    /// See the type.
    pub header: Header,
    /// The prototype.
    pub proto: Gc<Proto>,
    /// The environment in which globals are looked up.
    pub env: Gc<Table>,
    /// The first upvalue; the others follow.
    pub upvalues: [Gc<Upvalue>; 0],
}

/// The Rust side of a native function: arguments lie at `args` on the stack of the running coroutine.
pub type NativeFn = fn(&mut Vm, Args) -> NativeResult;

/// What a call of a native comes to when its arguments are of the kind it is mostly called with: one value, found without a frame and
/// without calling Lua. `None` asks for the call itself.
pub type ShortForm = fn(&mut Vm, Gc<NativeFunction>, &[RawValue]) -> Option<RawValue>;

/// A function of the host as it is called where its one result goes straight to where it is wanted.
pub type DirectFn = fn(&mut Vm, Args) -> Answer;

/// Natives the interpreter runs itself, because they change which Lua frame runs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Special {
    /// An ordinary native.
    None = 0,
    /// A function of the host (host/function.rs): its one upvalue and its stack slots are no business of scripts, not even through `debug`.
    Host,
    /// `next`, so that loops over it need no call.
    Next,
    /// The iterator of `ipairs`, likewise.
    NextIndex,
    /// The step of a loop over rows, whose loop variables may be reused (ffi/cursor.rs). Its upvalues are no business of scripts either.
    NextRow,
    /// The step of a loop over whole columns. Its upvalues are no business of scripts either.
    NextColumns,
    /// `pcall`
    Pcall,
    /// `xpcall`
    Xpcall,
    /// `coroutine.resume`
    Resume,
    /// `coroutine.yield`
    Yield,
    /// A function made by `coroutine.wrap`; upvalue 0 is the coroutine.
    Wrapped,
    /// `tostring`, which ends in a tail call of `__tostring`.
    ToString,
    /// `table.foreach` and `table.foreachi`: returns the state of a walk (interp/slow/each.rs).
    Each,
}

impl Special {
    /// Whether a call is no more than a call of the Rust function.
    #[inline(always)]
    pub fn is_plain(self) -> bool {
        match self {
            Special::None
            | Special::Host
            | Special::Next
            | Special::NextIndex
            | Special::NextRow
            | Special::NextColumns => true,
            Special::Pcall
            | Special::Xpcall
            | Special::Resume
            | Special::Yield
            | Special::Wrapped
            | Special::ToString
            | Special::Each => false,
        }
    }
}

/// A native function. `header.extra[0]` is the number of upvalues, `header.extra[1]` a [`Special`], `header.aux` what `tostring`
/// shows in place of an address, if it is not zero.
#[repr(C)]
pub struct NativeFunction {
    /// See the type.
    pub header: Header,
    /// The Rust function.
    pub function: NativeFn,
    /// Its short form, if it has one.
    pub short: Option<ShortForm>,
    /// The same function with an answer in one word, if there is that: then it is a [`Special::Host`].
    pub direct: Option<DirectFn>,
    /// Its environment (`getfenv`).
    pub env: Gc<Table>,
    /// Its name in the library, for profiles and tracebacks.
    pub name: Gc<LuaString>,
    /// The first upvalue; the others follow.
    pub upvalues: [RawValue; 0],
}

/// A function, told apart.
#[derive(Clone, Copy, Debug)]
pub enum FunctionView {
    /// A Lua closure.
    Lua(Gc<LuaFunction>),
    /// A native function.
    Native(Gc<NativeFunction>),
}

impl Gc<Function> {
    /// Tells the two kinds apart.
    #[inline(always)]
    pub fn view(self) -> FunctionView {
        // SAFETY: the header's kind says which type the cell holds.
        unsafe {
            if (*self.as_ptr()).header.kind == Kind::LuaFunction {
                FunctionView::Lua(Gc::from_ptr(self.as_ptr().cast()))
            } else {
                FunctionView::Native(Gc::from_ptr(self.as_ptr().cast()))
            }
        }
    }

    /// Whether it is a native made of this Rust function.
    pub fn is_native(self, function: NativeFn) -> bool {
        match self.view() {
            FunctionView::Lua(_) => false,
            // SAFETY: a live cell.
            FunctionView::Native(native) => unsafe {
                std::ptr::fn_addr_eq((*native.as_ptr()).function, function)
            },
        }
    }

    /// The environment.
    pub fn env(self) -> Gc<Table> {
        match self.view() {
            // SAFETY: a live cell (gc/mod.rs).
            FunctionView::Lua(f) => unsafe { (*f.as_ptr()).env },
            // SAFETY: as above.
            FunctionView::Native(f) => unsafe { (*f.as_ptr()).env },
        }
    }

    /// Replaces the environment.
    pub fn set_env(self, heap: &mut Heap, env: Gc<Table>) {
        heap.barrier(self.env().into());
        match self.view() {
            // SAFETY: a live cell (gc/mod.rs).
            FunctionView::Lua(f) => unsafe { (*f.as_ptr()).env = env },
            // SAFETY: as above.
            FunctionView::Native(f) => unsafe { (*f.as_ptr()).env = env },
        }
    }
}

impl Gc<LuaFunction> {
    /// The closure as a value of the function type.
    #[inline(always)]
    pub fn as_function(self) -> Gc<Function> {
        // SAFETY: a LuaFunction starts with a Function's header.
        unsafe { Gc::from_ptr(self.as_ptr().cast()) }
    }
    /// The prototype.
    #[inline(always)]
    pub fn proto(self) -> Gc<Proto> {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { (*self.as_ptr()).proto }
    }
    /// The number of upvalues.
    #[inline(always)]
    pub fn upvalue_count(self) -> usize {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { usize::from((*self.as_ptr()).header.extra[0]) }
    }
    /// The address of an upvalue's place in the cell.
    ///
    /// # Panics
    /// If `index` is out of range.
    pub fn upvalue_slot(self, index: usize) -> *mut Gc<Upvalue> {
        assert!(index < self.upvalue_count(), "upvalue index in range");
        // SAFETY: the cell was allocated with room for `upvalue_count` upvalues behind the header.
        unsafe { (&raw mut (*self.as_ptr()).upvalues).cast::<Gc<Upvalue>>().add(index) }
    }
    /// An upvalue.
    pub fn upvalue(self, index: usize) -> Gc<Upvalue> {
        // SAFETY: all upvalues are initialised before the closure can be seen.
        unsafe { *self.upvalue_slot(index) }
    }
    /// Replaces an upvalue.
    pub fn set_upvalue(self, heap: &mut Heap, index: usize, upvalue: Gc<Upvalue>) {
        heap.barrier_cell(self.upvalue(index).addr());
        // SAFETY: checked by `upvalue_slot`.
        unsafe { *self.upvalue_slot(index) = upvalue }
    }
}

impl Gc<NativeFunction> {
    /// The native as a value of the function type.
    #[inline(always)]
    pub fn as_function(self) -> Gc<Function> {
        // SAFETY: a NativeFunction starts with a Function's header.
        unsafe { Gc::from_ptr(self.as_ptr().cast()) }
    }
    /// The number by which LuaJIT knows it; 0 for other natives.
    pub fn number(self) -> u32 {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { (*self.as_ptr()).header.aux }
    }
    /// Gives it a number.
    pub fn set_number(self, number: u32) {
        // SAFETY: as above.
        unsafe { (*self.as_ptr()).header.aux = number }
    }
    /// The number of upvalues.
    pub fn upvalue_count(self) -> usize {
        // SAFETY: a live cell (gc/mod.rs).
        unsafe { usize::from((*self.as_ptr()).header.extra[0]) }
    }
    /// How many of them scripts may look at.
    pub fn shown_upvalues(self) -> usize {
        let is_hidden = matches!(self.special(), Special::Host | Special::NextRow | Special::NextColumns);
        if is_hidden { 0 } else { self.upvalue_count() }
    }
    /// The address of an upvalue.
    ///
    /// # Panics
    /// If `index` is out of range.
    pub fn upvalue_slot(self, index: usize) -> *mut RawValue {
        assert!(index < self.upvalue_count(), "upvalue index in range");
        // SAFETY: the cell was allocated with room for `upvalue_count` values.
        unsafe { (&raw mut (*self.as_ptr()).upvalues).cast::<RawValue>().add(index) }
    }
    /// An upvalue.
    pub fn upvalue(self, index: usize) -> RawValue {
        // SAFETY: initialised at creation.
        unsafe { *self.upvalue_slot(index) }
    }
    /// Replaces an upvalue.
    pub fn set_upvalue(self, heap: &mut Heap, index: usize, value: RawValue) {
        heap.barrier(self.upvalue(index));
        // SAFETY: checked by `upvalue_slot`.
        unsafe { *self.upvalue_slot(index) = value }
    }
    /// Its short form, if it has one.
    pub(crate) fn short_form(self) -> Option<ShortForm> {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).short }
    }
    /// Gives it a short form.
    pub(crate) fn set_short_form(self, short: ShortForm) {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).short = Some(short) }
    }
    /// Gives it a form with an answer in one word.
    pub(crate) fn set_direct(self, direct: DirectFn) {
        debug_assert_eq!(self.special(), Special::Host);
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).direct = Some(direct) }
    }
    /// What the interpreter does with it.
    #[inline(always)]
    pub fn special(self) -> Special {
        // SAFETY: `extra[1]` is only ever written from a `Special`.
        unsafe { std::mem::transmute::<u8, Special>((*self.as_ptr()).header.extra[1]) }
    }
}

/// Header flag of an upvalue: an alias of the upvalue in `next_open`, which it keeps alive (reload/capture.rs).
pub const REDIRECTED: u8 = 1;

/// A variable shared by closures: open while `location` points into a stack, closed when it points at `closed`.
#[repr(C)]
pub struct Upvalue {
    /// The header.
    pub header: Header,
    /// Where the value is.
    pub location: *mut RawValue,
    /// The value, once closed. The collector closes the open upvalues of a dead coroutine before its stack goes.
    pub closed: RawValue,
    /// The next open upvalue of the same thread, at a lower stack address; null at the end and when closed.
    pub next_open: *mut Upvalue,
}

impl Gc<Upvalue> {
    /// The variable's value.
    #[inline(always)]
    pub fn get(self) -> RawValue {
        // SAFETY: `location` points into the stack of a live thread or at `closed` (thread.rs closes upvalues before
        // stack slots go away).
        unsafe { *(*self.as_ptr()).location }
    }
    /// Assigns the variable.
    #[inline(always)]
    pub fn set(self, heap: &mut Heap, value: RawValue) {
        // SAFETY: as above.
        unsafe {
            let location = (*self.as_ptr()).location;
            heap.barrier(*location);
            *location = value;
        }
    }
    /// Whether the variable still lives on a stack.
    pub fn is_open(self) -> bool {
        // SAFETY: a live cell.
        unsafe { (*self.as_ptr()).location != &raw mut (*self.as_ptr()).closed }
    }
}

/// A new native function.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_native(
    heap: &mut Heap,
    name: &str,
    function: NativeFn,
    env: Gc<Table>,
    upvalues: &[RawValue],
    special: Special,
) -> Result<Gc<Function>, OutOfMemory> {
    let name = heap.intern(name.as_bytes())?;
    let size = size_of::<NativeFunction>() + size_of_val(upvalues);
    let cell: *mut NativeFunction = heap.alloc(Kind::NativeFunction, size)?.cast();
    let count = u8::try_from(upvalues.len()).expect("a native has at most 255 upvalues");
    // SAFETY: the cell is fresh and has room for the header and the upvalues.
    unsafe {
        cell.write(NativeFunction {
            header: Header { extra: [count, special as u8], ..Header::new(Kind::NativeFunction) },
            function,
            short: None,
            direct: None,
            env,
            name,
            upvalues: [],
        });
        let first = (&raw mut (*cell).upvalues).cast::<RawValue>();
        std::ptr::copy_nonoverlapping(upvalues.as_ptr(), first, upvalues.len());
        Ok(Gc::from_ptr(cell.cast()))
    }
}

/// A native like another, with upvalues of its own.
///
/// # Errors
/// When the memory limit is reached.
pub fn copy_native(
    heap: &mut Heap,
    template: Gc<NativeFunction>,
    upvalues: &[RawValue],
) -> Result<Gc<Function>, OutOfMemory> {
    let size = size_of::<NativeFunction>() + size_of_val(upvalues);
    let cell: *mut NativeFunction = heap.alloc(Kind::NativeFunction, size)?.cast();
    let count = u8::try_from(upvalues.len()).expect("a native has at most 255 upvalues");
    // SAFETY: the cell is fresh and has room for the header and the upvalues; the template is live.
    unsafe {
        let NativeFunction { ref header, function, short, direct, env, name, upvalues: [] } =
            *template.as_ptr();
        cell.write(NativeFunction {
            header: Header {
                extra: [count, header.extra[1]],
                aux: header.aux,
                ..Header::new(Kind::NativeFunction)
            },
            function,
            short,
            direct,
            env,
            name,
            upvalues: [],
        });
        let first = (&raw mut (*cell).upvalues).cast::<RawValue>();
        std::ptr::copy_nonoverlapping(upvalues.as_ptr(), first, upvalues.len());
        Ok(Gc::from_ptr(cell.cast()))
    }
}

/// Another native function like one, with the same upvalues.
///
/// # Errors
/// When the memory limit is reached.
pub fn duplicate_native(
    heap: &mut Heap,
    native: Gc<NativeFunction>,
) -> Result<Gc<NativeFunction>, OutOfMemory> {
    let size = size_of::<NativeFunction>() + native.upvalue_count() * size_of::<RawValue>();
    let cell: *mut NativeFunction = heap.alloc(Kind::NativeFunction, size)?.cast();
    // SAFETY: the cell is fresh and has room for all that the native has, which is live.
    unsafe {
        let Header { extra, aux, .. } = (*native.as_ptr()).header;
        std::ptr::copy_nonoverlapping(native.as_ptr().cast::<u8>(), cell.cast(), size);
        (*cell).header = Header { extra, aux, ..Header::new(Kind::NativeFunction) };
        Ok(Gc::from_ptr(cell))
    }
}

/// A new Lua closure with the given upvalues.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_closure(
    heap: &mut Heap,
    proto: Gc<Proto>,
    env: Gc<Table>,
    upvalues: &[Gc<Upvalue>],
) -> Result<Gc<LuaFunction>, OutOfMemory> {
    let size = size_of::<LuaFunction>() + size_of_val(upvalues);
    let cell: *mut LuaFunction = heap.alloc(Kind::LuaFunction, size)?.cast();
    let count = u8::try_from(upvalues.len()).expect("the compiler allows at most 60 upvalues");
    // SAFETY: the cell is fresh and has room for the header and the upvalues; `proto` is live.
    unsafe {
        let version = (*proto.as_ptr()).version;
        cell.write(LuaFunction {
            header: Header { extra: [count, 0], aux: version, ..Header::new(Kind::LuaFunction) },
            proto,
            env,
            upvalues: [],
        });
        let first = (&raw mut (*cell).upvalues).cast::<Gc<Upvalue>>();
        std::ptr::copy_nonoverlapping(upvalues.as_ptr(), first, upvalues.len());
        Ok(Gc::from_ptr(cell))
    }
}

/// A new closed upvalue.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_closed_upvalue(heap: &mut Heap, value: RawValue) -> Result<Gc<Upvalue>, OutOfMemory> {
    let cell: *mut Upvalue = heap.alloc(Kind::Upvalue, size_of::<Upvalue>())?.cast();
    // SAFETY: the cell is fresh and large enough.
    unsafe {
        cell.write(Upvalue {
            header: Header::new(Kind::Upvalue),
            location: &raw mut (*cell).closed,
            closed: value,
            next_open: std::ptr::null_mut(),
        });
        Ok(Gc::from_ptr(cell))
    }
}
