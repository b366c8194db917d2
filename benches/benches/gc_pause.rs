//! How long the collector stops a game: every workload of `perilune_benches::gc_pause`.
//!
//! `cargo bench -p perilune-benches --bench gc_pause [-- --json] [--alone] [--filter NAME] [--objects N] [--budget-us B] [--frames F]`;
//! with `--alone` LuaJIT is left out, with `--barrier` what the write barrier costs the programs of the speed bench.

use std::process::{Command, ExitCode};

use perilune_benches::gc_pause::options::Options;
use perilune_benches::gc_pause::{barrier, limits, ours, report, workload};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = match Options::parse(arguments.iter().cloned()) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("gc_pause: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(name) = &options.measure {
        return measure(name, &options);
    }
    if options.barrier {
        barrier::run(options.filter.as_deref());
        return ExitCode::SUCCESS;
    }
    if !options.json {
        println!(
            "budget {} us, times in us of thread CPU time\n{}",
            options.budget.as_micros(),
            report::heading()
        );
    }
    let wanted = |name: &str| options.filter.as_deref().is_none_or(|filter| name.contains(filter));
    let mut failed = 0;
    for workload in workload::ALL.iter().filter(|workload| wanted(workload.name)) {
        let one = options.objects.map(|objects| [objects]);
        for objects in one.as_ref().map_or(workload.sizes, |one| &one[..]) {
            failed += u32::from(!in_another_process(workload.name, *objects, &arguments));
        }
    }
    for name in limits::ALL.iter().filter(|name| !options.json && wanted(name)) {
        failed += u32::from(!in_another_process(name, 0, &arguments));
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn in_another_process(name: &str, objects: u64, arguments: &[String]) -> bool {
    let this = std::env::current_exe().expect("a program knows where it is");
    let objects = objects.max(1).to_string();
    let status = Command::new(this).args(arguments).args(["--measure", name, "--objects", &objects]).status();
    let success = status.as_ref().is_ok_and(|status| status.success());
    if !success {
        eprintln!("gc_pause: {name}: {status:?}");
    }
    success
}

fn measure(name: &str, options: &Options) -> ExitCode {
    if let Some(text) = limits::run(name, options) {
        println!("{text}");
        return ExitCode::SUCCESS;
    }
    let Some(workload) = workload::find(name) else {
        eprintln!("gc_pause: no workload is called '{name}'");
        return ExitCode::FAILURE;
    };
    match ours::run(workload, options.objects.unwrap_or(workload.sizes[0]), options) {
        Ok(measured) if options.json => println!("{}", report::json(workload, &measured, options)),
        Ok(measured) => println!("{}", report::rows(workload, &measured, options)),
        // Not to the standard output, which may be read as JSON.
        Err(reason) => eprintln!("{name}: left out: {reason}"),
    }
    ExitCode::SUCCESS
}
