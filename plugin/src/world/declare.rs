//! `system { name = .., query = .., run = function(q, dt) .. end }` and `observe { add = .., run = function(entity) .. end }`: reading
//! declarations, and whose they are.

use perilune::ffi::ctype::near_matches;
use perilune::function::NativeFn;
use perilune::value::RawValue;
use perilune::vm::{Args, NativeResult, Raised, Vm};
use perilune::{Context, Function, Value};

use super::component::Redeclared;
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

/// What an observer waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObserverPlan {
    /// What happens.
    pub(crate) kind: ObserverKind,
    /// The event, or the component it happens to.
    pub(crate) target: String,
}

macro_rules! observer_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $key:literal,)+) => {
        /// What observers can wait for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum ObserverKind { $($(#[doc = $doc])+ $name,)+ }

        impl ObserverKind {
            /// All of them.
            pub(crate) const ALL: &'static [ObserverKind] = &[$(ObserverKind::$name,)+];

            /// The key of a declaration that says so.
            pub(crate) fn key(self) -> &'static str {
                match self { $(ObserverKind::$name => $key,)+ }
            }
        }
    };
}

observer_kinds! {
    /// An event is triggered.
    Event "event",
    /// An entity gets a component that it did not have.
    Add "add",
    /// An entity gets a component, or another value of it.
    Insert "insert",
    /// An entity loses a component.
    Remove "remove",
    /// An entity with a component is despawned.
    Despawn "despawn",
}

impl ObserverPlan {
    /// Its name in messages: "observer of add Health".
    pub(crate) fn label(&self) -> String {
        format!("observer of {} {}", self.kind.key(), self.target)
    }
}

/// An observer as a script declared it.
#[derive(Clone, Debug)]
pub(crate) struct ObserverDeclaration {
    /// What it waits for.
    pub(crate) plan: ObserverPlan,
    /// The function.
    pub(crate) run: Function,
}

/// What a script declared while its top level ran.
#[derive(Default)]
pub(crate) struct Loaded {
    /// The script.
    pub(crate) script: String,
    pub(crate) systems: Vec<SystemDeclaration>,
    pub(crate) observers: Vec<ObserverDeclaration>,
    /// Components it gives other fields.
    pub(crate) redeclared: Vec<Redeclared>,
}

/// The scripts that are loading, innermost last, and those that have loaded since the host looked.
#[derive(Default)]
pub(crate) struct Loading {
    running: Vec<Loaded>,
    finished: Vec<Loaded>,
}

impl Loading {
    /// A script's top level begins to run.
    pub(crate) fn begin(&mut self, script: &str) {
        self.running.push(Loaded { script: script.to_owned(), ..Loaded::default() });
    }

    /// It has run. What one that failed declared is forgotten.
    pub(crate) fn end(&mut self, is_ok: bool) {
        let loaded = self.running.pop().expect("scripts begin before they end");
        if is_ok {
            self.finished.push(loaded);
        }
    }

    /// What the scripts that have loaded declared.
    pub(crate) fn take(&mut self) -> Vec<Loaded> {
        std::mem::take(&mut self.finished)
    }

    /// The script whose top level runs.
    pub(crate) fn current(&mut self) -> Option<&mut Loaded> {
        self.running.last_mut()
    }
}

/// The keys a declaration may have.
const KEYS: [&str; 8] = ["name", "schedule", "query", "resources", "before", "after", "exclusive", "run"];

/// Makes the global `system`.
pub(crate) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    for (name, function) in [("system", system as NativeFn), ("observe", observe)] {
        let function = vm.new_host_function(name, function, &[])?;
        vm.raw_set_name(globals, name, function)?;
    }
    Ok(())
}

