#!/usr/bin/env bash
# Registers Token Inventory in Microsoft Entra ID with the Azure CLI. ../APP_REGISTRATION.md explains every step.
set -euo pipefail

readonly GRAPH_APP_ID=00000003-0000-0000-c000-000000000000 # Microsoft Graph, the same in every tenant

usage() {
  cat <<'TEXT'
Registers Token Inventory in Microsoft Entra ID, with the Azure CLI's sign-in.

  register-app.sh                                               for a program on your own machine
  register-app.sh --public-url https://tokens.example.com      for an organisation

  --name NAME            display name of the app                    (default: Token Inventory)
  --public-url URL       address that users type; adds the redirect URI, the sign-in permissions and the app role
  --variant WHICH        application or delegated                   (default: application)
  --wide                 UserAuthenticationMethod.ReadWrite.All, for tenants that do not know the narrow permission
  --user-read-all        User.Read.All, to see disabled accounts and guests (else User.ReadBasic.All)
  --role VALUE           value of the app role                      (default: TokenInventory.Admin)
  --years N              life of the secret, 1 or 2                 (default: 1)
  --certificate FILE     upload this PEM certificate instead of making a secret; a private key in it stays here
  --secret-file FILE     write the secret to this new file instead of showing it
  --require-assignment   only users with an assignment can sign in
  --assign-me            give the signed-in user the app role
  --grant-consent        give admin consent (needs Privileged Role Administrator or Global Administrator)
  --tenant ID            refuse to run when the Azure CLI is signed in to another tenant
  --update               bring an existing app of that name to these settings instead of refusing
  --new-secret           with --update: add a new secret
  --help                 this text

Progress goes to standard error, the values to standard output. Exit status: 0 all done, 1 stopped,
2 wrong options, 3 registered, but a role assignment or the consent is missing.
TEXT
}

note() { printf '%s\n' "$*" >&2; }
die() { printf 'register-app: %s\n' "$*" >&2; exit 1; }
misused() { printf 'register-app: %s See --help.\n' "$*" >&2; exit 2; }

name='Token Inventory' public_url='' variant=application role=TokenInventory.Admin years=1 tenant=''
certificate='' secret_file='' wide='' user_read_all='' require_assignment='' assign_me='' grant_consent=''
update='' new_secret=''

read_options() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --name | --public-url | --variant | --role | --years | --certificate | --secret-file | --tenant)
        { [ $# -ge 2 ] && [ -n "$2" ]; } || misused "$1 needs a value."
        ;;
    esac
    case "$1" in
      --name) name=$2; shift ;;
      --public-url) public_url=${2%/}; shift ;;
      --variant) variant=$2; shift ;;
      --role) role=$2; shift ;;
      --years) years=$2; shift ;;
      --certificate) certificate=$2; shift ;;
      --secret-file) secret_file=$2; shift ;;
      --tenant) tenant=$2; shift ;;
      --wide) wide=yes ;;
      --user-read-all) user_read_all=yes ;;
      --require-assignment) require_assignment=yes ;;
      --assign-me) assign_me=yes ;;
      --grant-consent) grant_consent=yes ;;
      --update) update=yes ;;
      --new-secret) new_secret=yes ;;
      -h | --help) usage; exit 0 ;;
      *) misused "$1 is not an option of this script." ;;
    esac
    shift
  done
}

