//! Routes a path to its handler. A path that does not exist in a version is a 400, an unsupported method a 405.

use http::Method;

use super::{
    batch::{self, AnswerItem},
    call::{GraphCall, GraphResult, GraphVersion, RequestBody},
    devices, directory_audits,
    errors::GraphRefusal,
    methods, policy, roles,
    state::Tenant,
    stats::Write,
    users,
};

/// The route of a path.
enum Route<'a> {
    Devices,
    Device(&'a str),
    Methods(&'a str),
    AssignAndActivate(&'a str),
    AssignAndActivateBySerial(&'a str),
    Method(&'a str, &'a str),
    Activate(&'a str, &'a str),
    Deactivate(&'a str, &'a str),
    AssignByReference(&'a str, &'a str),
    Users,
    User(&'a str),
    Roles(&'a str),
    Policy,
    Policies,
    DirectoryAudits,
    Batch,
}

impl<'a> Route<'a> {
    fn of(version: GraphVersion, path: &'a [String]) -> Result<Self, GraphRefusal> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let beta = version == GraphVersion::Beta;
        Ok(match path.as_slice() {
            ["$batch"] => Self::Batch,
            ["users"] => Self::Users,
            ["me", ..] => return Err(app_only()),
            ["users", user] => Self::User(user),
            ["users", user, "transitiveMemberOf", "microsoft.graph.directoryRole"] => Self::Roles(user),
            ["users", user, "authentication", "hardwareOathMethods", rest @ ..] if beta => match rest {
                [] => Self::Methods(user),
                ["assignAndActivate"] => Self::AssignAndActivate(user),
                ["assignAndActivateBySerialNumber"] => Self::AssignAndActivateBySerial(user),
                [id] => Self::Method(user, id),
                [id, "activate"] => Self::Activate(user, id),
                [id, "deactivate"] => Self::Deactivate(user, id),
                [id, "device", "assignTo", "$ref"] => Self::AssignByReference(user, id),
                [.., last] => return Err(GraphRefusal::no_such_segment(last)),
            },
            ["directory", "authenticationMethodDevices", "hardwareOathDevices", rest @ ..] if beta => {
                match rest {
                    [] => Self::Devices,
                    [id] if !id.starts_with('$') => Self::Device(id),
                    [.., last] => return Err(GraphRefusal::no_such_segment(last)),
                }
            }
            ["policies", "authenticationMethodsPolicy"] => Self::Policies,
            ["auditLogs", "directoryAudits"] => Self::DirectoryAudits,
            [
                "policies",
                "authenticationMethodsPolicy",
                "authenticationMethodConfigurations",
                configuration,
            ] if beta && configuration.eq_ignore_ascii_case("hardwareOath") => Self::Policy,
            _ => return Err(GraphRefusal::no_such_segment(unknown(&path))),
        })
    }

    /// The kind of write, if the method on this path is one.
    fn write(&self, method: &Method) -> Option<Write> {
        match (self, method.as_str()) {
            (Self::Devices, "POST" | "PATCH") => Some(Write::Create),
            (Self::Device(_), "PATCH") => Some(Write::Update),
            (Self::Policy, "PATCH") => Some(Write::Policy),
            (Self::Device(_), "DELETE") => Some(Write::Delete),
            (Self::Methods(_), "POST") | (Self::AssignByReference(..), "PUT") => Some(Write::Assign),
            (Self::Method(..), "DELETE") => Some(Write::Unassign),
            (Self::AssignAndActivate(_) | Self::AssignAndActivateBySerial(_), "POST")
            | (Self::Activate(..) | Self::Deactivate(..), "POST") => Some(Write::Activate),
            _ => None,
        }
    }
}

/// The kind of write that a call is, and the tokens that it creates or changes. A bulk request is one write with several tokens.
pub fn writes(call: &GraphCall) -> Option<(Write, usize)> {
    let kind = Route::of(call.version, &call.path).ok()?.write(&call.method)?;
    let count = match &call.body {
        RequestBody::Json(body) if call.method == Method::PATCH && kind == Write::Create => {
            devices::bulk::count(body)
        }
        _ => 1,
    };
    Some((kind, count))
}

/// Whether the call is about a user's methods, behind which stands another service.
pub fn is_about_methods(call: &GraphCall) -> bool {
    matches!(call.path.get(2).map(String::as_str), Some("authentication"))
}

/// Executes a call; `answer_item` answers the items of a batch.
pub fn dispatch(tenant: &Tenant, call: &GraphCall, answer_item: AnswerItem) -> GraphResult {
    match (Route::of(call.version, &call.path)?, call.method.as_str()) {
        (Route::Devices, "GET") => devices::list(tenant, call),
        (Route::Devices, "POST") => devices::create::one(tenant, call),
        (Route::Devices, "PATCH") => devices::bulk::many(tenant, call),
        (Route::Device(id), "GET") => devices::get(tenant, call, id),
        (Route::Device(id), "PATCH") => devices::update(tenant, call, id),
        (Route::Device(id), "DELETE") => devices::delete(tenant, call, id),
        (Route::Methods(user), "GET") => methods::list(tenant, call, user),
        (Route::Methods(user), "POST") => methods::assign(tenant, call, user),
        (Route::AssignAndActivate(user), "POST") => methods::assign_and_activate(tenant, call, user),
        (Route::AssignAndActivateBySerial(user), "POST") => {
            methods::assign_and_activate_by_serial(tenant, call, user)
        }
        (Route::Method(user, id), "GET") => methods::get(tenant, call, user, id),
        (Route::Method(user, id), "DELETE") => methods::unassign(tenant, call, user, id),
        (Route::Activate(user, id), "POST") => methods::activate(tenant, call, user, id),
        (Route::Deactivate(user, id), "POST") => methods::deactivate(tenant, call, user, id),
        (Route::AssignByReference(user, id), "PUT") => methods::assign_by_reference(tenant, call, user, id),
        (Route::Users, "GET") => users::list(tenant, call),
        (Route::User(user), "GET") => users::get(tenant, call, user),
        (Route::Roles(user), "GET") => roles::list(tenant, call, user),
        (Route::Policy, "GET") => policy::get(tenant, call),
        (Route::Policy, "PATCH") => policy::update(tenant, call),
        (Route::Policies, "GET") => policy::whole(tenant, call),
        (Route::DirectoryAudits, "GET") => directory_audits::list(tenant, call),
        (Route::Batch, "POST") => batch::run(tenant, call, answer_item),
        _ => Err(GraphRefusal::wrong_method()),
    }
}

/// The error of `/me` with an app token.
fn app_only() -> GraphRefusal {
    GraphRefusal::new(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
}

/// The unknown segment: the first about hardware tokens in a version without them, else the last.
fn unknown<'a>(path: &[&'a str]) -> &'a str {
    let oath = path.iter().find(|segment| segment.starts_with("hardwareOath"));
    oath.or(path.last()).copied().unwrap_or_default()
}
