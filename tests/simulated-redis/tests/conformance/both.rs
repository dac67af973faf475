//! A real server and a simulated node that are told the same.

use std::collections::HashMap;

use redis::Value;
use simulated_redis::Version;

use crate::{
    normal::normal,
    real::{Program, Server, Servers},
    script::{SetUp, Step},
    simulated::Simulated,
};

/// Both sides.
pub(crate) struct Both<'a> {
    version: Version,
    pub(crate) real: Server<'a>,
    pub(crate) simulated: Simulated,
    /// The commands that each client has queued since its `MULTI`.
    queued: HashMap<String, Vec<Vec<String>>>,
}

impl<'a> Both<'a> {
    pub(crate) fn start(version: Version, program: &'a Program, set_up: SetUp) -> Self {
        let real = program.start(set_up);
        let simulated = Simulated::start(version, set_up, real.port);
        Self { version, real, simulated, queued: HashMap::new() }
    }

    /// Takes one step on both sides.
    ///
    /// # Errors
    /// The replies differ; or the simulated node does not know the command.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Restart => {
                self.real.restart();
                self.simulated.restart();
                self.queued.clear();
                Ok(())
            }
            Step::Command { client, words } => self.call(client, words),
        }
    }

    fn call(&mut self, client: &str, words: &[String]) -> Result<(), String> {
        let real = self.real.call(client, words);
        let simulated = self.simulated.call(client, words);
        if format!("{simulated:?}").contains("the simulated node does not know") {
            return Err(format!("  the script uses what is not simulated: {simulated:?}"));
        }
        let queue = self.queued.entry(client.to_owned()).or_default();
        match &real {
            Some(Value::SimpleString(status)) if status == "QUEUED" => queue.push(words.to_vec()),
            Some(Value::Okay) if words[0].eq_ignore_ascii_case("multi") => queue.clear(),
            _ => {}
        }
        let version = self.version;
        let [real, simulated] = [real, simulated].map(|reply| reply.map(|value| normal(version, words, queue, value)));
        match real == simulated {
            true => Ok(()),
            false => Err(format!("  real:      {real:?}\n  simulated: {simulated:?}")),
        }
    }
}

/// Runs a script on every server that this machine has, and on the simulated node of the same version.
///
/// # Errors
/// A reply differs: the steps up to it and both replies.
pub(crate) fn run(set_up: SetUp, steps: &[Step]) -> Result<(), String> {
    for (version, program) in Servers::found() {
        let mut both = Both::start(*version, program, set_up);
        for (nth, step) in steps.iter().enumerate() {
            both.step(step).map_err(|difference| {
                let before: String = steps[..=nth].iter().map(|step| format!("  {step}\n")).collect();
                format!("{version:?}, {set_up:?}:\n{before}{difference}")
            })?;
        }
    }
    Ok(())
}
