//! What must hold: after every change, and once the world is at rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

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
    /// A change by a function never replaces AWSCURRENT in what is published.
    PublishedStaysCurrent,
    /// A move that was rolled back is not made again by a function.
    RolledBackStays,
    /// A function ends before its timeout, and calls nobody afterwards.
    RunsEndInTime,
    /// At rest, every node accepts AWSCURRENT.
    RestAcceptsCurrent,
    /// At rest, no node accepts a credential besides AWSCURRENT, AWSPREVIOUS and what a person added.
    NothingElseIsAccepted,
    /// At rest, what is published is AWSCURRENT.
    PublishedIsCurrent,
    /// At rest, every replica and Sentinel can log in to the primary.
    RestReplicates,
    /// At rest, a run that has nothing to do changes nothing.
    RestChangesNothing,
    /// At rest, a rotation can be carried out, or a function says that a person must act.
    RotationEnds,
    /// No credential is in the output of a function.
    NoSecretInOutput,
}

impl Rule {
    /// Every rule, with its name.
    pub const ALL: [(Self, &str); 14] = [
        (Self::CurrentIsAccepted, "current-is-accepted"),
        (Self::PublishedIsAccepted, "published-is-accepted"),
        (Self::RemovedStaysRemoved, "removed-stays-removed"),
        (Self::ApplicationIsAccepted, "application-is-accepted"),
        (Self::PublishedStaysCurrent, "published-stays-current"),
        (Self::RolledBackStays, "rolled-back-stays"),
        (Self::RunsEndInTime, "runs-end-in-time"),
        (Self::RestAcceptsCurrent, "rest-accepts-current"),
        (Self::NothingElseIsAccepted, "nothing-else-is-accepted"),
        (Self::PublishedIsCurrent, "published-is-current"),
        (Self::RestReplicates, "rest-replicates"),
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
    /// What broke it: who, with which call, and what became of which credential.
    pub by: String,
    /// Where, or how often.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, by, detail } = self;
        let colon = if detail.is_empty() { "" } else { ": " };
        write!(f, "{rule} is broken by {by}{colon}{detail}")
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
    /// What the application uses: whether it is where the target is moved to, and the credential.
    used: Option<(bool, String)>,
    /// AWSCURRENT and AWSPREVIOUS as each instance of a function has seen them last.
    looked: BTreeMap<String, [Option<String>; 2]>,
    /// Whether a move was rolled back last.
    pub(crate) rolled_back: bool,
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
        self.used = self.view.published.clone().map(|published| (self.view.published_elsewhere, published));
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

    /// A function has read the labels of the secret.
    pub(crate) fn looked(&mut self, principal: &str) {
        self.looked.insert(principal.to_owned(), self.view.current_and_previous());
    }

    /// A call took effect.
    pub(crate) fn changed(&mut self, at: Duration, entry: &Entry, view: View) {
        let what = describe(entry);
        self.note(at, &format!("{:<20} {what:<44} {view}", entry.principal));
        if is_function(&entry.principal) {
            self.check(entry, &view);
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
    fn check(&mut self, entry: &Entry, view: &View) {
        let before = &self.view;
        // Each rule that is broken, and the credential that it is about.
        let mut broken = Vec::new();
        let current = view.with("AWSCURRENT");
        if let Some(current) = current.filter(|current| !view.is_accepted(current))
            && before.with("AWSCURRENT").is_none_or(|current| before.is_accepted(current))
        {
            broken.push((Rule::CurrentIsAccepted, current));
        }
        // What is published may be AWSCURRENT, which has a rule of its own.
        if let Some(published) = view.published.as_deref().filter(|published| Some(*published) != current)
            && !view.is_published_accepted()
            && before.is_published_accepted()
        {
            broken.push((Rule::PublishedIsAccepted, published));
        }
        if let Some((moved, used)) = &self.used
            && before.is_accepted_at(*moved, used)
            && !view.is_accepted_at(*moved, used)
        {
            broken.push((Rule::ApplicationIsAccepted, used));
        }
        let back = |name: &&String| view.is_accepted_somewhere(name) && !before.is_accepted_somewhere(name);
        if let Some(back) = self.removed.iter().find(back) {
            broken.push((Rule::RemovedStaysRemoved, back));
        }
        if let Some(published) = view.published.as_deref().filter(|published| Some(*published) != current)
            && before.published != view.published
            && before.published.is_some()
            && before.published.as_deref() == before.with("AWSCURRENT")
        {
            broken.push((Rule::PublishedStaysCurrent, published));
        }
        if self.rolled_back && view.moved && !before.moved {
            broken.push((Rule::RolledBackStays, view.published.as_deref().unwrap_or_default()));
        }
        let seen = self.looked.get(&entry.principal);
        let moved = seen.is_some_and(|seen| *seen != before.current_and_previous());
        let late = if moved { ", after the labels had moved" } else { "" };
        let by = |credential: &str| {
            let (function, operation) = (function(&entry.principal), &entry.operation);
            format!("{function} {operation} on {}{late}", before.role(credential))
        };
        let broken: Vec<_> = broken.into_iter().map(|(rule, credential)| (rule, by(credential))).collect();
        broken.into_iter().for_each(|(rule, by)| self.broke(rule, &by, ""));
    }

    /// Writes down that a rule was broken.
    pub(crate) fn broke(&mut self, rule: Rule, by: &str, detail: &str) {
        let violation = Violation { rule, by: by.to_owned(), detail: detail.to_owned() };
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
pub(crate) fn is_function(principal: &str) -> bool {
    principal.contains('.')
}

/// The function of an instance.
fn function(principal: &str) -> &str {
    principal.split('.').next().unwrap_or(principal)
}
