//! The value of a secret: where in it the credential is, and which Redis it belongs to.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{Failure, Target, target::Backend};

/// The value of one version of a secret, read in the format that the settings say.
///
/// A raw string stays raw; a JSON object keeps its other keys, and their order.
#[derive(Clone, Debug)]
pub struct SecretValue {
    credential: SecretString,
    object: Option<SecretObject>,
}

/// The JSON object around a credential. Its Debug shows no value.
#[derive(Clone)]
struct SecretObject {
    key: String,
    members: Map<String, Value>,
}

impl std::fmt::Debug for SecretObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretObject").field("key", &self.key).finish_non_exhaustive()
    }
}

impl SecretValue {
    /// Reads a secret's value.
    ///
    /// # Errors
    /// Permanent if the settings name a JSON key and the value is no object, or has no string there.
    pub fn read(target: &Target, value: &SecretString) -> Result<Self, Failure> {
        let Some(key) = &target.secret.json_key else {
            return Ok(Self { credential: value.clone(), object: None });
        };
        // The parser's own error is left out: it quotes the value.
        let Ok(Value::Object(members)) = serde_json::from_str(value.expose_secret()) else {
            return Err(Failure::permanent(format!(
                "the secret {} is not a JSON object, but `secret.json_key` is {key:?}",
                target.secret.id
            ))
            .with_next_step("Correct the secret or the settings"));
        };
        let Some(credential) = members.get(key).and_then(Value::as_str) else {
            return Err(Failure::permanent(format!(
                "the secret {} has no string under the key {key:?}",
                target.secret.id
            ))
            .with_next_step("Correct the secret or `secret.json_key`"));
        };
        let credential = SecretString::from(credential);
        Ok(Self { credential, object: Some(SecretObject { key: key.clone(), members }) })
    }

    /// The credential.
    pub fn credential(&self) -> &SecretString {
        &self.credential
    }

    /// Whether this is the credential.
    pub fn is_credential(&self, other: &SecretString) -> bool {
        self.credential.expose_secret() == other.expose_secret()
    }

    /// Whether both contain the same credential.
    pub fn has_credential_of(&self, other: &Self) -> bool {
        self.is_credential(&other.credential)
    }

    /// The same value with another credential, for the next version of the secret.
    pub fn with_credential(&self, credential: &SecretString) -> SecretString {
        let Some(SecretObject { key, members }) = &self.object else { return credential.clone() };
        let mut members = members.clone();
        members.insert(key.clone(), Value::String(credential.expose_secret().to_owned()));
        SecretString::from(Value::Object(members).to_string())
    }

    /// Refuses a secret that says it belongs to another Redis, or to a user that the target does not have.
    ///
    /// `username` is the user that logs in with the credential; `hosts` are the names and addresses of the target. A secret
    /// that names neither is accepted.
    ///
    /// # Errors
    /// `NeedsHuman`, naming the key that disagrees: rotating would change one Redis and publish for another.
    pub fn check_owner(&self, target: &Target, username: &str, hosts: &[String]) -> Result<(), Failure> {
        let Some(SecretObject { members, .. }) = &self.object else { return Ok(()) };
        let text = |key: &str| members.get(key).and_then(Value::as_str);
        let foreign = |key: &str, known: String| {
            Failure::needs_human(format!(
                "the secret {} names another Redis: its {key:?} is not {known}",
                target.secret.id
            ))
            .with_next_step("Correct the secret, or tag it with the target that it belongs to")
        };
        if let Backend::ElasticacheAuth(group) = &target.backend {
            for key in ["replication_group_id", "replicationGroupId"] {
                if text(key).is_some_and(|id| !id.eq_ignore_ascii_case(&group.replication_group_id)) {
                    return Err(foreign(key, format!("{:?}", group.replication_group_id)));
                }
            }
        }
        if let Backend::Upstash(database) = &target.backend
            && text("url").is_some_and(|url| !database.is_url(url))
        {
            return Err(foreign("url", database.url()));
        }
        if text("username").is_some_and(|user| !user.is_empty() && user != username) {
            return Err(foreign("username", format!("{username:?}")));
        }
        for key in ["host", "hostname", "endpoint", "reader_endpoint"] {
            if text(key)
                .is_some_and(|host| !hosts.iter().any(|known| host_of(known).eq_ignore_ascii_case(host_of(host))))
            {
                return Err(foreign(key, format!("one of its endpoints ({})", hosts.join(", "))));
            }
        }
        Ok(())
    }
}

