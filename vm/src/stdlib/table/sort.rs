//! `sort`.
//!
//! Quicksort with the median of three as pivot and, step by step, the comparisons and swaps of Lua's own, so that an order
//! function sees the same calls and an inconsistent one fails the same way. Tables of numbers or strings without an order
//! function are sorted in a copy.

use super::{Poll, length, set};
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn sort(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.check_table(args, 0)?;
    let order = if vm.arg(args, 1).is_nil() { None } else { Some(vm.check_function(args, 1)?) };
    let end = length(vm, table);
    if order.is_none() {
        if let Some(numbers) = elements(vm, table, end, RawValue::as_number) {
            let less = |a: f64, b: f64| a < b;
            let sorted = sort_copy(vm, numbers, less)?;
            store(vm, table, &sorted)?;
            return vm.ret0();
        }
        if let Some(strings) = elements(vm, table, end, RawValue::as_string) {
            let less = |a: Gc<LuaString>, b: Gc<LuaString>| a.as_bytes() < b.as_bytes();
            let sorted = sort_copy(vm, strings, less)?;
            store(vm, table, &sorted)?;
            return vm.ret0();
        }
    }
    let held = vm.top;
    for _ in Held::ALL {
        vm.push(RawValue::NIL)?;
    }
    quicksort(&mut InPlace { vm, table, order, held }, 1, end)?;
    vm.ret0()
}

/// What is sorted, by indices from 1.
trait Sequence {
    type Item: Copy;
    fn get(&mut self, index: i64) -> Self::Item;
    fn set(&mut self, index: i64, item: Self::Item) -> Result<(), Raised>;
    fn less(&mut self, a: Self::Item, b: Self::Item) -> Result<bool, Raised>;
    /// Keeps an item alive while others are compared, until the next item is held in the same place.
    fn hold(&mut self, place: Held, item: Self::Item);
    fn invalid_order(&mut self) -> Raised;
}

/// The places in which items are held.
#[derive(Clone, Copy)]
enum Held {
    Low,
    High,
    Pivot,
}

impl Held {
    const ALL: [Held; 3] = [Held::Low, Held::High, Held::Pivot];
}

fn quicksort<S: Sequence>(sequence: &mut S, mut low: i64, mut high: i64) -> Result<(), Raised> {
    while low < high {
        order_pair(sequence, low, high)?;
        if high - low == 1 {
            break;
        }
        let middle = (low + high) / 2;
        if !order_pair(sequence, low, middle)? {
            order_pair(sequence, middle, high)?;
        }
        if high - low == 2 {
            break;
        }
        let split = partition(sequence, low, middle, high)?;
        // The recursion takes the smaller part, so that it is at most logarithmically deep.
        if split - low < high - split {
            quicksort(sequence, low, split - 1)?;
            low = split + 1;
        } else {
            quicksort(sequence, split + 1, high)?;
            high = split - 1;
        }
    }
    Ok(())
}

/// Swaps two items if the second is less than the first; whether it was.
fn order_pair<S: Sequence>(sequence: &mut S, first: i64, second: i64) -> Result<bool, Raised> {
    let (a, b) = (sequence.get(first), sequence.get(second));
    sequence.hold(Held::Low, a);
    sequence.hold(Held::High, b);
    let swapped = sequence.less(b, a)?;
    if swapped {
        sequence.set(first, b)?;
        sequence.set(second, a)?;
    }
    Ok(swapped)
}

