//! Which modules set settings of Django's, by their text: most do not, and need not be looked through.

use memchr::memmem;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How a text sets settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// In the body of a class: by django-appconf, or a swappable model.
    InAClass,
    /// `settings.X = …`, `setattr(settings, …)`: maybe within a function that others call.
    Anywhere,
}

/// Those files of a package that set settings.
#[derive(Clone, Debug, Default)]
pub struct Setters {
    files: BTreeSet<PathBuf>,
    anywhere: bool,
}

impl Setters {
    pub fn add(&mut self, file: PathBuf, way: Way) {
        self.files.insert(file);
        self.anywhere |= way == Way::Anywhere;
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The names of the modules.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter_map(|it| it.file_stem()?.to_str())
    }

    /// Whether running the module in this file may set a setting.
    pub fn may_be(&self, file: &Path) -> bool {
        self.anywhere || self.files.contains(file)
    }
}

/// The widest of the ways that a text has.
pub fn sets_settings(text: &str) -> Option<Way> {
    let sets_attribute = || {
        places(text, "setattr(").any(|at| {
            let word = word(text[at + "setattr(".len()..].trim_start());
            begins_word(text, at) && word.ends_with("settings")
        })
    };
    let speaks_of =
        |wanted: &&str| places(text, wanted).any(|at| begins_word(text, at) && word(&text[at..]) == *wanted);
    if assigns(text) || sets_attribute() {
        Some(Way::Anywhere)
    } else {
        ["AppConf", "swappable_setting"].iter().any(speaks_of).then_some(Way::InAClass)
    }
}

fn assigns(text: &str) -> bool {
    places(text, "settings.").any(|at| {
        let rest = &text[at + "settings.".len()..];
        let is_of_name = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
        let behind = rest.trim_start_matches(is_of_name);
        let value = behind.trim_start().strip_prefix('=');
        rest.starts_with(|it: char| it.is_ascii_uppercase())
            && value.is_some_and(|it| !it.is_empty() && !it.starts_with('='))
    })
}

fn places<'t>(text: &'t str, wanted: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), wanted)
}

fn word(text: &str) -> &str {
    let end = text.find(|it: char| !is_of_word(it)).unwrap_or(text.len());
    &text[..end]
}

fn begins_word(text: &str, at: usize) -> bool {
    !text[..at].ends_with(is_of_word)
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_set_a_setting() {
        for (text, way) in [
            ("settings.A_1 = 2", Way::Anywhere),
            ("my_settings.A\t=\n2", Way::Anywhere),
            ("setattr(settings, 'A', 1)", Way::Anywhere),
            ("setattr( django_settings , a, b)", Way::Anywhere),
            ("class A(AppConf):\n  pass\nsettings.A = 1", Way::Anywhere),
            ("class A(AppConf):", Way::InAClass),
            ("swapper.swappable_setting('a')", Way::InAClass),
        ] {
            assert_eq!(sets_settings(text), Some(way), "{text}");
        }
        for text in [
            "settings.A == 1",
            "settings.a = 1",
            "settings.Ab = 1",
            "settings.A =",
            "setattr(settings_of, 1)",
            "resetattr(settings)",
            "AppConfig",
            "MyAppConf",
            "swappable_settings",
            "",
        ] {
            assert_eq!(sets_settings(text), None, "{text}");
        }
    }
}
