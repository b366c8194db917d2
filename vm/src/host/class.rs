//! Userdata types of the host.
//!
//! A value lies in its userdata inside a `RefCell`, so that a method that changes it cannot be entered again while it runs. Per type and VM
//! there is one metatable and one table of methods, made when the type is first used.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::marker::PhantomData;

use super::function::{finish, new_native_for, raise_bad_argument};
use super::{checked, new_host_function};
use crate::context::Context;
use crate::error::Error;
use crate::marshal::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti};
use crate::rt::meta::Meta;
use crate::table::Table;
use crate::userdata::new_userdata;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, Given, Raised, Vm};

/// A Rust type whose values scripts can hold, with the methods they can call.
///
/// ```
/// # fn main() -> Result<(), perilune::Error> {
/// use perilune::{Lua, MetaMethod, Methods, UserData};
///
/// struct Wallet {
///     coins: u32,
/// }
///
/// impl UserData for Wallet {
///     const NAME: &'static str = "Wallet";
///
///     fn methods(methods: &mut Methods<'_, Self>) {
///         methods.function("new", |_, coins: u32| Ok(Wallet { coins }));
///         methods.method_mut("pay", |wallet, _, price: u32| {
///             let enough = wallet.coins >= price;
///             wallet.coins -= if enough { price } else { 0 };
///             Ok(enough)
///         });
///         methods.getter("coins", |wallet, _| Ok(wallet.coins));
///         methods.meta(MetaMethod::ToString, |wallet, _, ()| Ok(format!("{} coins", wallet.coins)));
///     }
/// }
///
/// let mut lua = Lua::new();
/// let class = lua.class::<Wallet>()?;
/// lua.globals().set(&mut lua, "Wallet", &class)?;
/// lua.load("
///     local wallet = Wallet.new(10)
///     assert(wallet:pay(7) and not wallet:pay(7))
///     assert(wallet.coins == 3 and tostring(wallet) == '3 coins')
/// ").exec(&mut lua)?;
/// # Ok(())
/// # }
/// ```
pub trait UserData: Sized + Send + 'static {
    /// The name of the type in messages.
    const NAME: &'static str;

    /// Lists the methods. Called once per VM.
    fn methods(methods: &mut Methods<'_, Self>);
}

/// Where [`UserData::methods`] puts methods, functions and fields.
///
/// A failure (only the memory limit can be one) is kept and returned by what first used the type.
pub struct Methods<'a, T> {
    cx: &'a mut Context,
    tables: Tables,
    number: ClassNumber,
    has_fields: bool,
    outcome: Result<(), Error>,
    _type: PhantomData<fn(T)>,
}

/// The tables of a type, as indices of `heap.roots.pinned`.
#[derive(Clone, Copy)]
struct Tables {
    meta: u32,
    methods: u32,
    getters: u32,
    setters: u32,
}

/// A type a VM knows.
#[derive(Clone, Copy)]
pub(crate) struct Class {
    /// The index of its metatable among the pinned values.
    pub(crate) meta: u32,
    /// The index of its table of methods.
    pub(crate) methods: u32,
    number: ClassNumber,
}

/// By which the userdata of a type are told from others of the same VM at a look, from 1; 0 in other userdata, and for types beyond the
/// 65,535th.
type ClassNumber = u16;

/// How a value lies in its userdata.
pub(crate) type Payload<T> = RefCell<T>;

