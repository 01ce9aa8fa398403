//! Measures contenders in turns. A machine that others use is now fast and now slow; contenders that take turns of a
//! millisecond meet the same weather.

use linmem_benches::Rounds;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// One way to do the work of a case, ready to run.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// Makes that many calls, which are checked or not, and tells how long they took.
    run: Box<dyn FnMut(u32, bool) -> Duration>,
}

impl Contender {
    pub(crate) fn new<R>(name: &'static str, mut call: impl FnMut() -> R + 'static) -> Self {
        Self::checked(name, move |_| call())
    }

    /// The same, and a first call is told to check what comes back. No other place makes calls than this loop, so that
    /// they are inlined there if they may be, whoever's they are.
    pub(crate) fn checked<R>(name: &'static str, mut call: impl FnMut(bool) -> R + 'static) -> Self {
        let run = move |calls, checked| {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(call(checked));
            }
            start.elapsed()
        };
        let mut contender = Contender { name, run: Box::new(run) };
        (contender.run)(1, true);
        contender
    }
}

/// One contender's turn. A call that takes longer is a turn by itself.
const TURN: Duration = Duration::from_millis(1);

/// How long to measure.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// In how many processes, one after the other.
    pub(crate) processes: u64,
    /// How often the contenders are made in each.
    generations: usize,
    /// All turns of one generation, unless a round takes longer.
    total: Duration,
}

const FULL: Effort = Effort { processes: 11, generations: 4, total: Duration::from_millis(60) };
const QUICK: Effort = Effort { processes: 1, generations: 3, total: Duration::from_millis(20) };

impl Effort {
    pub(crate) fn new(quick: bool) -> Self {
        if quick { QUICK } else { FULL }
    }
}

/// Rounds in which each contender has a turn.
///
/// Where an instance and its memory happen to lie can make a call of 50 ns one of 70 ns, for as long as the instance
/// lives. So there are several generations of contenders, and no one is judged by one instance.
pub(crate) fn measure(contenders: impl Fn() -> Vec<Contender>, effort: Effort, seed: u64) -> Rounds {
    let mut rounds = Rounds::default();
    let mut random = 0x9e37_79b9_7f4a_7c15 ^ (seed << 32);
    for _ in 0..effort.generations {
        let mut contenders = contenders();
        let calls: Vec<u32> = contenders.iter_mut().map(calls_in_a_turn).collect();
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        let mut generation = Rounds::of(contenders.iter().map(|contender| contender.name));
        let start = Instant::now();
        loop {
            // Nobody runs always after the same neighbour, and finds the caches as that one leaves them.
            shuffle(&mut order, &mut random);
            let mut times = vec![0.0; contenders.len()];
            for &i in &order {
                let took = (contenders[i].run)(calls[i], false);
                times[i] = took.as_nanos() as f64 / f64::from(calls[i]);
            }
            generation.push(times);
            if start.elapsed() >= effort.total {
                break;
            }
        }
        rounds.extend(generation);
    }
    rounds
}

/// How many calls fill a turn. Warms up, too: the guest's memory grows, and linmem's scratch block.
fn calls_in_a_turn(contender: &mut Contender) -> u32 {
    (contender.run)(3, false);
    let mut calls = 1;
    loop {
        let took = (contender.run)(calls, false);
        if took >= TURN / 4 {
            let per_call = took.as_secs_f64() / f64::from(calls);
            return ((TURN.as_secs_f64() / per_call) as u32).max(1);
        }
        calls *= 2;
    }
}

/// Fisher and Yates's shuffle, by a xorshift generator: any order will do, as long as it changes.
fn shuffle(order: &mut [usize], random: &mut u64) {
    for i in (1..order.len()).rev() {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        order.swap(i, (*random % (i as u64 + 1)) as usize);
    }
}
