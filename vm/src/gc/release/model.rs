//! A model of the queue, in which every order of events that matters is tried: the same source as the queue itself, on `loom`'s locks.
//!
//! Each item is a few units, and every unit must be given back exactly once; a thread that waits for ever is a failure of the model.

use std::sync::Mutex as StdMutex;

use loom::sync::{Arc, Notify};
use loom::thread;

use queue::{Item, Queue};

mod sync {
    pub(super) use loom::sync::{Condvar, Mutex, MutexGuard};
}

#[allow(clippy::duplicate_mod, reason = "the same queue once more, over loom's locks")]
#[path = "queue.rs"]
mod queue;

/// How often each unit was given back. Not part of the model: only one thread of it runs at a time.
type Ledger = std::sync::Arc<StdMutex<Vec<u32>>>;

/// Some units.
struct Units {
    next: usize,
    end: usize,
    ledger: Ledger,
}

impl Item for Units {
    fn bytes(&self) -> usize {
        self.end - self.next
    }

    fn give_back(mut self, most: usize) -> Option<Units> {
        let end = self.end.min(self.next.saturating_add(most));
        let mut units = self.ledger.lock().expect("no test panics with it in its hands");
        units[self.next..end].iter_mut().for_each(|unit| *unit += 1);
        drop(units);
        self.next = end;
        (self.next < self.end).then_some(self)
    }

    type Wish = (usize, Ledger);

    /// A single unit.
    fn make((unit, ledger): (usize, Ledger)) -> Option<Units> {
        Some(Units { next: unit, end: unit + 1, ledger })
    }
}

/// A queue, the thread that serves it a unit at a time, and the ledger of so many units.
struct Model {
    queue: Arc<Queue<Units>>,
    server: thread::JoinHandle<()>,
    ledger: Ledger,
}

impl Model {
    fn new(units: usize) -> Model {
        let queue = Arc::new(Queue::new());
        let served = Arc::clone(&queue);
        let server = thread::spawn(move || served.serve(1));
        Model { queue, server, ledger: Ledger::new(StdMutex::new(vec![0; units])) }
    }

    fn units(&self, range: std::ops::Range<usize>) -> Units {
        Units { next: range.start, end: range.end, ledger: self.ledger.clone() }
    }

    fn push(&self, range: std::ops::Range<usize>) {
        assert!(self.queue.push(self.units(range)).is_ok(), "the queue is open");
    }

    /// How many units are not given back yet.
    fn outstanding(&self) -> usize {
        self.ledger.lock().expect("as above").iter().filter(|&&times| times == 0).count()
    }

    /// The last share goes.
    fn ends(self) {
        self.queue.close();
        // That the thread ends is a part of the model.
        self.server.join().expect("the thread does not panic");
        assert!(self.ledger.lock().expect("as above").iter().all(|&times| times == 1), "once each");
        assert_eq!(self.queue.backlog(), 0);
    }
}

#[test]
fn all_is_given_back_once_and_the_thread_ends() {
    loom::model(|| {
        let model = Model::new(3);
        model.push(0..2);
        model.push(2..3);
        model.ends();
    });
}

/// Units whose last one tells somebody that it was given back.
struct Signal {
    units: usize,
    all_given: Arc<Notify>,
}

impl Item for Signal {
    fn bytes(&self) -> usize {
        self.units
    }

    fn give_back(self, most: usize) -> Option<Signal> {
        let units = self.units.saturating_sub(most);
        if units > 0 {
            return Some(Signal { units, ..self });
        }
        self.all_given.notify();
        None
    }

    type Wish = ();

    fn make((): ()) -> Option<Signal> {
        None
    }
}

/// A queue that stays open until its one item has been given back: if that waits for the end, both wait for ever.
fn is_given_back_while_open(units: usize, help: usize) {
    loom::model(move || {
        let queue = Arc::new(Queue::new());
        let served = Arc::clone(&queue);
        let server = thread::spawn(move || served.serve(1));
        let all_given = Arc::new(Notify::new());
        assert!(queue.push(Signal { units, all_given: Arc::clone(&all_given) }).is_ok());
        queue.help(0, help);
        all_given.wait();
        queue.close();
        server.join().expect("the thread does not panic");
    });
}

#[test]
fn nothing_waits_for_the_next_item_or_the_end() {
    is_given_back_while_open(1, 0);
}

