//! What was measured, a round at a time, and which of the rounds count.
#![allow(clippy::missing_panics_doc, reason = "a benchmark that fails panics")]

use crate::median;
use std::fmt;
use std::num::ParseFloatError;
use std::str::FromStr;

/// One of so many rounds counts.
const OF: usize = 4;

/// Some rounds, in each of which every contender had a turn.
#[derive(Debug, Default, PartialEq)]
pub struct Rounds {
    names: Vec<String>,
    /// The time of a call, for each contender in that order.
    times: Vec<Vec<f64>>,
}

impl Rounds {
    /// No rounds yet, of these contenders.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Rounds { names: names.into_iter().map(str::to_owned).collect(), times: Vec::new() }
    }

    /// Adds a round: a time for each contender, in the same order.
    pub fn push(&mut self, round: Vec<f64>) {
        assert_eq!(round.len(), self.names.len(), "a turn for each");
        self.times.push(round);
    }

    /// Adds the rounds of others, in which the same took part.
    pub fn extend(&mut self, others: Rounds) {
        if self.names.is_empty() {
            self.names = others.names;
        } else {
            assert_eq!(self.names, others.names, "the same contenders, in the same order");
        }
        self.times.extend(others.times);
    }

    /// The median time of each contender in the calmest quarter of the rounds.
    ///
    /// A machine whose cores are shared has two speeds, and changes between them within milliseconds, or not for seconds.
    /// Where each has about half of the rounds, the median of one contender would be of the one speed, and that of the
    /// next of the other. How calm a round was is told by all its contenders together, each compared with what it usually
    /// takes; and a round counts for all of them, or for none.
    pub fn medians(self) -> Vec<(String, f64)> {
        let Rounds { names, mut times } = self;
        let medians = |times: &[Vec<f64>]| -> Vec<f64> {
            let of = |contender: usize| median(&mut times.iter().map(|round| round[contender]).collect::<Vec<_>>());
            (0..names.len()).map(of).collect()
        };
        let usual = medians(&times);
        let slowness =
            |round: &[f64]| median(&mut round.iter().zip(&usual).map(|(time, usual)| time / usual).collect::<Vec<_>>());
        times.sort_by(|one, other| slowness(one).total_cmp(&slowness(other)));
        times.truncate(times.len().div_ceil(OF));
        names.iter().cloned().zip(medians(&times)).collect()
    }
}

/// A line of names, and one for each round: for another process to read.
impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.names.join(","))?;
        for round in &self.times {
            writeln!(f, "{}", round.iter().map(f64::to_string).collect::<Vec<_>>().join(","))?;
        }
        Ok(())
    }
}

impl FromStr for Rounds {
    type Err = ParseFloatError;

    fn from_str(text: &str) -> Result<Self, ParseFloatError> {
        let mut lines = text.lines();
        let mut rounds = Rounds::of(lines.next().unwrap_or_default().split(','));
        for line in lines {
            rounds.push(line.split(',').map(str::parse).collect::<Result<_, _>>()?);
        }
        Ok(rounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(times: &[[f64; 3]]) -> Rounds {
        let mut rounds = Rounds::of(["a", "b", "c"]);
        times.iter().for_each(|round| rounds.push(round.to_vec()));
        rounds
    }

    fn medians(times: &[[f64; 3]]) -> Vec<f64> {
        rounds(times).medians().into_iter().map(|(_, median)| median).collect()
    }

    #[test]
    fn contenders_are_compared_at_one_speed_of_the_machine() {
        let [calm, slow, interrupted] = [[1.0, 2.0, 4.0], [2.0, 4.0, 8.0], [1.0, 2.0, 40.0]];
        let mut times = [slow; 16];
        times[1..6].fill(calm);
        times[9] = interrupted;
        assert_eq!(medians(&times), calm);
    }

    #[test]
    fn of_a_few_rounds_the_calmest_counts() {
        assert_eq!(medians(&[[1.0, 2.0, 3.0]]), [1.0, 2.0, 3.0]);
        assert_eq!(medians(&[[2.0, 4.0, 6.0], [1.0, 2.0, 3.0]]), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn another_process_reads_what_one_has_written() -> Result<(), ParseFloatError> {
        let mut both = rounds(&[[1.0, 2.5, 3.0]]);
        both.extend(both.to_string().parse()?);
        assert_eq!(both, rounds(&[[1.0, 2.5, 3.0], [1.0, 2.5, 3.0]]));
        Ok(())
    }
}
