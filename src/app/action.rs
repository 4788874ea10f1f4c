//! The one table of actions. Footer, help and keymap are made from it; nothing about a key is written twice.

use strum::{EnumIter, EnumMessage, EnumString, IntoStaticStr};

/// Everything a key can mean. The doc comment is what the help page says; the order is the help page's order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, EnumString, EnumMessage, IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Action {
    /// One line up
    Up,
    /// One line down
    Down,
    /// To the first line
    Top,
    /// To the last line
    Bottom,
    /// One page up
    PageUp,
    /// One page down
    PageDown,
    /// Open or do what is selected; never deletes, widens access or overwrites by itself
    Activate,
    /// Back, or stop what is waiting; what was typed stays
    Back,
    /// To the next field or choice
    Next,
    /// To the previous field or choice
    Previous,
    /// To the button on the right, which does what is asked; then Enter
    Right,
    /// To the button on the left, which does nothing
    Left,
    /// To the list of credentials
    Home,
    /// A new one: a credential in a list of credentials, a token in a list of tokens
    New,
    /// Test a login
    Test,
    /// Change which repositories get a credential
    Access,
    /// Delete what is selected, after asking
    Delete,
    /// Copy what is selected, never a password
    Copy,
    /// Open the page about this in the browser
    OpenLink,
    /// Show only what contains a text
    Filter,
    /// Read again from GitHub
    Reload,
    /// Choose or unchoose
    Toggle,
    /// Choose or unchoose all that match
    SelectAll,
    /// Which repositories: all, private or selected
    Visibility,
    /// Test with pullkey, with docker, or with both
    With,
    /// Mend it: apply what is proposed for a field, or get the right that is missing
    Mend,
    /// Fill the fields from what is on this machine: docker, AWS, the environment, a file
    Fill,
    /// Keep tested values in this system's keyring for re-testing, or forget them
    Keep,
    /// Show the password for ten seconds, or hide it again
    Reveal,
    /// Give a credential a new password, and keep who gets it
    Rotate,
    /// Take the last change of access back
    Undo,
    /// Your codespaces
    Codespaces,
    /// What was changed, and every request with its cost
    Activity,
    /// Which token pullkey works with, and what it may do
    SignIn,
    /// Choose another repository
    Pick,
    /// Stop the codespace and start it again
    Restart,
    /// Stop the codespace
    Stop,
    /// Give up waiting for GitHub's limits
    StopWaiting,
    /// Name another image whose pull is tried
    Image,
    /// Go on without the test
    Skip,
    /// To the review of what would be written; writing itself is a button there
    Write,
    /// Every key of this screen
    Help,
    /// Leave pullkey
    Quit,
    /// Put pullkey to sleep and return to the shell
    Suspend,
}

impl Action {
    /// Its name in the keymap file.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What the help page says about it.
    pub fn sentence(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }

    /// The word beside its key in the footer, where a screen has no better one.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Top => "top",
            Self::Bottom => "bottom",
            Self::PageUp => "page up",
            Self::PageDown => "page down",
            Self::Activate => "open",
            Self::Back => "back",
            Self::Next => "next",
            Self::Previous => "previous",
            Self::Right | Self::Left => "other choice",
            Self::Home => "credentials",
            Self::New => "new",
            Self::Test => "test",
            Self::Access => "access",
            Self::Delete => "delete",
            Self::Copy => "copy",
            Self::OpenLink => "open in browser",
            Self::Filter => "filter",
            Self::Reload => "reload",
            Self::Toggle => "choose",
            Self::SelectAll => "all that match",
            Self::Visibility => "visibility",
            Self::With => "with",
            Self::Mend => "apply",
            Self::Fill => "fill from…",
            Self::Keep => "keep for re-testing",
            Self::Reveal => "reveal",
            Self::Rotate => "rotate",
            Self::Undo => "undo",
            Self::Codespaces => "codespaces",
            Self::Activity => "activity",
            Self::SignIn => "sign in",
            Self::Pick => "other repository",
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::StopWaiting => "stop waiting",
            Self::Image => "another image",
            Self::Skip => "skip the test",
            Self::Write => "write",
            Self::Help => "help",
            Self::Quit => "quit",
            Self::Suspend => "suspend",
        }
    }

    /// Whether it leads to a write on GitHub, which is refused where nothing may be written.
    pub const fn is_write(self) -> bool {
        matches!(
            self,
            Self::New
                | Self::Access
                | Self::Delete
                | Self::Rotate
                | Self::Undo
                | Self::Restart
                | Self::Stop
                | Self::Write
        )
    }

    /// Whether it is worth a place in the footer; moving about is known without.
    pub const fn is_for_footer(self) -> bool {
        !matches!(
            self,
            Self::Up
                | Self::Down
                | Self::Top
                | Self::Bottom
                | Self::PageUp
                | Self::PageDown
                | Self::Home
                | Self::Codespaces
                | Self::Activity
                | Self::SignIn
                | Self::Suspend
                | Self::Previous
        )
    }
}

/// An action as a screen offers it right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub action: Action,
    pub label: &'static str,
    /// Why it cannot be done now; `None` if it can.
    pub not_now: Option<String>,
}

impl Offer {
    pub const fn new(action: Action) -> Self {
        Self { action, label: action.label(), not_now: None }
    }

    /// The same action under a better word for this place.
    pub const fn called(action: Action, label: &'static str) -> Self {
        Self { action, label, not_now: None }
    }

    /// Known here, but not possible now, and why.
    #[must_use]
    pub fn unless(mut self, reason: Option<impl Into<String>>) -> Self {
        self.not_now = reason.map(Into::into);
        self
    }
}

/// The actions of every list, and those that work everywhere.
pub fn moving() -> Vec<Offer> {
    [Action::Up, Action::Down, Action::Top, Action::Bottom, Action::PageUp, Action::PageDown].map(Offer::new).to_vec()
}

/// What `App` itself does on every screen.
pub const EVERYWHERE: [Action; 7] =
    [Action::Help, Action::Home, Action::Codespaces, Action::Activity, Action::SignIn, Action::Quit, Action::Suspend];
