//! What a measurement means for the people who will hold the token, in words.

use super::{Fit, Offset};
use crate::{
    ports::NewToken,
    token::{HashFunction, Interval},
};

/// What a token's codes say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the token of its seed, and sign-ins accept its codes however it is activated.
    SignsIn(Fit),
    /// It is the token of its seed, but its clock is off by more than a sign-in accepts: it must be activated at its own drift, or by
    /// a code from its display.
    OwnDrift(Fit),
    /// It is the token of its seed, but its clock is off by more than activation accepts.
    Dead(Fit),
    /// It is the token of its seed, with another hash or interval than is stated.
    OtherSettings {
        /// The settings that it has.
        fit: Fit,
        /// The hash that is stated.
        hash: HashFunction,
        /// The interval that is stated.
        interval: Interval,
    },
    /// The codes are not those of its seed.
    NotThisToken,
}

impl Verdict {
    /// The verdict on a token whose codes fit.
    pub(super) fn of(token: &NewToken, fit: Fit) -> Self {
        let Fit { hash, interval, offset } = fit;
        if (hash, interval) != (token.hash, token.interval) {
            return Self::OtherSettings { fit, hash: token.hash, interval: token.interval };
        }
        if !offset.activates(interval) {
            return Self::Dead(fit);
        }
        if offset.signs_in(Offset::default(), interval) { Self::SignsIn(fit) } else { Self::OwnDrift(fit) }
    }

    /// The settings and the clock that were measured; `None` if no code fits.
    pub const fn fit(&self) -> Option<Fit> {
        match self {
            Self::SignsIn(fit) | Self::OwnDrift(fit) | Self::Dead(fit) => Some(*fit),
            Self::OtherSettings { fit, .. } => Some(*fit),
            Self::NotThisToken => None,
        }
    }

    /// Whether it is the token of its seed, with the stated settings.
    pub const fn is_as_stated(&self) -> bool {
        matches!(self, Self::SignsIn(_) | Self::OwnDrift(_) | Self::Dead(_))
    }

    /// Whether it can be activated with a code that is computed at its own drift.
    pub const fn can_be_activated(&self) -> bool {
        matches!(self, Self::SignsIn(_) | Self::OwnDrift(_))
    }

    /// The verdict in a sentence.
    pub fn headline(&self) -> String {
        match self {
            Self::SignsIn(Fit { offset, .. }) => {
                format!("The token's clock is right ({offset}): its codes are accepted.")
            }
            Self::OwnDrift(Fit { offset, .. }) => {
                format!(
                    "The token's clock is {offset}: activated by its secret key alone, its codes are refused."
                )
            }
            Self::Dead(Fit { offset, .. }) => {
                format!("The token's clock is {offset}: Microsoft accepts none of its codes.")
            }
            Self::OtherSettings { fit, hash, interval } => format!(
                "The token makes its codes with {}, {} s, not with {hash}, {} s as stated.",
                fit.hash,
                fit.interval.seconds(),
                interval.seconds(),
            ),
            Self::NotThisToken => "This is not the code of this secret key.".to_owned(),
        }
    }

    /// What it means, and what to do.
    pub fn advice(&self) -> String {
        match self {
            Self::SignsIn(_) => "Activate it as you like: by its secret key or by its display.".to_owned(),
            Self::OwnDrift(_) => "Activate it at its own drift, or by a code from its display: then Microsoft knows how far its clock \
                 is off, and its codes are accepted."
                .to_owned(),
            Self::Dead(Fit { interval, .. }) => {
                let days = if *interval == Interval::S30 { "a day" } else { "two days" };
                format!(
                    "Microsoft accepts at most {days} at activation. Give its user another token, and ask the vendor for a \
                     replacement."
                )
            }
            Self::OtherSettings { fit, interval, .. } => {
                let repair = if fit.interval == *interval {
                    "Correct the hash in the seed file, or choose it for the whole file. Is the token in the inventory already, \
                     import the file then: the plan offers to correct the hash in the tenant."
                } else {
                    "Correct hash and interval in the seed file. A token that is in the inventory already has to be deleted and \
                     imported again."
                };
                format!(
                    "With these settings its clock is {}. Activated as stated, it shows \"Activated\" and every sign-in is \
                     refused. {repair}",
                    fit.offset
                )
            }
            Self::NotThisToken => "Type its next code, to be sure. If that fits neither, compare the serial number on its back: \
                 rows of the seed file may be swapped. Or Microsoft does not take this kind of token: one that changes its code at \
                 the press of a button is event-based, and others do not count time from 1970."
                .to_owned(),
        }
    }

    /// How it was found, and by which limits it was judged.
    pub fn reasoning(&self) -> String {
        let measured = match self.fit() {
            Some(_) => format!("The code on the display fits the secret key with {}.", self.summary()),
            None => "The code on the display fits the secret key at no time of the last and the next day, with neither SHA-1 nor \
                     SHA-256 and neither 30 nor 60 seconds."
                .to_owned(),
        };
        format!(
            "{measured} At activation Microsoft accepts the codes of a day before and after (two days at 60 seconds) and \
             remembers how far the clock is off. At a sign-in it accepts a minute more or less than that (two minutes at 60 \
             seconds). A code that is computed from the secret key alone says that the clock is right."
        )
    }

    /// "SHA-1, 30 s, 12 s slow": the settings and the clock in short, or that nothing fits.
    pub fn summary(&self) -> String {
        self.fit().map_or_else(
            || "no code fits".to_owned(),
            |Fit { hash, interval, offset }| format!("{hash}, {} s, {offset}", interval.seconds()),
        )
    }
}
