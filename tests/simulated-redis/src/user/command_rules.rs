//! Which commands a user may call.

use crate::commands::Spec;

/// Rules such as `+@read -del`, in the order in which they were given. The last one that concerns a command decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandRules {
    /// Whether a command that no rule concerns is allowed.
    all: bool,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    allow: bool,
    /// `command`, `command|subcommand` or `@category`.
    of: String,
}

impl CommandRules {
    /// No command.
    pub(crate) fn none() -> Self {
        Self { all: false, rules: Vec::new() }
    }

    /// Every command.
    pub(crate) fn all() -> Self {
        Self { all: true, rules: Vec::new() }
    }

    /// Adds a rule, in place of those that it makes pointless.
    pub(crate) fn add(&mut self, allow: bool, of: &str) {
        if of == "@all" {
            *self = Self { all: allow, rules: Vec::new() };
            return;
        }
        self.rules.retain(|rule| !concerns(of, &rule.of));
        self.rules.push(Rule { allow, of: of.to_owned() });
    }

    /// Whether a command is allowed.
    pub(crate) fn allow(&self, spec: &Spec) -> bool {
        let concerned = |rule: &&Rule| match rule.of.strip_prefix('@') {
            Some(category) => spec.categories.contains(&category),
            None => concerns(&rule.of, spec.name),
        };
        self.rules.iter().rev().find(concerned).map_or(self.all, |rule| rule.allow)
    }

    /// The rules as Redis 7.2 and later versions print them. Redis 7.0 summarises them.
    pub(crate) fn describe(&self) -> String {
        let sign = |allow| if allow { '+' } else { '-' };
        let mut text = format!("{}@all", sign(self.all));
        for Rule { allow, of } in &self.rules {
            text.extend([' ', sign(*allow)]);
            text.push_str(of);
        }
        text
    }
}

/// Whether a rule for `this` concerns `that`: the same name, or a subcommand of it.
fn concerns(this: &str, that: &str) -> bool {
    that.strip_prefix(this).is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
}
