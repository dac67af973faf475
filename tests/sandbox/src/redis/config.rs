//! The configuration file of a node.

use std::{fmt::Write, net::Ipv4Addr, path::Path};

use secrecy::{ExposeSecret, SecretString};

use super::{access::ADMINISTRATOR, authority::Certificate, gate};

/// The port that a node's server itself listens on; the public port is its gate's.
pub const DIRECT_PORT: u16 = 16379;
/// The cluster bus, at its usual distance.
pub(crate) const BUS_PORT: u16 = DIRECT_PORT + 10_000;

/// What a node's configuration depends on.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) address: Ipv4Addr,
    pub(crate) folder: &'a Path,
    pub(crate) socket: &'a Path,
    pub(crate) certificate: Option<&'a Certificate>,
    pub(crate) cluster: bool,
    pub(crate) password: &'a SecretString,
}

impl Settings<'_> {
    /// The file's text. It holds the administrator's password and no token: tokens are set once the server runs.
    pub(crate) fn text(&self) -> String {
        let Self { address, folder, socket, certificate, cluster, password } = self;
        let (folder, socket, password) = (folder.display(), socket.display(), password.expose_secret());
        let mut text = format!(
            "bind {address}\nbind-source-addr {address}\nprotected-mode no\ndaemonize no\ndir {folder}\n\
             logfile {folder}/redis.log\nunixsocket {socket}\nunixsocketperm 600\nsave \"\"\nappendonly no\n\
             maxmemory 64mb\nmaxclients 500\nrepl-diskless-sync-delay 0\nrepl-backlog-size 256kb\n\
             repl-ping-replica-period 1\n\
             user default off\nuser {ADMINISTRATOR} on >{password} ~* &* +@all\n\
             masteruser {ADMINISTRATOR}\nmasterauth {password}\n"
        );
        let port = match certificate {
            Some(Certificate { authority, certificate, key }) => {
                write!(
                    text,
                    "port 0\ntls-port {DIRECT_PORT}\ntls-auth-clients no\ntls-replication yes\n\
                     tls-ca-cert-file {}\ntls-cert-file {}\ntls-key-file {}\n",
                    authority.display(),
                    certificate.display(),
                    key.display()
                )
                .expect("writing to a string does not fail");
                "cluster-announce-tls-port"
            }
            None => {
                text.push_str(&format!("port {DIRECT_PORT}\n"));
                "cluster-announce-port"
            }
        };
        if *cluster {
            let tls = if certificate.is_some() { "yes" } else { "no" };
            // Only the sandbox decides who is promoted, as ElastiCache does.
            text.push_str(&format!(
                "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 3000\ntls-cluster {tls}\n\
                 cluster-replica-no-failover yes\ncluster-require-full-coverage no\n\
                 cluster-announce-ip {address}\n{port} {}\ncluster-announce-bus-port {BUS_PORT}\n",
                gate::PORT
            ));
        }
        text
    }
}
