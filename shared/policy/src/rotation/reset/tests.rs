//! What [`decide_reset`] decides, by table and by property.

use proptest::prelude::*;

use super::*;

const YES: Answer = Answer::Accepted;
const NO: Answer = Answer::Refused;
const VALUE: PendingLogin = PendingLogin::Asked(Answer::Accepted);
const DEAD: PendingLogin = PendingLogin::Asked(Answer::Refused);

fn word(result: &Result<ResetDecision, Failure>) -> &'static str {
    match result {
        Ok(ResetDecision::Done { .. }) => "done",
        Ok(ResetDecision::DiscardPending { .. }) => "discard",
        Ok(ResetDecision::Reset { .. }) => "reset",
        Ok(ResetDecision::TakeOwn { .. }) => "take",
        Ok(ResetDecision::Promote { .. }) => "promote",
        Ok(ResetDecision::Wait { .. }) => "wait",
        Err(failure) => failure.class().as_str(),
    }
}

fn shown(whose: Whose, login: Answer) -> Own {
    Own::Shown { whose, login }
}

fn facts(step: Step, pending: PendingLogin, current: Answer, own: Own) -> ResetFacts {
    ResetFacts {
        step,
        version: VersionStage::Pending,
        rotation_enabled: Some(true),
        pending,
        current,
        own,
        reset_asked: false,
        looks: 1,
    }
}

