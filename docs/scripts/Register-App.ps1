#Requires -Version 7.2
#Requires -Modules @{ ModuleName = 'Microsoft.Graph.Authentication'; ModuleVersion = '2.0.0' }
<#
.SYNOPSIS
Registers Token Inventory in Microsoft Entra ID. docs/APP_REGISTRATION.md explains every step.
.DESCRIPTION
Signs in with the Microsoft Graph PowerShell SDK, registers the app, and writes its three values to the output.
Without -PublicUrl it prepares a program on your own machine; with it, an organisation's server.
Exit code: 0 all done, 1 stopped, 3 registered, but a role assignment or the consent is missing.
.PARAMETER Name
Display name of the app.
.PARAMETER PublicUrl
Address that users type. Adds the redirect URI, the sign-in permissions and the app role.
.PARAMETER Variant
application: the app acts by itself. delegated: it acts with the signed-in administrator's own Entra roles.
.PARAMETER Wide
UserAuthenticationMethod.ReadWrite.All, for tenants that do not know the narrow permission.
.PARAMETER UserReadAll
User.Read.All, to see disabled accounts and guests; otherwise User.ReadBasic.All.
.PARAMETER Role
Value of the app role.
.PARAMETER Years
Life of the client secret, 1 or 2.
.PARAMETER CertificateFile
Upload this PEM certificate instead of making a secret. A private key in the file stays on this machine.
.PARAMETER SecretFile
Write the secret to this new file instead of showing it.
.PARAMETER RequireAssignment
Only users with an assignment can sign in.
.PARAMETER AssignMe
Give the signed-in user the app role.
.PARAMETER GrantConsent
Give admin consent. Needs Privileged Role Administrator or Global Administrator.
.PARAMETER TenantId
Tenant to sign in to.
.PARAMETER Environment
Cloud to sign in to, as Get-MgEnvironment names it.
.PARAMETER Update
Bring an existing app of that name to these settings instead of refusing.
.PARAMETER NewSecret
With -Update: add a new secret.
.EXAMPLE
./Register-App.ps1 -GrantConsent
.EXAMPLE
./Register-App.ps1 -PublicUrl https://tokens.example.com -RequireAssignment -AssignMe -GrantConsent -SecretFile secret.txt
#>
[CmdletBinding()]
param(
    [ValidateNotNullOrEmpty()] [string] $Name = 'Token Inventory',
    [ValidatePattern('^(https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?|http://localhost(:[0-9]+)?/?)$')]
    [string] $PublicUrl,
    [ValidateSet('application', 'delegated')] [string] $Variant = 'application',
    [switch] $Wide,
    [switch] $UserReadAll,
    [ValidatePattern('^[A-Za-z0-9._-]{1,100}$')] [string] $Role = 'TokenInventory.Admin',
    [ValidateRange(1, 2)] [int] $Years = 1,
    [ValidateNotNullOrEmpty()] [string] $CertificateFile,
    [ValidateNotNullOrEmpty()] [string] $SecretFile,
    [switch] $RequireAssignment,
    [switch] $AssignMe,
    [switch] $GrantConsent,
    [ValidateNotNullOrEmpty()] [string] $TenantId,
    [ValidateNotNullOrEmpty()] [string] $Environment = 'Global',
    [switch] $Update,
    [switch] $NewSecret
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$graphAppId = '00000003-0000-0000-c000-000000000000' # Microsoft Graph, the same in every tenant

# Calls Microsoft Graph and returns a hashtable.
function Invoke-Graph {
    param([string] $Method, [string] $Path, [hashtable] $Body)
    $call = @{ Method = $Method; Uri = "/v1.0/$Path"; OutputType = 'HashTable' }
    if ($Body) {
        $call.Body = ConvertTo-Json -InputObject $Body -Depth 10
        $call.ContentType = 'application/json'
    }
    Invoke-MgGraphRequest @call
}

# Like Invoke-Graph, with retries: a new object takes some seconds to reach every directory server.
function Invoke-GraphWhenReady {
    param([string] $Method, [string] $Path, [hashtable] $Body)
    for ($attempt = 1; ; $attempt++) {
        try {
            return Invoke-Graph -Method $Method -Path $Path -Body $Body
        } catch {
            $why = "$($_.Exception.Message) $($_.ErrorDetails)"
            if ($attempt -ge 6 -or $why -notmatch 'does not exist|not ?found|NoBackingApplicationObject') { throw }
            Write-Host "The directory does not know it everywhere yet; trying again in 5 seconds ($attempt of 6)."
            Start-Sleep -Seconds 5
        }
    }
}

# Reads a collection through a filter and writes its members to the pipeline.
function Get-GraphFiltered {
    param([string] $Path, [string] $Filter)
    $answer = Invoke-GraphWhenReady -Method GET -Path ("$Path`?`$filter=" + [uri]::EscapeDataString($Filter))
    $answer['value']
}

# The permissions to request. Role: application, Scope: delegated. Assert-Permission compares them with the tenant's list.
function Get-WantedPermission {
    $ids = @{
        'Policy.ReadWrite.AuthenticationMethod'     = @{
            Role = '29c18626-4985-4dcd-85c0-193eef327366'; Scope = '7e823077-d88e-468f-a337-e18f1f0e6c7c'
        }
        'UserAuthMethod-HardwareOATH.ReadWrite.All' = @{
            Role = '7e9ebcc1-90aa-4471-8051-e68d6b4e9c89'; Scope = '480643f2-a162-43c5-a670-dc1494fc911b'
        }
        'UserAuthenticationMethod.ReadWrite.All'    = @{
            Role = '50483e42-d915-4231-9639-7fdb7fd190e5'; Scope = 'b7887744-6746-4312-813d-72daeaee7e2d'
        }
        'User.ReadBasic.All'                        = @{
            Role = '97235f07-e226-4f63-ace3-39588e11d3a1'; Scope = 'b340eb25-3456-403f-be2f-af7a0d370277'
        }
        'User.Read.All'                             = @{
            Role = 'df021288-bdef-4463-88db-98f22de89214'; Scope = 'a154be20-db9c-4678-8ab7-66f6cc099a59'
        }
        'UserAuthMethod-HardwareOATH.ReadWrite'     = @{ Scope = '147ca97b-6686-4849-b37e-09d9b5ad45fc' }
        'openid'                                    = @{ Scope = '37f7f235-527c-4136-accd-4a02d197296e' }
        'profile'                                   = @{ Scope = '14dad69e-099b-42c9-810b-d002981feec1' }
        'offline_access'                            = @{ Scope = '7427e0e9-2fba-42fe-b0c0-848c9e6a8182' }
    }
    $type = if ($Variant -eq 'application') { 'Role' } else { 'Scope' }
    $methods = if ($Wide) { 'UserAuthenticationMethod.ReadWrite.All' } else { 'UserAuthMethod-HardwareOATH.ReadWrite.All' }
    $users = if ($UserReadAll) { 'User.Read.All' } else { 'User.ReadBasic.All' }
    foreach ($value in 'Policy.ReadWrite.AuthenticationMethod', $methods, $users) {
        [pscustomobject]@{ Value = $value; Type = $type; Id = $ids[$value][$type] }
    }
    $signIn = @()
    if ($PublicUrl) { $signIn += 'openid', 'profile', 'offline_access' }
    # Self-service: each user acts on their own tokens. -Wide is for tenants that do not know this permission.
    if ($PublicUrl -and -not $Wide) { $signIn += 'UserAuthMethod-HardwareOATH.ReadWrite' }
    foreach ($value in $signIn) {
        [pscustomobject]@{ Value = $value; Type = 'Scope'; Id = $ids[$value]['Scope'] }
    }
}

# Throws when the tenant's Microsoft Graph does not have one of the permissions under that id.
function Assert-Permission {
    param([object[]] $Wanted, [hashtable] $GraphPrincipal)
    $known = @(
        foreach ($one in $GraphPrincipal['appRoles']) { "$($one['value']) Role $($one['id'])" }
        foreach ($one in $GraphPrincipal['oauth2PermissionScopes']) { "$($one['value']) Scope $($one['id'])" }
    )
    $unknown = @($Wanted | Where-Object { "$($_.Value) $($_.Type) $($_.Id)" -notin $known } | ForEach-Object { $_.Value })
    if ($unknown.Count -eq 0) { return }
    if (($unknown -join ' ') -like 'UserAuthMethod-HardwareOATH.ReadWrite*') {
        throw "This tenant does not know $unknown yet. Run again with -Wide; docs/APP_REGISTRATION.md says what that means."
    }
    throw "This tenant does not know these permissions of Microsoft Graph: $($unknown -join ', '). Nothing was changed."
}

# The settings of the app. Keeps existing redirect URIs, app roles and permissions of other APIs.
function Get-AppSetting {
    param([hashtable] $Before, [object[]] $Permissions, [string] $RoleId)
    $others = @($Before['requiredResourceAccess'] | Where-Object { $_ -and $_['resourceAppId'] -ne $graphAppId })
    $access = @($Permissions | ForEach-Object { @{ id = $_.Id; type = $_.Type } })
    $settings = @{ requiredResourceAccess = $others + @(@{ resourceAppId = $graphAppId; resourceAccess = $access }) }
    if ($Before.Count -eq 0) {
        $settings.displayName = $Name
        $settings.signInAudience = 'AzureADMyOrg'
    }
    if ($PublicUrl) {
        $uris = @(if ($Before['web']) { $Before['web']['redirectUris'] }) + "$($PublicUrl.TrimEnd('/'))/auth/callback"
        $settings.web = @{ redirectUris = @($uris | Where-Object { $_ } | Select-Object -Unique) }
        $roles = @($Before['appRoles'] | Where-Object { $_ })
        if (-not ($roles | Where-Object { $_['value'] -ceq $Role })) {
            $roles += @{
                id = $RoleId; allowedMemberTypes = @('User'); displayName = 'Token Inventory administrator'
                description = 'Manages the hardware OATH tokens of this tenant.'; value = $Role; isEnabled = $true
            }
        }
        $settings.appRoles = $roles
    }
    $settings
}

# Assigns the resource's app role to the principal, unless it is assigned already.
function Add-AppRoleAssignment {
    param([string] $PrincipalId, [string] $PrincipalPath, [string] $ResourceId, [string] $AppRoleId)
    $assigned = @(Get-GraphFiltered -Path "$PrincipalPath/appRoleAssignments" -Filter "resourceId eq $ResourceId")
    if ($assigned | Where-Object { $_ -and $_['appRoleId'] -eq $AppRoleId }) { return }
    $body = @{ principalId = $PrincipalId; resourceId = $ResourceId; appRoleId = $AppRoleId }
    $null = Invoke-GraphWhenReady -Method POST -Path "servicePrincipals/$ResourceId/appRoleAssignedTo" -Body $body
}

function Grant-Consent {
    param([string] $PrincipalId, [string] $GraphPrincipalId, [object[]] $Permissions)
    foreach ($one in $Permissions | Where-Object { $_.Type -eq 'Role' }) {
        Add-AppRoleAssignment -PrincipalId $PrincipalId -PrincipalPath "servicePrincipals/$PrincipalId" `
            -ResourceId $GraphPrincipalId -AppRoleId $one.Id
    }
    $scopes = @($Permissions | Where-Object { $_.Type -eq 'Scope' } | ForEach-Object { $_.Value })
    if ($scopes.Count -eq 0) { return }
    $filter = "clientId eq '$PrincipalId' and consentType eq 'AllPrincipals'"
    $grant = @(Get-GraphFiltered -Path 'oauth2PermissionGrants' -Filter $filter |
            Where-Object { $_ -and $_['resourceId'] -eq $GraphPrincipalId })
    if ($grant.Count -gt 0) {
        $all = @($grant[0]['scope'].Split(' ') + $scopes | Where-Object { $_ } | Select-Object -Unique) -join ' '
        $null = Invoke-Graph -Method PATCH -Path "oauth2PermissionGrants/$($grant[0]['id'])" -Body @{ scope = $all }
    } else {
        $body = @{
            clientId = $PrincipalId; consentType = 'AllPrincipals'; resourceId = $GraphPrincipalId
            scope = $scopes -join ' '
        }
        $null = Invoke-GraphWhenReady -Method POST -Path 'oauth2PermissionGrants' -Body $body
    }
}

# The certificate in a PEM file, as base64 of its DER form. A private key in the file is not read.
function Read-Certificate {
    param([string] $Path)
    $pem = Get-Content -Raw -LiteralPath $Path
    if ($pem -notmatch '(?s)-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----') {
        throw "$Path holds no PEM certificate."
    }
    $base64 = $Matches[1] -replace '\s', ''
    [byte[]] $der = [Convert]::FromBase64String($base64)
    $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($der)
    if ($certificate.NotAfter -lt (Get-Date)) { throw "The certificate in $Path has expired." }
    if ($pem -notmatch '-----BEGIN PRIVATE KEY-----') {
        Write-Host "$Path holds no unencrypted PKCS#8 private key. The program needs a PEM file with both: section 6 of the guide."
    }
    $base64
}

function Add-Certificate {
    param([string] $AppObjectId, [string] $Key)
    $answer = Invoke-GraphWhenReady -Method GET -Path "applications/$AppObjectId`?`$select=keyCredentials"
    $before = @($answer['keyCredentials'] | Where-Object { $_ })
    if ($before | Where-Object { $_['key'] -ceq $Key }) {
        Write-Host 'The certificate is there already.'
        return
    }
    $new = @{ type = 'AsymmetricX509Cert'; usage = 'Verify'; displayName = 'Token Inventory'; key = $Key }
    $body = @{ keyCredentials = $before + @($new) }
    $null = Invoke-GraphWhenReady -Method PATCH -Path "applications/$AppObjectId" -Body $body
    Write-Host "Uploaded the certificate's public part."
}

# Creates a client secret and returns its value.
function New-ClientSecret {
    param([string] $AppObjectId)
    $end = [DateTime]::UtcNow.AddDays(365 * $Years)
    $body = @{ passwordCredential = @{ displayName = 'Token Inventory'; endDateTime = $end.ToString('yyyy-MM-ddTHH:mm:ssZ') } }
    $answer = Invoke-GraphWhenReady -Method POST -Path "applications/$AppObjectId/addPassword" -Body $body
    Write-Host "Made a client secret. It expires on $($end.ToString('yyyy-MM-dd')): note the day."
    $answer['secretText']
}

# Writes the secret to a new file that only its owner can read; on Windows the folder's permissions apply.
function Write-SecretFile {
    param([string] $Path, [string] $Value)
    $file = New-Item -ItemType File -Path $Path
    if (-not $IsWindows) { chmod 600 $file.FullName }
    Set-Content -LiteralPath $file.FullName -Value $Value -NoNewline
    $file.FullName
}

# Checks the options before any request or change.
if ($Variant -eq 'delegated' -and -not $PublicUrl) { throw '-Variant delegated needs -PublicUrl, because administrators sign in.' }
if (($AssignMe -or $RequireAssignment) -and -not $PublicUrl) {
    throw '-AssignMe and -RequireAssignment need -PublicUrl: without it nobody signs in.'
}
if ($NewSecret -and -not $Update) { throw '-NewSecret goes with -Update.' }
if ($CertificateFile -and ($SecretFile -or $NewSecret)) {
    throw '-CertificateFile replaces the secret: leave the options for it out.'
}
if ($SecretFile) {
    if (Test-Path -LiteralPath $SecretFile) { throw "$SecretFile exists. Name a new file, so that nothing is overwritten." }
    $SecretFile = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($SecretFile)
    if (-not (Test-Path -LiteralPath (Split-Path -Parent $SecretFile))) { throw "The folder of $SecretFile does not exist." }
}
$certificateKey = if ($CertificateFile) { Read-Certificate -Path $CertificateFile }

$scopes = @('Application.ReadWrite.All')
if ($AssignMe) { $scopes += 'User.Read' }
if ($AssignMe -or $GrantConsent) { $scopes += 'AppRoleAssignment.ReadWrite.All' }
if ($GrantConsent) { $scopes += 'DelegatedPermissionGrant.ReadWrite.All' }
$connection = @{ Scopes = $scopes; Environment = $Environment; NoWelcome = $true }
if ($TenantId) { $connection.TenantId = $TenantId }
$null = Connect-MgGraph @connection
$tenant = (Get-MgContext).TenantId
Write-Host "Tenant $tenant, signed in as $((Get-MgContext).Account)."

$permissions = @(Get-WantedPermission)
$graphPrincipal = Invoke-Graph -Method GET `
    -Path "servicePrincipals(appId='$graphAppId')?`$select=id,appRoles,oauth2PermissionScopes"
Assert-Permission -Wanted $permissions -GraphPrincipal $graphPrincipal

$found = @(Get-GraphFiltered -Path 'applications' -Filter "displayName eq '$($Name.Replace("'", "''"))'" | Where-Object { $_ })
if ($found.Count -gt 1) {
    throw "Several apps are called `"$Name`": $(($found | ForEach-Object { $_['appId'] }) -join ', '). Rename all but one."
}
if ($found.Count -eq 1 -and -not $Update) {
    throw "An app called `"$Name`" exists: client id $($found[0]['appId']). Nothing was changed. " +
    'Choose another -Name, or bring it to these settings with -Update.'
}

$before = if ($found.Count -eq 1) { $found[0] } else { @{} }
$existingRole = @($before['appRoles'] | Where-Object { $_ -and $_['value'] -ceq $Role })
$roleId = if ($existingRole.Count -gt 0) { $existingRole[0]['id'] } else { [guid]::NewGuid().ToString() }
$settings = Get-AppSetting -Before $before -Permissions $permissions -RoleId $roleId
if ($found.Count -eq 1) {
    $app = $before
    $null = Invoke-Graph -Method PATCH -Path "applications/$($app['id'])" -Body $settings
    Write-Host "Updated `"$Name`"."
} else {
    $app = Invoke-Graph -Method POST -Path 'applications' -Body $settings
    Write-Host "Registered `"$Name`"."
}

# Creates the enterprise application if it is missing. The tag makes the admin center list it.
$principal = @(Get-GraphFiltered -Path 'servicePrincipals' -Filter "appId eq '$($app['appId'])'" | Where-Object { $_ })
if ($principal.Count -eq 0) {
    $body = @{ appId = $app['appId']; tags = @('WindowsAzureActiveDirectoryIntegratedApp') }
    $principal = @(Invoke-GraphWhenReady -Method POST -Path 'servicePrincipals' -Body $body)
    Write-Host 'Made its enterprise application.'
}
$principalId = $principal[0]['id']
if ($RequireAssignment) {
    $null = Invoke-GraphWhenReady -Method PATCH -Path "servicePrincipals/$principalId" -Body @{ appRoleAssignmentRequired = $true }
    Write-Host 'Only users with an assignment can sign in.'
}

$exitCode = 0
if ($AssignMe) {
    try {
        $me = Invoke-Graph -Method GET -Path 'me?$select=id,userPrincipalName'
        Add-AppRoleAssignment -PrincipalId $me['id'] -PrincipalPath 'me' -ResourceId $principalId -AppRoleId $roleId
        Write-Host "$($me['userPrincipalName']) has the role $Role."
    } catch {
        Write-Warning "The role could not be assigned: $($_.Exception.Message) See step 7 of the guide."
        $exitCode = 3
    }
}
$consented = $false
if ($GrantConsent) {
    try {
        Grant-Consent -PrincipalId $principalId -GraphPrincipalId $graphPrincipal['id'] -Permissions $permissions
        $consented = $true
        Write-Host 'Admin consent is given.'
    } catch {
        Write-Warning "Admin consent is not complete: $($_.Exception.Message)"
        $exitCode = 3
    }
}
if (-not $consented) {
    $login = (Get-MgEnvironment -Name $Environment).AzureADEndpoint.TrimEnd('/')
    Write-Host "An administrator gives consent here: $login/$tenant/adminconsent?client_id=$($app['appId'])"
}

$secret = $null
if ($CertificateFile) {
    Add-Certificate -AppObjectId $app['id'] -Key $certificateKey
} elseif ($NewSecret -or $found.Count -eq 0) {
    $secret = New-ClientSecret -AppObjectId $app['id']
}

"ENTRA_TENANT_ID=$tenant"
"ENTRA_CLIENT_ID=$($app['appId'])"
if ($CertificateFile) {
    "ENTRA_CLIENT_CERTIFICATE_FILE=$((Resolve-Path -LiteralPath $CertificateFile).Path)"
} elseif ($secret -and $SecretFile) {
    "ENTRA_CLIENT_SECRET_FILE=$(Write-SecretFile -Path $SecretFile -Value $secret)"
} elseif ($secret) {
    Write-Warning 'The secret below is shown once and is as good as a password: keep it out of mails, tickets and shared screens.'
    "ENTRA_CLIENT_SECRET=$secret"
}
exit $exitCode
