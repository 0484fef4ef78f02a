//! Versions in words, which code compares to support several Djangos.

use std::cmp::Ordering;

use super::super::live::*;

/// Classes of versions that are compared by their numbers, and functions that make one of them.
const LOOSE: [&str; 2] = ["distutils.version.LooseVersion", "looseversion.LooseVersion"];
const STRICT: [&str; 4] = [
    "distutils.version.StrictVersion",
    "packaging.version.Version",
    "packaging.version.parse",
    "pkg_resources.parse_version",
];

/// `get_version_tuple` of `django/utils/version.py`, of numbers alone.
pub fn tuple_of_version(text: &Live) -> Option<Live> {
    let numbers = numbers(text.as_str()?)?;
    Some(Live::tuple(numbers.into_iter().map(|it| Live::Int(i128::from(it))).collect()))
}

/// As these classes of versions compare; `None` where one is of another, or is more than numbers.
pub fn order_of_versions(a: &Live, b: &Live) -> Option<Ordering> {
    let is = |value: &Live, classes: &[&str]| match value {
        Live::Instance(it) => matches!(&it.class, Live::Name(path) if classes.contains(&&**path)),
        _ => false,
    };
    let of = |value: &Live| match value {
        Live::Instance(it) if it.keywords.is_empty() && it.args.len() == 1 => {
            numbers(it.args.first()?.as_str()?)
        }
        // What is compared with a version of `distutils` becomes one.
        Live::Str(text) => numbers(text),
        _ => None,
    };
    let are = |classes: &[&str]| {
        let (a, b) = (is(a, classes) || a.as_str().is_some(), is(b, classes) || b.as_str().is_some());
        a && b
    };
    let is_loose = are(&LOOSE);
    let are_strict = is(a, &STRICT) && is(b, &STRICT);
    if !(is_loose || are_strict) {
        return None;
    }
    let (mut a, mut b) = (of(a)?, of(b)?);
    if !is_loose {
        // 3.2 is 3.2.0.
        let length = a.len().max(b.len());
        a.resize(length, 0);
        b.resize(length, 0);
    }
    Some(a.cmp(&b))
}

fn numbers(text: &str) -> Option<Vec<u64>> {
    text.split('.')
        .map(|part| part.parse().ok().filter(|_| part.bytes().all(|it| it.is_ascii_digit())))
        .collect()
}
