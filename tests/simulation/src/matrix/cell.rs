//! One cell of the matrix: an estate, a call of a function, and the fault that the call meets.

use std::{fmt, str::FromStr, time::Duration};

use sandbox::{delivery::Copies, faults::What, operations::only_reads};

use crate::estate::{Consumer, Estate, SetUp};

/// The functions whose calls are struck.
pub const FUNCTIONS: [&str; 3] = ["rotate-auth", "retire-credential", "sync-connection"];

/// The faults, with their names.
pub const FAULTS: [(&str, What); 7] = [
    ("kill-before", What::KillBefore),
    ("kill-after", What::KillAfter),
    ("lost-answer", What::LoseAnswer),
    ("timeout", What::Delay(TOO_LATE)),
    ("throttle", What::Throttle),
    ("internal-error", What::InternalError),
    ("reset", What::Reset),
];

/// Longer than a function waits for an answer.
const TOO_LATE: Duration = Duration::from_millis(5500);

/// One call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The function.
    pub function: &'static str,
    /// The invocation: the step of a rotation.
    pub label: String,
    /// The operation: of AWS, `Connect`, or a command that changes a node.
    pub operation: String,
}

impl Call {
    /// The faults that differ for this call, with their names.
    ///
    /// A read has no effect that a fault could come after, so that a lost answer is a reset, and a kill after it is a kill
    /// before it. A connection that is refused is a connection that is reset.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, What)> + use<> {
        let connects = self.operation == "Connect";
        let reads = only_reads(&self.operation);
        FAULTS.into_iter().filter(move |(_, fault)| match fault {
            What::KillAfter | What::LoseAnswer => !reads,
            What::Throttle | What::InternalError => !connects,
            _ => true,
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, label, operation } = self;
        if label == function { write!(f, "{operation} of {function}") } else { write!(f, "{operation} of {label}") }
    }
}

/// One cell of the matrix. Its text is the argument of `./dev simulate --strike`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where the function runs.
    pub estate: Estate,
    /// The function.
    pub function: &'static str,
    /// Which of its calls is struck, from 1.
    pub nth: usize,
    /// The name of the fault.
    pub fault: &'static str,
}

impl Cell {
    /// What the call meets.
    pub fn what(&self) -> Option<What> {
        FAULTS.iter().find(|(name, _)| *name == self.fault).map(|(_, what)| *what)
    }
}

/// Every estate of the matrix: each set-up at least once.
pub fn estates() -> impl Iterator<Item = Estate> {
    let hosts = [SetUp::ConfigFile, SetUp::AclFile, SetUp::Memory];
    let hosts = hosts.into_iter().flat_map(|set_up| [alone(set_up), with_overlap(set_up, 3)]);
    let consumers = [Consumer::Service, Consumer::Function];
    let consumers = consumers.map(|consumer| Estate { consumer: Some(consumer), ..alone(SetUp::AclFile) });
    let tasks = [alone(SetUp::Fargate), with_overlap(SetUp::Fargate, 1)];
    // In cluster mode a token changes as without, and at a serverless cache a user as at a group: one estate of each.
    let elasticache = [
        alone(SetUp::AuthToken),
        with_overlap(SetUp::AuthToken, 2),
        with_overlap(SetUp::ClusterAuthToken, 2),
        with_overlap(SetUp::GroupUser, 2),
        alone(SetUp::ServerlessUser),
    ];
    let elasticache = elasticache.map(|estate| estate.at_elasticache(estate.set_up));
    let upstash = [SetUp::UpstashAcl, SetUp::UpstashReset].map(|set_up| with_overlap(set_up, 1).at_upstash(set_up));
    hosts.chain(consumers).chain(tasks).chain(elasticache).chain(upstash)
}

/// One node, a JSON secret, and no overlap.
fn alone(set_up: SetUp) -> Estate {
    Estate { nodes: 1, json: true, overlap: Duration::ZERO, ..with_overlap(set_up, 1) }
}