/// `host` out of `host`, `host:port` or `rediss://host:port/0`. The host can be an IPv6 address, which has brackets in a URL, or
/// a name with a dot at the end.
fn host_of(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    let text = text.split_once('/').map_or(text, |(host, _)| host);
    let host = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None if text.matches(':').count() == 1 => text.split_once(':').map_or(text, |(host, _)| host),
        None => text,
    };
    host.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(json_key: Option<&str>) -> Target {
        let mut target = Target::parse(
            r#"{ "name": "koneksi", "backend": { "type": "elasticache-auth", "replication_group_id": "koneksi" },
                 "secret": { "id": "koneksi/redis" } }"#,
        )
        .unwrap();
        target.secret.json_key = json_key.map(str::to_owned);
        target
    }

    fn read(json_key: Option<&str>, value: &str) -> Result<SecretValue, Failure> {
        SecretValue::read(&target(json_key), &SecretString::from(value))
    }

    #[test]
    fn the_host_is_found_in_every_form() {
        for (text, host) in [
            ("redis-1", "redis-1"),
            ("redis-1.", "redis-1"),
            ("redis-1:6379", "redis-1"),
            ("rediss://user:a:b@redis-1.:6379/0", "redis-1"),
            ("::1", "::1"),
            ("[::1]:7290", "::1"),
            ("redis://[fd00::7]/0", "fd00::7"),
        ] {
            assert_eq!(host_of(text), host, "{text}");
        }
    }

    #[test]
    fn a_raw_secret_stays_raw() {
        let value = read(None, r#"{"looks":"like json"}"#).unwrap();
        assert_eq!(value.credential().expose_secret(), r#"{"looks":"like json"}"#);
        assert_eq!(value.with_credential(&"new".into()).expose_secret(), "new");
    }

    #[test]
    fn a_json_secret_keeps_its_other_keys_and_their_order() {
        let value = read(Some("password"), r#"{"zone":1,"password":"old","nested":{"a":[1,null]}}"#).unwrap();
        assert_eq!(value.credential().expose_secret(), "old");
        let next = value.with_credential(&"new".into());
        assert_eq!(next.expose_secret(), r#"{"zone":1,"password":"new","nested":{"a":[1,null]}}"#);
    }

    #[test]
    fn a_secret_of_another_shape_is_refused_without_showing_it() {
        for value in
            ["hunter2", "[\"hunter2\"]", "{\"hunter2\":", r#"{"token":"hunter2"}"#, r#"{"password":["hunter2"]}"#]
        {
            let failure = read(Some("password"), value).unwrap_err();
            assert_eq!(failure.class(), crate::Class::Permanent);
            assert!(!failure.chain().contains("hunter2"), "{failure}");
        }
        assert!(!format!("{:?}", read(Some("password"), r#"{"password":"hunter2"}"#).unwrap()).contains("hunter2"));
    }

    #[test]
    fn a_secret_that_names_another_redis_is_refused() {
        let hosts = ["master.koneksi.use1.cache.amazonaws.com".to_owned()];
        for (member, belongs) in [
            (r#""host":"master.koneksi.use1.cache.amazonaws.com""#, true),
            (r#""host":"master.koneksi.use1.cache.amazonaws.com:6379""#, true),
            (r#""endpoint":"rediss://master.koneksi.use1.cache.amazonaws.com:6379/0""#, true),
            (r#""host":"master.paperwurks.use1.cache.amazonaws.com""#, false),
            (r#""username":"default""#, true),
            (r#""username":"celery""#, false),
            (r#""replication_group_id":"koneksi""#, true),
            (r#""replicationGroupId":"paperwurks""#, false),
            (r#""note":"anything""#, true),
        ] {
            let value = read(Some("password"), &format!(r#"{{"password":"x",{member}}}"#)).unwrap();
            let checked = value.check_owner(&target(Some("password")), "default", &hosts);
            assert_eq!(checked.is_ok(), belongs, "{member}");
            if let Err(failure) = checked {
                assert_eq!(failure.class(), crate::Class::NeedsHuman);
            }
        }
    }

    #[test]
    fn a_host_is_the_same_with_a_dot_at_its_end_and_an_ipv6_address_with_brackets() {
        let hosts = ["redis-1.local.".to_owned(), "fd00::7".to_owned()];
        for (host, belongs) in [
            ("redis-1.local", true),
            ("redis-1.local.", true),
            ("Redis-1.local.:6379", true),
            ("fd00::7", true),
            ("[FD00::7]:6379", true),
            ("rediss://[fd00::7]:6379/0", true),
            ("redis-1", false),
            ("redis-1.local.example", false),
            ("fd00::8", false),
            ("[fd00::8]:6379", false),
        ] {
            let value = serde_json::json!({ "host": host, "password": "x" }).to_string();
            let checked = read(Some("password"), &value).unwrap().check_owner(&target(None), "default", &hosts);
            assert_eq!(checked.is_ok(), belongs, "{host}");
        }
    }

    #[test]
    fn a_secret_whose_url_leads_elsewhere_is_refused() {
        let mut target = target(Some("token"));
        for (port, url, belongs) in [
            (443, "https://eu2-calm-ox-1.upstash.io", true),
            (443, "HTTPS://EU2-calm-ox-1.upstash.io/", true),
            (443, "https://eu2-calm-ox-1.upstash.io:443", true),
            (8443, "https://eu2-calm-ox-1.upstash.io:8443", true),
            (8443, "https://eu2-calm-ox-1.upstash.io", false),
            (443, "http://eu2-calm-ox-1.upstash.io", false),
            (443, "eu2-calm-ox-1.upstash.io", false),
            (443, "https://eu2-calm-ox-2.upstash.io", false),
            (443, "https://eu2-calm-ox-1.upstash.io.example", false),
            (443, "https://eu2-calm-ox-1.upstash.io@example.com", false),
            (443, "https://eu2-calm-ox-1.upstash.io:443@example.com", false),
            (443, "https://user@eu2-calm-ox-1.upstash.io", false),
            (443, "https://eu2-calm-ox-1.upstash.io/get/key", false),
            (443, "", false),
        ] {
            let backend = serde_json::json!({
                "type": "upstash", "endpoint": "eu2-calm-ox-1.upstash.io", "port": port,
                "renewal": { "by": "acl", "username": "app", "admin_secret_id": "upstash/admin" },
            });
            target.backend = serde_json::from_value(backend).unwrap();
            let value = serde_json::json!({ "url": url, "token": "x" }).to_string();
            let value = SecretValue::read(&target, &value.as_str().into()).unwrap();
            let class = value.check_owner(&target, "app", &[]).err().map(|failure| failure.class());
            assert_eq!(class, (!belongs).then_some(crate::Class::NeedsHuman), "{url}");
        }
    }

    #[test]
    fn a_secret_of_another_user_is_refused() {
        for (username, belongs) in [("orders-app", true), ("", true), ("default", false), ("Orders-App", false)] {
            let value = serde_json::json!({ "username": username, "password": "x" }).to_string();
            let checked =
                read(Some("password"), &value).unwrap().check_owner(&target(Some("password")), "orders-app", &[]);
            assert_eq!(checked.is_ok(), belongs, "{username}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(old in any::<String>(), new in any::<String>(), other in any::<String>()) {
            let value = serde_json::json!({ "other": other, "password": old }).to_string();
            let next = read(Some("password"), &value).unwrap().with_credential(&new.as_str().into());
            let again = read(Some("password"), next.expose_secret()).unwrap();
            prop_assert_eq!(again.credential().expose_secret(), &new);
            let object: Value = serde_json::from_str(next.expose_secret()).unwrap();
            prop_assert_eq!(object["other"].as_str(), Some(other.as_str()));
        }
    }
}
