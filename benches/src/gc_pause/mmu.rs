//! Minimum mutator utilisation: the least share of any window of time that the game has for itself.

/// Time the game did not have.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    /// When it began, in seconds.
    pub start: f64,
    /// How long it took, in seconds.
    pub length: f64,
    /// What took it.
    pub kind: Kind,
    /// How much of it was no work, as far as that is known.
    pub held: f64,
}

/// What takes time of the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A slice of collection.
    Slice,
    /// What the VM took of a script.
    Stall,
}

/// The least share of a window of `window` seconds that is left between pauses, which are in order and do not overlap.
pub fn minimum_utilisation(pauses: &[Pause], window: f64) -> f64 {
    1.0 - worst_window(pauses, window).iter().sum::<f64>() / window
}

/// How much of the worst window slices and stalls take.
pub fn worst_window(pauses: &[Pause], window: f64) -> [f64; 2] {
    // The least is found in a window that begins with a pause or ends with one.
    let mut worst = [0.0; 2];
    let mut consider = |found: [f64; 2]| {
        if found[0] + found[1] > worst[0] + worst[1] {
            worst = found;
        }
    };
    let mut first = 0;
    for (last, pause) in pauses.iter().enumerate() {
        consider(paused(&pauses[last..], pause.start, pause.start + window));
        let end = pause.start + pause.length;
        while pauses[first].start + pauses[first].length < end - window {
            first += 1;
        }
        consider(paused(&pauses[first..=last], end - window, end));
    }
    worst
}

fn paused(pauses: &[Pause], from: f64, to: f64) -> [f64; 2] {
    let mut by_kind = [0.0; 2];
    for pause in pauses.iter().take_while(|pause| pause.start < to) {
        by_kind[pause.kind as usize] +=
            ((pause.start + pause.length).min(to) - pause.start.max(from)).max(0.0);
    }
    by_kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_window_holds_the_densest_pauses() {
        let at = |start, length| Pause { start, length, kind: Kind::Slice, held: 0.0 };
        let pauses = [at(0.0, 1.0), at(10.0, 2.0), at(13.0, 2.0), at(40.0, 3.0)];
        // Ten seconds from 10 on, or up to 15, hold four seconds of pauses.
        assert!((minimum_utilisation(&pauses, 10.0) - 0.6).abs() < 1e-9);
        assert!((minimum_utilisation(&pauses, 3.0) - 0.0).abs() < 1e-9);
        assert!((minimum_utilisation(&pauses, 5.0) - 0.2).abs() < 1e-9);
        assert_eq!(minimum_utilisation(&[], 5.0), 1.0);
        let stalled = [at(0.0, 1.0), Pause { kind: Kind::Stall, ..at(2.0, 0.5) }];
        assert_eq!(worst_window(&stalled, 5.0), [1.0, 0.5]);
    }
}