/// As many nodes, a plain secret, and an overlap.
fn with_overlap(set_up: SetUp, nodes: usize) -> Estate {
    Estate {
        nodes,
        set_up,
        sentinel: set_up.is_on_hosts() && nodes > 1,
        json: false,
        overlap: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
        copies: Copies::One,
        consumer: None,
    }
}

/// The name of an estate of the matrix.
pub fn name_of(estate: &Estate) -> String {
    let Estate { nodes, set_up, json, overlap, consumer, .. } = estate;
    let set_up = match set_up {
        SetUp::ConfigFile => "config-file",
        SetUp::AclFile => "acl-file",
        SetUp::Memory => "memory",
        SetUp::AuthToken => "auth-token",
        SetUp::ClusterAuthToken => "cluster-auth-token",
        SetUp::GroupUser => "group-user",
        SetUp::Fargate => "fargate",
        SetUp::ServerlessUser => "serverless-user",
        SetUp::UpstashAcl => "upstash-acl",
        SetUp::UpstashReset => "upstash-reset",
    };
    let json = if *json { "json" } else { "plain" };
    let consumer = match consumer {
        None => "",
        Some(Consumer::Service) => "-service",
        Some(Consumer::Function) => "-function",
    };
    format!("{set_up}-{nodes}-{json}-{}s{consumer}", overlap.as_secs())
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { estate, function, nth, fault } = self;
        write!(f, "{}:{function}:{nth}:{fault}", name_of(estate))
    }
}

impl FromStr for Cell {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let [estate, function, nth, fault] = text.split(':').collect::<Vec<_>>()[..] else {
            return Err("it is not ESTATE:FUNCTION:CALL:FAULT".to_owned());
        };
        let unknown = |what: &str, name: &str, known: Vec<String>| {
            format!("there is no {what} {name:?}; choose from {}", known.join(", "))
        };
        let estate = estates()
            .find(|known| name_of(known) == estate)
            .ok_or_else(|| unknown("estate", estate, estates().map(|known| name_of(&known)).collect()))?;
        let function = FUNCTIONS
            .into_iter()
            .find(|known| *known == function)
            .ok_or_else(|| unknown("function", function, FUNCTIONS.map(str::to_owned).into()))?;
        let (fault, _) = FAULTS
            .into_iter()
            .find(|(known, _)| *known == fault)
            .ok_or_else(|| unknown("fault", fault, FAULTS.map(|(known, _)| known.to_owned()).into()))?;
        let nth = nth.parse().map_err(|_| format!("CALL is the number of a call, from 1, and not {nth:?}"))?;
        Ok(Self { estate, function, nth, fault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_from_its_own_text() {
        for estate in estates() {
            let cell = Cell { estate, function: "rotate-auth", nth: 7, fault: "lost-answer" };
            assert_eq!(cell.to_string().parse(), Ok(cell));
        }
    }

    #[test]
    fn a_text_that_names_no_cell_is_refused_with_the_names_that_there_are() {
        for (text, message) in [
            ("rotate-auth:7:reset", "it is not ESTATE:FUNCTION:CALL:FAULT"),
            ("acl-file-9-json-0s:rotate-auth:7:reset", "acl-file-3-plain-60s"),
            ("acl-file-1-json-0s:rotate:7:reset", "retire-credential"),
            ("acl-file-1-json-0s:rotate-auth:7:lose", "lost-answer"),
            ("acl-file-1-json-0s:rotate-auth:x:reset", "not \"x\""),
        ] {
            let error = text.parse::<Cell>().unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn a_read_meets_no_fault_after_its_effect_and_a_connection_only_three() {
        let faults = |operation: &str| {
            let call = Call { function: "", label: String::new(), operation: operation.to_owned() };
            call.faults().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(faults("Connect"), ["kill-before", "timeout", "reset"]);
        assert_eq!(faults("GetSecretValue"), ["kill-before", "timeout", "throttle", "internal-error", "reset"]);
        assert_eq!(faults("PutSecretValue").len(), FAULTS.len());
        assert_eq!(faults("ACL SETUSER").len(), FAULTS.len());
    }
}
