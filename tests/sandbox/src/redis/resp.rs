//! Where a request or a reply ends, and what it is: no more of RESP than a gate needs.
//!
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/>
//!
//! A client library's parser gives values; a gate passes the very bytes on, in whatever pieces they come, of RESP2 and of
//! RESP3, and must know where one ends.

/// How deep replies may be nested; Redis itself nests a handful.
const DEPTH: usize = 32;
/// How many arguments a request may have, and elements a reply: Redis's own limit.
const MOST: usize = 1024 * 1024;
/// How long a bulk string may be: Redis's own limit.
const LONGEST: usize = 512 * 1024 * 1024;
/// How long a line may be: Redis's own limit on inline requests.
const LONGEST_LINE: usize = 64 * 1024;

/// What Redis would not say or not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What a reply is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The server did it.
    Done,
    /// The server said no, with this code.
    Error(String),
    /// Nobody's reply: the server speaks unasked.
    Push,
}

/// The length and the first two words of the request that these bytes begin with, in capitals; `None` where more is to come.
///
/// The other words are not looked at: they may be secrets.
pub(super) fn request(bytes: &[u8]) -> Result<Option<(usize, Vec<String>)>, Malformed> {
    let mut cursor = Cursor { bytes, at: 0 };
    match bytes.first() {
        None => Ok(None),
        Some(b'*') => {
            let Some(line) = cursor.line()? else { return Ok(None) };
            // Redis takes an array of no arguments, or of fewer, for nothing.
            let count = number(&line[1..])?.max(0);
            let count = usize::try_from(count).ok().filter(|count| *count <= MOST).ok_or(Malformed)?;
            let mut words = Vec::new();
            for nth in 0..count {
                let Some(line) = cursor.line()? else { return Ok(None) };
                let (b'$', length) = (*line.first().ok_or(Malformed)?, length(&line[1..])?) else {
                    return Err(Malformed);
                };
                let Some(argument) = cursor.bulk(length)? else { return Ok(None) };
                if nth < 2 {
                    words.push(String::from_utf8_lossy(argument).to_uppercase());
                }
            }
            Ok(Some((cursor.at, words)))
        }
        Some(_) => {
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                return if bytes.len() > LONGEST_LINE { Err(Malformed) } else { Ok(None) };
            };
            let line = String::from_utf8_lossy(&bytes[..end]).to_uppercase();
            // Quotes around a command's name are legal, and nobody writes them.
            let words = line.split_whitespace().take(2).map(|word| word.trim_matches(['"', '\'']).to_owned());
            Ok(Some((end + 1, words.collect())))
        }
    }
}

/// The length and the kind of the reply that these bytes begin with; `None` where more is to come.
pub(super) fn reply(bytes: &[u8]) -> Result<Option<(usize, Reply)>, Malformed> {
    let mut cursor = Cursor { bytes, at: 0 };
    let mut kind = b'|';
    // What a reply has in attributes comes before it.
    while kind == b'|' {
        let Some(&first) = bytes.get(cursor.at) else { return Ok(None) };
        kind = first;
        let begin = cursor.at;
        if cursor.value(DEPTH)?.is_none() {
            return Ok(None);
        }
        if matches!(kind, b'-' | b'!') {
            return Ok(Some((cursor.at, Reply::Error(code(kind, &bytes[begin..cursor.at])))));
        }
    }
    Ok(Some((cursor.at, if kind == b'>' { Reply::Push } else { Reply::Done })))
}

/// An error's code: its first word, as the rest of the text can repeat arguments.
fn code(kind: u8, error: &[u8]) -> String {
    let text = String::from_utf8_lossy(error);
    let line = if kind == b'!' { text.lines().nth(1) } else { text.lines().next().map(|line| &line[1..]) };
    let word = line.unwrap_or_default().split(' ').next().unwrap_or_default();
    let is_code = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if is_code { word.to_owned() } else { "ERR".to_owned() }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Skips one value.
    fn value(&mut self, depth: usize) -> Result<Option<()>, Malformed> {
        let Some(line) = self.line()? else { return Ok(None) };
        let (kind, rest) = line.split_first().ok_or(Malformed)?;
        let elements = match kind {
            b'+' | b'-' | b':' | b'_' | b',' | b'#' | b'(' => 0,
            // RESP2's nulls.
            b'$' | b'*' if rest == b"-1" => 0,
            b'$' | b'!' | b'=' => return Ok(self.bulk(length(rest)?)?.map(drop)),
            b'*' | b'~' | b'>' => count(rest)?,
            b'%' | b'|' => count(rest)? * 2,
            _ => return Err(Malformed),
        };
        let below = depth.checked_sub(1).ok_or(Malformed)?;
        for _ in 0..elements {
            if self.value(below)?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// Takes what stands before the next line end.
    fn line(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let rest = &self.bytes[self.at..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > LONGEST_LINE { Err(Malformed) } else { Ok(None) };
        };
        self.at += end + 1;
        rest[..end].strip_suffix(b"\r").map(Some).ok_or(Malformed)
    }

    /// Takes a bulk string and its line end.
    fn bulk(&mut self, length: usize) -> Result<Option<&'a [u8]>, Malformed> {
        let rest = &self.bytes[self.at..];
        if rest.len() < length + 2 {
            return Ok(None);
        }
        if &rest[length..length + 2] != b"\r\n" {
            return Err(Malformed);
        }
        self.at += length + 2;
        Ok(Some(&rest[..length]))
    }
}

fn length(digits: &[u8]) -> Result<usize, Malformed> {
    usize::try_from(number(digits)?).ok().filter(|length| *length <= LONGEST).ok_or(Malformed)
}

fn count(digits: &[u8]) -> Result<usize, Malformed> {
    usize::try_from(number(digits)?).ok().filter(|count| *count <= MOST).ok_or(Malformed)
}

fn number(digits: &[u8]) -> Result<i64, Malformed> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Malformed)
}

#[cfg(test)]
mod tests;