/// What each step decides at the first look, and at the last.
fn decided(pending: &PendingLogin, current: &Answer, own: &Own, reset_asked: bool) -> [[&'static str; 2]; 4] {
    Step::ALL.map(|step| {
        [1, LOOKS].map(|looks| {
            let facts = facts(step, pending.clone(), current.clone(), own.clone());
            word(&decide_reset(&ResetFacts { reset_asked, looks, ..facts }))
        })
    })
}

/// The same word at every look.
fn always(words: [&'static str; 4]) -> [[&'static str; 2]; 4] {
    words.map(|word| [word; 2])
}

#[test]
fn each_answer_without_a_pending_value_leads_to_one_decision() {
    let human = ["wait", "NeedsHuman"];
    let finish = ["Retryable"; 2];
    for (current, own, reset_asked, expected) in [
        (YES, Own::Hidden, false, always(["Permanent", "Permanent", "Permanent", "Retryable"])),
        (YES, shown(Whose::Current, YES), false, always(["done", "reset", "done", "Retryable"])),
        (YES, shown(Whose::Current, YES), true, [["done"; 2], ["wait", "Retryable"], ["done"; 2], finish]),
        (YES, shown(Whose::Current, NO), false, [human, human, human, finish]),
        (YES, shown(Whose::Neither, YES), false, [human, human, human, finish]),
        (YES, shown(Whose::Neither, YES), true, always(["done", "take", "Retryable", "Retryable"])),
        (YES, shown(Whose::Neither, NO), false, [human, human, human, finish]),
        (NO, shown(Whose::Neither, YES), false, always(["done", "take", "Retryable", "Retryable"])),
        (NO, shown(Whose::Neither, YES), true, always(["done", "take", "Retryable", "Retryable"])),
        (NO, shown(Whose::Neither, NO), false, [human, human, human, finish]),
        (NO, shown(Whose::Neither, NO), true, always(["wait", "wait", "wait", "Retryable"])),
        (NO, shown(Whose::Current, NO), false, [human, human, human, finish]),
        (NO, shown(Whose::Current, NO), true, always(["wait", "wait", "wait", "Retryable"])),
        (NO, Own::Hidden, false, always(["NeedsHuman", "NeedsHuman", "NeedsHuman", "Retryable"])),
        (NO, Own::Hidden, true, always(["NeedsHuman", "NeedsHuman", "NeedsHuman", "Retryable"])),
    ] {
        let got = decided(&PendingLogin::Absent, &current, &own, reset_asked);
        assert_eq!(got, expected, "{current:?} {own:?} {reset_asked}");
    }
}

#[test]
fn a_pending_value_that_logs_in_is_promoted_whatever_else_there_is() {
    for current in [YES, NO] {
        for own in [Own::NotAsked, Own::Hidden, shown(Whose::Neither, YES)] {
            assert_eq!(decided(&VALUE, &current, &own, false), always(["done", "done", "done", "promote"]));
        }
    }
}

#[test]
fn a_pending_value_that_is_refused_is_waited_for_where_it_is_the_servers_own() {
    for current in [YES, NO] {
        let expected = always(["done", "wait", "wait", "wait"]);
        assert_eq!(decided(&DEAD, &current, &shown(Whose::Pending, NO), false), expected);
    }
}

#[test]
fn a_pending_value_that_is_no_use_is_discarded_only_while_something_else_logs_in() {
    let bad = PendingLogin::Illegal("no string".to_owned());
    for pending in [DEAD, bad, PendingLogin::SameAsCurrent] {
        for (current, own, expected) in [
            (YES, shown(Whose::Current, YES), ["discard"; 2]),
            (YES, Own::Hidden, ["discard"; 2]),
            (NO, shown(Whose::Neither, YES), ["discard"; 2]),
            (NO, shown(Whose::Neither, NO), ["wait", "NeedsHuman"]),
            (NO, Own::Hidden, ["wait", "NeedsHuman"]),
        ] {
            let got = decided(&pending, &current, &own, false);
            assert_eq!(got[0], expected, "{pending:?} {current:?} {own:?}");
            assert_eq!((got[1], got[3]), (["Retryable"; 2], ["Retryable"; 2]), "{pending:?} {current:?} {own:?}");
        }
    }
}

#[test]
fn a_test_of_the_settings_is_a_test_whatever_the_pending_version_holds() {
    for pending in [PendingLogin::Absent, PendingLogin::SameAsCurrent] {
        let test = |own| word(&decide_reset(&facts(Step::Test, pending.clone(), YES, own)));
        assert_eq!(test(shown(Whose::Current, YES)), "done");
        assert_eq!(test(Own::Hidden), "Permanent");
    }
}

#[test]
fn a_version_that_is_current_already_needs_only_to_log_in() {
    for (step, current, expected) in [
        (Step::Create, NO, ["done"; 2]),
        (Step::Set, YES, ["done"; 2]),
        (Step::Test, YES, ["done"; 2]),
        (Step::Finish, YES, ["done"; 2]),
        (Step::Finish, NO, ["wait", "NeedsHuman"]),
    ] {
        let decided = [1, LOOKS].map(|looks| {
            let facts = facts(step, PendingLogin::SameAsCurrent, current.clone(), Own::NotAsked);
            word(&decide_reset(&ResetFacts { version: VersionStage::Current, looks, ..facts }))
        });
        assert_eq!(decided, expected, "{step}");
    }
}

#[test]
fn an_event_that_does_not_fit_the_secret_is_refused() {
    let facts = facts(Step::Set, PendingLogin::Absent, YES, shown(Whose::Current, YES));
    for version in [VersionStage::Unknown, VersionStage::Unlabelled] {
        assert_eq!(word(&decide_reset(&ResetFacts { version, ..facts.clone() })), "Permanent");
    }
    assert_eq!(word(&decide_reset(&ResetFacts { rotation_enabled: Some(false), ..facts.clone() })), "Permanent");
    assert_eq!(word(&decide_reset(&ResetFacts { own: Own::NotAsked, ..facts })), "Permanent");
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![Just(YES), Just(NO)]
}

fn any_facts() -> impl Strategy<Value = ResetFacts> {
    let version = prop_oneof![
        6 => Just(VersionStage::Pending),
        2 => Just(VersionStage::Current),
        1 => Just(VersionStage::Unlabelled),
        1 => Just(VersionStage::Unknown),
    ];
    let pending = prop_oneof![
        3 => Just(PendingLogin::Absent),
        1 => Just(PendingLogin::Illegal("no string".to_owned())),
        1 => Just(PendingLogin::SameAsCurrent),
        2 => any_answer().prop_map(PendingLogin::Asked),
    ];
    let whose = prop_oneof![Just(Whose::Current), Just(Whose::Pending), Just(Whose::Neither)];
    let own = prop_oneof![
        1 => Just(Own::NotAsked),
        1 => Just(Own::Hidden),
        6 => (whose, any_answer()).prop_map(|(whose, login)| Own::Shown { whose, login }),
    ];
    let enabled = proptest::option::of(any::<bool>());
    (0..4_usize, version, enabled, pending, any_answer(), own, any::<bool>(), 1..20_u32).prop_map(
        |(step, version, rotation_enabled, pending, current, own, reset_asked, looks)| ResetFacts {
            step: Step::ALL[step],
            version,
            rotation_enabled,
            pending,
            current,
            own,
            reset_asked,
            looks,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn a_reset_is_asked_for_once_and_only_where_its_result_can_be_read_back(facts in any_facts()) {
        if let Ok(ResetDecision::Reset { .. }) = decide_reset(&facts) {
            prop_assert_eq!(facts.step, Step::Set);
            prop_assert_eq!(facts.version, VersionStage::Pending);
            prop_assert_eq!(&facts.pending, &PendingLogin::Absent);
            prop_assert_eq!(&facts.current, &YES);
            prop_assert_eq!(&facts.own, &shown(Whose::Current, YES));
            prop_assert!(!facts.reset_asked);
        }
    }

    #[test]
    fn only_a_credential_that_logs_in_is_kept_or_promoted(facts in any_facts()) {
        match decide_reset(&facts) {
            Ok(ResetDecision::TakeOwn { .. }) => {
                prop_assert_eq!(&facts.own, &shown(Whose::Neither, YES));
                prop_assert_eq!(&facts.pending, &PendingLogin::Absent);
                prop_assert!(facts.current == NO || facts.reset_asked);
            }
            Ok(ResetDecision::Promote { .. }) => {
                prop_assert_eq!(&facts.pending, &VALUE);
                prop_assert_eq!(facts.step, Step::Finish);
                prop_assert_eq!(facts.version, VersionStage::Pending);
            }
            _ => {}
        }
    }

    #[test]
    fn only_the_set_step_changes_the_server(facts in any_facts()) {
        let changes = matches!(decide_reset(&facts), Ok(ResetDecision::Reset { .. }));
        prop_assert!(!changes || facts.step == Step::Set);
    }

    #[test]
    fn a_pending_value_that_logs_in_or_is_the_servers_own_is_never_discarded(facts in any_facts()) {
        if let Ok(ResetDecision::DiscardPending { .. }) = decide_reset(&facts) {
            prop_assert!(facts.pending != VALUE);
            let own = matches!(facts.own, Own::Shown { whose: Whose::Pending, .. });
            prop_assert!(!own || !matches!(facts.pending, PendingLogin::Asked(_)));
        }
    }

    #[test]
    fn the_test_step_changes_nothing(facts in any_facts()) {
        let decided = decide_reset(&ResetFacts { step: Step::Test, ..facts });
        prop_assert!(matches!(word(&decided), "done" | "wait" | "Retryable" | "Permanent" | "NeedsHuman"));
    }

    #[test]
    fn whoever_waits_without_having_reset_waits_for_so_many_looks_only(facts in any_facts()) {
        let own_is_late = matches!(facts.own, Own::Shown { whose: Whose::Pending, .. });
        if let Ok(ResetDecision::Wait { .. }) = decide_reset(&facts) {
            prop_assert!(facts.looks < LOOKS || facts.reset_asked || own_is_late, "{facts:?}");
        }
    }

    #[test]
    fn what_is_needed_is_enough(facts in any_facts()) {
        let own = if needs_own(facts.step, facts.version, &facts.pending) { Own::Hidden } else { Own::NotAsked };
        let decided = decide_reset(&ResetFacts { own, ..facts });
        let message = decided.err().map(|failure| failure.to_string()).unwrap_or_default();
        prop_assert!(!message.contains("without a look"), "{message}");
    }
}
