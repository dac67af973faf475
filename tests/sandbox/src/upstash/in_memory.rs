//! Upstash without sockets: the requests of clients in this process.

use std::sync::Arc;

use bytes::Bytes;
use hyper::http::request::Parts;

use super::{
    Database, Upstash,
    respond::{Responded, to_bearer, to_owner},
};
use crate::{faults::Faults, journal::Journal, redis::Fleet, strike::Dropped};

/// Where the Developer API is.
///
/// <https://upstash.com/docs/devops/developer-api/introduction>
const API: &str = "api.upstash.com";

/// The key of the account: nothing random is used up for it.
const API_KEY: &str = "the-key-of-the-account-in-memory";

impl Upstash {
    /// An account without databases, which answers [`Upstash::answer`] only.
    pub(crate) fn in_memory(fleet: Arc<Fleet>, faults: Arc<Faults>, journal: Arc<Journal>) -> Arc<Self> {
        Arc::new(Self::at(format!("https://{API}"), API_KEY, fleet, faults, journal))
    }

    /// Whether a request is for Upstash.
    pub(crate) fn serves(&self, head: &Parts) -> bool {
        head.uri.host() == Some(API) || self.database_of(head).is_some()
    }

    /// Answers a request of this caller. It is carried out even if nobody waits for the answer.
    pub(crate) async fn answer(self: &Arc<Self>, caller: &str, head: Parts, body: Bytes) -> Responded {
        let (this, surroundings) = (self.clone(), self.surroundings(Some(caller)));
        let answering = tokio::spawn(async move {
            match this.database_of(&head) {
                Some(database) => to_bearer(&database, surroundings, &head, &body).await,
                None => to_owner(&this, surroundings, &head, &body).await,
            }
        });
        answering.await.map_err(|_| Dropped::Reset)?
    }

    /// The database whose REST API a request is for.
    fn database_of(&self, head: &Parts) -> Option<Arc<Database>> {
        let (host, port) = (head.uri.host()?, head.uri.port_u16()?);
        self.databases().iter().find(|database| database.endpoint() == host && database.port() == port).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt;
    use hyper::{Request, StatusCode};
    use secrecy::{ExposeSecret, SecretString};
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::{
        clock,
        faults::{At, Rule, What},
        lambda::{Here, Runner},
        upstash::Plan,
    };

    fn upstash() -> (Arc<Upstash>, Arc<Faults>) {
        clock::set("2026-11-30T09:00:00Z".parse().unwrap());
        let (faults, journal) = (Arc::new(Faults::default()), Arc::new(Journal::default()));
        let fleet = Arc::new(Fleet::in_memory(faults.clone(), journal.clone()));
        (Upstash::in_memory(fleet, faults.clone(), journal), faults)
    }

    /// Runs a command, and returns the status and the body.
    async fn run(upstash: &Arc<Upstash>, url: &str, token: &SecretString, command: &str) -> (StatusCode, String) {
        let request = Request::post(url).header("authorization", format!("Bearer {}", token.expose_secret()));
        let (head, ()) = request.body(()).unwrap().into_parts();
        assert!(upstash.serves(&head));
        let answer = upstash.answer("reader.1", head, Bytes::copy_from_slice(command.as_bytes())).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_accepts_the_tokens_of_its_users_and_keeps_them_over_a_restart() {
        let (upstash, _) = upstash();
        let database = upstash.create("orders", Plan::Paid).await.unwrap();
        let (url, own) = (database.url(), database.token());
        let app = database.create_user("app", &["~*", "+@all", "-acl"]).await.unwrap();
        database.simulated().unwrap().lock().unwrap().restart();
        for token in [&own, &app] {
            let pong = (StatusCode::OK, r#"{"result":"PONG"}"#.to_owned());
            assert_eq!(run(&upstash, &url, token, r#"["PING"]"#).await, pong);
        }
        let users = r#"["ACL","USERS"]"#;
        assert_eq!(
            run(&upstash, &url, &own, users).await,
            (StatusCode::OK, r#"{"result":["app","default"]}"#.to_owned())
        );
        assert_eq!(run(&upstash, &url, &app, users).await.0, StatusCode::BAD_REQUEST);
        database.reset_password().await.unwrap();
        assert_eq!(run(&upstash, &url, &own, users).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(run(&upstash, &url, &database.token(), users).await.0, StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_request_is_carried_out_even_if_its_caller_has_given_up() {
        let (upstash, faults) = upstash();
        let database = upstash.create("orders", Plan::Paid).await.unwrap();
        let runner = Arc::new(Runner::new(faults.clone(), Default::default()));
        let (late, used) = (upstash.clone(), database.clone());
        runner.add_here(
            "reader",
            Here::new(Duration::from_secs(30), move |_| {
                let (upstash, database) = (late.clone(), used.clone());
                Box::pin(async move {
                    let (url, own) = (database.url(), database.token());
                    let set = run(&upstash, &url, &own, r#"["SET","key","value"]"#);
                    let answered = timeout(Duration::from_secs(2), set).await;
                    answered.map(|_| serde_json::Value::Null).map_err(|_| ("Timeout".to_owned(), String::new()))
                })
            }),
        );
        faults.arm(Rule::new("reader", At::operation("Rest SET"), What::Delay(Duration::from_secs(5))));
        runner.invoke("reader", &serde_json::Value::Null, "reader").await;
        let get = async || run(&upstash, &database.url(), &database.token(), r#"["GET","key"]"#).await.1;
        assert_eq!((faults.fired(), get().await.as_str()), (1, r#"{"result":null}"#));
        sleep(Duration::from_secs(5)).await;
        assert_eq!(get().await, r#"{"result":"value"}"#);
        runner.stop().await;
    }
}
