//! Deliveries to a Python function that does what its payload specifies.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use super::{Copies, EventTiming, Events, Order, Progress};
use crate::{
    faults::Faults,
    lambda::{Function, InvocationResult, Runner, tests::write_bootstrap},
    services::{
        eventbridge::Event,
        sns::{Notice, NoticeForm},
    },
};

const PATIENCE: Duration = Duration::from_secs(30);

struct Fixture {
    events: Events,
    runner: Arc<Runner>,
    _home: TempDir,
}

impl Fixture {
    /// The services with a function `f`.
    fn new(copies: Copies) -> Self {
        let home = tempfile::tempdir().unwrap();
        write_bootstrap(home.path());
        let runner = Arc::new(Runner::new(Arc::new(Faults::default()), BTreeMap::new()));
        let (name, binary) = ("f".to_owned(), home.path().join("bootstrap"));
        runner.add(Function { name, binary, timeout: Duration::from_secs(10), environment: BTreeMap::new() });
        let pauses = [Duration::from_millis(20), Duration::from_millis(40)];
        let timing = EventTiming { latency: Duration::from_millis(5), pauses, copies };
        Self { events: Events::new(runner.clone(), timing), runner, _home: home }
    }

    async fn deliver(&self, payload: Value) {
        let order = Order { kind: "test".to_owned(), function: "f".to_owned(), payload };
        self.events.deliver(order);
        self.events.settled(PATIENCE).await.unwrap();
    }

    async fn stop(self) {
        self.events.stop();
        self.runner.stop().await;
    }
}

fn changed(name: &str) -> Event {
    let detail = json!({ "operation": "Update", "name": name, "type": "String" });
    let resources = vec![format!("arn:aws:ssm:us-east-1:123456789012:parameter{name}")];
    Event { source: "aws.ssm", detail_type: "Parameter Store Change", resources, detail }
}