impl<T: UserData> Methods<'_, T> {
    /// A method that looks at the value: `value:name(arguments)`.
    pub fn method<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&T, &mut Context, A) -> Result<R, Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let number = self.number;
        self.add(self.tables.methods, name, move |vm, args| with_self(vm, args, number, &function));
    }

    /// A method that changes the value. While it runs, no other method of the same value can be called.
    pub fn method_mut<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&mut T, &mut Context, A) -> Result<R, Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let number = self.number;
        self.add(self.tables.methods, name, move |vm, args| with_self_mut(vm, args, number, &function));
    }

    /// A function beside the methods, without a value of the type: `Type.name(arguments)`. See [`Context::class`].
    pub fn function<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&mut Context, A) -> Result<R, Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let native = checked(self.cx.vm(), |vm| new_host_function(vm, name, function));
        self.store(self.tables.methods, name, native);
    }

    /// What an operator or a conversion does with a value, which is the first argument. `Index` and `NewIndex` are
    /// made from the methods and fields; finalizing is what [`Drop`] is for.
    ///
    /// # Panics
    /// For `Index`, `NewIndex`, `Gc`, `Mode`, `Metatable` and `Name`.
    pub fn meta<F, A, R>(&mut self, event: Meta, function: F)
    where
        F: Fn(&T, &mut Context, A) -> Result<R, Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let own = [Meta::Index, Meta::NewIndex, Meta::Gc, Meta::Mode, Meta::Metatable, Meta::Name];
        assert!(!own.contains(&event), "the type's own business: {}", event.name());
        let number = self.number;
        self.add(self.tables.meta, event.name(), move |vm, args| with_self(vm, args, number, &function));
    }

    /// A binary operator whose operands may come in either order (`2 * v`), both given as they are.
    ///
    /// # Panics
    /// As [`Methods::meta`].
    pub fn operator<F, A, R>(&mut self, event: Meta, function: F)
    where
        F: Fn(&mut Context, A) -> Result<R, Error> + Send + 'static,
        A: FromLuaMulti + 'static,
        R: IntoLuaMulti + 'static,
    {
        let operators = [
            Meta::Add,
            Meta::Sub,
            Meta::Mul,
            Meta::Div,
            Meta::Mod,
            Meta::Pow,
            Meta::Concat,
            Meta::Eq,
            Meta::Lt,
            Meta::Le,
        ];
        assert!(operators.contains(&event), "not a binary operator: {}", event.name());
        let native = checked(self.cx.vm(), |vm| new_host_function(vm, event.name(), function));
        self.store(self.tables.meta, event.name(), native);
    }

    /// A field that can be read: `value.name`.
    pub fn getter<F, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&T, &mut Context) -> Result<R, Error> + Send + 'static,
        R: IntoLua + 'static,
    {
        self.has_fields = true;
        let number = self.number;
        self.add(self.tables.getters, name, move |vm, args| {
            with_self(vm, args, number, &|this: &T, cx: &mut Context, ()| function(this, cx))
        });
    }

    /// A field that can be assigned: `value.name = x`.
    pub fn setter<F, V>(&mut self, name: &str, function: F)
    where
        F: Fn(&mut T, &mut Context, V) -> Result<(), Error> + Send + 'static,
        V: FromLua + 'static,
    {
        self.has_fields = true;
        let number = self.number;
        self.add(self.tables.setters, name, move |vm, args| {
            with_self_mut(vm, args, number, &|this: &mut T, cx: &mut Context, value: V| {
                function(this, cx, value)
            })
        });
    }

    fn add<C>(&mut self, table: u32, name: &str, closure: C)
    where
        C: Fn(&mut Vm, Args) -> Result<Given, Raised> + Send + 'static,
    {
        let native = checked(self.cx.vm(), |vm| new_native_for(vm, name, closure));
        self.store(table, name, native);
    }

    fn store(&mut self, table: u32, name: &str, value: Result<RawValue, Error>) {
        let stored = value.and_then(|value| {
            checked(self.cx.vm(), |vm| {
                let table = pinned_table(vm, table);
                vm.raw_set_name(table, name, value)
            })
        });
        self.outcome = std::mem::replace(&mut self.outcome, Ok(())).and(stored);
    }

    /// Gives the metatable its `__index`, `__newindex` and what protects it.
    fn seal(mut self) -> Result<Class, Error> {
        let (Tables { meta, methods, getters, setters }, number) = (self.tables, self.number);
        if self.has_fields {
            self.add(meta, Meta::Index.name(), move |vm, args| read_field::<T>(vm, args, getters, methods));
            self.add(meta, Meta::NewIndex.name(), move |vm, args| write_field::<T>(vm, args, setters));
        } else {
            let methods = self.cx.vm().heap.roots.pinned[methods as usize];
            self.store(meta, Meta::Index.name(), Ok(methods));
        }
        let name = checked(self.cx.vm(), |vm| vm.new_string(T::NAME.as_bytes()));
        self.store(meta, Meta::Name.name(), name);
        self.store(meta, Meta::Metatable.name(), Ok(RawValue::FALSE));
        self.outcome.map(|()| Class { meta, methods, number })
    }
}

/// The tables of a type, made on first use.
pub(crate) fn class_of<T: UserData>(cx: &mut Context) -> Result<Class, Error> {
    let id = TypeId::of::<T>();
    if let Some(&class) = cx.vm().host.classes.get(&id) {
        return Ok(class);
    }
    let mut table = || pin_table(cx.vm());
    let tables = Tables { meta: table()?, methods: table()?, getters: table()?, setters: table()? };
    let count = &mut cx.vm().host.class_count;
    *count = count.saturating_add(1);
    let number = ClassNumber::try_from(*count).unwrap_or(0);
    let mut methods =
        Methods::<T> { cx, tables, number, has_fields: false, outcome: Ok(()), _type: PhantomData };
    T::methods(&mut methods);
    let class = methods.seal()?;
    cx.vm().host.classes.insert(id, class);
    Ok(class)
}

/// A userdata holding a value of the host.
pub(crate) fn new_host_userdata<T: UserData>(cx: &mut Context, value: T) -> Result<RawValue, Error> {
    let class = class_of::<T>(cx)?;
    checked(cx.vm(), |vm| {
        let meta = pinned_table(vm, class.meta);
        let payload: Box<dyn Any + Send> = Box::new(Payload::new(value));
        let userdata = new_userdata(&mut vm.heap, Some(payload), Some(meta))?;
        userdata.set_class(class.number);
        Ok(userdata.into())
    })
}

