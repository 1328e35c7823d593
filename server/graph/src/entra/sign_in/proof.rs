//! What a sign-in proves: when and how the person authenticated.

use serde::{Deserialize, Serialize};

/// Values of `amr` that stand for several factors.
const SEVERAL_FACTORS: [&str; 2] = ["mfa", "ngcmfa"];

/// The claims of an id token about the authentication.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInProof {
    /// `auth_time`: when the person last authenticated, in seconds since 1970. `None` when Entra did not say.
    pub auth_time_s: Option<u64>,
    /// `amr`: the methods. `None` when Entra did not say, as is usual for id tokens of version 2.0.
    pub methods: Option<Vec<String>>,
    /// `acrs`: the authentication contexts that the sign-in satisfies.
    pub contexts: Vec<String>,
}

impl SignInProof {
    /// Whether the person authenticated at most so many seconds before `now_s`. An unknown time is too long ago.
    pub fn is_within(&self, seconds: u64, now_s: u64) -> bool {
        self.auth_time_s.is_some_and(|at_s| now_s.saturating_sub(at_s) <= seconds)
    }

    /// Whether Entra says that the sign-in had one factor only. `false` when it does not say.
    pub fn is_single_factor(&self) -> bool {
        let has_several =
            |methods: &Vec<String>| methods.iter().any(|method| SEVERAL_FACTORS.contains(&method.as_str()));
        self.methods.as_ref().is_some_and(|methods| !has_several(methods))
    }

    /// Whether the sign-in satisfies this authentication context.
    pub fn satisfies(&self, context: &str) -> bool {
        self.contexts.iter().any(|satisfied| satisfied == context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_time_is_not_recent() {
        assert!(!SignInProof::default().is_within(600, 1_000));
        let proof = SignInProof { auth_time_s: Some(400), ..SignInProof::default() };
        assert!(proof.is_within(600, 1_000));
        assert!(!proof.is_within(600, 1_001));
        assert!(proof.is_within(600, 300), "clocks differ");
    }

    #[test]
    fn one_factor_is_one_that_entra_names() {
        let proof = |methods: &[&str]| SignInProof {
            methods: Some(methods.iter().map(|method| (*method).to_owned()).collect()),
            ..SignInProof::default()
        };
        assert!(!SignInProof::default().is_single_factor());
        assert!(proof(&["pwd"]).is_single_factor());
        assert!(proof(&[]).is_single_factor());
        assert!(!proof(&["pwd", "mfa"]).is_single_factor());
        assert!(!proof(&["ngcmfa"]).is_single_factor());
    }
}
