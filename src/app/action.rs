//! The single table of actions. The footer, the help and the keymap are derived from it, so each key is described once.

use strum::{EnumIter, EnumMessage, EnumString, IntoStaticStr};

/// Everything a key can mean. The doc comment is the text on the help page, and the order is that of the help page.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, EnumString, EnumMessage, IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Action {
    /// One line up
    Up,
    /// One line down
    Down,
    /// First line
    Top,
    /// Last line
    Bottom,
    /// One page up
    PageUp,
    /// One page down
    PageDown,
    /// Open or run what is selected; never deletes, widens access or overwrites by itself
    Activate,
    /// Back, or stop what is waiting; keeps what you typed
    Back,
    /// Next field or choice
    Next,
    /// Previous field or choice
    Previous,
    /// Select the right button, which confirms; then press Enter
    Right,
    /// Select the left button, which does nothing
    Left,
    /// The list of credentials
    Home,
    /// Add a credential or, in the list of tokens, a token
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
    /// Reload from GitHub
    Reload,
    /// Choose or unchoose
    Toggle,
    /// Choose or unchoose all that match
    SelectAll,
    /// Which repositories: all, private or selected
    Visibility,
    /// Test with pullkey, with docker, or with both
    With,
    /// Fix it: apply the fix proposed for a field, or get the missing permission
    Mend,
    /// Import values from this machine: docker, AWS, the environment or a file
    Fill,
    /// Store tested values in the system keyring for re-testing, or forget them
    Keep,
    /// Show the password for 10 seconds, or hide it again
    Reveal,
    /// Set a new password for a credential; its access stays
    Rotate,
    /// Undo the last change of access
    Undo,
    /// Your codespaces
    Codespaces,
    /// What changed, and every request with its cost
    Activity,
    /// Which token pullkey uses, and what it may do
    SignIn,
    /// Choose another repository
    Pick,
    /// Stop the codespace and start it again
    Restart,
    /// Stop the codespace
    Stop,
    /// Stop waiting for GitHub's rate limits
    StopWaiting,
    /// Enter another image to pull in the test
    Image,
    /// Continue without the test
    Skip,
    /// Review what would be written; a button there writes it
    Write,
    /// All keys of this screen
    Help,
    /// Quit pullkey
    Quit,
    /// Suspend pullkey and return to the shell
    Suspend,
}

impl Action {
    /// Its name in the keymap file.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Its text on the help page.
    pub fn sentence(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }

    /// The word beside its key in the footer, unless a screen has a better one.
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
            Self::Fill => "import from…",
            Self::Keep => "store for re-testing",
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

    /// Whether it leads to a write on GitHub; such actions are refused in read-only mode.
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

    /// Whether it is worth a place in the footer; people know how to move about without it.
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

/// An action as a screen offers it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvailableAction {
    pub action: Action,
    pub label: &'static str,
    /// Why it is disabled; `None` if it is available.
    pub disabled_reason: Option<String>,
}

impl AvailableAction {
    pub const fn new(action: Action) -> Self {
        Self { action, label: action.label(), disabled_reason: None }
    }

    /// The same action under a better label for this screen.
    pub const fn called(action: Action, label: &'static str) -> Self {
        Self { action, label, disabled_reason: None }
    }

    /// Known here but disabled, with the reason.
    #[must_use]
    pub fn unless(mut self, reason: Option<impl Into<String>>) -> Self {
        self.disabled_reason = reason.map(Into::into);
        self
    }
}

/// The actions of every list, and those that work everywhere.
pub fn moving() -> Vec<AvailableAction> {
    [Action::Up, Action::Down, Action::Top, Action::Bottom, Action::PageUp, Action::PageDown]
        .map(AvailableAction::new)
        .to_vec()
}

/// What `App` itself does on every screen.
pub const EVERYWHERE: [Action; 7] =
    [Action::Help, Action::Home, Action::Codespaces, Action::Activity, Action::SignIn, Action::Quit, Action::Suspend];
