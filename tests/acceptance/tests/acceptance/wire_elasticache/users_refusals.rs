//! The errors of users and user groups, each with the SDK's own type.

use aws_sdk_elasticache::types::{AuthenticationMode, InputAuthenticationType};

use super::{rbac::*, *};

#[tokio::test]
async fn every_rejection_of_a_user_is_a_typed_error() {
    let (sandbox, client) = start(quick()).await;
    app(&client, "app", "app").send().await.unwrap();
    let twice = app(&client, "APP", "other").send().await.unwrap_err().into_service_error();
    assert!(twice.is_user_already_exists_fault(), "{twice:?}");
    let long = "x".repeat(129);
    for password in
        ["short-012345678", &long, "comma,-0123456789", "slash/-0123456789", "at@-0123456789012", "quote\"-0123456789"]
    {
        let set = Some(vec![password.to_owned()]);
        let create = app(&client, "new", "new").set_passwords(set.clone()).send().await.unwrap_err();
        let create = create.into_service_error();
        assert!(create.is_invalid_parameter_value_exception(), "{create:?}");
        let modify = client.modify_user().user_id("app").set_passwords(set).send().await.unwrap_err();
        let modify = modify.into_service_error();
        assert!(modify.is_invalid_parameter_value_exception(), "{modify:?}");
        assert!(!format!("{create:?}{modify:?}").contains(password), "the error shows the password");
        assert!(sandbox.elasticache.values().iter().any(|given| given.expose_secret() == password));
    }
    for many in [vec![A, B, C], vec![A, A]] {
        let many = Some(many.into_iter().map(str::to_owned).collect());
        let error = client.modify_user().user_id("app").set_passwords(many).send().await.unwrap_err();
        assert!(error.into_service_error().is_invalid_parameter_value_exception());
    }
    for access in
        ["on >secret-0123456789 ~* +@all", "on nopass ~* +@all", "reset", "on ~* +@nothing", "on (+@all ~*)", " "]
    {
        let error = app(&client, "new", "new").access_string(access).send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{access:?}: {error:?}");
    }
    let none = app(&client, "new", "new").set_passwords(None).send().await.unwrap_err().into_service_error();
    assert!(none.is_invalid_parameter_value_exception(), "{none:?}");
    let both = app(&client, "new", "new").no_password_required(true).send().await.unwrap_err().into_service_error();
    assert!(both.is_invalid_parameter_combination_exception(), "{both:?}");
    let mode = |kind: InputAuthenticationType| AuthenticationMode::builder().r#type(kind);
    let both = app(&client, "new", "new").authentication_mode(mode(InputAuthenticationType::Iam).build()).send().await;
    assert!(both.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());
    let iam = app(&client, "new", "other-name").set_passwords(None);
    let iam = iam.authentication_mode(mode(InputAuthenticationType::Iam).build()).send().await.unwrap_err();
    assert!(iam.into_service_error().is_invalid_parameter_value_exception());
    let secret = "secret-as-type-0123";
    let shape = mode(InputAuthenticationType::from(secret)).passwords(A).build();
    let shape = app(&client, "new", "new").set_passwords(None).authentication_mode(shape).send().await.unwrap_err();
    let shape = shape.into_service_error();
    assert!(shape.is_invalid_parameter_value_exception(), "{shape:?}");
    assert!(!format!("{shape:?}").contains(secret), "the error quotes what may be a password");

    let nothing = client.modify_user().user_id("app").send().await.unwrap_err().into_service_error();
    assert!(nothing.is_invalid_parameter_combination_exception(), "{nothing:?}");
    let built_in = client.modify_user().user_id("default").passwords(A).send().await.unwrap_err();
    assert!(built_in.into_service_error().is_invalid_parameter_value_exception());
    let missing = client.modify_user().user_id("nobody").passwords(A).send().await.unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    assert!(missing.into_service_error().is_user_not_found_fault());
    let missing = client.describe_users().user_id("nobody").send().await.unwrap_err().into_service_error();
    assert!(missing.is_user_not_found_fault(), "{missing:?}");
    client.modify_user().user_id("app").passwords(B).send().await.unwrap();
    let busy = client.modify_user().user_id("app").passwords(C).send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_user_state_fault(), "{busy:?}");
    let busy = client.delete_user().user_id("app").send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_user_state_fault(), "{busy:?}");
    user_active(&client, "app").await;
    assert_eq!(sandbox.elasticache.users_passwords("app")[0].expose_secret(), B);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn every_rejection_of_a_user_group_is_a_typed_error() {
    let (sandbox, client) = start(quick()).await;
    closed_default(&client).await;
    app(&client, "app", "app").send().await.unwrap();
    app(&client, "twin", "app").send().await.unwrap();
    let create = |id: &str, users: &[&str]| {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        client.create_user_group().user_group_id(id).engine("redis").set_user_ids(Some(users))
    };
    let error = create("apps", &["app"]).send().await.unwrap_err().into_service_error();
    assert!(error.is_default_user_required(), "{error:?}");
    let error = create("apps", &["default", "nobody"]).send().await.unwrap_err().into_service_error();
    assert!(error.is_duplicate_user_name_fault(), "{error:?}");
    let error = create("apps", &["default", "ghost"]).send().await.unwrap_err().into_service_error();
    assert!(error.is_user_not_found_fault(), "{error:?}");
    user_group(&client, "apps", &["nobody", "app"]).await;
    let error = create("apps", &["default"]).send().await.unwrap_err().into_service_error();
    assert!(error.is_user_group_already_exists_fault(), "{error:?}");

    let modify = || client.modify_user_group().user_group_id("apps");
    let error = modify().send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_combination_exception(), "{error:?}");
    let error = modify().user_ids_to_add("twin").send().await.unwrap_err().into_service_error();
    assert!(error.is_duplicate_user_name_fault(), "{error:?}");
    let error = modify().user_ids_to_remove("nobody").send().await.unwrap_err().into_service_error();
    assert!(error.is_default_user_required(), "{error:?}");
    let error = modify().user_ids_to_remove("twin").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_value_exception(), "{error:?}");
    let error = client.delete_user().user_id("nobody").send().await.unwrap_err().into_service_error();
    assert!(error.is_default_user_associated_to_user_group_fault(), "{error:?}");
    let error = client.delete_user_group().user_group_id("ghosts").send().await.unwrap_err().into_service_error();
    assert!(error.is_user_group_not_found_fault(), "{error:?}");

    let both = pair(&client, "sessions").auth_token(A).user_group_ids("apps").send().await.unwrap_err();
    assert!(both.into_service_error().is_invalid_parameter_combination_exception());
    let no_tls = pair(&client, "sessions").transit_encryption_enabled(false).user_group_ids("apps").send().await;
    assert!(no_tls.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());
    with_users(&client, "sessions", "apps").await;
    assert_eq!(describe(&client, "sessions").await.user_group_ids(), ["apps"]);
    let token = client.modify_replication_group().replication_group_id("sessions").auth_token(A).send().await;
    assert!(token.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());
    let error = client.delete_user_group().user_group_id("apps").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_user_group_state_fault(), "{error:?}");
    modify().user_ids_to_remove("app").send().await.unwrap();
    let busy = modify().user_ids_to_add("app").send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_user_group_state_fault(), "{busy:?}");
    let busy = pair(&client, "others").user_group_ids("apps").send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_user_group_state_fault(), "{busy:?}");
    sandbox.stop().await.unwrap();
}
