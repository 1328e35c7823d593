//! The directory's users: list, search, filter, and one by id or user principal name (MICROSOFT_GRAPH.md 3).

use serde_json::{Map, Value, json};

use super::{
    authorization::Need,
    call::{GraphCall, GraphResult},
    company::{Company, DirectoryUser, UserKey},
    errors::GraphRefusal,
    odata::{
        filter::{FieldValue, Filter, Test},
        options::Options,
        page,
        schema::{PropertyKind, Schema},
        search::Search,
    },
    reply::HttpReply,
    state::Tenant,
};

const SCHEMA: Schema = Schema {
    name: "microsoft.graph.user",
    properties: &[
        ("id", PropertyKind::Text),
        ("displayName", PropertyKind::Text),
        ("givenName", PropertyKind::Text),
        ("surname", PropertyKind::Text),
        ("userPrincipalName", PropertyKind::Text),
        ("mail", PropertyKind::Text),
        ("accountEnabled", PropertyKind::Bool),
        ("userType", PropertyKind::Text),
        ("businessPhones", PropertyKind::Opaque),
        ("jobTitle", PropertyKind::Opaque),
        ("mobilePhone", PropertyKind::Opaque),
        ("officeLocation", PropertyKind::Opaque),
        ("preferredLanguage", PropertyKind::Opaque),
    ],
};

/// The properties without `$select`: neither `accountEnabled` nor `userType`.
const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];
/// The basic profile, for which User.ReadBasic.All suffices.
const BASIC: [&str; 6] = ["displayName", "mail", "userPrincipalName", "id", "givenName", "surname"];
const SEARCHABLE: [&str; 5] = ["displayName", "mail", "userPrincipalName", "givenName", "surname"];

/// The properties by which a list may be ordered.
const SORTABLE: [&str; 2] = ["displayName", "userPrincipalName"];

const PAGE: usize = 100;
const LARGEST_PAGE: usize = 999;
/// Most values of an `in`, and most comparisons joined by `or`.
const MOST_CLAUSES: usize = 15;

/// GET of the collection.
pub fn list(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::ReadUsers)?;
    let known = ["$select", "$filter", "$search", "$orderby", "$top", "$count", "$skiptoken"];
    let options = Options::read(call, &known)?;
    let select = select(call, &options)?;
    let query = UserQuery::read(call, &options)?;
    let (after, size) = (page::after(&options)?, page_size(&options)?);
    let company = tenant.company();
    let found = query.found(&company);
    let shown = |(place, key): (u64, &UserKey)| Some((place, to_json(company.person(*key)?, &select)));
    let rest = (1..).zip(&found).filter(|(place, _)| *place > after);
    let (value, next) = page::cut(rest.filter_map(shown), size);
    let mut body = json!({ "@odata.context": context(call, &options, ""), "value": value });
    if let Some(fields) = body.as_object_mut() {
        if query.count && after == 0 {
            fields.insert("@odata.count".to_owned(), found.len().into());
        }
        if let Some(after) = next {
            fields.insert("@odata.nextLink".to_owned(), page::next_link(call, after).into());
        }
    }
    Ok(HttpReply::json(200, body))
}

/// GET of one.
pub fn get(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    call.require(Need::ReadUsers)?;
    let options = Options::read(call, &["$select"])?;
    let select = select(call, &options)?;
    let company = tenant.company();
    let person = company.person_key(user).and_then(|key| company.person(key));
    let mut body = to_json(person.ok_or_else(|| GraphRefusal::no_such_user(user))?, &select);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("@odata.context".to_owned(), context(call, &options, "/$entity").into());
    }
    Ok(HttpReply::json(200, body))
}

