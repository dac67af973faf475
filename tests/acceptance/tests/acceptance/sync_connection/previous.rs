//! An AWSPREVIOUS that cannot be read stops a retirement, but not a publication.

use acceptance::{
    StageOptions,
    connection::sync,
    retirement::{self, retire},
    run::TIMEOUT,
};
use secrecy::ExposeSecret;

use super::publishing::{URL, outputs, parameter, publishing};

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_awsprevious_does_not_stop_a_publication_but_stops_a_retirement() {
    for broken in ["hunter2", r#"{"another":"hunter2"}"#, r#"{"token":["hunter2"]}"#] {
        let stage = publishing(StageOptions { json_key: Some("token"), ..StageOptions::default() }, &outputs()).await;
        stage.deploy(retirement::NAME, TIMEOUT);
        sync(&stage).await;
        assert!(stage.rotate().await.succeeded);
        stage.put(broken, &["AWSPREVIOUS"]).await;
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "done", "{outcome}");
        let current = stage.current().await;
        assert!(parameter(&stage, URL).await.unwrap().0.contains(current.expose_secret()), "{outcome}");
        assert_eq!(sync(&stage).await.status(), "kept");
        let refused = retire(&stage).await;
        assert_eq!((refused.status(), refused.done().len()), ("permanent", 0), "{refused}");
        let failure = refused.failure().unwrap();
        assert!(failure.starts_with("target orders: AWSPREVIOUS has no credential"), "{refused}");
        assert!(!refused.to_string().contains("hunter2") && !outcome.to_string().contains("hunter2"));
        assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&current).await);
        stage.stop().await;
    }
}
