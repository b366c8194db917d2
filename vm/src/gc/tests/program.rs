//! A random program against a model of what must survive.

use proptest::prelude::*;

use super::*;

/// What a random program does to its registers, which hold strings, or coroutines that hold other registers' values.
#[derive(Clone, Debug)]
enum Op {
    Text(usize, u16),
    Wrap(usize, Vec<usize>),
    Upvalue(usize, usize),
    Assign(usize, usize),
    Drop(usize),
    Units(u64),
    Start,
}

const REGISTERS: usize = 8;

fn op() -> impl Strategy<Value = Op> {
    let register = 0..REGISTERS;
    prop_oneof![
        3 => (register.clone(), any::<u16>()).prop_map(|(r, n)| Op::Text(r, n % 50)),
        3 => (register.clone(), proptest::collection::vec(register.clone(), 0..4)).prop_map(|(r, v)| Op::Wrap(r, v)),
        2 => (register.clone(), register.clone()).prop_map(|(r, s)| Op::Upvalue(r, s)),
        2 => (register.clone(), register.clone()).prop_map(|(r, s)| Op::Assign(r, s)),
        1 => register.prop_map(Op::Drop),
        3 => (1u64..6).prop_map(Op::Units),
        1 => Just(Op::Start),
    ]
}

/// The model's idea of a value.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Nil,
    Text(u16),
    Wrapped(std::rc::Rc<Vec<Model>>),
}

fn check(value: RawValue, model: &Model) {
    match model {
        Model::Nil => assert!(value.is_nil()),
        Model::Text(n) => {
            assert_eq!(value.as_string().expect("a string").as_bytes(), format!("text {n}").as_bytes())
        }
        Model::Wrapped(inner) => {
            let thread = value.as_thread().expect("a coroutine");
            for (index, model) in inner.iter().enumerate() {
                // SAFETY: a live thread with that many slots.
                check(unsafe { *(*thread.as_ptr()).stack.add(index) }, model);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_random_program_never_loses_a_value(ops in proptest::collection::vec(op(), 1..200), stress in any::<bool>()) {
        let mut heap = heap();
        if stress {
            heap.set_stress(Stress::EveryAllocation);
        }
        // The registers are variables: assignments go through the barrier like any heap store.
        let main = thread_holding(&mut heap, &[]);
        heap.roots.current_thread = Some(main);
        let variables: Vec<Gc<Upvalue>> = (0..REGISTERS).map(|_| upvalue(&mut heap, RawValue::NIL)).collect();
        // SAFETY: the coroutine lists the variables as its open ones, which keeps them; they are not on its stack, and it never runs.
        unsafe {
            for &variable in &variables {
                (*variable.as_ptr()).next_open = (*main.as_ptr()).open_upvalues;
                (*main.as_ptr()).open_upvalues = variable.as_ptr();
            }
        }
        let mut model = vec![Model::Nil; REGISTERS];
        for op in ops {
            match op {
                Op::Text(r, n) => {
                    let text = heap.new_string(format!("text {n}").as_bytes()).expect("memory");
                    variables[r].set(&mut heap, text.into());
                    model[r] = Model::Text(n);
                }
                Op::Wrap(r, inner) => {
                    let values: Vec<_> = inner.iter().map(|&i| variables[i].get()).collect();
                    let thread = thread_holding(&mut heap, &values);
                    variables[r].set(&mut heap, thread.into());
                    model[r] = Model::Wrapped(inner.iter().map(|&i| model[i].clone()).collect::<Vec<_>>().into());
                }
                Op::Upvalue(r, s) | Op::Assign(r, s) => {
                    let value = variables[s].get();
                    variables[r].set(&mut heap, value);
                    model[r] = model[s].clone();
                }
                Op::Drop(r) => {
                    variables[r].set(&mut heap, RawValue::NIL);
                    model[r] = Model::Nil;
                }
                Op::Units(n) => {
                    heap.step_units(n);
                    heap.run_drops(Budget::Units(n));
                }
                Op::Start => {
                    if !heap.cycle_active() {
                        heap.start_cycle();
                    }
                }
            }
            for (variable, model) in variables.iter().zip(&model) {
                check(variable.get(), model);
            }
        }
        collect(&mut heap);
        for (variable, model) in variables.iter().zip(&model) {
            check(variable.get(), model);
        }
        for variable in variables {
            variable.set(&mut heap, RawValue::NIL);
        }
        collect(&mut heap);
        prop_assert_eq!(heap.interned_strings(), 0);
    }
}
