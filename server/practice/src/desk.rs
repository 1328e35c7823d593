//! The devices themselves: a page with a few tokens whose displays run, a simulated sign-in, and the calls by which tests
//! read a display, set a clock and sign in. No code is in an address.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    response::{Html, IntoResponse as _, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use token_core::{
    drift::Offset,
    otp::{self, Code},
};

use super::{
    clock,
    company::{Company, HardwareToken, Status, TokenKey},
    entra::page,
    seeded_rng,
    state::Tenant,
    test_users::TestUser,
};

/// Updates the displays once a second, so that nothing but the digits changes.
const SCRIPT: &str = "setInterval(async()=>{const r=await fetch('desk/displays'+location.search);if(!r.ok)return;\
for(const d of await r.json()){const e=document.getElementById('d-'+d.serial);if(e&&e.textContent!==d.shown){e.textContent=d.shown}\
const p=document.getElementById('p-'+d.serial);if(p){p.value=d.leftS;p.max=d.interval}}},1000)";
const STYLE: &str = "<style>.device{border:1px solid var(--line);border-radius:.75rem;background:var(--card);padding:.75rem 1rem}\
.device h2{font-size:1rem;margin:0}.shown{font:600 2rem/1.2 ui-monospace,monospace;letter-spacing:.08em;margin:.25rem 0}\
.device p{margin:0;color:var(--soft)}.device .shown{color:var(--text)}progress{width:100%}\
label{display:block;margin:0 0 .75rem}input{display:block;font:inherit;padding:.5rem;border:1px solid var(--line);border-radius:.25rem;background:var(--card);color:inherit}</style>";

/// A device as its owner sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Display {
    serial: String,
    /// The digits, in two groups.
    shown: String,
    code: String,
    interval: u32,
    /// Seconds until the display changes.
    left_s: u64,
    clock_s: i64,
}

/// Which devices are on the desk.
#[derive(Deserialize)]
struct Chosen {
    /// Serials, separated by commas; without them, a few of each kind.
    serials: Option<String>,
}

/// What a person types to sign in.
#[derive(Deserialize)]
struct Typed {
    serial: String,
    /// Without it, what the display shows at this moment.
    code: Option<String>,
}

pub fn routes() -> Router<Arc<Tenant>> {
    Router::new()
        .route("/practice/desk", get(desk).post(desk_sign_in))
        .route("/practice/desk/displays", get(displays))
        .route("/practice/sign-in", post(sign_in))
        .route("/practice/clocks", post(set_clocks))
}

impl Display {
    fn of(device: &HardwareToken, now_ms: u64) -> Self {
        let own_ms = now_ms.saturating_add_signed(device.clock_s.saturating_mul(1_000));
        let code = otp::totp(&device.seed, device.hash, device.interval, own_ms).expose().to_owned();
        let (first, last) = code.split_at(3);
        Self {
            serial: device.serial.clone(),
            shown: format!("{first} {last}"),
            interval: device.interval.seconds(),
            left_s: otp::remaining_ms(device.interval, own_ms) / 1_000,
            clock_s: device.clock_s,
            code,
        }
    }
}

