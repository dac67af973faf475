//! The secret of a stage: its versions, their staging labels and their credentials.

use std::collections::HashMap;

use aws_sdk_secretsmanager::types::Tag;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{Stage, flavour::USER_ID};

/// A credential to put by hand, if the flavour accepts any.
const PUT_BY_HAND: &str = "put-by-hand-0123456789abcdef";

impl Stage {
    /// Returns the credential before any rotation.
    pub fn first_token(&self) -> SecretString {
        self.first_token.clone()
    }

    /// Returns a valid credential that no node accepts yet.
    pub fn put_by_hand(&self) -> SecretString {
        match self.target.site.database() {
            Some(database) => database.make_token_for_nobody(USER_ID),
            None => PUT_BY_HAND.into(),
        }
    }

    /// Returns the whole value of the version with this label.
    pub async fn value(&self, label: &str) -> Option<String> {
        let answer = self.secrets.get_secret_value().secret_id(&self.target.secret_arn).version_stage(label).send();
        answer.await.ok()?.secret_string
    }

    /// Returns the labels of every version, by version id.
    ///
    /// # Panics
    /// The call is refused.
    pub async fn labels(&self) -> HashMap<String, Vec<String>> {
        let described = self.secrets.describe_secret().secret_id(&self.target.secret_arn).send().await;
        described.expect("the secret is described").version_ids_to_stages.unwrap_or_default()
    }

    /// Returns the id of the version with this label.
    ///
    /// # Panics
    /// The call is refused.
    pub async fn version_with(&self, label: &str) -> Option<String> {
        let mut versions = self.labels().await.into_iter();
        versions.find(|(_, labels)| labels.iter().any(|one| one == label)).map(|(id, _)| id)
    }

    /// Returns the credential in AWSCURRENT.
    ///
    /// # Panics
    /// There is none.
    pub async fn current(&self) -> SecretString {
        self.credential("AWSCURRENT").await.expect("AWSCURRENT has a value")
    }

    /// Returns the credential in the version with this label.
    pub async fn credential(&self, label: &str) -> Option<SecretString> {
        let value = self.value(label).await?;
        let Some(key) = &self.target.target.secret.json_key else { return Some(value.into()) };
        let object: Value = serde_json::from_str(&value).expect("the secret is JSON");
        Some(object[key].as_str().expect("the credential is a string").into())
    }

    /// Puts a version with another credential and these labels, and returns its id. A JSON secret keeps its other keys.
    ///
    /// # Panics
    /// AWSCURRENT has no value, or the call is refused.
    pub async fn put_credential(&self, credential: &SecretString, labels: &[&str]) -> String {
        let credential = credential.expose_secret();
        let Some(key) = &self.target.target.secret.json_key else { return self.put(credential, labels).await };
        let value = self.value("AWSCURRENT").await.expect("AWSCURRENT has a value");
        let mut object: Value = serde_json::from_str(&value).expect("the secret is JSON");
        object[key] = json!(credential);
        self.put(&object.to_string(), labels).await
    }

    /// Puts a version with this whole value and these labels, and returns its id.
    pub async fn put(&self, value: &str, labels: &[&str]) -> String {
        let put = self.secrets.put_secret_value().secret_id(&self.target.secret_arn).secret_string(value);
        let put = put.set_version_stages(Some(labels.iter().map(|label| (*label).to_owned()).collect()));
        put.send().await.expect("the value is put").version_id.expect("a version has an id")
    }

    /// Tags the secret with another target's name.
    pub async fn tag_with(&self, target: &str) {
        let tag = Tag::builder().key("redis-lifecycle:target").value(target).build();
        let tagged = self.secrets.tag_resource().secret_id(&self.target.secret_arn).tags(tag).send().await;
        tagged.expect("the secret is tagged");
    }
}