check_options() {
  case "$variant" in application | delegated) ;; *) misused "--variant is application or delegated." ;; esac
  case "$years" in 1 | 2) ;; *) misused "--years is 1 or 2." ;; esac
  [[ $role =~ ^[A-Za-z0-9._-]{1,100}$ ]] || misused "--role takes letters, digits, dot, hyphen and underscore."
  if [ -n "$public_url" ]; then
    [[ $public_url =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$ ||
      $public_url =~ ^http://localhost(:[0-9]+)?$ ]] ||
      misused "--public-url is an https address, or http://localhost with a port."
  elif [ "$variant" = delegated ]; then
    misused "--variant delegated needs --public-url, because administrators sign in."
  elif [ -n "$assign_me$require_assignment" ]; then
    misused "--assign-me and --require-assignment need --public-url: without it nobody signs in."
  fi
  if [ -n "$new_secret" ] && [ -z "$update" ]; then misused "--new-secret goes with --update."; fi
  if [ -n "$certificate" ]; then
    if [ -n "$secret_file$new_secret" ]; then misused "--certificate replaces the secret: leave the options for it out."; fi
    openssl x509 -in "$certificate" -noout 2>/dev/null || die "$certificate holds no PEM certificate."
    openssl x509 -in "$certificate" -noout -checkend 0 >/dev/null || die "The certificate in $certificate has expired."
  fi
  if [ -n "$secret_file" ]; then
    [ ! -e "$secret_file" ] || die "$secret_file exists. Name a new file, so that nothing is overwritten."
    [ -w "$(dirname "$secret_file")" ] || die "No file can be written in $(dirname "$secret_file")."
  fi
}

check_tools() {
  local tool
  for tool in az jq openssl; do
    command -v "$tool" >/dev/null || die "$tool is needed. Please install it, or use the Azure Cloud Shell, which has it."
  done
}

check_sign_in() {
  tenant_id=$(az account show --query tenantId --output tsv 2>/dev/null) ||
    die "The Azure CLI is not signed in. Run: az login --allow-no-subscriptions --tenant YOUR_TENANT"
  if [ -n "$tenant" ] && [ "$tenant" != "$tenant_id" ]; then
    die "The Azure CLI is signed in to tenant $tenant_id, not $tenant."
  fi
  graph_url=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
  graph_url=${graph_url%/}
  login_url=$(az cloud show --query endpoints.activeDirectory --output tsv)
  login_url=${login_url%/}
}

# Calls Microsoft Graph: METHOD PATH [BODY].
graph() {
  local arguments=(--only-show-errors --method "$1" --url "$graph_url/v1.0/$2" --output json)
  if [ $# -ge 3 ]; then arguments+=(--headers Content-Type=application/json --body "$3"); fi
  az rest "${arguments[@]}"
}

# Like graph, with retries: a new object takes some seconds to reach every directory server.
graph_when_ready() {
  local attempt
  for attempt in 1 2 3 4 5 6; do
    if graph "$@" 2>"$work/error"; then return 0; fi
    grep -qiE 'does not exist|not found|NoBackingApplicationObject' "$work/error" || break
    note "The directory does not know it everywhere yet; trying again in 5 seconds ($attempt of 6)."
    sleep 5
  done
  cat "$work/error" >&2
  return 1
}

# Reads a collection of Microsoft Graph through a filter: PATH FILTER.
graph_filtered() {
  local arguments=(--only-show-errors --method GET --url "$graph_url/v1.0/$1" --uri-parameters "\$filter=$2" --output json)
  local attempt
  for attempt in 1 2 3; do
    if az rest "${arguments[@]}" 2>"$work/error"; then return 0; fi
    grep -qiE 'does not exist|not found' "$work/error" || break
    if [ "$attempt" -lt 3 ]; then sleep 5; fi
  done
  cat "$work/error" >&2
  return 1
}

# Lines of: name, type (Role: application, Scope: delegated), id. choose_permissions compares them with the tenant's list.
wanted_permissions() {
  if [ "$variant" = application ]; then
    echo 'Policy.ReadWrite.AuthenticationMethod Role 29c18626-4985-4dcd-85c0-193eef327366'
    if [ -n "$wide" ]; then
      echo 'UserAuthenticationMethod.ReadWrite.All Role 50483e42-d915-4231-9639-7fdb7fd190e5'
    else
      echo 'UserAuthMethod-HardwareOATH.ReadWrite.All Role 7e9ebcc1-90aa-4471-8051-e68d6b4e9c89'
    fi
    if [ -n "$user_read_all" ]; then
      echo 'User.Read.All Role df021288-bdef-4463-88db-98f22de89214'
    else
      echo 'User.ReadBasic.All Role 97235f07-e226-4f63-ace3-39588e11d3a1'
    fi
  else
    echo 'Policy.ReadWrite.AuthenticationMethod Scope 7e823077-d88e-468f-a337-e18f1f0e6c7c'
    if [ -n "$wide" ]; then
      echo 'UserAuthenticationMethod.ReadWrite.All Scope b7887744-6746-4312-813d-72daeaee7e2d'
    else
      echo 'UserAuthMethod-HardwareOATH.ReadWrite.All Scope 480643f2-a162-43c5-a670-dc1494fc911b'
    fi
    if [ -n "$user_read_all" ]; then
      echo 'User.Read.All Scope a154be20-db9c-4678-8ab7-66f6cc099a59'
    else
      echo 'User.ReadBasic.All Scope b340eb25-3456-403f-be2f-af7a0d370277'
    fi
  fi
  if [ -n "$public_url" ]; then
    # Self-service: each user acts on their own tokens. --wide is for tenants that do not know this permission.
    if [ -z "$wide" ]; then
      echo 'UserAuthMethod-HardwareOATH.ReadWrite Scope 147ca97b-6686-4849-b37e-09d9b5ad45fc'
    fi
    echo 'offline_access Scope 7427e0e9-2fba-42fe-b0c0-848c9e6a8182'
    echo 'openid Scope 37f7f235-527c-4136-accd-4a02d197296e'
    echo 'profile Scope 14dad69e-099b-42c9-810b-d002981feec1'
  fi
}

choose_permissions() {
  local graph_principal unknown
  permissions=$(wanted_permissions | jq -Rn '[inputs | split(" ") | {value: .[0], type: .[1], id: .[2]}]')
  graph_principal=$(graph GET "servicePrincipals(appId='$GRAPH_APP_ID')?\$select=id,appRoles,oauth2PermissionScopes")
  graph_principal_id=$(jq -r .id <<<"$graph_principal")
  unknown=$(jq -r --argjson wanted "$permissions" '
    [(.appRoles[] | {value, type: "Role", id}), (.oauth2PermissionScopes[] | {value, type: "Scope", id})] as $known
    | [$wanted[] | select(. as $one | any($known[]; . == $one) | not) | .value] | join(", ")' <<<"$graph_principal")
  case "$unknown" in
    '') ;;
    UserAuthMethod-HardwareOATH.ReadWrite*)
      die "This tenant does not know $unknown yet. Run again with --wide; docs/APP_REGISTRATION.md says what that means."
      ;;
    *) die "This tenant does not know these permissions of Microsoft Graph: $unknown. Nothing was changed." ;;
  esac
}