#[test]
fn what_a_helper_leaves_is_given_back_too() {
    is_given_back_while_open(2, 1);
}

#[test]
fn a_thread_without_work_ends() {
    loom::model(|| Model::new(0).ends());
}

#[test]
fn heaps_hand_over_side_by_side() {
    loom::model(|| {
        let model = Model::new(2);
        let other = {
            let (queue, units) = (Arc::clone(&model.queue), model.units(1..2));
            thread::spawn(move || assert!(queue.push(units).is_ok()))
        };
        model.push(0..1);
        other.join().expect("it does not panic");
        model.ends();
    });
}

#[test]
fn a_helper_gives_back_a_part() {
    loom::model(|| {
        let model = Model::new(3);
        model.push(0..3);
        model.queue.help(0, 1);
        model.ends();
    });
}

/// A model with so much going on that only so many switches between threads are tried.
fn bounded(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn two_helpers_and_the_thread_share_the_work() {
    bounded(|| {
        let model = Model::new(3);
        model.push(0..2);
        model.push(2..3);
        let helper = {
            let queue = Arc::clone(&model.queue);
            thread::spawn(move || queue.help(0, 1))
        };
        model.queue.help(0, 2);
        helper.join().expect("it does not panic");
        model.ends();
    });
}

#[test]
fn a_helper_brings_the_backlog_down_to_the_limit() {
    bounded(|| {
        let model = Model::new(6);
        for start in [0, 2, 4] {
            model.push(start..start + 2);
        }
        model.queue.help(1, usize::MAX);
        // But for the item that the thread has in its hands.
        assert!(model.outstanding() <= 1 + 2, "{}", model.outstanding());
        model.ends();
    });
}

#[test]
fn what_is_taken_to_be_used_again_is_not_given_back() {
    loom::model(|| {
        let model = Model::new(3);
        model.push(0..1);
        model.push(1..3);
        if let Some(taken) = model.queue.take(|item| item.bytes() == 2) {
            // Used, and given up once more.
            assert_eq!(taken.next..taken.end, 1..3);
            assert!(model.queue.push(taken).is_ok());
        }
        model.ends();
    });
}

#[test]
fn a_taker_and_a_helper_do_not_get_the_same() {
    bounded(|| {
        let model = Model::new(2);
        model.push(0..1);
        model.push(1..2);
        let helper = {
            let queue = Arc::clone(&model.queue);
            thread::spawn(move || queue.help(0, 1))
        };
        let taken = model.queue.take(|_| true);
        helper.join().expect("it does not panic");
        if let Some(taken) = taken {
            assert!(taken.give_back(usize::MAX).is_none());
        }
        model.ends();
    });
}

#[test]
fn what_is_made_ahead_is_taken_or_given_back() {
    bounded(|| {
        let model = Model::new(3);
        model.push(0..1);
        model.queue.wish([1, 2].map(|unit| (unit, model.ledger.clone())).into_iter());
        // Never both at once, whatever is taken here.
        if let Some(taken) = model.queue.take(|item| item.next > 0) {
            assert!(taken.give_back(usize::MAX).is_none());
        }
        model.ends();
    });
}

#[test]
fn no_more_is_made_ahead_than_eight() {
    bounded(|| {
        let model = Model::new(8);
        model.queue.wish((0..7).map(|unit| (unit, model.ledger.clone())));
        // The ninth would find no place in the ledger.
        model.queue.wish([7, 100].map(|unit| (unit, model.ledger.clone())).into_iter());
        model.ends();
    });
}

#[test]
fn below_the_limit_nobody_helps() {
    loom::model(|| {
        let queue = Queue::new();
        let ledger = Ledger::new(StdMutex::new(vec![0; 2]));
        assert!(queue.push(Units { next: 0, end: 2, ledger: ledger.clone() }).is_ok());
        queue.help(2, usize::MAX);
        assert_eq!(*ledger.lock().expect("as above"), [0, 0]);
        queue.help(1, usize::MAX);
        assert_eq!(*ledger.lock().expect("as above"), [1, 1]);
    });
}

#[test]
fn without_a_thread_items_come_back() {
    loom::model(|| {
        let queue = Queue::new();
        let ledger = Ledger::new(StdMutex::new(vec![0; 2]));
        queue.close();
        let units = queue.push(Units { next: 0, end: 2, ledger }).expect_err("nobody serves the queue");
        assert_eq!(units.bytes(), 2);
    });
}
