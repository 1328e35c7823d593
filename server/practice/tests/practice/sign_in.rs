//! User sign-in: discovery, the page, the session, the redirect, and sign-out.

use http::{Method, header};
use practice::PracticeSettings;
use serde_json::Value;

use crate::{
    browser::{Browser, REDIRECT_URI, location, parameter, refused},
    test_client::{TestClient, answer, small},
};

#[tokio::test]
async fn discovery_uses_the_clients_loopback_name_except_for_the_issuer() {
    let client = TestClient::small().await;
    let base = client.practice.base_url.to_string();
    let local = base.replace("127.0.0.1", "localhost");
    let path =
        |base: &str| format!("{base}{}/v2.0/.well-known/openid-configuration", client.practice.tenant_id);
    for (asked, host) in [(&base, None), (&local, None), (&base, Some("login.evil.example"))] {
        let mut request = client.http.get(path(asked));
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        let (status, document) = answer(request).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(document["issuer"], format!("{base}{}/v2.0", client.practice.tenant_id));
        for field in ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"] {
            let address = document[field].as_str().unwrap();
            assert!(address.starts_with(&format!("{asked}{}/", client.practice.tenant_id)), "{address}");
        }
        assert_eq!(document["id_token_signing_alg_values_supported"][0], "RS256");
        assert_eq!(document["response_types_supported"][0], "code");
    }
}

#[tokio::test]
async fn next_pages_use_the_clients_loopback_name() {
    let client = TestClient::small().await;
    let local = client.practice.base_url.as_str().replace("127.0.0.1", "localhost");
    let request = client.http.get(format!("{local}v1.0/users?$top=2")).bearer_auth(&client.access);
    let (_, page) = answer(request).await.unwrap();
    for field in ["@odata.nextLink", "@odata.context"] {
        assert!(page[field].as_str().unwrap().starts_with(&local), "{}", page[field]);
    }
}

#[tokio::test]
async fn an_unknown_tenant_has_no_discovery_and_no_keys() {
    let client = TestClient::small().await;
    let stranger = "00000000-0000-4000-8000-000000000000";
    for (tenant, number) in [(stranger, 90002), ("nonsense", 900023), ("common", 50194)] {
        for path in ["v2.0/.well-known/openid-configuration", "discovery/v2.0/keys"] {
            let (status, body) = client.get(&format!("{tenant}/{path}")).await;
            assert_eq!((status, &body["error_codes"][0]), (400, &number.into()), "{tenant}");
        }
    }
}

#[tokio::test]
async fn the_page_shows_the_test_users_and_a_way_to_refuse() {
    let client = TestClient::small().await;
    let page = Browser::new(&client).authorize(&[]).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.contains("Choose who you are") && html.contains("Practice tenant"));
    assert!(!html.contains("<script"));
    for who in ["administrator", "reader", "enduser", "outsider", "refuse"] {
        assert!(html.contains(&format!("value=\"{who}\"")), "{who}");
    }
}

#[tokio::test]
async fn parameters_of_the_app_are_escaped_on_the_page() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let state = "\"><script>alert(1)</script>";
    let page = browser.authorize(&[("state", state)]).await.text().await.unwrap();
    assert!(!page.contains("<script"), "{page}");
    let error = browser.authorize(&[("client_id", state)]).await.text().await.unwrap();
    assert!(!error.contains("<script") && error.contains("AADSTS700016"), "{error}");
}

#[tokio::test]
async fn choosing_a_user_redirects_with_code_state_and_session() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let back = browser.choose("administrator", &[("redirect_uri", "http://127.0.0.1:1/x?own=1")]).await;
    let url = location(&back);
    assert!(url.as_str().starts_with("http://127.0.0.1:1/x?own=1&"), "{url}");
    assert!(parameter(&back, "code").unwrap().len() > 40);
    assert_eq!(parameter(&back, "state").as_deref(), Some("st at/e&1"));
    assert!(parameter(&back, "session_state").is_some());
}

#[tokio::test]
async fn the_response_mode_is_honoured() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let back = browser.choose("enduser", &[("response_mode", "fragment")]).await;
    assert!(location(&back).query().is_none());
    assert!(location(&back).fragment().unwrap().contains("code="));
    let back = browser.authorize(&[("response_mode", "form_post")]).await;
    assert_eq!(back.status(), 200);
    let html = back.text().await.unwrap();
    assert!(html.contains("method=\"post\"") && html.contains("name=\"code\""), "{html}");
    assert!(html.contains("value=\"st at&#x2F;e&amp;1\"") && html.contains("<noscript>"), "{html}");
}