find_app() {
  local filter found
  filter=$(jq -rn --arg name "$name" '"displayName eq \u0027" + ($name | gsub("\u0027"; "\u0027\u0027")) + "\u0027"')
  found=$(graph_filtered applications "$filter")
  case "$(jq '.value | length' <<<"$found")" in
    0) app='' ;;
    1) app=$(jq -c '.value[0]' <<<"$found") ;;
    *) die "Several apps are called \"$name\": $(jq -r '[.value[].appId] | join(", ")' <<<"$found"). Rename all but one." ;;
  esac
  if [ -n "$app" ] && [ -z "$update" ]; then
    die "An app called \"$name\" exists: client id $(jq -r .appId <<<"$app"). Nothing was changed." \
      "Choose another --name, or bring it to these settings with --update."
  fi
}

# The settings of the app. Keeps existing redirect URIs, app roles and permissions of other APIs.
app_settings() {
  local before=${app:-'{}'}
  jq -n --argjson before "$before" --argjson permissions "$permissions" --arg api "$GRAPH_APP_ID" \
    --arg name "$name" --arg url "$public_url" --arg role "$role" --arg role_id "$role_id" '
    {requiredResourceAccess: (
       [$before.requiredResourceAccess[]? | select(.resourceAppId != $api)]
       + [{resourceAppId: $api, resourceAccess: [$permissions[] | {id, type}]}])}
    + if $before == {} then {displayName: $name, signInAudience: "AzureADMyOrg"} else {} end
    + if $url == "" then {} else {
        web: {redirectUris: ([$before.web.redirectUris[]?, $url + "/auth/callback"] | unique)},
        appRoles: ([$before.appRoles[]? | select(.value != $role)] + [
          ([$before.appRoles[]? | select(.value == $role)][0]) //
          {id: $role_id, allowedMemberTypes: ["User"], displayName: "Token Inventory administrator",
           description: "Manages the hardware OATH tokens of this tenant.", value: $role, isEnabled: true}])}
      end'
}

