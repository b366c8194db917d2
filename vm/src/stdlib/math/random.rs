//! `random` and `randomseed`.
//!
//! The generator is a combined Tausworthe generator of period 2^223 (Pierre L'Ecuyer, "Tables of maximally equidistributed combined LFSR
//! generators", table 3, first entry), seeded as in LuaJIT, so that the same seed gives the same numbers.

use crate::stdlib::upvalue;
use crate::userdata::UserData;
use crate::value::Gc;
use crate::vm::{Args, NativeResult, Vm};

/// The state of the generator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Generator {
    state: [u64; 4],
}

/// The components of the generator: k, q and s of the recurrence.
const COMPONENTS: [(u32, u32, u32); 4] = [(63, 31, 18), (58, 19, 28), (55, 24, 7), (47, 21, 8)];

/// How many numbers are thrown away after seeding.
const WARM_UP: usize = 10;

pub(super) fn random(vm: &mut Vm, args: Args) -> NativeResult {
    let (cell, mut generator) = shared_generator(vm, args);
    let fraction = generator.next_fraction();
    cell.set_payload_copy(generator);
    if args.count == 0 {
        return vm.ret1(fraction);
    }
    let first = vm.check_number(args, 0)?;
    if args.count == 1 {
        return vm.ret1((fraction * first).floor() + 1.0);
    }
    let last = vm.check_number(args, 1)?;
    vm.ret1((fraction * (last - first + 1.0)).floor() + first)
}

pub(super) fn randomseed(vm: &mut Vm, args: Args) -> NativeResult {
    let (cell, _) = shared_generator(vm, args);
    let generator = if args.count == 0 {
        Generator::from_entropy()
    } else {
        Generator::seeded(vm.check_number(args, 0)?)
    };
    cell.set_payload_copy(generator);
    vm.ret0()
}

fn shared_generator(vm: &Vm, args: Args) -> (Gc<UserData>, Generator) {
    let cell = upvalue(vm, args, 0).as_userdata().expect("the library gave it a generator");
    (cell, cell.payload_copy().expect("the library gave it a generator"))
}

impl Generator {
    /// The generator for a seed.
    fn seeded(seed: f64) -> Generator {
        let mut x = seed;
        Generator::from_words(std::array::from_fn(|_| {
            x = x * std::f64::consts::PI + std::f64::consts::E;
            x.to_bits()
        }))
    }

    /// A generator that no script can foresee.
    fn from_entropy() -> Generator {
        use std::hash::{BuildHasher, Hasher};
        Generator::from_words(std::array::from_fn(|index| {
            let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
            hasher.write_usize(index);
            hasher.finish()
        }))
    }

    fn from_words(mut state: [u64; 4]) -> Generator {
        for (word, (k, _, _)) in state.iter_mut().zip(COMPONENTS) {
            // A component needs a bit among its highest k.
            let least = 1u64 << (64 - k);
            if *word < least {
                *word += least;
            }
        }
        let mut generator = Generator { state };
        for _ in 0..WARM_UP {
            generator.next();
        }
        generator
    }

    fn next(&mut self) -> u64 {
        let mut result = 0;
        for (word, (k, q, s)) in self.state.iter_mut().zip(COMPONENTS) {
            let z = *word;
            let fresh = (z << q ^ z) >> (k - s) ^ (z & u64::MAX << (64 - k)) << s;
            *word = fresh;
            result ^= fresh;
        }
        result
    }

    /// A number from 0 to 1, 1 excluded.
    fn next_fraction(&mut self) -> f64 {
        const MANTISSA: u64 = (1 << 52) - 1;
        f64::from_bits(self.next() & MANTISSA | 1f64.to_bits()) - 1.0
    }
}

impl Default for Generator {
    /// LuaJIT's generator before the first `randomseed`: that of seed 0.
    fn default() -> Generator {
        Generator::seeded(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What LuaJIT 2.1 prints.
    #[test]
    fn sequences_are_luajits() {
        let mut generator = Generator::default();
        assert_eq!(generator.next_fraction(), 0.794_206_292_431_241);
        assert_eq!(generator.next_fraction(), 0.698_852_465_637_164);
        assert_eq!(generator.next_fraction(), 0.590_103_741_728_103_4);
        assert_eq!(format!("{:.14}", Generator::seeded(42.0).next_fraction()), "0.95607928791821");
        assert_eq!(format!("{:.13}", Generator::seeded(-1.5e300).next_fraction()), "0.9315064891206");
    }
}
