//! What was seen of a world so far, and the rules that its changes have broken.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sandbox::journal::{CallResult, Entry};

use crate::{
    rules::{Rule, Violation},
    view::{Names, View},
};

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
    /// Whether a credential is replaced by a reset, which has no overlap, as Upstash's documentation says.
    resets: bool,
    /// The version of the settings up to which every move is rolled back.
    rolled_back: Option<i64>,
    /// What made each credential lose its last label while a node accepted it, or made a node accept one without a label.
    orphaned: BTreeMap<String, String>,
    pub(crate) story: Vec<String>,
    pub(crate) violations: Vec<Violation>,
}

impl Watch {
    /// Nothing is seen yet of a target whose credential is replaced by a reset, or by one that is accepted beside it.
    pub(crate) fn new(resets: bool) -> Self {
        Self { resets, ..Self::default() }
    }

    /// Begins with this view, or goes on with it. `by` made it what it is.
    pub(crate) fn see(&mut self, view: View, by: &str) {
        self.were_current.extend(view.with("AWSCURRENT").map(str::to_owned));
        let orphans = view.without_a_label();
        self.orphaned.retain(|name, _| orphans.contains(name));
        for orphan in orphans {
            self.orphaned.entry(orphan).or_insert_with(|| by.to_owned());
        }
        self.view = view;
    }

    /// What made a credential lose its last label, or a node accept it without one; nothing if it has a label.
    pub(crate) fn orphaned(&self, credential: &str) -> &str {
        self.orphaned.get(credential).map_or("nothing", String::as_str)
    }

    /// Says that `sync-connection` rolled back every move up to this version of the settings.
    pub(crate) fn rolled_back(&mut self, version: i64) {
        self.rolled_back = Some(version);
    }

    /// Says that the settings were deleted: their versions count from 1 again.
    pub(crate) fn settings_deleted(&mut self) {
        self.rolled_back = None;
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
        self.added.remove(&name);
        self.removed.insert(name);
    }

    /// Says that a person added a credential to a node.
    pub(crate) fn added(&mut self, credential: &str) {
        let name = self.names.of(credential);
        self.removed.remove(&name);
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
        self.see(view, &format!("{} {}", function(&entry.principal), entry.operation));
    }

    /// A call failed.
    pub(crate) fn failed(&mut self, at: Duration, entry: &Entry) {
        // A fault is in the story already.
        if let CallResult::Refused(code) = &entry.result {
            self.note(at, &format!("{:<20} {} is refused: {code}", entry.principal, describe(entry)));
        }
    }

    /// Something happened that no call made.
    pub(crate) fn happened(&mut self, at: Duration, who: &str, what: &str, view: View) {
        self.note(at, &format!("{who:<20} {what:<44} {view}"));
        self.see(view, who);
    }