new_guid() { openssl rand -hex 16 | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/\1-\2-4\3-8\4-\5/'; }

register() {
  local settings
  role_id=$([ -z "$app" ] || jq -r --arg role "$role" '[.appRoles[]? | select(.value == $role).id][0] // ""' <<<"$app")
  if [ -z "$role_id" ]; then role_id=$(new_guid); fi
  settings=$(app_settings)
  if [ -z "$app" ]; then
    app=$(graph POST applications "$settings")
    note "Registered \"$name\"."
  else
    graph PATCH "applications/$(jq -r .id <<<"$app")" "$settings"
    note "Updated \"$name\"."
  fi
  app_object_id=$(jq -r .id <<<"$app")
  client_id=$(jq -r .appId <<<"$app")
}

# Creates the enterprise application if it is missing. The tag makes the admin center list it.
ensure_principal() {
  local found
  found=$(graph_filtered servicePrincipals "appId eq '$client_id'")
  principal_id=$(jq -r '.value[0].id // ""' <<<"$found")
  if [ -z "$principal_id" ]; then
    found=$(graph_when_ready POST servicePrincipals \
      "$(jq -n --arg id "$client_id" '{appId: $id, tags: ["WindowsAzureActiveDirectoryIntegratedApp"]}')")
    principal_id=$(jq -r .id <<<"$found")
    note "Made its enterprise application."
  fi
  if [ -n "$require_assignment" ]; then
    graph_when_ready PATCH "servicePrincipals/$principal_id" '{"appRoleAssignmentRequired": true}'
    note "Only users with an assignment can sign in."
  fi
}

# PRINCIPAL PATH-OF-IT RESOURCE ROLE: assigns the resource's app role to the principal, unless it is assigned already.
assign_app_role() {
  local assigned
  assigned=$(graph_filtered "$2/appRoleAssignments" "resourceId eq $3") || return 1
  if jq -e --arg role "$4" 'any(.value[]; .appRoleId == $role)' <<<"$assigned" >/dev/null; then return 0; fi
  graph_when_ready POST "servicePrincipals/$3/appRoleAssignedTo" "$(jq -n --arg principal "$1" --arg resource "$3" \
    --arg role "$4" '{principalId: $principal, resourceId: $resource, appRoleId: $role}')" >/dev/null
}

assign_to_me() {
  local me
  me=$(graph GET "me?\$select=id,userPrincipalName") || return 1
  assign_app_role "$(jq -r .id <<<"$me")" me "$principal_id" "$role_id" || return 1
  note "$(jq -r .userPrincipalName <<<"$me") has the role $role."
}

consent() {
  local id scopes found grant
  for id in $(jq -r '.[] | select(.type == "Role").id' <<<"$permissions"); do
    assign_app_role "$principal_id" "servicePrincipals/$principal_id" "$graph_principal_id" "$id" || return 1
  done
  scopes=$(jq -c '[.[] | select(.type == "Scope").value]' <<<"$permissions")
  if [ "$scopes" != '[]' ]; then
    found=$(graph_filtered oauth2PermissionGrants "clientId eq '$principal_id' and consentType eq 'AllPrincipals'") || return 1
    grant=$(jq -c --arg api "$graph_principal_id" '[.value[] | select(.resourceId == $api)][0] // {}' <<<"$found")
    if [ "$grant" = '{}' ]; then
      graph_when_ready POST oauth2PermissionGrants "$(jq -n --arg app "$principal_id" --arg api "$graph_principal_id" \
        --argjson scopes "$scopes" '{clientId: $app, consentType: "AllPrincipals", resourceId: $api,
          scope: ($scopes | join(" "))}')" >/dev/null || return 1
    else
      graph PATCH "oauth2PermissionGrants/$(jq -r .id <<<"$grant")" "$(jq -n --argjson grant "$grant" \
        --argjson scopes "$scopes" '{scope: ($grant.scope | split(" ") + $scopes | map(select(. != "")) | unique | join(" "))}')" ||
        return 1
    fi
  fi
  note "Admin consent is given."
}

