//! Times of many frames and what they come to.

/// Times in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds a time.
    pub fn push(&mut self, us: f64) {
        self.0.push(us);
    }

    /// The time that a share of all does not exceed; zero without any.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(at.max(1) - 1).or(sorted.last()).copied().unwrap_or(0.0)
    }

    /// The longest.
    pub fn max(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    /// The value at the place where another series is longest.
    pub fn beside_max_of(&self, other: &Series) -> f64 {
        let longest = other.0.iter().zip(&self.0).max_by(|a, b| a.0.total_cmp(b.0));
        longest.map_or(0.0, |(_, beside)| *beside)
    }

    /// All together.
    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }

    /// How many times lie in `from..to`.
    pub fn count_in(&self, from: f64, to: f64) -> usize {
        self.0.iter().filter(|&&us| (from..to).contains(&us)).count()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Series;

    #[test]
    fn quantiles_are_values_of_the_series() {
        let series = Series((1..=1000).rev().map(f64::from).collect());
        assert_eq!(
            (series.quantile(0.5), series.quantile(0.99), series.quantile(0.999)),
            (500.0, 990.0, 999.0)
        );
        assert_eq!((series.max(), series.sum(), series.count_in(10.0, 20.0)), (1000.0, 500_500.0, 10));
        assert_eq!(Series::default().quantile(0.5), 0.0);
        let reversed = Series((1..=1000).map(f64::from).collect());
        assert_eq!((series.beside_max_of(&reversed), series.beside_max_of(&Series::default())), (1.0, 0.0));
    }
}