fn pin_table(vm: &mut Vm) -> Result<u32, Error> {
    checked(vm, |vm| {
        let table = vm.new_table(0, 0)?;
        vm.heap.roots.pinned.push(table.into());
        Ok(u32::try_from(vm.heap.roots.pinned.len() - 1).expect("fewer than 2^32 types"))
    })
}

fn pinned_table(vm: &Vm, index: u32) -> Gc<Table> {
    vm.heap.roots.pinned[index as usize].as_table().expect("the tables of a type are tables")
}

/// Runs a method on the value in the first argument.
#[inline(always)]
fn with_self<T, A, R>(
    vm: &mut Vm,
    args: Args,
    number: ClassNumber,
    function: &impl Fn(&T, &mut Context, A) -> Result<R, Error>,
) -> Result<Given, Raised>
where
    T: UserData,
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    let cell = self_cell::<T>(vm, args, number)?;
    let Ok(this) = cell.try_borrow() else {
        return Err(vm.error(format!("a {} is used while one of its methods changes it", T::NAME)));
    };
    let cx = Context::of(vm);
    match A::from_slots(cx, args.into(), 1) {
        Ok(values) => finish(function(&this, cx, values), cx),
        Err(bad) => Err(raise_bad_argument(cx.vm(), args, &bad)),
    }
}

/// Runs a method that changes the value in the first argument.
#[inline(always)]
fn with_self_mut<T, A, R>(
    vm: &mut Vm,
    args: Args,
    number: ClassNumber,
    function: &impl Fn(&mut T, &mut Context, A) -> Result<R, Error>,
) -> Result<Given, Raised>
where
    T: UserData,
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    let cell = self_cell::<T>(vm, args, number)?;
    let Ok(mut this) = cell.try_borrow_mut() else {
        return Err(vm.error(format!("a {} is changed while one of its methods runs", T::NAME)));
    };
    let cx = Context::of(vm);
    match A::from_slots(cx, args.into(), 1) {
        Ok(values) => finish(function(&mut this, cx, values), cx),
        Err(bad) => Err(raise_bad_argument(cx.vm(), args, &bad)),
    }
}

/// The value in the first argument.
#[inline(always)]
fn self_cell<'a, T: UserData>(
    vm: &mut Vm,
    args: Args,
    number: ClassNumber,
) -> Result<&'a Payload<T>, Raised> {
    let userdata = vm.arg(args, 0).as_userdata();
    // SAFETY: a live userdata, which the arguments keep alive until the native returns: nothing replaces them (`Special::Host`). The host
    // can take the value out only while nothing borrows it (`AnyUserData::take`), and the callers borrow it at once.
    let payload = userdata.and_then(|cell| unsafe { (*cell.as_ptr()).payload.as_deref() });
    if let (Some(userdata), Some(payload)) = (userdata, payload)
        && number != 0
        && userdata.class() == number
    {
        debug_assert!(payload.is::<Payload<T>>(), "a class's number is that of its type");
        // SAFETY: `new_host_userdata` gives a userdata the number of the type its value has, and a value is never replaced by another.
        return Ok(unsafe { &*(&raw const *payload).cast::<Payload<T>>() });
    }
    match payload.and_then(|payload| (payload as &dyn Any).downcast_ref::<Payload<T>>()) {
        Some(cell) => Ok(cell),
        None => Err(vm.arg_type_error(args, 0, T::NAME)),
    }
}

fn read_field<T: UserData>(vm: &mut Vm, args: Args, getters: u32, methods: u32) -> Result<Given, Raised> {
    let (this, key) = (vm.arg(args, 0), vm.arg(args, 1));
    let getter = pinned_table(vm, getters).get(&vm.heap, key);
    if !getter.is_nil() {
        return vm.call1(getter, &[this]).map(Given::One);
    }
    let method = pinned_table(vm, methods).get(&vm.heap, key);
    if method.is_nil() {
        return Err(no_field::<T>(vm, key, "field or method"));
    }
    Ok(Given::One(method))
}

fn write_field<T: UserData>(vm: &mut Vm, args: Args, setters: u32) -> Result<Given, Raised> {
    let (this, key, value) = (vm.arg(args, 0), vm.arg(args, 1), vm.arg(args, 2));
    let setter = pinned_table(vm, setters).get(&vm.heap, key);
    if setter.is_nil() {
        return Err(no_field::<T>(vm, key, "field that can be assigned,"));
    }
    vm.call1(setter, &[this, value])?;
    Ok(Given::Nothing)
}

#[cold]
fn no_field<T: UserData>(vm: &mut Vm, key: RawValue, what: &str) -> Raised {
    let name = match key.as_string() {
        Some(name) => String::from_utf8_lossy(name.as_bytes()).into_owned(),
        None => key.type_name().to_owned(),
    };
    vm.error(format!("{} has no {what} '{name}'", T::NAME))
}
