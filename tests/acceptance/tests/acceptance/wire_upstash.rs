//! The sandbox's Upstash matches its documentation, over HTTPS.
//!
//! <https://upstash.com/docs/redis/features/restapi>, <https://upstash.com/docs/redis/commands/server/acl-setuser>

use std::{sync::Arc, time::Duration};

use reqwest::{Certificate, Client, Method};
use sandbox::{
    Options, Sandbox,
    upstash::{BackupState, Database, Plan, ResetAnswer},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

struct Wire {
    sandbox: Sandbox,
    database: Arc<Database>,
    http: Client,
}

impl Wire {
    async fn of(plan: Plan) -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let database = sandbox.upstash.create("wire", plan).await.unwrap();
        let authority = Certificate::from_pem(sandbox.fleet.authority_pem().as_bytes()).unwrap();
        let http = Client::builder().tls_certs_only([authority]).build().unwrap();
        Self { sandbox, database, http }
    }

    /// Runs a command, and returns the status and the body.
    async fn run(&self, token: &SecretString, command: Value) -> (u16, Value) {
        self.send(Method::POST, "/", token, Some(command)).await
    }

    async fn send(&self, method: Method, path: &str, token: &SecretString, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.database.url());
        let mut request = self.http.request(method, url).bearer_auth(token.expose_secret());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    /// Runs an ACL command as the default user, and returns its result or the error.
    async fn acl(&self, arguments: &[&str]) -> Result<Value, String> {
        let mut command = vec!["ACL"];
        command.extend(arguments);
        let (status, mut body) = self.run(&self.database.token(), json!(command)).await;
        match body.get("error").and_then(Value::as_str) {
            Some(error) => {
                assert_eq!(status, 400, "{error}");
                Err(error.to_owned())
            }
            None => Ok(body["result"].take()),
        }
    }

    /// Calls the Developer API, with this API key or the right one.
    async fn api(&self, method: Method, path: &str, api_key: Option<&str>) -> (u16, Value) {
        self.api_with(method, path, api_key, None).await
    }

    /// The same with a body.
    async fn api_with(&self, method: Method, path: &str, api_key: Option<&str>, body: Option<Value>) -> (u16, Value) {
        let secret: Value = serde_json::from_str(self.sandbox.upstash.api_secret().expose_secret()).unwrap();
        let (email, right) = (secret["email"].as_str().unwrap(), secret["api_key"].as_str().unwrap());
        let url = format!("{}/v2/redis/{path}", self.sandbox.upstash.api_url());
        let mut request = self.http.request(method, url).basic_auth(email, Some(api_key.unwrap_or(right)));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_in_a_body_a_path_or_a_pipeline() {
    let wire = Wire::of(Plan::Paid).await;
    let token = wire.database.token();
    assert_eq!(wire.run(&token, json!(["SET", "k", 7])).await, (200, json!({ "result": "OK" })));
    assert_eq!(wire.send(Method::GET, "/get/k", &token, None).await, (200, json!({ "result": "7" })));
    assert_eq!(wire.send(Method::GET, "/ping", &token, None).await, (200, json!({ "result": "PONG" })));
    let pipeline = json!([["INCR", "k"], ["GET"], ["GET", "absent"]]);
    let (status, answers) = wire.send(Method::POST, "/pipeline", &token, Some(pipeline)).await;
    assert_eq!((status, &answers[0], &answers[2]), (200, &json!({ "result": 8 }), &json!({ "result": null })));
    assert!(answers[1]["error"].as_str().unwrap().starts_with("ERR wrong number of arguments"), "{answers}");
    for body in [json!("PING"), json!([]), json!([["PING"]]), json!({})] {
        assert_eq!(wire.run(&token, body.clone()).await.0, 400, "{body}");
    }
    for command in ["CONFIG", "MULTI", "SHUTDOWN", "NOSUCHCOMMAND"] {
        assert_eq!(wire.run(&token, json!([command, "GET", "x"])).await.0, 400, "{command}");
    }
    assert_eq!(wire.send(Method::DELETE, "/", &token, None).await.0, 405);
    wire.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_wrong_replaced_or_of_another_database_is_refused() {
    let wire = Wire::of(Plan::Paid).await;
    let other = wire.sandbox.upstash.create("other", Plan::Paid).await.unwrap();
    let first = wire.database.token();
    wire.database.reset_password().await.unwrap();
    for token in [first, other.token(), "nonsense".into(), wire.database.make_token_for_nobody("nobody")] {
        let (status, body) = wire.run(&token, json!(["PING"])).await;
        assert_eq!(status, 401);
        assert!(body["error"].as_str().unwrap().starts_with("WRONGPASS"), "{body}");
    }
    assert_eq!(wire.run(&wire.database.token(), json!(["PING"])).await.0, 200);
    wire.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acl_user_accepts_only_tokens_that_were_generated_for_it() {
    let wire = Wire::of(Plan::Paid).await;
    let text = |value: Value| value.as_str().unwrap().to_owned();
    let token = text(wire.acl(&["GENTOKEN", "app"]).await.unwrap());
    let foreign = text(wire.acl(&["GENTOKEN", "other"]).await.unwrap());
    for rule in ["nopass", ">plain-password", "#00ff", &format!(">{foreign}"), "+client|list", "nonsense"] {
        let refused = wire.acl(&["SETUSER", "app", rule]).await.unwrap_err();
        assert!(refused.starts_with("ERR") && !refused.contains("plain-password"), "{refused}");
    }
    assert_eq!(wire.acl(&["GETUSER", "app"]).await.unwrap(), Value::Null, "a refused rule creates no user");
    for user in ["default", "upstash-read-only", "sandbox-administrator"] {
        assert!(wire.acl(&["SETUSER", user, "off"]).await.is_err(), "{user}");
    }
    let given = wire.acl(&["SETUSER", "app", "on", "~*", "+get", "+acl|whoami", &format!(">{token}")]).await;
    assert!(given.is_err(), "rules for subcommands are refused");
    wire.acl(&["SETUSER", "app", "on", "~*", "+get", &format!(">{token}")]).await.unwrap();
    let bearer = SecretString::from(token.clone());
    assert_eq!(wire.run(&bearer, json!(["GET", "k"])).await.0, 200);
    for command in [json!(["SET", "k", "v"]), json!(["ACL", "GENTOKEN", "app"])] {
        let (status, body) = wire.run(&bearer, command).await;
        assert!(status == 400 && body["error"].as_str().unwrap().starts_with("NOPERM"), "{status} {body}");
    }
    wire.acl(&["SETUSER", "app", &format!("<{token}")]).await.unwrap();
    assert_eq!(wire.run(&bearer, json!(["GET", "k"])).await.0, 401, "a removed token is refused immediately");
    assert!(wire.acl(&["GENTOKEN", "app", "weak"]).await.is_err());
    wire.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_database_has_no_acl() {
    let wire = Wire::of(Plan::Free).await;
    for command in [vec!["GENTOKEN", "app"], vec!["USERS"], vec!["WHOAMI"]] {
        assert!(wire.acl(&command).await.unwrap_err().starts_with("ERR"), "{command:?}");
    }
    assert_eq!(wire.run(&wire.database.token(), json!(["PING"])).await.0, 200);
    wire.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_developer_api_requires_the_api_key_of_the_owner() {
    let wire = Wire::of(Plan::Paid).await;
    let (database, reset) = (format!("database/{}", wire.database.id), format!("reset-password/{}", wire.database.id));
    let token = wire.database.token();
    for (method, path, key, status) in [
        (Method::GET, database.as_str(), Some("wrong"), 401),
        (Method::POST, &reset, Some("wrong"), 401),
        (Method::POST, &database, None, 405),
        (Method::GET, &reset, None, 405),
        (Method::GET, "database/nowhere", None, 404),
        (Method::GET, "no/such/path", None, 404),
    ] {
        assert_eq!(wire.api(method, path, key).await.0, status, "{path}");
    }
    assert_eq!(wire.database.token().expose_secret(), token.expose_secret(), "nothing was reset");
    let (_, shown) = wire.api(Method::GET, &database, None).await;
    assert_eq!(shown["rest_token"].as_str(), Some(token.expose_secret()));
    let (_, hidden) = wire.api(Method::GET, &format!("{database}?credentials=hide"), None).await;
    assert_eq!((hidden.get("rest_token"), hidden.get("password")), (None, None));
    for (shape, holds) in
        [(ResetAnswer::WithCredentials, true), (ResetAnswer::WithoutCredentials, false), (ResetAnswer::Empty, false)]
    {
        wire.sandbox.upstash.set_reset_answer(shape);
        let (status, body) = wire.api(Method::POST, &reset, None).await;
        assert_eq!(
            (status, body.get("rest_token").is_some(), body.is_null()),
            (200, holds, shape == ResetAnswer::Empty)
        );
    }
    let read_only = shown["read_only_rest_token"].as_str().unwrap().into();
    assert_eq!(wire.run(&read_only, json!(["GET", "k"])).await.0, 401, "a reset replaces the read-only token too");
    wire.database.protect(true);
    let (_, protected) = wire.api(Method::GET, &database, None).await;
    assert_eq!(protected.get("rest_token"), None);
    wire.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_created_without_an_id_found_by_its_name_and_deleted_by_its_id() {
    let wire = Wire::of(Plan::Paid).await;
    let id = &wire.database.id;
    let create =
        async |body: Value| wire.api_with(Method::POST, &format!("create-backup/{id}"), None, Some(body)).await;
    let list = async || wire.api(Method::GET, &format!("list-backup/{id}"), None).await;
    wire.sandbox.upstash.set_backup_time(Duration::from_millis(300));
    assert_eq!(list().await, (200, json!([])));
    assert_eq!(create(json!({ "name": "before" })).await, (200, json!("OK")));
    let (_, listed) = list().await;
    let (backup, flag) = (listed[0].clone(), json!("false"));
    assert_eq!(
        [&backup["name"], &backup["state"], &backup["backup_size"]],
        [&json!("before"), &json!("pending"), &json!(0)]
    );
    assert_eq!([&backup["daily_backup"], &backup["hourly_backup"]], [&flag, &flag]);
    assert!(backup["creation_time"].as_i64().unwrap() > 1_700_000_000, "{backup}");
    let ended = async |place: usize| {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let backup = list().await.1[place].clone();
            if backup["state"] != "pending" {
                return backup;
            }
            assert!(Instant::now() < deadline, "{backup}");
            sleep(Duration::from_millis(20)).await;
        }
    };
    let completed = ended(0).await;
    assert_eq!(completed["state"], "completed");
    assert!(completed["backup_size"].as_u64().unwrap() > 0, "{completed}");
    wire.database.fail_backups(true);
    create(json!({ "name": "before" })).await;
    assert_eq!(ended(1).await["state"], "failed");

    for body in [json!({}), json!({ "name": "" }), json!("before")] {
        assert_eq!(create(body.clone()).await.0, 400, "{body}");
    }
    let delete =
        async |id: &str, backup: &str| wire.api(Method::DELETE, &format!("delete-backup/{id}/{backup}"), None).await.0;
    let backup = backup["backup_id"].as_str().unwrap();
    assert_eq!((delete("other", backup).await, delete(id, "other").await, delete(id, backup).await), (404, 404, 200));
    assert_eq!(delete(id, backup).await, 404);
    let left = wire.database.backups();
    assert_eq!((left.len(), left[0].state), (1, BackupState::Failed));
    assert_eq!(wire.api(Method::GET, &format!("list-backup/{id}"), Some("wrong")).await.0, 401);
    wire.sandbox.stop().await.unwrap();
}
