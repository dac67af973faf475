//! What people do to a database of Upstash.

use cloud::http::{Authorization, Method, Request};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{USER, Upstash};
use crate::{
    estate::SetUp,
    person::{GivenUp, previous},
    what::Edit,
    world::{PERSON, World},
};

/// Carries out an edit.
pub(crate) async fn carry_out(world: &World, edit: Edit) -> Result<(), GivenUp> {
    let upstash = world.upstash.as_ref().ok_or(GivenUp)?;
    match (edit, world.plan.estate.set_up) {
        (Edit::ResetPassword, SetUp::UpstashReset) => {
            upstash.database.reset_password().await.map_err(|_| GivenUp)?;
            world.watch().added(upstash.database.token().expose_secret());
            world.look(PERSON, "resets the password");
            Ok(())
        }
        (Edit::RemovePrevious, SetUp::UpstashAcl) => {
            let previous = previous(world).ok_or(GivenUp)?;
            acl(world, upstash, &["SETUSER", USER, &format!("<{previous}")]).await?;
            world.watch().removed(&previous);
            Ok(())
        }
        (Edit::AddOwnCredential, SetUp::UpstashAcl) => {
            let token = acl(world, upstash, &["GENTOKEN", USER]).await?;
            add(world, upstash, token.as_str().ok_or(GivenUp)?).await
        }
        (Edit::PutFirstBack, SetUp::UpstashAcl) => add(world, upstash, &upstash.first).await,
        // A database that is reset has one token, and nobody chooses it.
        _ => Err(GivenUp),
    }
}

async fn add(world: &World, upstash: &Upstash, token: &str) -> Result<(), GivenUp> {
    world.watch().added(token);
    acl(world, upstash, &["SETUSER", USER, &format!(">{token}")]).await?;
    Ok(())
}

/// Runs an ACL command as the administrator, as the console does.
async fn acl(world: &World, upstash: &Upstash, arguments: &[&str]) -> Result<Value, GivenUp> {
    let command: Vec<&str> = ["ACL"].iter().chain(arguments).copied().collect();
    let token = upstash.database.token();
    let request = Request {
        method: Method::Post,
        url: upstash.database.url(),
        authorization: Authorization::Bearer(&token),
        body: Some(json!(command).to_string().into()),
    };
    let answer = world.person().send(&request).await.map_err(|_| GivenUp)?;
    let mut answer: Value = serde_json::from_slice(&answer.body)?;
    answer.get_mut("result").map(Value::take).ok_or(GivenUp)
}
