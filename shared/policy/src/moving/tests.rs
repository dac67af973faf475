//! What is in effect, by table and by property: a small Parameter Store takes the labels, and runs are stopped between them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    Target,
    login::{Answer, Node, NodeState},
};

fn revision(version: i64, place: char) -> Revision {
    let document = json!({
        "name": "orders",
        "backend": { "type": "elasticache-auth", "replication_group_id": format!("orders-{place}") },
        "secret": { "id": format!("orders/{place}") },
    });
    Revision { version, target: Target::parse(&document.to_string()).unwrap() }
}

/// A history in short: the newest version, and those that labels are on, each with its place.
fn history(
    newest: (i64, char),
    current: Option<(i64, char)>,
    previous: Option<(i64, char)>,
    rolled_back: Option<i64>,
) -> History {
    let revision = |(version, place)| revision(version, place);
    History { newest: revision(newest), current: current.map(revision), previous: previous.map(revision), rolled_back }
}

fn label(version: i64, label: &'static str) -> Label {
    Label { version, label }
}

#[test]
fn the_newest_settings_are_in_force_where_nothing_was_published_before_or_the_place_is_the_same() {
    for (history, missing_labels) in [
        (history((1, 'a'), None, None, None), vec![label(1, CURRENT)]),
        (history((1, 'a'), Some((1, 'a')), None, None), vec![]),
        (history((4, 'a'), Some((3, 'a')), Some((1, 'b')), None), vec![label(4, CURRENT)]),
        // Taken back once, and put again in other words: what the newest say is what is published.
        (history((3, 'a'), Some((2, 'b')), Some((1, 'a')), Some(2)), vec![label(3, CURRENT)]),
        // An unreadable version can be neither compared nor kept.
        (history((3, 'b'), Some((2, 'a')), None, Some(2)), vec![label(3, CURRENT)]),
    ] {
        assert_eq!((history.state(), history.in_effect()), (State::InEffect, &history.newest), "{history:?}");
        assert_eq!(history.missing_labels(), missing_labels, "{history:?}");
        history.check().unwrap();
    }
}

#[test]
fn settings_that_name_another_place_are_pending_and_those_before_them_in_force() {
    for (history, in_effect) in [
        (history((2, 'b'), Some((1, 'a')), None, None), 1),
        (history((9, 'b'), Some((5, 'a')), Some((2, 'c')), None), 5),
        // To a place that was left before, and past one that was taken back.
        (history((3, 'a'), Some((2, 'b')), Some((1, 'a')), None), 2),
        (history((3, 'c'), Some((2, 'b')), Some((1, 'a')), Some(2)), 1),
    ] {
        assert_eq!((history.state(), history.in_effect().version), (State::Pending, in_effect), "{history:?}");
        assert_eq!(history.missing_labels(), []);
        let newest = history.newest.version;
        assert_eq!(history.move_labels(), [label(in_effect, PREVIOUS), label(newest, CURRENT)]);
    }
}

#[test]
fn another_secret_is_another_place_and_other_consumers_are_not() {
    let mut history = history((2, 'a'), Some((1, 'a')), None, None);
    history.newest.target.retirement.overlap_s = 1;
    assert_eq!(history.state(), State::InEffect);
    history.newest.target.secret.json_key = Some("password".to_owned());
    assert_eq!(history.state(), State::Pending);
}

#[test]
fn settings_that_were_taken_back_stay_so_wherever_the_rollback_was_stopped() {
    for (current, previous, left) in [
        ((2, 'b'), (1, 'a'), vec![label(1, CURRENT), label(2, PREVIOUS)]),
        ((1, 'a'), (1, 'a'), vec![label(2, PREVIOUS)]),
        ((1, 'a'), (2, 'b'), vec![]),
    ] {
        let history = history((2, 'b'), Some(current), Some(previous), Some(2));
        assert_eq!((history.state(), history.in_effect().version), (State::RolledBack, 1), "{history:?}");
        assert_eq!((history.missing_labels(), history.roll_back().unwrap()), (left, RollBack::Done), "{history:?}");
    }
}

