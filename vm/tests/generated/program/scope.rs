//! The variables a statement can see.

use super::Type;
use crate::choices::Choices;

#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// What a call of it returns, when it is a function of the program.
    pub(crate) signature: Option<Signature>,
    /// Whether it is not assigned to.
    pub(crate) fixed: bool,
}

/// What a function takes and returns.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) parameters: Vec<Type>,
    pub(crate) result: Type,
}

#[derive(Default)]
pub(crate) struct Scope {
    variables: Vec<Variable>,
    declared: usize,
}

impl Scope {
    pub(crate) fn mark(&self) -> usize {
        self.variables.len()
    }

    pub(crate) fn leave(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    /// A name for a new variable; now and then that of another, which is then hidden.
    pub(crate) fn fresh(&mut self, c: &mut Choices<'_>, kind: Type) -> String {
        if c.percent(6)
            && let Some(variable) = self.find(c, |variable| !variable.fixed)
        {
            return variable.name;
        }
        self.declared += 1;
        let letter = match kind {
            Type::Number => 'n',
            Type::String => 's',
            Type::Boolean => 'b',
            Type::Array => 'a',
            Type::Record => 'r',
            Type::Object => 'o',
            Type::Function => 'f',
            Type::Nil => 'x',
        };
        format!("{letter}{}", self.declared)
    }

    pub(crate) fn declare(&mut self, name: &str, kind: Type, signature: Option<Signature>) {
        self.variables.push(Variable { name: name.to_owned(), kind, signature, fixed: false });
    }

    /// A variable that is not assigned to.
    pub(crate) fn declare_fixed(&mut self, name: &str, kind: Type) {
        self.variables.push(Variable { name: name.to_owned(), kind, signature: None, fixed: true });
    }

    /// A name that no other variable has.
    pub(crate) fn unique(&mut self) -> String {
        self.declared += 1;
        format!("c{}", self.declared)
    }

    /// Every variable that is not hidden by a later one.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().enumerate().filter_map(|(at, variable)| {
            let hidden = self.variables[at + 1..].iter().any(|later| later.name == variable.name);
            (!hidden).then_some(variable)
        })
    }

    /// A visible variable that is as wanted.
    pub(crate) fn find(&self, c: &mut Choices<'_>, wanted: impl Fn(&Variable) -> bool) -> Option<Variable> {
        let found = self.visible().filter(|variable| wanted(variable)).collect::<Vec<_>>();
        (!found.is_empty()).then(|| (*found[c.below(found.len())]).clone())
    }

    pub(crate) fn of_kind(&self, c: &mut Choices<'_>, kind: Type) -> Option<String> {
        self.find(c, |variable| variable.kind == kind).map(|variable| variable.name)
    }
}