    /// Checks what a change of a function must not do.
    fn check(&mut self, entry: &Entry, view: &View) {
        let before = &self.view;
        // Each rule that is broken, and the credential that it is about.
        let mut broken = Vec::new();
        let current = view.with("AWSCURRENT");
        // A reset must take away what was accepted.
        let keeps = !self.resets || view.accepted == before.accepted;
        if let Some(current) = current.filter(|current| !view.is_accepted(current))
            && keeps
            && before.with("AWSCURRENT").is_none_or(|current| before.is_accepted(current))
        {
            broken.push((Rule::CurrentIsAccepted, current));
        }
        // A call that only changes which hosts the target has takes nothing away from anybody.
        let same_hosts = view.accepted.keys().eq(before.accepted.keys());
        // What is published may be AWSCURRENT, which has a rule of its own.
        if let Some(published) = view.published.as_deref().filter(|published| Some(*published) != current)
            && same_hosts
            && keeps
            && !view.is_published_accepted()
            && before.is_published_accepted()
        {
            broken.push((Rule::PublishedIsAccepted, published));
        }
        let is_refused =
            |(moved, used): &&(bool, String)| before.is_accepted_at(*moved, used) && !view.is_accepted_at(*moved, used);
        if let Some((_, used)) = self.used.iter().chain(&before.used).find(is_refused)
            && same_hosts
            && keeps
        {
            broken.push((Rule::ApplicationIsAccepted, used));
        }
        if let Some(pending) = before.rotates_to().filter(|pending| view.rotates_to() == Some(*pending))
            && same_hosts
            && keeps
            && before.is_accepted(pending)
            && !view.is_accepted(pending)
        {
            broken.push((Rule::PendingIsAccepted, pending));
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
        let rolled_back = self.rolled_back.is_some_and(|version| view.settings <= version);
        let moves = view.moved && !before.moved || view.published_elsewhere && !before.published_elsewhere;
        if rolled_back && moves {
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
    // A secret is called by its name, whatever a call writes: AWS adds six characters to the name in an ARN.
    let name = |subject: &str| match subject.split_once(":secret:") {
        Some((_, name)) => name.rsplit_once('-').map_or(name, |(name, _)| name).to_owned(),
        None => subject.to_owned(),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is where: `labels` as `AWSCURRENT=k1`, what the only node accepts, and what is published.
    fn view(labels: &[(&str, &str)], accepted: &[&str], published: Option<&str>) -> View {
        View {
            labels: labels.iter().map(|(label, name)| ((*label).to_owned(), (*name).to_owned())).collect(),
            accepted: [("node-0".to_owned(), accepted.iter().map(|name| (*name).to_owned()).collect())].into(),
            published: published.map(str::to_owned),
            ..View::default()
        }
    }

    fn call(principal: &str, operation: &str) -> Entry {
        Entry {
            at: jiff::Timestamp::UNIX_EPOCH,
            principal: principal.to_owned(),
            invocation: None,
            service: "redis".to_owned(),
            operation: operation.to_owned(),
            subject: None,
            result: CallResult::Answered,
        }
    }

    const ROTATED: [(&str, &str); 2] = [("AWSCURRENT", "k1"), ("AWSPREVIOUS", "k0")];
    const BACK: [(&str, &str); 2] = [("AWSCURRENT", "k0"), ("AWSPREVIOUS", "k1")];

    /// What a call of a function breaks that leads from one view to the other.
    fn broken(before: View, after: View, prepare: impl FnOnce(&mut Watch)) -> Vec<String> {
        let mut watch = Watch::default();
        watch.see(before, "");
        prepare(&mut watch);
        watch.changed(Duration::ZERO, &call("rotate-auth.1", "EXEC"), after);
        watch.violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn removing_a_credential_breaks_a_rule_for_each_use_of_it() {
        let both = |labels, published| view(labels, &["k0", "k1"], published);
        let cases = [
            (
                both(&ROTATED, None),
                view(&ROTATED, &["k0"], None),
                "current-is-accepted is broken by rotate-auth EXEC on AWSCURRENT",
            ),
            (
                both(&ROTATED, Some("k0")),
                view(&ROTATED, &["k1"], Some("k0")),
                "published-is-accepted is broken by rotate-auth EXEC on AWSPREVIOUS",
            ),
        ];
        for (before, after, expected) in cases {
            assert_eq!(broken(before, after, |_| ()), [expected]);
        }
        let before = both(&ROTATED, Some("k0"));
        let after = view(&ROTATED, &["k1"], Some("k1"));
        let broken = broken(before, after, Watch::read);
        assert_eq!(broken, ["application-is-accepted is broken by rotate-auth EXEC on AWSPREVIOUS"]);
    }

    #[test]
    fn a_change_after_the_labels_have_moved_says_so() {
        let broken = broken(view(&ROTATED, &["k0", "k1"], None), view(&BACK, &["k1"], None), |watch| {
            watch.looked("rotate-auth.1");
            watch.see(view(&BACK, &["k0", "k1"], None), "");
        });
        let expected = "current-is-accepted is broken by rotate-auth EXEC on AWSCURRENT, after the labels had moved";
        assert_eq!(broken, [expected]);
    }

    #[test]
    fn what_a_person_removed_may_not_be_added_and_what_is_published_may_not_get_old() {
        let without = view(&ROTATED, &["k1"], Some("k1"));
        let back = broken(without, view(&ROTATED, &["k0", "k1"], Some("k1")), |watch| {
            watch.names.of("first");
            watch.removed("first");
        });
        assert_eq!(back, ["removed-stays-removed is broken by rotate-auth EXEC on AWSPREVIOUS"]);
        let old = broken(view(&ROTATED, &["k0", "k1"], Some("k1")), view(&ROTATED, &["k0", "k1"], Some("k0")), |_| ());
        assert_eq!(old, ["published-stays-current is broken by rotate-auth EXEC on AWSPREVIOUS"]);
    }

    #[test]
    fn a_move_that_was_rolled_back_may_not_be_made_again() {
        let first = view(&ROTATED, &["k1"], Some("k1"));
        let moved = View { moved: true, settings: 2, ..first.clone() };
        let rolled_back = |version| broken(first.clone(), moved.clone(), |watch| watch.rolled_back(version));
        assert_eq!(broken(first.clone(), moved.clone(), |_| ()), Vec::<String>::new());
        assert_eq!(rolled_back(2), ["rolled-back-stays is broken by rotate-auth EXEC on AWSCURRENT"]);
        // The settings are newer: it is another move.
        assert_eq!(rolled_back(1), Vec::<String>::new());
        let published = View { published_elsewhere: true, settings: 2, ..first.clone() };
        let again = broken(first.clone(), published, |watch| watch.rolled_back(2));
        assert_eq!(again, ["rolled-back-stays is broken by rotate-auth EXEC on AWSCURRENT"]);
    }

    #[test]
    fn a_credential_that_loses_its_last_label_is_orphaned_by_that_call() {
        let mut watch = Watch::default();
        watch.see(view(&ROTATED, &["k0", "k1"], None), "");
        assert_eq!(watch.orphaned("k0"), "nothing");
        let edited = [("AWSCURRENT", "k1"), ("AWSPREVIOUS", "k1")];
        watch.changed(Duration::ZERO, &call("person", "PutSecretValue"), view(&edited, &["k0", "k1"], None));
        watch.changed(Duration::ZERO, &call("rotate-auth.1", "EXEC"), view(&edited, &["k0", "k1"], None));
        assert_eq!(watch.orphaned("k0"), "person PutSecretValue");
    }

    #[test]
    fn a_person_may_do_what_a_function_may_not() {
        let mut watch = Watch::default();
        watch.see(view(&ROTATED, &["k0", "k1"], Some("k1")), "");
        watch.changed(Duration::ZERO, &call("person", "EXEC"), view(&ROTATED, &["k0"], Some("k1")));
        assert_eq!(watch.violations, []);
    }
}
