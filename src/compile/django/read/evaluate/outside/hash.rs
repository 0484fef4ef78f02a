//! Short names that code makes of long ones: hashes, and slugs.

use md5::Md5;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::compile::django::project::is_marked;

/// `hashlib.md5(data).hexdigest()`; `None` where the algorithm is none of these, or something is only filled in later.
pub fn hexdigest(algorithm: &str, data: &[u8]) -> Option<String> {
    if is_marked(&String::from_utf8_lossy(data)) {
        return None;
    }
    fn of<D: Digest>(data: &[u8]) -> String {
        D::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
    }
    Some(match algorithm {
        "md5" => of::<Md5>(data),
        "sha224" => of::<Sha224>(data),
        "sha256" => of::<Sha256>(data),
        "sha384" => of::<Sha384>(data),
        "sha512" => of::<Sha512>(data),
        _ => return None,
    })
}

/// `slugify` of django/utils/text.py; `None` of a text beyond ASCII.
pub fn slug(text: &str, django: (u32, u32)) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let kept = |it: &char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-') || it.is_ascii_whitespace();
    let text: String = text.chars().filter(kept).collect();
    let is_gap = |it: char| it == '-' || it.is_ascii_whitespace();
    // Before Django 3.2, dashes and underscores stood at its ends too.
    let text = if django < (3, 2) { text.trim().to_owned() } else { text };
    let mut slug = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            it if !is_gap(it) => slug.push(it),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    Some(if django < (3, 2) { slug } else { slug.trim_matches(['-', '_']).to_owned() })
}
