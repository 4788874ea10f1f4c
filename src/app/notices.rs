//! Short messages above the footer. The newest is shown. Each disappears after a while except the greeting; one that
//! requires no action also disappears with the next key.

use std::time::Duration;

use crate::domain::secret_shape::masked;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Info,
    Warn,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
    number: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    list: Vec<Notice>,
    last: u64,
}

impl Notices {
    /// How long a notice stays.
    pub const STAY: Duration = Duration::from_secs(8);

    /// Adds a notice and returns its number. The same text replaces an earlier notice.
    pub fn push(&mut self, tone: Tone, text: &str) -> u64 {
        // A message may quote typed text or untrusted text.
        let text = masked(text);
        self.last += 1;
        self.list.retain(|notice| notice.text != text);
        self.list.push(Notice { tone, text, number: self.last });
        if self.list.len() > 3 {
            self.list.remove(0);
        }
        self.last
    }

    /// A key was pressed, so plain information has been seen. Warnings stay for their time.
    pub fn seen(&mut self) {
        self.list.retain(|notice| matches!(notice.tone, Tone::Warn | Tone::Bad));
    }

    pub fn expire(&mut self, number: u64) {
        self.list.retain(|notice| notice.number != number);
    }

    pub fn newest(&self) -> Option<&Notice> {
        self.list.last()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter()
    }
}
