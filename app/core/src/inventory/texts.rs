//! Texts that are searched, one behind another in memory, so that a search reads them in a row.

/// Texts by index.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// A text that was replaced stays here: the list is made anew when it is loaded again.
    all: String,
    /// Where each one begins and ends.
    bounds: Vec<(u32, u32)>,
}

impl Texts {
    /// Sets the text at an index, or adds one behind the last.
    pub fn set(&mut self, index: usize, text: &str) {
        let begin = self.all.len() as u32;
        self.all.push_str(text);
        let bounds = (begin, self.all.len() as u32);
        match self.bounds.get_mut(index) {
            Some(old) => *old = bounds,
            None => self.bounds.push(bounds),
        }
    }

    /// The text at an index; empty if there is none.
    pub fn at(&self, index: usize) -> &str {
        let bounds = self.bounds.get(index);
        bounds.and_then(|(begin, end)| self.all.get(*begin as usize..*end as usize)).unwrap_or_default()
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.bounds.len()).map(|index| self.at(index))
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut all = Self::default();
        for (index, text) in texts.into_iter().enumerate() {
            all.set(index, text);
        }
        all
    }
}