/// The selected properties that the app may read.
fn select(call: &GraphCall, options: &Options<'_>) -> Result<Vec<&'static str>, GraphRefusal> {
    let mut select = SCHEMA.select(options.get("$select"))?.unwrap_or_else(|| DEFAULT.to_vec());
    if !call.may(Need::ReadWholeUsers) {
        select.retain(|name| BASIC.contains(name));
    }
    Ok(select)
}

fn page_size(options: &Options<'_>) -> Result<usize, GraphRefusal> {
    let Some(text) = options.get("$top") else { return Ok(PAGE) };
    text.parse().ok().filter(|top| (1..=LARGEST_PAGE).contains(top)).ok_or_else(|| {
        let message = format!("Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive.");
        GraphRefusal::new(400, "Request_BadRequest", message)
    })
}

/// The query of a list of users.
struct UserQuery {
    filter: Option<Filter>,
    search: Option<Search>,
    order: Option<UserOrder>,
    count: bool,
}

/// `$orderby`: the property, and whether its values descend.
struct UserOrder {
    field: &'static str,
    is_descending: bool,
}

impl UserOrder {
    fn read(text: &str) -> Result<Self, GraphRefusal> {
        let mut words = text.split_ascii_whitespace();
        let field = words.next().and_then(|name| SORTABLE.into_iter().find(|known| *known == name));
        let is_descending = match (words.next(), words.next()) {
            (None | Some("asc"), None) => Some(false),
            (Some("desc"), None) => Some(true),
            _ => None,
        };
        field.zip(is_descending).map(|(field, is_descending)| Self { field, is_descending }).ok_or_else(|| {
            GraphRefusal::unsupported_query(
                "Only 'displayName' or 'userPrincipalName', and 'asc' or 'desc', are supported in $orderby.",
            )
        })
    }

    fn sort(&self, keys: &mut [UserKey], company: &Company) {
        let name = |key: &UserKey| match company.person(*key).map(|person| field_value(person, self.field)) {
            Some(FieldValue::Text(text)) => text.to_lowercase(),
            _ => String::new(),
        };
        keys.sort_by_cached_key(name);
        if self.is_descending {
            keys.reverse();
        }
    }
}

impl UserQuery {
    fn read(call: &GraphCall, options: &Options<'_>) -> Result<Self, GraphRefusal> {
        let filter = SCHEMA.filter(options.get("$filter"))?;
        let search = options.get("$search").map(|text| read_search(call, text)).transpose()?;
        let count = match options.get("$count") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(GraphRefusal::bad_request("Invalid value for the query option '$count'.")),
        };
        let order = options.get("$orderby").map(UserOrder::read).transpose()?;
        if order.is_some() && search.is_some() {
            return Err(GraphRefusal::unsupported_query(
                "$orderby together with $search is not supported here.",
            ));
        }
        let advanced = filter.as_ref().is_some_and(|filter| filter.is_advanced() || order.is_some());
        if (count || advanced) && !(count && call.eventual) {
            return Err(GraphRefusal::unsupported_query(
                "This query needs the header 'ConsistencyLevel: eventual' and $count=true.",
            ));
        }
        filter.as_ref().map_or(Ok(()), |filter| check_filter(call, filter))?;
        Ok(Self { filter, search, order, count })
    }

    /// The keys of matching users, in the directory's order or that of `$orderby`. Exact ids and names are looked up in the index.
    fn found(&self, company: &Company) -> Vec<UserKey> {
        let wanted = |field| self.filter.as_ref().and_then(|filter| filter.wanted(field));
        let candidates = match wanted("id").or_else(|| wanted("userPrincipalName")) {
            Some(names) => {
                let mut keys: Vec<_> = names.iter().filter_map(|name| company.person_key(name)).collect();
                keys.sort_unstable();
                keys.dedup();
                keys
            }
            None => (0..company.people.len()).collect(),
        };
        let is_match = |key: &UserKey| company.person(*key).is_some_and(|person| self.matches(person));
        let mut found: Vec<UserKey> = candidates.into_iter().filter(is_match).collect();
        if let Some(order) = &self.order {
            order.sort(&mut found, company);
        }
        found
    }

    fn matches(&self, person: &DirectoryUser) -> bool {
        let text = |field: &str| {
            if let FieldValue::Text(text) = field_value(person, field) { Some(text) } else { None }
        };
        self.filter.as_ref().is_none_or(|filter| filter.matches(&|field: &str| field_value(person, field)))
            && self.search.as_ref().is_none_or(|search| search.finds(&text, "displayName"))
    }
}

fn read_search(call: &GraphCall, text: &str) -> Result<Search, GraphRefusal> {
    if !call.eventual {
        return Err(GraphRefusal::unsupported_query(
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
        ));
    }
    let search = Search::parse(text)
        .ok_or_else(|| GraphRefusal::bad_request("Syntax error in the clause of $search."))?;
    let unknown = search.0.iter().flatten().find(|clause| !SEARCHABLE.contains(&clause.field.as_str()));
    match unknown {
        None => Ok(search),
        Some(clause) => {
            Err(GraphRefusal::unsupported_query(format!("Property '{}' is not searchable.", clause.field)))
        }
    }
}

/// Checks the directory's limits, and the permission for properties beyond the basic profile.
fn check_filter(call: &GraphCall, filter: &Filter) -> Result<(), GraphRefusal> {
    let conditions = filter.conditions();
    let values = |test: &Test| if let Test::In(values) = test { values.len() } else { 1 };
    let most = conditions.iter().map(|condition| values(&condition.test)).max().unwrap_or_default();
    if most.max(conditions.len()) > MOST_CLAUSES {
        return Err(GraphRefusal::unsupported_query(format!(
            "Too many child clauses specified in search filter expression. Max allowed: {MOST_CLAUSES}."
        )));
    }
    if conditions.iter().any(|condition| !BASIC.contains(&condition.field.as_str())) {
        call.require(Need::ReadWholeUsers)?;
    }
    Ok(())
}

fn field_value<'a>(person: &'a DirectoryUser, field: &str) -> FieldValue<'a> {
    match field {
        "id" => FieldValue::Text(&person.id),
        "displayName" => FieldValue::Text(&person.name),
        "givenName" => FieldValue::Text(&person.given),
        "surname" => FieldValue::Text(&person.family),
        "userPrincipalName" => FieldValue::Text(&person.upn),
        "mail" => FieldValue::Text(&person.mail),
        "accountEnabled" => FieldValue::Bool(person.enabled),
        "userType" => FieldValue::Text(if person.guest { "Guest" } else { "Member" }),
        _ => FieldValue::Null,
    }
}

fn to_json(person: &DirectoryUser, select: &[&str]) -> Value {
    let value = |field: &str| match field_value(person, field) {
        FieldValue::Text(text) => text.into(),
        FieldValue::Bool(flag) => flag.into(),
        _ if field == "businessPhones" => json!([]),
        _ => Value::Null,
    };
    Value::Object(select.iter().map(|field| ((*field).to_owned(), value(field))).collect::<Map<_, _>>())
}

fn context(call: &GraphCall, options: &Options<'_>, entity: &str) -> String {
    let selected = options.get("$select").map(|select| format!("({select})")).unwrap_or_default();
    call.context(&format!("users{selected}{entity}"))
}
