//! What is written is what a client reads.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use secrecy::ExposeSecret;

use super::*;

fn connection() -> Connection {
    Connection {
        endpoints: Endpoints {
            primary: Some(Endpoint { host: "primary.example".to_owned(), port: 6379, tls: true }),
            reader: Some(Endpoint { host: "reader.example".to_owned(), port: 6380, tls: true }),
            ..Endpoints::default()
        },
        username: None,
        credential: "p@ss/w#or:d%?x+ &=1".into(),
        secret_arn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/redis-AbCdEf".to_owned(),
        secret_version_id: "4f9f3a52-8a3c-4f0e-9a53-6a1d2f0c7b11".to_owned(),
    }
}

fn filled(connection: &Connection, template: &str, options: &UrlOptions) -> Result<String, String> {
    connection.fill(&template.parse().unwrap(), options).map(|text| text.expose_secret().to_owned())
}

#[test]
fn each_field_is_what_its_name_says() {
    let connection = connection();
    for (field, expected) in [
        ("url", "rediss://:p%40ss%2Fw%23or%3Ad%25%3Fx%2B%20%26%3D1@primary.example:6379/0"),
        ("reader_url", "rediss://:p%40ss%2Fw%23or%3Ad%25%3Fx%2B%20%26%3D1@reader.example:6380/0"),
        ("host", "primary.example"),
        ("reader_host", "reader.example"),
        ("port", "6379"),
        ("tls", "true"),
        ("password", "p@ss/w#or:d%?x+ &=1"),
        ("username", "default"),
        ("secret_arn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/redis-AbCdEf"),
        ("secret_version_id", "4f9f3a52-8a3c-4f0e-9a53-6a1d2f0c7b11"),
    ] {
        let text = filled(&connection, &format!("{{{field}}}"), &UrlOptions::default());
        assert_eq!(text.unwrap(), expected, "{field}");
    }
}

#[test]
fn a_template_is_filled_in_and_a_brace_of_its_own_is_written_twice() {
    let filled = filled(&connection(), "{{\"at\": \"{host}:{port}\"}}", &UrlOptions::default());
    assert_eq!(filled.unwrap(), "{\"at\": \"primary.example:6379\"}");
}

#[test]
fn a_template_that_cannot_be_read_says_why() {
    for (text, said) in [
        ("", "it is empty"),
        ("{hots}", "there is no field \"hots\""),
        ("{}", "there is no field \"\""),
        ("{host", "no partner"),
        ("host}", "no partner"),
        ("}{", "no partner"),
    ] {
        let why = text.parse::<Template>().unwrap_err();
        assert!(why.contains(said), "{text}: {why}");
    }
}

#[test]
fn url_options_are_followed() {
    let mut connection = connection();
    connection.username = Some("app 1".to_owned());
    connection.credential = "secret".into();
    let query = [("ssl_cert_reqs".to_owned(), "required".to_owned()), ("a b".to_owned(), "c&d".to_owned())].into();
    let options = UrlOptions { scheme: Some("valkeys".to_owned()), database: Some(3), username: None, query };
    assert_eq!(
        filled(&connection, "{url}", &options).unwrap(),
        "valkeys://app%201:secret@primary.example:6379/3?a%20b=c%26d&ssl_cert_reqs=required"
    );
    let without = UrlOptions { username: Some(false), ..UrlOptions::default() };
    assert_eq!(filled(&connection, "{url}", &without).unwrap(), "rediss://:secret@primary.example:6379/0");
    connection.username = None;
    let with = UrlOptions { username: Some(true), ..UrlOptions::default() };
    assert_eq!(filled(&connection, "{url}", &with).unwrap(), "rediss://default:secret@primary.example:6379/0");
    connection.endpoints.primary.as_mut().unwrap().host = "fd00::1".to_owned();
    assert_eq!(filled(&connection, "{url}", &without).unwrap(), "rediss://:secret@[fd00::1]:6379/0");
}

#[test]
fn what_the_target_does_not_have_is_refused() {
    let mut connection = connection();
    let plain = UrlOptions { scheme: Some("redis".to_owned()), ..UrlOptions::default() };
    assert!(filled(&connection, "{url}", &plain).unwrap_err().contains("speaks TLS"));
    let third = UrlOptions { database: Some(3), ..UrlOptions::default() };
    connection.endpoints.cluster_mode = true;
    assert!(filled(&connection, "{url}", &third).unwrap_err().contains("cluster mode"));
    connection.endpoints = Endpoints { rest_url: Some("https://x.upstash.io".to_owned()), ..Endpoints::default() };
    for field in ["url", "reader_url", "host", "reader_host", "port", "tls", "password"] {
        assert!(filled(&connection, &format!("{{{field}}}"), &UrlOptions::default()).is_err(), "{field}");
    }
    assert_eq!(filled(&connection, "{rest_url}", &UrlOptions::default()).unwrap(), "https://x.upstash.io");
    assert_eq!(filled(&connection, "{rest_token}", &UrlOptions::default()).unwrap(), "p@ss/w#or:d%?x+ &=1");
}

#[test]
fn a_connection_shows_no_credential() {
    assert!(!format!("{:?}", connection()).contains("p@ss"));
}

proptest! {
    #[test]
    fn a_url_gives_back_any_credential_and_user(credential in ".{1,200}", username in "\\PC{1,40}") {
        let connection =
            Connection { username: Some(username.clone()), credential: credential.clone().into(), ..connection() };
        let text = filled(&connection, "{url}", &UrlOptions { username: Some(true), ..UrlOptions::default() }).unwrap();
        let url = ::url::Url::parse(&text).unwrap();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(decoded(url.password().unwrap()), credential);
        prop_assert_eq!(decoded(url.username()), username);
        prop_assert_eq!((url.host_str(), url.port()), (Some("primary.example"), Some(6379)));
        prop_assert_eq!((url.path(), url.fragment(), url.query()), ("/0", None, None));
    }

    #[test]
    fn a_template_is_written_as_it_was_read(text in "([a-z:/ ]|\\{\\{|\\}\\}|\\{host\\}|\\{url\\}){1,20}") {
        let template: Template = text.parse().unwrap();
        prop_assert_eq!(template.to_string(), text);
    }
}
