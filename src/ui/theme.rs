//! Roles and the themes that style them. Screens name a role, never a color.
//!
//! A theme is one file in `assets/themes/` and must be complete: a missing or unknown role is an error.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use strum::{EnumCount, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// The meaning of a piece of text, as far as its style is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, EnumCount, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    Text,
    Dim,
    /// The heading of a pane or dialog.
    Title,
    /// The first line of the frame.
    Header,
    Tab,
    TabActive,
    Border,
    BorderFocus,
    /// A heading between rows, such as a scope.
    Group,
    Selected,
    SelectedName,
    Good,
    Warn,
    Bad,
    Info,
    /// The key in a hint.
    Key,
    /// What the key does.
    KeyText,
    /// The name next to a value or field.
    Label,
    Field,
    FieldFocus,
    Placeholder,
    /// A member mark.
    Mark,
    /// The part of a row that matches a filter.
    Match,
    Notice,
    /// The sentence stating that nothing leaves this machine.
    Demo,
    Link,
}

/// A style for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::COUNT],
}

/// Why a theme file is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeFault {
    #[error("the theme is not TOML with a table `roles`: {0}")]
    Syntax(String),
    #[error("the theme lacks the role `{0}`")]
    MissingRole(&'static str),
    #[error("unknown role `{0}`")]
    UnknownRole(String),
    #[error("`{word}` in the role `{role}` is neither a color nor a style")]
    UnknownWord { role: String, word: String },
}

impl Theme {
    /// The names of the built-in themes.
    pub const NAMES: [&'static str; 3] = ["default", "light", "mono"];

    /// A built-in theme. The caller reads `NO_COLOR`, which means `mono`.
    pub fn named(name: &str) -> Option<Self> {
        let text = match name {
            "default" => include_str!("../../assets/themes/default.toml"),
            "light" => include_str!("../../assets/themes/light.toml"),
            "mono" => include_str!("../../assets/themes/mono.toml"),
            _ => return None,
        };
        Self::parse(text).ok()
    }

    /// The terminal's default style for every role, used if not even `mono` can be read.
    pub fn bare() -> Self {
        Self { styles: [Style::new(); Role::COUNT] }
    }

    pub fn parse(text: &str) -> Result<Self, ThemeFault> {
        let file: File = toml::from_str(text).map_err(|fault| ThemeFault::Syntax(fault.message().to_owned()))?;
        if let Some(name) = file.roles.keys().find(|name| name.parse::<Role>().is_err()) {
            return Err(ThemeFault::UnknownRole(name.clone()));
        }
        let mut theme = Self::bare();
        for role in Role::iter() {
            let name: &'static str = role.into();
            let words = file.roles.get(name).ok_or(ThemeFault::MissingRole(name))?;
            theme.styles[role as usize] =
                style(words).map_err(|word| ThemeFault::UnknownWord { role: name.to_owned(), word })?;
        }
        Ok(theme)
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    roles: BTreeMap<String, String>,
}

/// Parses `[color] [on color] [modifier]…`. The error is the word that is neither.
fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        style = if word == "on" {
            let name = words.next().unwrap_or_default();
            style.bg(name.parse().map_err(|_| format!("on {name}"))?)
        } else if let Some(modifier) = modifier(word) {
            style.add_modifier(modifier)
        } else {
            style.fg(word.parse::<Color>().map_err(|_| word.to_owned())?)
        };
    }
    Ok(style)
}

fn modifier(word: &str) -> Option<Modifier> {
    Some(match word {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        "crossed-out" => Modifier::CROSSED_OUT,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn file(name: &str) -> &'static str {
        match name {
            "default" => include_str!("../../assets/themes/default.toml"),
            "light" => include_str!("../../assets/themes/light.toml"),
            _ => include_str!("../../assets/themes/mono.toml"),
        }
    }

    #[test]
    fn every_theme_dresses_every_role() {
        for name in Theme::NAMES {
            assert_eq!(Theme::parse(file(name)).map(|_| ()), Ok(()), "{name}");
            assert!(Theme::named(name).is_some(), "{name}");
        }
        assert_eq!(Theme::named("nosuch"), None);
    }

    #[test]
    fn the_built_in_themes_use_only_the_sixteen_colours_of_the_terminal() {
        for name in Theme::NAMES {
            let theme = Theme::named(name).unwrap();
            for role in Role::iter() {
                let style = theme.style(role);
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{name} {role:?} {colour:?}");
                }
            }
        }
    }

    #[test]
    fn mono_has_no_colour() {
        let theme = Theme::named("mono").unwrap();
        assert!(Role::iter().all(|role| theme.style(role).fg.is_none() && theme.style(role).bg.is_none()));
    }

    #[test]
    fn light_uses_no_colour_that_vanishes_on_white() {
        let readable = [Color::Black, Color::Red, Color::Green, Color::Blue, Color::Magenta];
        let theme = Theme::named("light").unwrap();
        for role in Role::iter() {
            if let Some(colour) = theme.style(role).fg {
                assert!(readable.contains(&colour), "{role:?} {colour:?}");
            }
        }
    }

    #[test]
    fn the_selection_is_told_apart_without_colour_in_every_theme() {
        for name in Theme::NAMES {
            let theme = Theme::named(name).unwrap();
            for role in [Role::Selected, Role::SelectedName] {
                assert!(theme.style(role).add_modifier.contains(Modifier::REVERSED), "{name} {role:?}");
            }
            assert_ne!(theme.style(Role::TabActive).add_modifier, theme.style(Role::Tab).add_modifier, "{name}");
        }
    }

    #[test]
    fn a_theme_with_a_gap_or_a_slip_is_refused() {
        let cut = file("mono").replace("good = \"\"\n", "");
        assert_eq!(Theme::parse(&cut), Err(ThemeFault::MissingRole("good")));
        let more = format!("{}\nnosuch = \"\"\n", file("mono"));
        assert_eq!(Theme::parse(&more), Err(ThemeFault::UnknownRole("nosuch".into())));
        let slip = file("mono").replace("good = \"\"", "good = \"geen\"");
        assert_eq!(Theme::parse(&slip), Err(ThemeFault::UnknownWord { role: "good".into(), word: "geen".into() }));
        assert!(matches!(Theme::parse("]"), Err(ThemeFault::Syntax(_))));
    }
}
