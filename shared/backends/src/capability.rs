//! What can be done for each flavour, in words: the README's table is made of these.

/// What can be done for one flavour of Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The flavour, as the settings spell it, and the way of it where there are several.
    pub flavour: &'static str,
    /// What is rotated.
    pub credential: &'static str,
    /// Where it must log in before AWSCURRENT moves.
    pub logs_in: &'static str,
    /// How the old one and the new one are valid at once.
    pub overlap: &'static str,
    /// How the old one is removed.
    pub retired: &'static str,
}

/// The table, as Markdown.
pub fn markdown(capabilities: &[Capability]) -> String {
    let mut lines = vec![
        "| `backend.type` | what | must log in on | old and new valid at once | old one retired by |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(capabilities.iter().map(|capability| {
        let Capability { flavour, credential, logs_in, overlap, retired } = capability;
        format!("| {flavour} | {credential} | {logs_in} | {overlap} | {retired} |")
    }));
    lines.join("\n") + "\n"
}
