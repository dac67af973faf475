//! Backups of a database, in the Developer API and for tests.
//!
//! <https://upstash.com/docs/devops/developer-api/redis/backup/create_backup>

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Database, developer_api::refusal, rest::json_of};
use crate::{chance, clock};

/// A backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its id.
    pub id: String,
    /// Its name, which other backups can have too.
    pub name: String,
    /// When it was created.
    pub created: Timestamp,
    /// Its state.
    pub state: BackupState,
    /// Its size in bytes.
    pub size: usize,
    /// Whether Upstash took it by itself.
    pub daily: bool,
}

/// The state of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupState {
    /// It is being taken.
    Pending,
    /// It was taken.
    Completed,
    /// It could not be taken.
    Failed,
}

/// The body of a request for a backup.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
}

impl Backup {
    /// A backup from before the test, which is completed.
    pub fn new(name: &str, created: Timestamp) -> Self {
        let id = chance::uuid().to_string();
        Self { id, name: name.to_owned(), created, state: BackupState::Completed, size: 0, daily: false }
    }

    /// The backup in the Developer API's format. Its flags are text.
    fn describe(&self) -> Value {
        let state = match self.state {
            BackupState::Pending => "pending",
            BackupState::Completed => "completed",
            BackupState::Failed => "failed",
        };
        json!({
            "backup_id": self.id,
            "name": self.name,
            "creation_time": self.created.as_second(),
            "state": state,
            "backup_size": self.size,
            "daily_backup": self.daily.to_string(),
            "hourly_backup": "false",
            "internal_backup_tag": "",
        })
    }
}

impl Database {
    /// Its backups, in the order in which they were created.
    pub fn backups(&self) -> Vec<Backup> {
        self.state().backups.clone()
    }

    /// Adds a backup.
    pub fn put_backup(&self, backup: Backup) {
        self.state().backups.push(backup);
    }

    /// Sets whether later backups fail.
    pub fn fail_backups(&self, fail: bool) {
        self.state().fails_backups = fail;
    }

    /// `list-backup`.
    pub(super) fn list_backups(&self) -> Response<Full<Bytes>> {
        let backups: Vec<_> = self.backups().iter().map(Backup::describe).collect();
        json_of(StatusCode::OK, &json!(backups))
    }

    /// `create-backup`: answers at once, without the id, and takes the backup in the background.
    pub(super) fn create_backup(self: &Arc<Self>, body: &[u8], takes: Duration) -> Response<Full<Bytes>> {
        let Ok(Create { name }) = serde_json::from_slice(body) else { return refusal(StatusCode::BAD_REQUEST) };
        if name.is_empty() {
            return refusal(StatusCode::BAD_REQUEST);
        }
        let backup = Backup { state: BackupState::Pending, ..Backup::new(&name, clock::now()) };
        let id = backup.id.clone();
        self.put_backup(backup);
        let this = self.clone();
        tokio::spawn(async move {
            let (dump, ()) = tokio::join!(this.node.dump(), sleep(takes));
            let mut state = this.state();
            let fails = state.fails_backups;
            // It may have been deleted meanwhile.
            let Some(backup) = state.backups.iter_mut().find(|backup| backup.id == id) else { return };
            match dump {
                Ok(rdb) if !fails => {
                    backup.state = BackupState::Completed;
                    backup.size = rdb.len();
                }
                _ => backup.state = BackupState::Failed,
            }
        });
        json_of(StatusCode::OK, &json!("OK"))
    }

    /// `delete-backup`.
    pub(super) fn delete_backup(&self, id: &str) -> Response<Full<Bytes>> {
        let mut state = self.state();
        let before = state.backups.len();
        state.backups.retain(|backup| backup.id != id);
        if state.backups.len() == before {
            return refusal(StatusCode::NOT_FOUND);
        }
        json_of(StatusCode::OK, &json!("OK"))
    }
}
