//! `GetRandomPassword`.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html>

use rand::seq::{IndexedRandom, SliceRandom};
use serde::Deserialize;
use serde_json::json;

use super::errors::invalid_parameter;
use crate::{
    chance,
    wire::{Answer, AwsError, Call},
};

const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMBERS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    password_length: Option<i64>,
    exclude_characters: Option<String>,
    exclude_numbers: Option<bool>,
    exclude_punctuation: Option<bool>,
    exclude_uppercase: Option<bool>,
    exclude_lowercase: Option<bool>,
    include_space: Option<bool>,
    require_each_included_type: Option<bool>,
}

/// Makes a password of the characters that are asked for.
///
/// Where every type is required and `ExcludeCharacters` leaves nothing of one, AWS does not say what happens; it is
/// refused here.
pub(super) fn get(call: &Call) -> Result<Answer, AwsError> {
    let input: Input = call.input()?;
    let length = usize::try_from(input.password_length.unwrap_or(32)).unwrap_or(0);
    if !(1..=4096).contains(&length) {
        return Err(invalid_parameter("PasswordLength must be between 1 and 4096."));
    }
    let excluded = input.exclude_characters.unwrap_or_default();
    if excluded.chars().count() > 4096 {
        return Err(invalid_parameter("ExcludeCharacters must have at most 4096 characters."));
    }
    let wanted = [
        (LOWERCASE, !input.exclude_lowercase.unwrap_or(false)),
        (UPPERCASE, !input.exclude_uppercase.unwrap_or(false)),
        (NUMBERS, !input.exclude_numbers.unwrap_or(false)),
        (PUNCTUATION, !input.exclude_punctuation.unwrap_or(false)),
        (" ", input.include_space.unwrap_or(false)),
    ];
    let types: Vec<Vec<char>> = wanted
        .iter()
        .filter(|(_, wanted)| *wanted)
        .map(|(all, _)| all.chars().filter(|character| !excluded.contains(*character)).collect())
        .collect();
    let pool: Vec<char> = types.iter().flatten().copied().collect();
    if pool.is_empty() {
        return Err(invalid_parameter("All characters are excluded."));
    }
    let required: &[Vec<char>] = if input.require_each_included_type.unwrap_or(true) { &types } else { &[] };
    if required.len() > length || required.iter().any(Vec::is_empty) {
        return Err(invalid_parameter("The password can't hold one character of each included type."));
    }
    let mut rng = chance::rng();
    let mut password: Vec<char> =
        required.iter().filter_map(|characters| characters.choose(&mut rng)).copied().collect();
    while password.len() < length {
        password.extend(pool.choose(&mut rng));
    }
    password.shuffle(&mut rng);
    Ok(Answer::json(json!({ "RandomPassword": password.into_iter().collect::<String>() })))
}
