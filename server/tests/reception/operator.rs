//! The one-time link of the start.

use app::api::access::Role;
use http::StatusCode;
use url::Url;

use crate::{
    browser::{Answer, Browser, parameter, target},
    house::{House, Plan},
};

fn link(house: &House) -> String {
    target(house.link.as_ref().unwrap())
}

fn is_refused(browser: &Browser, answer: &Answer) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("it opens once") && answer.body.contains("Start Token Inventory again"));
    assert!(answer.cookies().is_empty() && browser.cookie("operator").is_none());
}

#[tokio::test]
async fn the_link_makes_its_browser_the_operators() {
    let house = House::practice().await;
    let browser = Browser::of(&house);
    assert!(browser.about().await.can_connect);
    let answer = browser.get(&link(&house)).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/settings"));
    let cookie = answer.cookies().swap_remove(0);
    assert!(cookie.starts_with("token-inventory-operator-3000="), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    let visitor = browser.about().await.visitor;
    assert_eq!((visitor.role, visitor.operator), (Role::Administrator, true));
}

#[tokio::test]
async fn the_link_opens_once() {
    let house = House::practice().await;
    let operator = Browser::operator(&house).await;
    let second = Browser::of(&house);
    is_refused(&second, &second.get(&link(&house)).await);
    assert!(!second.about().await.visitor.operator);
    let again = operator.get(&link(&house)).await;
    assert_eq!(again.location(), "/settings", "whoever reloads is not scolded");
}

#[tokio::test]
async fn a_wrong_key_opens_nothing_and_spoils_nothing() {
    let house = House::practice().await;
    let key = parameter(house.link.as_ref().unwrap(), "key").unwrap();
    assert!(key.len() >= 43, "256 bits: {}", key.len());
    let browser = Browser::of(&house);
    for wrong in ["", "?key=", "?key=guess", &format!("?key={}", &key[1..]), &format!("?key={key}a")] {
        is_refused(&browser, &browser.get(&format!("/auth/operator{wrong}")).await);
    }
    Browser::operator(&house).await;
}

#[tokio::test]
async fn the_cookie_of_the_operator_cannot_be_made_up() {
    let house = House::practice().await;
    let key = parameter(house.link.as_ref().unwrap(), "key").unwrap();
    for made_up in ["", "x", &key] {
        let browser = Browser::of(&house);
        browser.set_cookie("operator", made_up);
        assert!(!browser.about().await.visitor.operator);
    }
    Browser::operator(&house).await;
    let browser = Browser::of(&house);
    browser.set_cookie("operator", &key);
    assert!(!browser.about().await.visitor.operator, "the link's key is no cookie");
}

#[tokio::test]
async fn the_link_opens_on_this_machine_only() {
    let house = House::practice().await;
    for address in ["192.0.2.1", "10.0.0.7", "2001:db8::1", "0.0.0.0", "::ffff:192.0.2.1"] {
        let browser = Browser::at(&house, address.parse().unwrap());
        is_refused(&browser, &browser.get(&link(&house)).await);
    }
    Browser::operator(&house).await;
}

#[tokio::test]
async fn behind_an_address_beyond_this_machine_there_is_no_link() {
    let nowhere = Url::parse("http://127.0.0.1:9").unwrap();
    for public_url in ["https://tokens.example", "http://192.0.2.1:3000"] {
        let house = Plan { public_url, ..Plan::default() }.with_practice(&nowhere).await;
        assert!(house.link.is_none(), "{public_url}");
        let browser = Browser::of(&house);
        assert!(!browser.about().await.can_connect);
        is_refused(&browser, &browser.get("/auth/operator?key=").await);
    }
}