/// Splits `low..=high`, whose ends are already in order with the middle, around the middle item; where that ends up.
fn partition<S: Sequence>(sequence: &mut S, low: i64, middle: i64, high: i64) -> Result<i64, Raised> {
    let pivot = sequence.get(middle);
    sequence.hold(Held::Pivot, pivot);
    let beside = sequence.get(high - 1);
    sequence.set(middle, beside)?;
    sequence.set(high - 1, pivot)?;
    let (mut up, mut down) = (low, high - 1);
    loop {
        let above = loop {
            up += 1;
            let item = sequence.get(up);
            sequence.hold(Held::Low, item);
            if !sequence.less(item, pivot)? {
                break item;
            }
            if up >= high {
                return Err(sequence.invalid_order());
            }
        };
        let below = loop {
            down -= 1;
            let item = sequence.get(down);
            sequence.hold(Held::High, item);
            if !sequence.less(pivot, item)? {
                break item;
            }
            if down <= low {
                return Err(sequence.invalid_order());
            }
        };
        if down < up {
            break;
        }
        sequence.set(up, below)?;
        sequence.set(down, above)?;
    }
    let (pivot, above) = (sequence.get(high - 1), sequence.get(up));
    sequence.set(high - 1, above)?;
    sequence.set(up, pivot)?;
    Ok(up)
}

/// The table itself, for items that need a call to compare.
struct InPlace<'a> {
    vm: &'a mut Vm,
    table: Gc<Table>,
    order: Option<RawValue>,
    /// The stack slots of the held items.
    held: u32,
}

impl Sequence for InPlace<'_> {
    type Item = RawValue;

    fn get(&mut self, index: i64) -> RawValue {
        self.table.get_int(&self.vm.heap, index)
    }

    fn set(&mut self, index: i64, item: RawValue) -> Result<(), Raised> {
        set(self.vm, self.table, index, item)
    }

    fn less(&mut self, a: RawValue, b: RawValue) -> Result<bool, Raised> {
        match self.order {
            Some(order) => Ok(self.vm.call1(order, &[a, b])?.is_truthy()),
            None => self.vm.less_than(a, b),
        }
    }

    fn hold(&mut self, place: Held, item: RawValue) {
        self.vm.set_slot(self.held + place as u32, item);
    }

    fn invalid_order(&mut self) -> Raised {
        self.vm.error("invalid order function for sorting")
    }
}

/// A copy of the items, which are compared without a call.
struct Copied<'a, T, L> {
    vm: &'a mut Vm,
    items: Vec<T>,
    less: L,
    poll: Poll,
}

impl<T: Copy, L: Fn(T, T) -> bool> Sequence for Copied<'_, T, L> {
    type Item = T;

    #[inline]
    fn get(&mut self, index: i64) -> T {
        self.items[(index - 1) as usize]
    }

    #[inline]
    fn set(&mut self, index: i64, item: T) -> Result<(), Raised> {
        self.items[(index - 1) as usize] = item;
        Ok(())
    }

    #[inline]
    fn less(&mut self, a: T, b: T) -> Result<bool, Raised> {
        self.poll.tick(self.vm)?;
        Ok((self.less)(a, b))
    }

    fn hold(&mut self, _: Held, _: T) {}

    fn invalid_order(&mut self) -> Raised {
        self.vm.error("invalid order function for sorting")
    }
}

/// The elements, if all are of one kind.
fn elements<T>(vm: &Vm, table: Gc<Table>, end: i64, kind: fn(RawValue) -> Option<T>) -> Option<Vec<T>> {
    let mut items = Vec::new();
    for index in 1..=end {
        items.push(kind(table.get_int(&vm.heap, index))?);
    }
    Some(items)
}

fn sort_copy<T: Copy>(vm: &mut Vm, items: Vec<T>, less: impl Fn(T, T) -> bool) -> Result<Vec<T>, Raised> {
    let end = items.len() as i64;
    let mut copied = Copied { vm, items, less, poll: Poll::default() };
    quicksort(&mut copied, 1, end)?;
    Ok(copied.items)
}

fn store<T: Copy + Into<RawValue>>(vm: &mut Vm, table: Gc<Table>, items: &[T]) -> Result<(), Raised> {
    for (index, &item) in (1..).zip(items) {
        set(vm, table, index, item.into())?;
    }
    Ok(())
}
