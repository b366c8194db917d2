//! What a script declares to touch, as it writes it: `{ "mut Transform", "Velocity", without = { "Frozen" } }`.

use perilune::ffi::ctype::near_matches;
use perilune::ffi::host::HostValue;

/// One name of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// The component or resource.
    pub(crate) name: String,
    /// Whether it was written with `mut`.
    pub(crate) write: bool,
}

/// A query as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryTerms {
    /// Components every row has.
    pub(crate) columns: Vec<Term>,
    /// Components a row may have.
    pub(crate) optional: Vec<Term>,
    /// Components that must be there.
    pub(crate) with: Vec<String>,
    /// Components that must not.
    pub(crate) without: Vec<String>,
    /// Components that must have changed since the last run.
    pub(crate) changed: Vec<String>,
    /// Components that must have been added since the last run.
    pub(crate) added: Vec<String>,
}

impl QueryTerms {
    /// Reads the table given as `query`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(value: &HostValue) -> Result<QueryTerms, String> {
        let mut terms = QueryTerms::default();
        for (key, value) in table("query", value)? {
            match key {
                HostValue::Number(_) => terms.columns.push(parse_term("query", value)?),
                HostValue::Text(key) => match key.as_slice() {
                    b"optional" => terms.optional = parse_list("optional", value)?,
                    b"with" => terms.with = parse_names("with", value)?,
                    b"without" => terms.without = parse_names("without", value)?,
                    b"changed" => terms.changed = parse_names("changed", value)?,
                    b"added" => terms.added = parse_names("added", value)?,
                    other => {
                        return Err(no_filter(&String::from_utf8_lossy(other)));
                    }
                },
                other => {
                    return Err(format!(
                        "query: expected names and filters, as in {{ \"mut Transform\", without = \"Frozen\" }}, got a {} as key",
                        other.type_name()
                    ));
                }
            }
        }
        terms.check()?;
        Ok(terms)
    }

    /// Whether it names one of these components.
    pub(crate) fn names_any(&self, components: &[String]) -> bool {
        let terms = self.columns.iter().chain(&self.optional).map(|term| &term.name);
        let filters = self.with.iter().chain(&self.without).chain(&self.changed).chain(&self.added);
        terms.chain(filters).any(|name| components.contains(name))
    }

    fn check(&self) -> Result<(), String> {
        let mut seen: Vec<&str> = Vec::new();
        for term in self.columns.iter().chain(&self.optional) {
            if seen.contains(&term.name.as_str()) {
                return Err(format!(
                    "query names '{0}' twice: leave one out (\"mut {0}\" reads too)",
                    term.name
                ));
            }
            seen.push(&term.name);
        }
        Ok(())
    }
}

/// A list of names, each with or without `mut`: `resources = { "mut Score", "Time" }`. A single name may stand for a list of one.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse_list(what: &str, value: &HostValue) -> Result<Vec<Term>, String> {
    if matches!(value, HostValue::Text(_)) {
        return Ok(vec![parse_term(what, value)?]);
    }
    table(what, value)?.iter().map(|(_, value)| parse_term(what, value)).collect()
}

fn parse_names(what: &str, value: &HostValue) -> Result<Vec<String>, String> {
    parse_list(what, value)?
        .into_iter()
        .map(|term| {
            if term.write {
                Err(format!("{what}: 'mut {}' makes no sense in a filter: write '{}'", term.name, term.name))
            } else {
                Ok(term.name)
            }
        })
        .collect()
}

fn parse_term(what: &str, value: &HostValue) -> Result<Term, String> {
    let HostValue::Text(bytes) = value else {
        return Err(format!(
            "{what}: expected a name in quotes, like \"Transform\", got {}",
            value.type_name()
        ));
    };
    let text = String::from_utf8_lossy(bytes);
    let mut words = text.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("mut"), Some(name), None) => Ok(Term { name: name.to_owned(), write: true }),
        (Some(name), None, None) if name != "mut" => Ok(Term { name: name.to_owned(), write: false }),
        _ => Err(format!("{what}: expected \"Name\" or \"mut Name\", got \"{text}\"")),
    }
}

fn no_filter(name: &str) -> String {
    const FILTERS: [&str; 5] = ["with", "without", "changed", "added", "optional"];
    let near = near_matches(name, FILTERS);
    let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean '{near}'?)"));
    format!("query has no filter '{name}'{hint}; filters are: {}", FILTERS.join(", "))
}

fn table<'v>(what: &str, value: &'v HostValue) -> Result<&'v [(HostValue, HostValue)], String> {
    let HostValue::Table(entries) = value else {
        return Err(format!(
            "{what}: expected a table of names, as in {what} = {{ \"Transform\" }}, got {}",
            value.type_name()
        ));
    };
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> HostValue {
        HostValue::Text(text.as_bytes().to_vec())
    }

    fn list(names: &[&str]) -> HostValue {
        HostValue::Table(
            names.iter().zip(1..).map(|(name, n)| (HostValue::Number(f64::from(n)), text(name))).collect(),
        )
    }

    #[test]
    fn a_declaration_is_read_in_order() {
        let HostValue::Table(mut entries) = list(&["mut Transform", "Velocity"]) else { unreachable!() };
        entries.push((text("without"), list(&["Frozen"])));
        entries.push((text("optional"), list(&["mut Health"])));
        let terms = QueryTerms::parse(&HostValue::Table(entries)).expect("well formed");
        let names: Vec<(&str, bool)> = terms.columns.iter().map(|t| (t.name.as_str(), t.write)).collect();
        assert_eq!(names, [("Transform", true), ("Velocity", false)]);
        assert_eq!(terms.without, ["Frozen"]);
        assert_eq!(terms.optional, [Term { name: "Health".into(), write: true }]);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            QueryTerms::parse(&list(&["A", "mut A"])),
            Err("query names 'A' twice: leave one out (\"mut A\" reads too)".into())
        );
        assert!(QueryTerms::parse(&list(&["mut"])).is_err());
        let odd = HostValue::Table(vec![(text("wiht"), list(&["A"]))]);
        let message = QueryTerms::parse(&odd).expect_err("no such filter");
        assert!(message.starts_with("query has no filter 'wiht' (did you mean 'with'?)"), "{message}");
        let filter = HostValue::Table(vec![(text("with"), list(&["mut A"]))]);
        assert!(QueryTerms::parse(&filter).expect_err("mut in a filter").contains("makes no sense"));
    }
}