#[test]
fn a_rollback_leads_to_the_place_before_or_gives_a_move_up_or_is_refused() {
    let moved = history((2, 'b'), Some((2, 'b')), Some((1, 'a')), None);
    let labels = vec![label(2, ROLLED_BACK), label(1, CURRENT), label(2, PREVIOUS)];
    assert_eq!(moved.roll_back().unwrap(), RollBack::To(Box::new(revision(1, 'a')), labels));
    let edited = history((3, 'b'), Some((2, 'b')), Some((1, 'a')), None);
    let labels = vec![label(3, CURRENT), label(3, ROLLED_BACK), label(1, CURRENT), label(3, PREVIOUS)];
    assert_eq!(edited.roll_back().unwrap(), RollBack::To(Box::new(revision(1, 'a')), labels));
    let pending = history((2, 'b'), Some((1, 'a')), None, None);
    assert_eq!(pending.roll_back().unwrap(), RollBack::Cancel(vec![label(2, ROLLED_BACK)]));
    let stopped = history((3, 'b'), Some((2, 'b')), Some((1, 'a')), Some(2));
    let labels = vec![label(1, CURRENT), label(3, ROLLED_BACK)];
    assert_eq!(stopped.roll_back().unwrap(), RollBack::Cancel(labels));
    for nowhere in [history((1, 'a'), None, None, None), history((3, 'a'), Some((3, 'a')), Some((1, 'a')), None)] {
        let refused = nowhere.roll_back().unwrap_err();
        assert_eq!(refused.class(), crate::Class::Permanent);
    }
}

#[test]
fn a_move_that_was_given_up_leaves_the_published_place_where_it_is() {
    let given_up = history((2, 'b'), Some((1, 'a')), None, Some(2));
    assert_eq!((given_up.state(), given_up.in_effect().version), (State::RolledBack, 1));
    assert_eq!(given_up.missing_labels(), []);
}

#[test]
fn settings_that_were_taken_back_are_refused_where_none_before_them_can_be_read() {
    let refused = history((2, 'b'), None, None, Some(2)).check().unwrap_err();
    assert!(refused.to_string().contains("rolled-back"), "{refused}");
}

#[test]
fn a_secret_counts_only_if_the_settings_in_effect_name_it() {
    let in_effect = history((2, 'a'), Some((1, 'a')), None, None);
    let pending = history((2, 'b'), Some((1, 'a')), None, None);
    let rolled_back = history((2, 'b'), Some((1, 'a')), Some((2, 'b')), Some(2));
    for (history, secret, of_others, accepted) in [
        (&in_effect, "orders/a", false, true),
        (&in_effect, "orders/b", false, false),
        (&pending, "orders/a", false, true),
        (&pending, "orders/b", true, false),
        (&rolled_back, "orders/b", true, false),
        (&rolled_back, "orders/c", false, false),
    ] {
        for id in [SecretId { name: secret, arn: "arn:1" }, SecretId { name: "alias", arn: secret }] {
            assert_eq!(history.is_secret_of_others(id), of_others, "{secret}: {history:?}");
            assert_eq!(history.check_secret(id).is_ok(), accepted, "{secret}: {history:?}");
        }
    }
}

#[test]
fn a_secret_whose_tag_names_another_target_is_refused() {
    let target = revision(1, 'a').target;
    let secret = SecretId { name: "orders/a", arn: "arn:1" };
    secret.check_tagged_with("orders", &target).unwrap();
    let refused = secret.check_tagged_with("billing", &target).unwrap_err().to_string();
    assert!(refused.contains("orders/a") && refused.contains("billing"), "{refused}");
}

#[test]
fn a_place_is_proven_only_if_every_node_accepts_awscurrent_and_asks_for_it() {
    let node = |open, current| Node {
        id: "orders-001".to_owned(),
        state: NodeState::Asked { open, pending: None, current, previous: None },
    };
    let silent = Node { id: "orders-002".to_owned(), state: NodeState::Unreachable("refused".to_owned()) };
    let accepts = || node(false, Answer::Accepted);
    for (nodes, class) in [
        (vec![accepts(), accepts()], None),
        (vec![accepts(), node(false, Answer::Refused)], Some(crate::Class::NeedsHuman)),
        (vec![accepts(), node(true, Answer::Accepted)], Some(crate::Class::NeedsHuman)),
        (vec![accepts(), silent], Some(crate::Class::Retryable)),
        (vec![], Some(crate::Class::Retryable)),
    ] {
        let proven = check_nodes(&nodes, "orders/a");
        assert_eq!(proven.err().map(|failure| failure.class()), class, "{nodes:?}");
    }
}

/// Parameter Store, as far as versions and labels go; no two labels of a name.
#[derive(Clone, Debug, Default)]
struct Store {
    places: Vec<char>,
    current: Option<i64>,
    previous: Option<i64>,
    rolled_back: Option<i64>,
}

impl Store {
    fn history(&self) -> History {
        let at = |version: i64| revision(version, self.places[usize::try_from(version).unwrap() - 1]);
        let newest = at(i64::try_from(self.places.len()).unwrap());
        let (current, previous) = (self.current.map(at), self.previous.map(at));
        History { newest, current, previous, rolled_back: self.rolled_back }
    }

