//! The text of a source file, whatever lies at its path.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::compile::django::read::syntax::MAX_FILE;

/// Python's source text is UTF-8 unless its first two lines say otherwise (PEP 263).
pub fn read(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| format!("it cannot be read: {error}");
    // A pipe would be waited for.
    let nonblocking = OFlags::NONBLOCK.bits() as i32;
    let opened = OpenOptions::new().read(true).custom_flags(nonblocking).open(path);
    let no_file = || match path.exists() {
        true => "it is no regular file".to_owned(),
        false => "there is no such file".to_owned(),
    };
    let mut file = opened.map_err(|error| if path.is_file() { told(error) } else { no_file() })?;
    let about = file.metadata().map_err(told)?;
    if !about.is_file() {
        return Err(no_file());
    }
    if about.len() > MAX_FILE {
        return Err(format!("it is longer than {} MiB", MAX_FILE >> 20));
    }
    let bytes = all(&mut file, about.len() as usize).map_err(told)?;
    let bytes = if bytes.starts_with(b"\xef\xbb\xbf") { bytes[3..].to_vec() } else { bytes };
    String::from_utf8(bytes).or_else(|error| {
        let bytes = error.as_bytes();
        let head: Vec<u8> = bytes.split(|byte| *byte == b'\n').take(2).flatten().copied().collect();
        let head = String::from_utf8_lossy(&head).to_lowercase();
        if head.contains("coding") && ["latin-1", "latin1", "iso-8859-1"].iter().any(|it| head.contains(it)) {
            Ok(bytes.iter().copied().map(char::from).collect())
        } else {
            Err("it is not UTF-8".to_owned())
        }
    })
}

/// As much of a file as it held when it was opened: one call of the system, mostly.
fn all(file: &mut impl Read, length: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
