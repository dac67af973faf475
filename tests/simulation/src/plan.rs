//! The plan of a world: its Redis, what happens and when. Drawn from a seed, or shortened from such a plan.

use std::{collections::BTreeSet, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    estate::{Estate, SLOWER, SetUp},
    what::{Actor, Edit, Event, Function, What},
};

/// How long after the start acts may begin.
const HORIZON_MS: u64 = 240_000;

/// Everything that a world does not decide itself.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What everything random is drawn from.
    pub seed: u64,
    /// The Redis under management.
    pub estate: Estate,
    /// What happens, in no order.
    pub acts: Vec<Act>,
    /// How many of 1,000 calls fail.
    pub faults: u32,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// When, after the start.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// The set-ups that seeds take in turn.
const SET_UPS: [SetUp; 12] = [
    SetUp::ConfigFile,
    SetUp::AuthToken,
    SetUp::AclFile,
    SetUp::UpstashAcl,
    SetUp::ConfigFile,
    SetUp::GroupUser,
    SetUp::Memory,
    SetUp::ClusterAuthToken,
    SetUp::AclFile,
    SetUp::Fargate,
    SetUp::ServerlessUser,
    SetUp::UpstashReset,
];

/// What people do everywhere.
const EDITS: [Edit; 13] = [
    Edit::PutSameCredential,
    Edit::PutPreviousValue,
    Edit::MoveCurrentBack,
    Edit::MoveCurrentBackAndForward,
    Edit::Cancel,
    Edit::CancelAndStrip,
    Edit::RemovePrevious,
    Edit::AddOwnCredential,
    Edit::EditParameter,
    Edit::DeleteParameter,
    Edit::RecreateSecret,
    Edit::RecreateSettings,
    Edit::ProlongOverlap,
];

/// What people do on hosts besides.
const HOST_EDITS: [Edit; 4] = [Edit::AddReplica, Edit::MoveAway, Edit::RollBack, Edit::MoveAwayAndRollBack];

/// What people do to a replication group besides.
const GROUP_EDITS: [Edit; 5] =
    [Edit::PutFirstBack, Edit::Touch, Edit::TestFailover, Edit::IncreaseReplicaCount, Edit::DecreaseReplicaCount];

/// What people do to a serverless cache besides.
const SERVERLESS_EDITS: [Edit; 2] = [Edit::PutFirstBack, Edit::Touch];

/// What people do to a database of Upstash with an ACL user besides, and to one that is reset.
const UPSTASH_ACL_EDITS: [Edit; 1] = [Edit::PutFirstBack];
const UPSTASH_RESET_EDITS: [Edit; 1] = [Edit::ResetPassword];

/// What people do to a Fargate task besides.
const FARGATE_EDITS: [Edit; 1] = [Edit::DeployRedis];

impl Plan {
    /// The plan of a seed, with the acts of these actors only. The acts of an actor do not depend on the others.
    pub fn of(seed: u64, actors: &BTreeSet<Actor>) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut in_turn = SET_UPS.into_iter().zip((0..SET_UPS.len() as u64).cycle());
        let (set_up, _) = in_turn.find(|(_, turn)| *turn == seed % SET_UPS.len() as u64).expect("it has a turn");
        let estate = Estate::draw(set_up, &mut rng);
        let mut acts = Vec::new();
        let mut draw = |rng: &mut StdRng, most: usize, what: &mut dyn FnMut(&mut StdRng) -> What| {
            for _ in 0..rng.random_range(0..=most) {
                let what = what(rng);
                acts.push(Act { at: Duration::from_millis(rng.random_range(0..HORIZON_MS)), what });
            }
        };
        draw(&mut rng, 3, &mut |rng| if rng.random_ratio(1, 4) { What::RotateAndRetire } else { What::Rotate });
        draw(&mut rng, 5, &mut |_| What::Invoke(Function::Retire));
        draw(&mut rng, 4, &mut |_| What::Invoke(Function::Sync));
        draw(&mut rng, 3, &mut |rng| What::Person(*EDITS.choose(rng).expect("it is not empty")));
        draw(&mut rng, 2, &mut |rng| What::Person(*edits_of(set_up).choose(rng).expect("it is not empty")));
        let deployments = if estate.consumer.is_some() { 2 } else { 0 };
        draw(&mut rng, deployments, &mut |_| What::Person(Edit::DeployConsumer));
        draw(&mut rng, 2, &mut |rng| {
            let event = *[Event::Restart, Event::Cut, Event::Silence].choose(rng).expect("it is not empty");
            What::Node(rng.random_range(0..estate.all_nodes()), event)
        });
        let faults = *[0, 10, 50].choose(&mut rng).expect("it is not empty");
        if set_up.is_elasticache() {
            acts.iter_mut().for_each(|act| act.at *= SLOWER);
        }
        acts.retain(|act| actors.contains(&act.what.actor()));
        acts.sort_by_key(|act| act.at);
        Self { seed, estate, acts, faults: if actors.contains(&Actor::Faults) { faults } else { 0 } }
    }
}

/// What people do to this kind of Redis, and not to others.
fn edits_of(set_up: SetUp) -> &'static [Edit] {
    match set_up {
        SetUp::ConfigFile | SetUp::AclFile | SetUp::Memory => &HOST_EDITS,
        SetUp::AuthToken | SetUp::ClusterAuthToken | SetUp::GroupUser => &GROUP_EDITS,
        SetUp::ServerlessUser => &SERVERLESS_EDITS,
        SetUp::Fargate => &FARGATE_EDITS,
        SetUp::UpstashAcl => &UPSTASH_ACL_EDITS,
        SetUp::UpstashReset => &UPSTASH_RESET_EDITS,
    }
}