    /// Takes the first so many of these labels.
    fn take(&mut self, labels: &[Label], stopped_after: usize) {
        for Label { version, label } in labels.iter().take(stopped_after) {
            let on = match *label {
                CURRENT => &mut self.current,
                PREVIOUS => &mut self.previous,
                ROLLED_BACK => &mut self.rolled_back,
                other => panic!("{other}"),
            };
            *on = Some(*version);
        }
    }

    /// The place that is in effect.
    fn place(&self) -> char {
        let in_effect = self.history().in_effect().version;
        self.places[usize::try_from(in_effect).unwrap() - 1]
    }

    /// What a run does; says whether it moved.
    fn run(&mut self, is_proven: bool, stopped_after: usize) {
        let history = self.history();
        match history.state() {
            State::Pending if is_proven => self.take(&history.move_labels(), stopped_after),
            _ => self.take(&history.missing_labels(), stopped_after),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Put(char),
    Run { is_proven: bool, stopped_after: usize },
    RollBack { is_proven: bool, stopped_after: usize },
}

fn deed() -> impl Strategy<Value = Deed> {
    let stopped = || 0_usize..=4;
    prop_oneof![
        prop_oneof![Just('a'), Just('b'), Just('c')].prop_map(Deed::Put),
        (any::<bool>(), stopped()).prop_map(|(is_proven, stopped_after)| Deed::Run { is_proven, stopped_after }),
        (any::<bool>(), stopped()).prop_map(|(is_proven, stopped_after)| Deed::RollBack { is_proven, stopped_after }),
    ]
}

proptest! {
    /// Whatever people put and take back, and wherever runs are stopped.
    #[test]
    fn a_place_comes_into_force_only_when_it_was_proven_and_stays_until_another_was(
        deeds in prop::collection::vec(deed(), 1..24),
    ) {
        let mut store = Store { places: vec!['a'], ..Store::default() };
        store.run(true, 4);
        for deed in deeds {
            let before = store.clone();
            let is_proven = match deed {
                Deed::Put(place) => {
                    store.places.push(place);
                    false
                }
                Deed::Run { is_proven, stopped_after } => {
                    store.run(is_proven, stopped_after);
                    is_proven
                }
                Deed::RollBack { is_proven, stopped_after } => {
                    match store.history().roll_back() {
                        Ok(RollBack::To(_, labels)) if is_proven => store.take(&labels, stopped_after),
                        Ok(RollBack::Cancel(labels)) => store.take(&labels, stopped_after),
                        Ok(_) | Err(_) => {}
                    }
                    is_proven
                }
            };
            prop_assert!(is_proven || store.place() == before.place(), "{deed:?}: {before:?} ⇒ {store:?}");
            store.history().check().unwrap();
        }
    }

    /// A run that is not stopped leaves nothing to write down, and the run after it does nothing.
    #[test]
    fn the_labels_of_the_result_are_all_there(deeds in prop::collection::vec(deed(), 1..24)) {
        let mut store = Store { places: vec!['a'], ..Store::default() };
        for deed in deeds {
            match deed {
                Deed::Put(place) => store.places.push(place),
                Deed::Run { is_proven, stopped_after } => store.run(is_proven, stopped_after),
                Deed::RollBack { stopped_after, .. } => {
                    if let Ok(RollBack::To(_, labels) | RollBack::Cancel(labels)) = store.history().roll_back() {
                        store.take(&labels, stopped_after);
                    }
                }
            }
        }
        store.run(true, 4);
        prop_assert_eq!(store.history().missing_labels(), vec![], "{:?}", store);
        prop_assert!(store.history().state() != State::Pending);
    }

    /// Nothing but newer settings moves a system again that was rolled back, however often runs look at it.
    #[test]
    fn what_was_taken_back_is_not_moved_to_again(stopped_after in 1_usize..=4, stops in prop::collection::vec(0_usize..=4, 1..6)) {
        let mut store = Store { places: vec!['a'], ..Store::default() };
        store.run(true, 4);
        store.places.push('b');
        store.run(true, 4);
        prop_assert_eq!(store.place(), 'b');
        let Ok(RollBack::To(_, labels)) = store.history().roll_back() else { panic!("{store:?}") };
        store.take(&labels, stopped_after);
        for stop in stops {
            store.run(true, stop);
            prop_assert_eq!(store.place(), 'a', "{:?}", store);
        }
        store.places.push('b');
        store.run(true, 4);
        prop_assert_eq!(store.place(), 'b');
    }
}