#[tokio::test]
async fn a_signed_in_user_is_redirected_without_the_page_unless_prompted() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    assert_eq!(
        refused(&browser.authorize(&[("prompt", "none")]).await),
        ("login_required".into(), "50058".into())
    );
    let first = parameter(&browser.choose("reader", &[]).await, "session_state");
    for prompt in ["", "none"] {
        let again = browser.authorize(&[("prompt", prompt)]).await;
        assert_eq!(parameter(&again, "session_state"), first);
        assert!(parameter(&again, "code").is_some());
    }
    for prompt in ["select_account", "login", "consent"] {
        assert_eq!(browser.authorize(&[("prompt", prompt)]).await.status(), 200, "{prompt}");
    }
    let other = browser.choose("enduser", &[("prompt", "select_account")]).await;
    assert_ne!(parameter(&other, "session_state"), first);
    let stranger = Browser::new(&client);
    assert_eq!(stranger.authorize(&[]).await.status(), 200, "another browser is not signed in");
}

#[tokio::test]
async fn a_hint_for_another_user_shows_the_page_with_them_first() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let tokens = browser.tokens("enduser", &[]).await;
    let id = crate::browser::claims(&tokens["id_token"]);
    for hint in ["preferred_username", "login_hint"] {
        let hint = id[hint].as_str().unwrap();
        assert_eq!(browser.authorize(&[("login_hint", hint)]).await.status(), 302);
    }
    let other = Browser::new(&client).tokens("reader", &[]).await;
    let other = crate::browser::claims(&other["id_token"])["preferred_username"].clone();
    let page = browser.authorize(&[("login_hint", other.as_str().unwrap())]).await;
    let html = page.text().await.unwrap();
    assert!(html.find("value=\"reader\"").unwrap() < html.find("value=\"administrator\"").unwrap());
}

#[tokio::test]
async fn authorize_accepts_a_form() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let url = browser.authorize_url(&[]);
    let (endpoint, query) = url.split_once('?').unwrap();
    let page = browser.post(endpoint, query.to_owned()).await;
    assert!(parameter(&browser.press(page, "as=administrator").await, "code").is_some());
}

#[tokio::test]
async fn signing_out_ends_the_session_and_redirects_to_registered_uris_only() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let sign_out = |uri: &str| {
        let query = crate::browser::fields(&[("post_logout_redirect_uri", uri), ("state", "s")]);
        browser.url(&format!("oauth2/v2.0/logout?{query}"))
    };
    browser.code("administrator", &[]).await;
    let back = browser.get(&sign_out("http://localhost:1/bye")).await;
    assert_eq!(location(&back).as_str(), "http://localhost:1/bye?state=s");
    assert_eq!(browser.authorize(&[]).await.status(), 200, "nobody is signed in");
    for elsewhere in ["https://evil.example/", ""] {
        let page = browser.get(&sign_out(elsewhere)).await;
        assert_eq!(page.status(), 200, "{elsewhere}");
        assert!(page.text().await.unwrap().contains("You signed out"));
    }
}

#[tokio::test]
async fn the_end_user_has_an_assigned_token() {
    for settings in
        [small(), PracticeSettings::default(), PracticeSettings { seed: 7, users: 8, tokens: 9, ..small() }]
    {
        let client = TestClient::start(settings).await;
        let access = Browser::new(&client).tokens("enduser", &[]).await["access_token"].clone();
        let url = format!("{}beta/me/authentication/hardwareOathMethods", client.practice.base_url);
        let request = client.http.request(Method::GET, url).bearer_auth(access.as_str().unwrap());
        let (_, held) = answer(request).await.unwrap();
        let held = held["value"].as_array().unwrap();
        assert!(held.iter().any(|method| method["device"]["status"] == "assigned"), "{held:?}");
    }
}

#[tokio::test]
async fn the_test_users_do_not_depend_on_the_tokens() {
    let people = async |tokens| {
        let client = TestClient::start(PracticeSettings { tokens, ..small() }).await;
        let mut ids = Vec::new();
        for who in ["administrator", "reader", "enduser"] {
            let tokens = Browser::new(&client).tokens(who, &[]).await;
            ids.push(crate::browser::claims(&tokens["id_token"])["oid"].clone());
        }
        ids
    };
    let first: Vec<Value> = people(60).await;
    assert_eq!(first, people(10).await);
    assert!(first[0] != first[1] && first[1] != first[2]);
}

#[tokio::test]
async fn sign_ins_are_counted() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let tokens = browser.tokens("enduser", &[]).await;
    browser.authorize(&[]).await;
    browser.refresh(tokens["refresh_token"].as_str().unwrap(), &[]).await;
    let stats = client.stats().await;
    assert_eq!(
        (&stats["authorizeRequests"], &stats["signIns"], &stats["refreshes"], &stats["requests"]),
        (&2.into(), &1.into(), &1.into(), &0.into())
    );
    assert!(REDIRECT_URI.starts_with("http://localhost"));
}