#[tokio::test]
async fn an_event_is_delivered_once_for_each_matching_rule() {
    let fixture = Fixture::new(Copies::One);
    fixture.events.route("aws.ssm", "Parameter Store Change", "f").unwrap();
    fixture.events.route("aws.ecs", "Parameter Store Change", "f").unwrap();
    let named = json!({ "source": ["aws.ssm"], "detail": { "name": ["/a"] } });
    fixture.events.route_pattern(&named, "f").unwrap();
    fixture.events.publish(changed("/a"));
    fixture.events.publish(changed("/b"));
    fixture.events.settled(PATIENCE).await.unwrap();
    let deliveries = fixture.events.deliveries();
    let names: Vec<_> = deliveries.iter().map(|one| one.payload["detail"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["/a", "/a", "/b"]);
    let event = &deliveries[0].payload;
    assert_eq!((&event["version"], &event["account"]), (&json!("0"), &json!("123456789012")));
    assert_eq!(event["time"].as_str().unwrap().len(), "2026-11-22T09:30:00Z".len());
    let invocations = fixture.runner.invocations();
    assert!(invocations.iter().all(|one| one.label == "Parameter Store Change" && one.event["source"] == "aws.ssm"));
    assert_eq!((invocations.len(), fixture.events.events().len()), (3, 2));
    fixture.events.clear();
    fixture.events.publish(changed("/a"));
    assert_eq!((fixture.events.deliveries().len(), fixture.events.events().len()), (3, 3));
    fixture.stop().await;
}

#[tokio::test]
async fn a_rule_needs_an_existing_function_and_a_valid_pattern() {
    let fixture = Fixture::new(Copies::One);
    let refused = fixture.events.route("aws.ssm", "Parameter Store Change", "g").unwrap_err();
    assert!(refused.to_string().contains("the function g does not exist"), "{refused}");
    assert!(fixture.events.route_pattern(&json!({ "source": "aws.ssm" }), "f").is_err());
    assert!(fixture.events.subscribe("g").is_err());
    assert!(fixture.events.schedule("g", &json!({}), PATIENCE).is_err());
    assert!(fixture.events.schedule("f", &json!({}), Duration::ZERO).is_err());
    fixture.stop().await;
}

#[tokio::test]
async fn a_function_that_fails_is_retried_until_it_succeeds() {
    let fixture = Fixture::new(Copies::One);
    let began = Instant::now();
    fixture.deliver(json!({ "do": "fail-twice" })).await;
    assert!(began.elapsed() >= Duration::from_millis(65), "it pauses before a retry");
    let delivery = fixture.events.deliveries().remove(0);
    assert_eq!((delivery.attempts.len(), delivery.progress), (3, Progress::Delivered));
    let failed = delivery.attempts.iter().map(|one| matches!(one.result, InvocationResult::Failed { .. }));
    assert_eq!(failed.collect::<Vec<_>>(), [true, true, false]);
    let ids: Vec<_> = fixture.runner.invocations().into_iter().map(|one| one.request_id).collect();
    assert_eq!(delivery.attempts.iter().map(|one| one.request_id.clone()).collect::<Vec<_>>(), ids);
    fixture.stop().await;
}

#[tokio::test]
async fn a_delivery_is_given_up_after_three_failures() {
    let fixture = Fixture::new(Copies::One);
    fixture.deliver(json!({ "do": "error" })).await;
    let delivery = fixture.events.deliveries().remove(0);
    assert_eq!((delivery.attempts.len(), delivery.progress), (3, Progress::GivenUp));
    fixture.stop().await;
}

#[tokio::test]
async fn two_copies_are_delivered_in_turn_or_at_once() {
    for (copies, instances) in [(Copies::TwoInTurn, 1), (Copies::TwoAtOnce, 2)] {
        let fixture = Fixture::new(copies);
        fixture.deliver(json!({ "do": "sleep" })).await;
        let deliveries = fixture.events.deliveries();
        assert_eq!(deliveries.iter().map(|one| one.copy).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(deliveries[0].payload, deliveries[1].payload);
        let cold = fixture.runner.invocations().iter().filter(|one| one.cold).count();
        assert_eq!(cold, instances, "{copies:?}");
        fixture.stop().await;
    }
}

#[tokio::test]
async fn waiting_for_a_delivery_times_out() {
    let fixture = Fixture::new(Copies::One);
    let order = Order { kind: "test".to_owned(), function: "f".to_owned(), payload: json!({ "do": "hang" }) };
    fixture.events.deliver(order);
    let late = fixture.events.settled(Duration::from_millis(300)).await.unwrap_err();
    assert!(late.to_string().contains("still in progress"), "{late}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_schedule_sends_its_input_with_context_attributes_replaced_until_it_is_deleted() {
    let fixture = Fixture::new(Copies::One);
    let input =
        json!({ "target": "orders", "at": ["<aws.scheduler.scheduled-time>"], "from": "<aws.scheduler.schedule-arn>" });
    let arn = fixture.events.schedule("f", &input, Duration::from_millis(50)).unwrap();
    let give_up = Instant::now() + PATIENCE;
    while fixture.events.deliveries().len() < 2 {
        assert!(Instant::now() < give_up);
        sleep(Duration::from_millis(5)).await;
    }
    fixture.events.unschedule(&arn).unwrap();
    fixture.events.settled(PATIENCE).await.unwrap();
    let deliveries = fixture.events.deliveries();
    sleep(Duration::from_millis(150)).await;
    assert_eq!(fixture.events.deliveries().len(), deliveries.len(), "a deleted schedule still runs");
    for delivery in &deliveries {
        assert_eq!((&delivery.payload["target"], &delivery.payload["from"]), (&json!("orders"), &json!(arn)));
        assert!(delivery.payload["at"][0].as_str().unwrap().ends_with('Z'));
        assert_eq!(delivery.progress, Progress::Delivered);
    }
    assert!(fixture.events.unschedule(&arn).is_err());
    fixture.stop().await;
}

#[tokio::test]
async fn a_notification_has_the_envelope_of_sns_in_each_form() {
    let fixture = Fixture::new(Copies::One);
    let notice = Notice { event: "ElastiCache:FailoverComplete", group: "orders", node: "orders-002" };
    fixture.events.notify(&notice);
    assert!(fixture.events.deliveries().is_empty(), "there is no subscription");
    fixture.events.subscribe("f").unwrap();
    let forms = [
        (NoticeForm::Object, r#"{"ElastiCache:FailoverComplete":"orders","Cache Cluster ID":"orders-002"}"#),
        (
            NoticeForm::ObjectInAnotherOrder,
            r#"{"Cache Cluster ID":"orders-002","ElastiCache:FailoverComplete":"orders"}"#,
        ),
        (NoticeForm::Text, "ElastiCache:FailoverComplete : orders"),
    ];
    for (form, message) in forms {
        fixture.events.set_notice_form(form);
        fixture.events.notify(&notice);
        fixture.events.settled(PATIENCE).await.unwrap();
        let delivery = fixture.events.deliveries().pop().unwrap();
        let record = &delivery.payload["Records"][0];
        assert_eq!((&record["EventSource"], &record["Sns"]["Message"]), (&json!("aws:sns"), &json!(message)));
        assert_eq!(record["Sns"]["TopicArn"], "arn:aws:sns:us-east-1:123456789012:elasticache-events");
    }
    fixture.stop().await;
}
