//! `Directory::assign_and_activate`.

use serde_json::json;
use token_core::ports::{Directory, Outcome};

use crate::stand_in::{CODE, Tenant, activation, guid, user_id};

#[tokio::test]
async fn posts_token_and_code_as_texts() {
    let tenant = Tenant::start().await;
    tenant.on_items(|_| json!({ "status": 204 })).await;
    let outcomes = tenant.directory().assign_and_activate(vec![activation(1)]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Done(())]);
    let items = tenant.items().await;
    let user = user_id(1);
    let url = format!("/users/{}/authentication/hardwareOathMethods/assignAndActivate", user.as_str());
    assert_eq!(items[0]["url"], url);
    assert_eq!(items[0]["body"], json!({ "device": { "id": guid(1) }, "verificationCode": CODE }));
}
