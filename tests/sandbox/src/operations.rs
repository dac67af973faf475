//! Which calls only read.

/// How the name of a call begins that changes nothing: calls of AWS and Upstash, and connections.
const READS: [&str; 7] = ["Get", "Describe", "List", "Connect", "Rest PING", "Rest ACL GETUSER", "Rest ACL WHOAMI"];

/// Whether a call changes nothing.
pub fn only_reads(operation: &str) -> bool {
    READS.iter().any(|read| operation.starts_with(read))
}
