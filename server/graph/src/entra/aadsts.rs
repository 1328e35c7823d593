//! Microsoft Entra's error numbers (AADSTS…), with a remedy for users.
//!
//! Microsoft advises not to build logic on the numbers, so they select messages only; the few known transient ones
//! only supplement the transient `error` values.

/// Parses the number in "AADSTS7000215: Invalid client secret provided. …".
pub fn number(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Parses the id by which Microsoft finds the request: "… Trace ID: 0000aaaa-… Correlation ID: …".
pub(crate) fn trace_id(description: &str) -> Option<&str> {
    let (_, rest) = description.split_once("Trace ID: ")?;
    let id = rest.split_whitespace().next()?;
    (id.len() <= 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')).then_some(id)
}

/// The meaning of the number, and what to do about it.
pub fn remedy(number: u32) -> Option<&'static str> {
    Some(match number {
        7_000_215 => {
            "the client secret is wrong. Enter the secret's Value, not its Secret ID; if the value is lost, create \
             a new secret under Certificates & secrets"
        }
        7_000_222 => "the client secret has expired. Create a new one under Certificates & secrets",
        7_000_218 => "no client secret was sent. Enter the client secret",
        700_027 => {
            "the certificate is not registered for the app, or has expired. Upload it under Certificates & secrets"
        }
        700_016 => "the tenant does not know this client id. Check the client id and the tenant id",
        7_000_229 => {
            "the app registration is not present in this tenant as an enterprise application. Open the admin consent \
             of the app once in this tenant, or check the tenant id"
        }
        500_011 => {
            "the tenant does not know this Graph. Check that the Graph endpoint belongs to the same cloud as the \
             authority"
        }
        7_000_112 => "the application is disabled. Enable it under Enterprise applications",
        90_002 => "the tenant does not exist. Check the tenant id",
        900_023 => "the tenant id is neither a GUID nor a domain name. Check the tenant id",
        70_011 => {
            "the scope is not valid. Check that the Graph endpoint belongs to the same cloud as the authority"
        }
        9_002_313 => "the request was malformed. Check the tenant id, the client id and the client secret",
        90_038 => {
            "the tenant lives in another national cloud. Set the authority and the Graph endpoint of that cloud"
        }
        53_003 | 530_032 => "a Conditional Access policy blocks the app. Exclude the app from that policy",
        50_146 => {
            "the app needs a signing key of its own, because claims are mapped for it, and the key is missing or has expired. Give it \
             one, or remove the claims mapping"
        }
        50_196 => {
            "Entra has stopped a loop: the same request came too often. Wait a few minutes; if it comes again, look for what makes \
             the browser or the program ask so often"
        }
        70_043 => "the sign-in has expired by a Conditional Access policy (sign-in frequency). Sign in again",
        700_024 => "the proof by the certificate is not within its time. Set this machine's clock right",
        700_025 => {
            "the app registration is a public client, which may send no secret. Register the redirect URI under the platform Web"
        }
        7_000_216 => "no client secret or certificate was sent. Set one of them",
        9_002_327 => {
            "the redirect URI is registered under the platform Single-page application. Register it under the platform Web"
        }
        50_194 => "the app serves one tenant only. Enter that tenant's id instead of \"common\"",
        _ => return None,
    })
}

/// Whether the same request may succeed later.
pub(crate) fn is_transient(error: &str, number: Option<u32>) -> bool {
    matches!(error, "temporarily_unavailable" | "server_error")
        || matches!(number, Some(90_033 | 90_006 | 90_024 | 50_033))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_number_in_the_description() {
        assert_eq!(number("AADSTS7000215: Invalid client secret provided. Trace ID: 1"), Some(7_000_215));
        assert_eq!(number("Something else"), None);
    }

    #[test]
    fn accepts_only_a_valid_trace_id() {
        assert_eq!(trace_id("AADSTS1: No. Trace ID: 00aa-11 Correlation ID: 2"), Some("00aa-11"));
        assert_eq!(trace_id("Trace ID: <script>"), None);
    }

    #[test]
    fn an_expired_secret_is_not_transient() {
        assert!(!is_transient("invalid_client", Some(7_000_222)));
        assert!(is_transient("invalid_request", Some(90_033)));
        assert!(is_transient("temporarily_unavailable", None));
    }
}
