//! The setting of step-up authentication.

/// The authentication context that sensitive actions require.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepUpContext(Option<String>);

impl StepUpContext {
    /// Validates the value of `STEP_UP_CONTEXT`: `c1` to `c99`, or nothing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: Option<&str>) -> Result<Self, String> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(Self(None)) };
        let context = text.to_ascii_lowercase();
        let number = context.strip_prefix('c').and_then(|digits| digits.parse::<u8>().ok());
        let is_valid =
            number.is_some_and(|number| (1..=99).contains(&number) && context == format!("c{number}"));
        if is_valid {
            Ok(Self(Some(context)))
        } else {
            Err(format!("STEP_UP_CONTEXT: {text:?} is no authentication context, which is c1 to c99"))
        }
    }

    /// The id of the context, if one is set.
    pub fn id(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_have_a_number() {
        for (text, id) in [("", None), (" ", None), ("c1", Some("c1")), (" C25 ", Some("c25"))] {
            assert_eq!(StepUpContext::parse(Some(text)).unwrap().id(), id, "{text:?}");
        }
        for wrong in ["c0", "c100", "1", "c", "c01", "mfa"] {
            assert!(StepUpContext::parse(Some(wrong)).unwrap_err().contains("c1 to c99"), "{wrong}");
        }
    }
}
