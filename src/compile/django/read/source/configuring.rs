//! Which modules set settings of Django's, by their text: most do not, and need not be looked through.

use memchr::memmem;

/// Whether a text has one of the ways: `settings.X = …`, `setattr(settings, …)`, django-appconf, swappable models.
pub fn sets_settings(text: &str) -> bool {
    assigns(text)
        || places(text, "setattr(").any(|at| {
            let word = word(text[at + "setattr(".len()..].trim_start());
            begins_word(text, at) && word.ends_with("settings")
        })
        || ["AppConf", "swappable_setting"].iter().any(|wanted| {
            places(text, wanted).any(|at| begins_word(text, at) && word(&text[at..]) == *wanted)
        })
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
    use super::sets_settings;

    #[test]
    fn the_ways_to_set_a_setting() {
        for text in [
            "settings.A_1 = 2",
            "my_settings.A\t=\n2",
            "setattr(settings, 'A', 1)",
            "setattr( django_settings , a, b)",
            "class A(AppConf):",
            "swapper.swappable_setting('a')",
        ] {
            assert!(sets_settings(text), "{text}");
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
            assert!(!sets_settings(text), "{text}");
        }
    }
}
