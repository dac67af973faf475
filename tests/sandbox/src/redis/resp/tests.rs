//! Requests and replies, whole and in pieces.

use super::*;

const REQUESTS: [(&[u8], &[&str]); 9] = [
    (b"*1\r\n$4\r\nPING\r\n", &["PING"]),
    (b"*3\r\n$3\r\nacl\r\n$7\r\nsetuser\r\n$7\r\ndefault\r\n", &["ACL", "SETUSER"]),
    (b"*4\r\n$3\r\nACL\r\n$7\r\nSETUSER\r\n$1\r\na\r\n$9\r\n>a\r\n*1\r\n$\r\n", &["ACL", "SETUSER"]),
    (b"*2\r\n$0\r\n\r\n$2\r\n\r\n\r\n", &["", "\r\n"]),
    (b"*0\r\n", &[]),
    (b"*-1\r\n", &[]),
    (b"PING\r\n", &["PING"]),
    (b"config  \"rewrite\" \n", &["CONFIG", "REWRITE"]),
    (b"\r\n", &[]),
];

const REPLIES: [(&[u8], Reply); 17] = [
    (b"+OK\r\n", Reply::Done),
    (b":12\r\n", Reply::Done),
    (b"$-1\r\n", Reply::Done),
    (b"*-1\r\n", Reply::Done),
    (b"_\r\n", Reply::Done),
    (b"#t\r\n", Reply::Done),
    (b",1.5\r\n", Reply::Done),
    (b"(12345678901234567890\r\n", Reply::Done),
    (b"$7\r\na\r\n-ERR\r\n", Reply::Done),
    (b"=7\r\ntxt:abc\r\n", Reply::Done),
    (b"*3\r\n:1\r\n$-1\r\n*2\r\n+a\r\n$1\r\nb\r\n", Reply::Done),
    (b"%1\r\n+key\r\n~2\r\n:1\r\n:2\r\n", Reply::Done),
    (b"*0\r\n", Reply::Done),
    (b"|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n", Reply::Done),
    (b">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n", Reply::Push),
    (b"*2\r\n-ERR inside\r\n+OK\r\n", Reply::Done),
    (b"~1\r\n_\r\n", Reply::Done),
];

#[test]
fn a_request_ends_where_it_ends_whatever_follows() {
    for (bytes, words) in REQUESTS {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for after in [&b""[..], b"*1\r\n", b"\0"] {
            let all = [bytes, after].concat();
            assert_eq!(request(&all), Ok(Some((bytes.len(), words.clone()))), "{:?}", String::from_utf8_lossy(&all));
        }
    }
}

#[test]
fn no_part_of_a_request_is_one() {
    for (bytes, _) in REQUESTS {
        for end in 0..bytes.len() {
            assert_eq!(request(&bytes[..end]), Ok(None), "{:?}", String::from_utf8_lossy(&bytes[..end]));
        }
    }
}

#[test]
fn a_reply_ends_where_it_ends_whatever_follows() {
    for (bytes, kind) in REPLIES {
        for after in [&b""[..], b"-ERR\r\n", b"\0"] {
            let all = [bytes, after].concat();
            assert_eq!(reply(&all), Ok(Some((bytes.len(), kind.clone()))), "{:?}", String::from_utf8_lossy(&all));
        }
    }
}

#[test]
fn no_part_of_a_reply_is_one() {
    for (bytes, _) in REPLIES {
        for end in 0..bytes.len() {
            assert_eq!(reply(&bytes[..end]), Ok(None), "{:?}", String::from_utf8_lossy(&bytes[..end]));
        }
    }
}

#[test]
fn of_an_error_only_the_code_is_kept() {
    for (bytes, code) in [
        (&b"-WRONGPASS invalid username-password pair\r\n"[..], "WRONGPASS"),
        (b"-ERR Error in ACL SETUSER modifier '>hunter2': Syntax error\r\n", "ERR"),
        (b"-hunter2\r\n", "ERR"),
        (b"-\r\n", "ERR"),
        (b"!11\r\nNOPERM none\r\n", "NOPERM"),
        (b"|1\r\n+a\r\n+b\r\n-NOAUTH x\r\n", "NOAUTH"),
    ] {
        assert_eq!(reply(bytes).unwrap().unwrap(), (bytes.len(), Reply::Error(code.to_owned())));
    }
}

#[test]
fn what_redis_would_not_take_or_say_is_malformed() {
    for bytes in [
        &b"*1\r\n+PING\r\n"[..],
        b"*1\r\n$4\r\nPINGxx",
        b"*x\r\n",
        b"*1\r\n$-1\r\n",
        b"*1\r\n$536870913\r\n",
        b"*1048577\r\n",
        b"*1\n$4\r\n",
    ] {
        assert_eq!(request(bytes), Err(Malformed), "{:?}", String::from_utf8_lossy(bytes));
    }
    let deep = b"*1\r\n".repeat(DEPTH + 1);
    for bytes in [&b"OK\r\n"[..], b"$-2\r\n", b"$1\r\nabc", b"\r\n", b"$?\r\n", &deep] {
        assert_eq!(reply(bytes), Err(Malformed), "{:?}", String::from_utf8_lossy(bytes));
    }
}