upload_certificate() {
  local key before
  key=$(openssl x509 -in "$certificate" -outform DER | openssl base64 -A)
  before=$(graph_when_ready GET "applications/$app_object_id?\$select=keyCredentials")
  if jq -e --arg key "$key" 'any(.keyCredentials[]; .key == $key)' <<<"$before" >/dev/null; then
    note "The certificate is there already."
    return 0
  fi
  graph_when_ready PATCH "applications/$app_object_id" "$(jq --arg key "$key" '{keyCredentials: (.keyCredentials + [
    {type: "AsymmetricX509Cert", usage: "Verify", displayName: "Token Inventory", key: $key}])}' <<<"$before")"
  note "Uploaded the certificate's public part."
}

make_secret() {
  local answer
  answer=$(graph_when_ready POST "applications/$app_object_id/addPassword" "$(jq -n --argjson years "$years" \
    '{passwordCredential: {displayName: "Token Inventory", endDateTime: (now + $years * 365 * 86400 | todate)}}')") ||
    die "No secret was made. If your tenant forbids secrets, run again with --update --certificate FILE."
  secret=$(jq -r .secretText <<<"$answer")
  note "Made a client secret. It expires on $(jq -r '.endDateTime[0:10]' <<<"$answer"): note the day."
}

print_values() {
  printf 'ENTRA_TENANT_ID=%s\nENTRA_CLIENT_ID=%s\n' "$tenant_id" "$client_id"
  if [ -n "$certificate" ]; then
    grep -q 'BEGIN PRIVATE KEY' "$certificate" ||
      note "$certificate holds no unencrypted PKCS#8 private key. The program needs a PEM file with both: section 6 of the guide."
    printf 'ENTRA_CLIENT_CERTIFICATE_FILE=%s\n' "$(cd "$(dirname "$certificate")" && pwd)/$(basename "$certificate")"
  elif [ -n "$secret" ] && [ -n "$secret_file" ]; then
    (umask 077 && set -o noclobber && printf '%s\n' "$secret" >"$secret_file")
    printf 'ENTRA_CLIENT_SECRET_FILE=%s\n' "$(cd "$(dirname "$secret_file")" && pwd)/$(basename "$secret_file")"
  elif [ -n "$secret" ]; then
    note "The secret below is shown once and is as good as a password: keep it out of mails, tickets and shared screens."
    printf 'ENTRA_CLIENT_SECRET=%s\n' "$secret"
  fi
}

main() {
  local status=0 created=''
  secret=''
  read_options "$@"
  check_tools
  check_options
  check_sign_in
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  note "Tenant $tenant_id, Microsoft Graph at $graph_url."
  choose_permissions
  find_app
  if [ -z "$app" ]; then created=yes; fi
  register
  ensure_principal
  if [ -n "$assign_me" ]; then
    assign_to_me || { note "The role could not be assigned: see step 7 of the guide."; status=3; }
  fi
  if [ -n "$grant_consent" ]; then
    consent || { note "Admin consent is not complete."; grant_consent=''; status=3; }
  fi
  if [ -z "$grant_consent" ]; then
    note "An administrator gives consent here: $login_url/$tenant_id/adminconsent?client_id=$client_id"
  fi
  if [ -n "$certificate" ]; then
    upload_certificate
  elif [ -n "$created$new_secret" ]; then
    make_secret
  fi
  print_values
  return "$status"
}

main "$@"
