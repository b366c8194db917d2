//! The command line of the bench.

use std::time::Duration;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Options {
    /// One JSON object per workload instead of a table.
    pub json: bool,
    /// Only workloads whose name contains this.
    pub filter: Option<String>,
    /// How many objects instead of the workload's own numbers.
    pub objects: Option<u64>,
    /// The collector's budget.
    pub budget: Duration,
    /// Frames at least.
    pub frames: Option<u64>,
    /// Run this workload in this process.
    pub measure: Option<String>,
    /// Measure the write barrier instead.
    pub barrier: bool,
    /// Leave LuaJIT out, which may take its time.
    pub alone: bool,
}

impl Options {
    /// The options of a command line, without the program's name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            json: false,
            filter: None,
            objects: None,
            budget: Duration::from_micros(500),
            frames: None,
            measure: None,
            barrier: false,
            alone: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--json" => options.json = true,
                "--barrier" => options.barrier = true,
                "--alone" => options.alone = true,
                "--filter" => options.filter = Some(value()?),
                "--measure" => options.measure = Some(value()?),
                "--objects" => options.objects = Some(number(&argument, &value()?)?),
                "--frames" => options.frames = Some(number(&argument, &value()?)?),
                "--budget-us" => {
                    options.budget = Duration::from_micros(number(&argument, &value()?)?);
                }
                // `cargo bench` passes this one on.
                "--bench" => {}
                _ => {
                    return Err(format!(
                        "unknown argument '{argument}'; there are --json, --alone, --barrier, --filter NAME, --objects N, --budget-us B, --frames F"
                    ));
                }
            }
        }
        Ok(options)
    }
}

fn number(argument: &str, text: &str) -> Result<u64, String> {
    let number = text.replace('_', "").parse::<u64>().ok().filter(|&number| number > 0);
    number.ok_or(format!("{argument} needs a number above zero, not '{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_command_line_narrows_the_run() {
        let options = parse("--bench --json --filter weak --objects 10_000 --budget-us 100 --frames 50")
            .expect("it is good");
        assert!(options.json && options.filter.as_deref() == Some("weak"));
        assert_eq!((options.objects, options.frames), (Some(10_000), Some(50)));
        assert_eq!(options.budget, Duration::from_micros(100));
    }

    #[test]
    fn a_bad_command_line_says_what_is_wrong() {
        assert!(parse("--objects none").expect_err("no number").contains("'none'"));
        assert!(parse("--frames").expect_err("no value").contains("needs a value"));
        assert!(parse("--fast").expect_err("unknown").contains("--filter"));
    }
}
