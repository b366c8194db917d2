//! `system { name = .., query = .., run = function(q, dt) .. end }`: reading a declaration.

use perilune::function::NativeFn;
use perilune::value::RawValue;
use perilune::vm::{Args, NativeResult, Raised, Vm};
use perilune::{Context, Function, Value};

use super::context::context;
use super::terms::{QueryTerms, Term, parse_list};

/// A system as a script declared it.
#[derive(Clone, Debug)]
pub(crate) struct SystemDeclaration {
    /// Its name, unique in its script.
    pub(crate) name: String,
    /// What decides where it runs and what it touches: while this is unchanged a reload leaves the schedule alone.
    pub(crate) plan: Plan,
    /// The function.
    pub(crate) run: Function,
}

/// Where a system runs and what it touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The schedule's name.
    pub(crate) schedule: String,
    /// The declared query.
    pub(crate) query: Option<QueryTerms>,
    /// The declared resources.
    pub(crate) resources: Vec<Term>,
    /// Script systems it runs before.
    pub(crate) before: Vec<String>,
    /// Script systems it runs after.
    pub(crate) after: Vec<String>,
    /// It has the world to itself.
    pub(crate) exclusive: bool,
}

/// The keys a declaration may have.
const KEYS: [&str; 8] = ["name", "schedule", "query", "resources", "before", "after", "exclusive", "run"];

/// Makes the global `system`.
pub(crate) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    let function = vm.new_host_function("system", system as NativeFn, &[])?;
    vm.raw_set_name(globals, "system", function)
}

fn system(vm: &mut Vm, args: Args) -> NativeResult {
    let table: RawValue = vm.check_table(args, 0)?.into();
    check_keys(vm, table)?;
    let name = match field(vm, table, "name")?.as_string() {
        Some(name) => String::from_utf8_lossy(name.as_bytes()).into_owned(),
        None => return Err(vm.error("system: 'name' must be a string")),
    };
    let outcome = plan(vm, table)?;
    let plan = match outcome {
        Ok(plan) => plan,
        Err(message) => return Err(vm.error(format!("system '{name}': {message}"))),
    };
    let run = field(vm, table, "run")?;
    let Value::Function(run) = Value::from_raw(run, Context::from_raw(vm)) else {
        return Err(vm.error(format!("system '{name}': 'run' must be a function")));
    };
    let declared = &mut context(vm).declared;
    if declared.iter().any(|known| known.name == name) {
        return Err(vm.error(format!("system '{name}' is declared twice")));
    }
    declared.push(SystemDeclaration { name, plan, run });
    vm.ret0()
}

fn field(vm: &mut Vm, table: RawValue, name: &str) -> Result<RawValue, Raised> {
    let key = vm.new_string(name.as_bytes())?;
    vm.index(table, key)
}

fn check_keys(vm: &mut Vm, table: RawValue) -> Result<(), Raised> {
    let table = table.as_table().expect("checked by the caller");
    let mut position = 0;
    while let Some((next, key, _)) = table.entry_after(&vm.heap, position) {
        position = next;
        let known =
            key.as_string().is_some_and(|key| KEYS.iter().any(|known| known.as_bytes() == key.as_bytes()));
        if !known {
            let key = vm.tostring(key)?;
            let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
            return Err(vm.error(format!("system has no setting '{key}'; settings are: {}", KEYS.join(", "))));
        }
    }
    Ok(())
}

/// The plan of a declaration, or what is wrong with it.
fn plan(vm: &mut Vm, table: RawValue) -> Result<Result<Plan, String>, Raised> {
    let mut values = Vec::new();
    for name in ["schedule", "query", "resources", "before", "after", "exclusive"] {
        let value = field(vm, table, name)?;
        values.push(vm.to_host(value)?);
    }
    Ok(read_plan(&values))
}

fn read_plan(values: &[perilune::ffi::host::HostValue]) -> Result<Plan, String> {
    use perilune::ffi::host::HostValue;
    let [schedule, query, resources, before, after, exclusive] = values else {
        unreachable!("one value for each name");
    };
    let schedule = match schedule {
        HostValue::Nil => "Update".to_owned(),
        HostValue::Text(name) => String::from_utf8_lossy(name).into_owned(),
        other => return Err(format!("'schedule' must be a string, got {}", other.type_name())),
    };
    let exclusive = match exclusive {
        HostValue::Nil => false,
        HostValue::Boolean(exclusive) => *exclusive,
        other => return Err(format!("'exclusive' must be a boolean, got {}", other.type_name())),
    };
    let list = |what: &str, value: &HostValue| match value {
        HostValue::Nil => Ok(Vec::new()),
        value => parse_list(what, value),
    };
    let names = |what: &str, value: &HostValue| {
        list(what, value).map(|terms| terms.into_iter().map(|term| term.name).collect::<Vec<_>>())
    };
    let query = match query {
        HostValue::Nil => None,
        query => Some(QueryTerms::parse(query)?),
    };
    if exclusive && query.is_some() {
        return Err("an exclusive system has the whole world: it takes no query".to_owned());
    }
    Ok(Plan {
        schedule,
        query,
        resources: list("resources", resources)?,
        before: names("before", before)?,
        after: names("after", after)?,
        exclusive,
    })
}