impl Company {
    /// The devices on the desk: those that were asked for, or the end user's and one of each kind.
    fn on_desk(&self, chosen: &Chosen, end_user: Option<usize>) -> Vec<TokenKey> {
        if let Some(serials) = &chosen.serials {
            return serials.split(',').filter_map(|serial| self.key_by_serial(serial.trim())).collect();
        }
        let theirs = end_user.into_iter().flat_map(|person| self.tokens_of(person)).map(|(key, _)| key);
        let first = |is_it: fn(&HardwareToken) -> bool| {
            self.inventory(0).find(|(_, device)| is_it(device)).map(|(key, _)| key)
        };
        let kinds = [
            first(|device| device.status == Status::Available && device.clock_s.abs() < 30),
            first(|device| device.status == Status::Activated && device.clock_s < -150),
            first(|device| device.status == Status::Available && device.clock_s < -130),
            first(|device| device.status == Status::Available && device.clock_s > 60),
            self.stopped(),
        ];
        let mut keys: Vec<TokenKey> = Vec::new();
        for key in theirs.chain(kinds.into_iter().flatten()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

fn shown(tenant: &Tenant, chosen: &Chosen) -> Vec<Display> {
    let (company, now_ms) = (tenant.company(), clock::now_ms());
    let keys = company.on_desk(chosen, tenant.test_users.key(TestUser::EndUser));
    keys.into_iter().filter_map(|key| Some(Display::of(company.device(key)?, now_ms))).collect()
}

async fn displays(State(tenant): State<Arc<Tenant>>, Query(chosen): Query<Chosen>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(shown(&tenant, &chosen))).into_response()
}

async fn desk(State(tenant): State<Arc<Tenant>>, Query(chosen): Query<Chosen>) -> Response {
    desk_page(&tenant, &chosen, "")
}

/// The form of the page.
async fn desk_sign_in(
    State(tenant): State<Arc<Tenant>>,
    Query(chosen): Query<Chosen>,
    Form(typed): Form<Typed>,
) -> Response {
    let message = match attempt(&tenant, &typed) {
        Some(true) => "The sign-in was accepted.",
        Some(false) => {
            "The sign-in was refused: the token is not activated, or its clock is farther off than Entra knows."
        }
        None => "There is no such token, or the code has not six digits.",
    };
    desk_page(&tenant, &chosen, &format!("<p role=\"status\"><strong>{message}</strong></p>"))
}

/// A sign-in; `None` for a serial that does not exist, or no code.
fn attempt(tenant: &Tenant, typed: &Typed) -> Option<bool> {
    let (mut company, now_ms) = (tenant.company(), clock::now_ms());
    let token = company.key_by_serial(typed.serial.trim())?;
    let shown = Display::of(company.device(token)?, now_ms).code;
    let code = Code::parse(typed.code.as_ref().unwrap_or(&shown))?;
    Some(company.sign_in(token, &code, now_ms))
}

/// The sign-in for tests: `{"accepted": true}`, or 404.
async fn sign_in(State(tenant): State<Arc<Tenant>>, Json(typed): Json<Typed>) -> Response {
    match attempt(&tenant, &typed) {
        Some(accepted) => Json(serde_json::json!({ "accepted": accepted })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Sets clocks: seconds by serial, also of tokens that are created later.
async fn set_clocks(
    State(tenant): State<Arc<Tenant>>,
    Json(clocks): Json<HashMap<String, i64>>,
) -> StatusCode {
    let mut company = tenant.company();
    for (serial, seconds) in clocks {
        company.set_clock(&serial, seconds);
    }
    StatusCode::NO_CONTENT
}

fn desk_page(tenant: &Tenant, chosen: &Chosen, message: &str) -> Response {
    let nonce = seeded_rng::random_token();
    let (devices, facts) = (shown(tenant, chosen), facts(tenant));
    let items: String = devices.iter().map(|display| device_item(display, &facts)).collect();
    let options: String =
        devices.iter().map(|display| format!("<option>{}</option>", page::escape(&display.serial))).collect();
    let body = format!(
        "{STYLE}<h1>Tokens on my desk</h1><p>A few of the company's devices, as you would hold them. Type their codes where Token Inventory asks for one.</p>{message}<ul>{items}</ul>\
         <h2>Sign in</h2><p>A simulated sign-in: it accepts a code of an activated token within one minute (two for 60-second tokens) of the drift that Entra knows.</p>\
         <form method=\"post\"><label>Serial number <input name=\"serial\" list=\"serials\" required autocomplete=\"off\"></label><datalist id=\"serials\">{options}</datalist>\
         <label>Code <input name=\"code\" inputmode=\"numeric\" required autocomplete=\"off\"></label><button class=\"plain\">Sign in</button></form>\
         <script nonce=\"{nonce}\">{SCRIPT}</script>"
    );
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, Html(page::document("Tokens on my desk", &body))).into_response()
}

/// What is known of each device: model, state and owner, by serial.
fn facts(tenant: &Tenant) -> HashMap<String, String> {
    let company = tenant.company();
    let fact = |device: &HardwareToken| {
        let owner = device.assigned_to.and_then(|key| company.person(key));
        let owner = owner.map_or_else(|| "in stock".to_owned(), |person| format!("of {}", person.name));
        let (maker, model, state) = (&device.manufacturer, &device.model, device.status.word());
        (device.serial.clone(), format!("{maker} {model}, {state}, {owner}"))
    };
    company.inventory(0).map(|(_, device)| fact(device)).collect()
}

fn device_item(display: &Display, facts: &HashMap<String, String>) -> String {
    let Display { serial, shown, interval, left_s, clock_s, .. } = display;
    let fact = facts.get(serial).map(String::as_str).unwrap_or_default();
    let serial = page::escape(serial);
    let clock = Offset::from_seconds(*clock_s);
    format!(
        "<li class=\"device\"><h2>{serial}</h2><p class=\"shown\" id=\"d-{serial}\">{shown}</p>\
         <progress id=\"p-{serial}\" max=\"{interval}\" value=\"{left_s}\" aria-label=\"Time left for the code of {serial}\"></progress>\
         <p>{}</p><details><summary>Its clock</summary><p>{clock}</p></details></li>",
        page::escape(fact)
    )
}
