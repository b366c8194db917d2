//! For tests: a guard that always leaves, and loops that are recorded at odd times.
//!
//! With the parameter `force` one guard of each region is preceded by one that never holds: the guard whose turn it is, counted on with each
//! compilation and whenever it was left by. So programs are left, and entered again, at every guard that they have. With `seed`, loops and exits become hot
//! after a random number of turns.

use super::ir::{Ins, IrOp, Kind, Ref, Region, SnapId, Snapshot, Ty};

/// Compilations in which guards are forced, at most: in a program that runs long there would be no end.
const MOST_TURNS: u32 = 120;

/// What a test has asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Odd {
    /// The number of the guard, and how many were forced.
    force: Option<(u32, u32)>,
    /// The state of the generator.
    random: Option<u64>,
}

impl Odd {
    /// One guard of every region from now on, beginning with this one.
    pub(super) fn force(&mut self, first: u32) {
        self.force = Some((first, 0));
    }

    /// Whether guards are forced.
    pub(super) fn is_forcing(&self) -> bool {
        self.force.is_some()
    }

    /// Counts are random from now on.
    pub(super) fn seed(&mut self, seed: u32) {
        self.random = Some(u64::from(seed) << 16 | 0x9E37);
    }

    /// The number of the guard to force in a compilation.
    pub(super) fn next_guard(&mut self) -> Option<u32> {
        let (next, count) = self.force.as_mut()?;
        (*next, *count) = (next.wrapping_add(1), *count + 1);
        (*count < MOST_TURNS).then_some(*next)
    }

    /// A count up to `most`, or the one that is usual.
    pub(super) fn count(&mut self, usual: u32, most: u32) -> u32 {
        let Some(random) = &mut self.random else { return usual };
        // Marsaglia's xorshift.
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        1 + (*random % u64::from(most)) as u32
    }
}

/// Puts a guard that never holds in front of guard `turn` of a region, counted around; where it leaves. Each time around, none is once.
pub(super) fn force(region: &mut Region, turn: u32) -> Option<SnapId> {
    let lists = || std::iter::once(&region.hoisted).chain(region.traces.iter().map(|trace| &trace.body));
    let is_guard = |r: &Ref| region.get(*r).op.kind() == Kind::Guard;
    let count = lists().flatten().filter(|r| is_guard(r)).count();
    let wanted = turn as usize % (count + 1);
    let guard = *lists().flatten().filter(|r| is_guard(r)).nth(wanted)?;
    let mut snap = region.get(guard).snap;
    if region.get(guard).op.is_branch() {
        // Where a trace begins because it went the other way, that is taken for granted: it must not lead there.
        let own = Snapshot { side: None, may_grow: false, ..region.snaps[snap as usize].clone() };
        region.snaps.push(own);
        snap = region.snaps.len() as SnapId - 1;
    }
    let (one, zero) = (region.constant(IrOp::KINT, Ty::Int, 1), region.constant(IrOp::KINT, Ty::Int, 0));
    let forced = region.push(Ins::new(IrOp::GLT, Ty::Void).a(one).b(zero).imm(1).snap(snap));
    let bodies = region.traces.iter_mut().map(|trace| &mut trace.body);
    let list = std::iter::once(&mut region.hoisted).chain(bodies).find(|list| list.contains(&guard))?;
    let at = list.iter().position(|r| *r == guard)?;
    list.insert(at, forced);
    Some(snap)
}
