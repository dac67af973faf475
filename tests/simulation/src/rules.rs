//! What must hold: after every change, and once the world is at rest.

use std::{collections::BTreeSet, fmt, time::Duration};

use sandbox::journal::{CallResult, Entry};

use crate::view::{Names, View};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A change by a function never makes a node refuse AWSCURRENT.
    CurrentIsAccepted,
    /// A change by a function never makes a node refuse what is published.
    PublishedIsAccepted,
    /// What a person removed from the nodes is not accepted again by a change of a function.
    RemovedStaysRemoved,
    /// A change by a function never makes a node refuse what an application uses that reads the parameter several times in an
    /// overlap.
    ApplicationIsAccepted,
    /// At rest, every node accepts AWSCURRENT.
    RestAcceptsCurrent,
    /// At rest, no node accepts a credential besides AWSCURRENT, AWSPREVIOUS and what a person added.
    NothingElseIsAccepted,
    /// At rest, what is published is AWSCURRENT.
    PublishedIsCurrent,
    /// At rest, a run that has nothing to do changes nothing.
    RestChangesNothing,
    /// At rest, a rotation can be carried out, or a function says that a person must act.
    RotationEnds,
    /// No credential is in the output of a function.
    NoSecretInOutput,
}

impl Rule {
    /// Every rule, with its name.
    pub const ALL: [(Self, &str); 10] = [
        (Self::CurrentIsAccepted, "current-is-accepted"),
        (Self::PublishedIsAccepted, "published-is-accepted"),
        (Self::RemovedStaysRemoved, "removed-stays-removed"),
        (Self::ApplicationIsAccepted, "application-is-accepted"),
        (Self::RestAcceptsCurrent, "rest-accepts-current"),
        (Self::NothingElseIsAccepted, "nothing-else-is-accepted"),
        (Self::PublishedIsCurrent, "published-is-current"),
        (Self::RestChangesNothing, "rest-changes-nothing"),
        (Self::RotationEnds, "rotation-ends"),
        (Self::NoSecretInOutput, "no-secret-in-output"),
    ];
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(rule, _)| rule == self).map_or("unknown", |(_, name)| name);
        f.write_str(name)
    }
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// What broke it: who, and with which call.
    pub by: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is broken by {}", self.rule, self.by)
    }
}

/// What was seen of a world so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) names: Names,
    view: View,
    /// What a person removed from every node.
    removed: BTreeSet<String>,
    /// What a person added to a node.
    pub(crate) added: BTreeSet<String>,
    /// Every credential that was AWSCURRENT.
    pub(crate) were_current: BTreeSet<String>,
    /// What the application uses.
    used: Option<String>,
    pub(crate) story: Vec<String>,
    pub(crate) violations: Vec<Violation>,
}

impl Watch {
    /// Begins with this view, or goes on with it.
    pub(crate) fn see(&mut self, view: View) {
        self.were_current.extend(view.with("AWSCURRENT").map(str::to_owned));
        self.view = view;
    }

    /// The application reads the parameter.
    pub(crate) fn read(&mut self) {
        self.used.clone_from(&self.view.published);
    }

    /// The last view.
    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    /// Says that a person removed a credential from every node.
    pub(crate) fn removed(&mut self, credential: &str) {
        let name = self.names.of(credential);
        self.removed.insert(name);
    }

    /// Says that a person added a credential to a node.
    pub(crate) fn added(&mut self, credential: &str) {
        let name = self.names.of(credential);
        self.added.insert(name);
    }

    /// Adds a line to the story.
    pub(crate) fn note(&mut self, at: Duration, line: &str) {
        self.story.push(format!("{:>9.3}  {line}", at.as_secs_f64()));
    }

    /// A call took effect.
    pub(crate) fn changed(&mut self, at: Duration, entry: &Entry, view: View) {
        let what = describe(entry);
        self.note(at, &format!("{:<20} {what:<44} {view}", entry.principal));
        if is_function(&entry.principal) {
            self.check(&format!("{} {}", function(&entry.principal), entry.operation), &view);
        }
        self.see(view);
    }

    /// A call failed.
    pub(crate) fn failed(&mut self, at: Duration, entry: &Entry) {
        let result = match &entry.result {
            CallResult::Answered => "answered".to_owned(),
            CallResult::Refused(code) => format!("refused: {code}"),
            CallResult::FaultedBefore(fault) => format!("met {fault} and had no effect"),
            CallResult::FaultedAfter(fault) => format!("took effect and met {fault}"),
        };
        self.note(at, &format!("{:<20} {} {result}", entry.principal, describe(entry)));
    }

    /// Something happened that no call made.
    pub(crate) fn happened(&mut self, at: Duration, who: &str, what: &str, view: View) {
        self.note(at, &format!("{who:<20} {what:<44} {view}"));
        self.see(view);
    }

    /// Checks what a change of a function must not do.
    fn check(&mut self, by: &str, view: &View) {
        let accepted = |view: &View, credential: Option<&str>| credential.is_none_or(|one| view.is_accepted(one));
        let before = &self.view;
        let mut broken = Vec::new();
        if accepted(before, before.with("AWSCURRENT")) && !accepted(view, view.with("AWSCURRENT")) {
            broken.push(Rule::CurrentIsAccepted);
        }
        // What is published may be AWSCURRENT, which has a rule of its own.
        let published = view.published.as_deref().filter(|published| Some(*published) != view.with("AWSCURRENT"));
        if accepted(before, before.published.as_deref()) && !accepted(view, published) {
            broken.push(Rule::PublishedIsAccepted);
        }
        if accepted(before, self.used.as_deref()) && !accepted(view, self.used.as_deref()) {
            broken.push(Rule::ApplicationIsAccepted);
        }
        let back = |name: &String| view.is_accepted_somewhere(name) && !before.is_accepted_somewhere(name);
        if self.removed.iter().any(back) {
            broken.push(Rule::RemovedStaysRemoved);
        }
        broken.into_iter().for_each(|rule| self.broke(rule, by));
    }

    /// Writes down that a rule was broken.
    pub(crate) fn broke(&mut self, rule: Rule, by: &str) {
        let violation = Violation { rule, by: by.to_owned() };
        self.story.push(format!("           !! {violation}"));
        self.violations.push(violation);
    }
}

fn describe(entry: &Entry) -> String {
    // A secret is called by its name, whatever a call writes.
    let name = |subject: &str| subject.split_once(":secret:").map_or(subject, |(_, name)| name).to_owned();
    match &entry.subject {
        Some(subject) => format!("{} {}", entry.operation, name(subject)),
        None => entry.operation.clone(),
    }
}

/// Whether a principal is an instance of a function.
fn is_function(principal: &str) -> bool {
    principal.contains('.')
}

/// The function of an instance.
fn function(principal: &str) -> &str {
    principal.split('.').next().unwrap_or(principal)
}
