//! A primary with its replicas and Sentinels.

use super::*;

#[tokio::test]
async fn an_estate_reconnects_after_its_links_were_cut() {
    let scene = Scene::set();
    let plan = Plan { replicas: 2, sentinels: 2, username: "app".to_owned(), ..Plan::new(SetUp::AclFile, &one()) };
    let estate = scene.hosts.provision(plan).await.unwrap();
    assert_eq!((estate.accepting(&one()).await.unwrap(), estate.accepting(&two()).await.unwrap()), (3, 0));
    estate.cut_links();
    eventually("the links are down", async || !estate.replicas[1].link_is_up().await).await;
    eventually("the Sentinel considers its primary down", async || !estate.sentinels[1].knows_master_up().await).await;
    estate.mend_links();
    estate.settled().await.unwrap();
    scene.stop().await;
}
