//! What is told of a project beside its manifest, and what to do about it.

use super::project::Location;

/// Something that was not seen through, or was taken for granted, and told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    pub at: Location,
    pub concern: Concern,
    pub message: String,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// An entry of `INSTALLED_APPS` that is not known, or an app that is in none of the sources.
    App,
    /// A migration that is not there or could not be read.
    File,
    /// A migration that another depends on is not there.
    Dependency,
    /// An operation, or a part of one.
    Operation,
    /// A part of the settings. What hangs on it is told by itself.
    Setting,
    /// Something was taken for granted: what the environment says, which library is not installed.
    Assumed,
}

impl Concern {
    /// Whether something that the migrations do may be missing from the manifest, which `--strict` does not allow.
    pub fn leaves_something_unseen(self) -> bool {
        match self {
            Self::App | Self::File | Self::Dependency | Self::Operation => true,
            Self::Setting | Self::Assumed => false,
        }
    }

    /// Whether nothing in the manifest stands for it, so that the manifest itself has to tell it.
    pub fn leaves_a_gap(self) -> bool {
        self.leaves_something_unseen() && self != Self::Operation
    }

    /// What a person can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::App => {
                "apps: name the folder in which they are installed as a further source (the site-packages of the \
                 project's environment), one app by its label and folder with --app (apps: in the configuration), an \
                 entry that was not seen with --installed-app (installed_apps:), or the whole list with \
                 --set 'INSTALLED_APPS=[…]'"
            }
            Self::File => {
                "migrations that were not read: give their sources, as Django itself would read them; what they do is a \
                 blind spot until then"
            }
            Self::Dependency => {
                "dependencies that are not there: most often their app is not among the installed ones (--installed-app, \
                 or installed_apps: in the configuration), or is installed in another version than the sources hold"
            }
            Self::Operation => {
                "operations that were not seen through: what they may touch is a blind spot, in which something missing is \
                 a warning and no error; where a class is not in the sources, name the folder of its library as a source"
            }
            Self::Setting => {
                "settings: whatever they decide and was not seen is told where it is used; say it with --set NAME=VALUE \
                 (set: in the configuration)"
            }
            Self::Assumed => {
                "what was assumed: where a setting hangs on it and is another, say it with --set NAME=VALUE (set: in the \
                 configuration); a library that is installed wants its folder among the sources"
            }
        }
    }
}

/// What to do about notices: each advice once, in the order of [`Concern`].
pub fn advice(notices: &[Notice]) -> Vec<&'static str> {
    let concerns: std::collections::BTreeSet<Concern> = notices.iter().map(|it| it.concern).collect();
    concerns.into_iter().map(Concern::advice).collect()
}
