//! A login with exactly what is about to be written.

use backends::{upstash::database, url};
use cloud::Clients;
use policy::{
    Failure, Target,
    connection::{Connection, Field, UrlOptions},
    login::Answer,
    outcome::{Measure, Outcome},
    target::{Backend, Database},
};
use secrecy::{ExposeSecret, SecretString};

/// Logs in with every URL that the outputs contain, and with their other fields put together as a URL.
///
/// # Errors
/// Those of the first login that fails: nothing may be written then.
pub(crate) async fn log_in(
    clients: &Clients,
    target: &Target,
    connection: &Connection,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    if let Backend::Upstash(database) = &target.backend {
        outcome.count(Measure::Logins, 1);
        return rest(clients, database, connection).await;
    }
    for (what, url) in urls(target, connection)? {
        outcome.count(Measure::Logins, 1);
        url::log_in(&url, &what).await?;
    }
    Ok(())
}

/// Every URL to try, once each, with the field that it comes from.
fn urls(target: &Target, connection: &Connection) -> Result<Vec<(String, SecretString)>, Failure> {
    let mut urls: Vec<(String, SecretString)> = Vec::new();
    for (nth, output) in target.outputs.iter().enumerate() {
        for field in output.fields() {
            let (field, tried) = match field {
                Field::Url | Field::ReaderUrl => (field, output.url().clone()),
                Field::ReaderHost => (Field::ReaderUrl, UrlOptions::default()),
                // An application that reads single fields connects with all of them.
                Field::Host | Field::Port | Field::Tls | Field::Password | Field::Username => {
                    (Field::Url, UrlOptions::default())
                }
                Field::RestUrl | Field::RestToken | Field::SecretArn | Field::SecretVersionId => continue,
            };
            let what = format!("the {} of `outputs[{nth}]`", field.as_str());
            let url = connection.field(field, &tried).map_err(|why| {
                Failure::permanent(format!("{what} cannot be written: {why}")).with_next_step("Correct the settings")
            })?;
            if urls.iter().all(|(_, earlier)| earlier.expose_secret() != url.expose_secret()) {
                urls.push((what, url));
            }
        }
    }
    Ok(urls)
}

async fn rest(clients: &Clients, database: &Database, connection: &Connection) -> Result<(), Failure> {
    match database::log_in(clients, database, &connection.credential).await {
        Ok(Answer::Accepted) => Ok(()),
        Ok(Answer::Refused) => Err(Failure::needs_human("the database refuses the token in AWSCURRENT")
            .with_next_step("Put the token that the database accepts into AWSCURRENT")),
        Err(no_answer) => Err(Failure::retryable(format!("the database gave no answer ({no_answer:?})"))),
    }
}