/// `observe { add = "Health", run = function(entity) ... end }`
fn observe(vm: &mut Vm, args: Args) -> NativeResult {
    let table: RawValue = vm.check_table(args, 0)?.into();
    let kinds = ObserverKind::ALL.iter().map(|kind| kind.key());
    let keys: Vec<&str> = kinds.chain(["run"]).collect();
    check_keys(vm, table, "observe", &keys)?;
    let mut plans = Vec::new();
    for &kind in ObserverKind::ALL {
        let value = field(vm, table, kind.key())?;
        if let Some(target) = value.as_string() {
            plans
                .push(ObserverPlan { kind, target: String::from_utf8_lossy(target.as_bytes()).into_owned() });
        } else if !value.is_nil() {
            let (key, got) = (kind.key(), vm.describe_type(value));
            return Err(vm.error(format!(
                "observe: '{key}' must be a name in quotes, as in {key} = \"Health\", got {got}"
            )));
        }
    }
    let Ok([plan]) = <[ObserverPlan; 1]>::try_from(plans) else {
        let message =
            format!("observe: say what to observe by one of: {}", keys[..keys.len() - 1].join(", "));
        return Err(vm.error(message));
    };
    let run = field(vm, table, "run")?;
    let Value::Function(run) = Value::from_raw(run, Context::from_raw(vm)) else {
        let got = vm.describe_type(run);
        return Err(vm.error(format!(
            "{}: 'run' must be a function, as in run = function(entity) ... end, got {got}",
            plan.label()
        )));
    };
    if let Err(message) = super::observers::check(vm, &plan) {
        return Err(vm.error(format!("{}: {message}", plan.label())));
    }
    let Some(loaded) = context(vm).loading.current() else {
        return Err(vm.error("observers are declared at the top of a script, not while a system runs"));
    };
    loaded.observers.push(ObserverDeclaration { plan, run });
    vm.ret0()
}

fn system(vm: &mut Vm, args: Args) -> NativeResult {
    let table: RawValue = vm.check_table(args, 0)?.into();
    check_keys(vm, table, "system", &KEYS)?;
    let name = match field(vm, table, "name")?.as_string() {
        Some(name) => String::from_utf8_lossy(name.as_bytes()).into_owned(),
        None => {
            return Err(
                vm.error("system: it needs a name: system { name = \"move\", query = ..., run = ... }")
            );
        }
    };
    let outcome = plan(vm, table)?;
    let plan = match outcome {
        Ok(plan) => plan,
        Err(message) => return Err(vm.error(format!("system '{name}': {message}"))),
    };
    let run = field(vm, table, "run")?;
    let Value::Function(run) = Value::from_raw(run, Context::from_raw(vm)) else {
        let got = vm.describe_type(run);
        return Err(vm.error(format!(
            "system '{name}': 'run' must be a function, as in run = function(q, dt) ... end, got {got}"
        )));
    };
    let Some(loaded) = context(vm).loading.current() else {
        return Err(vm.error("systems are declared at the top of a script, not while a system runs"));
    };
    if loaded.systems.iter().any(|known| known.name == name) {
        return Err(
            vm.error(format!("system '{name}' is declared twice in this script: give one another name"))
        );
    }
    loaded.systems.push(SystemDeclaration { name, plan, run });
    vm.ret0()
}

fn field(vm: &mut Vm, table: RawValue, name: &str) -> Result<RawValue, Raised> {
    let key = vm.new_string(name.as_bytes())?;
    vm.index(table, key)
}

fn check_keys(vm: &mut Vm, table: RawValue, what: &str, keys: &[&str]) -> Result<(), Raised> {
    let table = table.as_table().expect("checked by the caller");
    let mut position = 0;
    while let Some((next, key, _)) = table.entry_after(&vm.heap, position) {
        position = next;
        let known =
            key.as_string().is_some_and(|key| keys.iter().any(|known| known.as_bytes() == key.as_bytes()));
        if !known {
            let key = vm.tostring(key)?;
            let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
            let near = near_matches(&key, keys.iter().copied());
            let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
            return Err(
                vm.error(format!("{what} has no setting '{key}'{hint}; settings are: {}", keys.join(", ")))
            );
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
        other => {
            return Err(format!("'schedule' must be a name, like \"Update\", got {}", other.type_name()));
        }
    };
    let exclusive = match exclusive {
        HostValue::Nil => false,
        HostValue::Boolean(exclusive) => *exclusive,
        other => return Err(format!("'exclusive' must be true or false, got {}", other.type_name())),
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
    Ok(Plan {
        schedule,
        query,
        resources: list("resources", resources)?,
        before: names("before", before)?,
        after: names("after", after)?,
        exclusive,
    })
}
