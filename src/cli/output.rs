//! Files that a command writes.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::say;

/// Writes a file that is there whole, or as it was before; `-` is standard output.
pub fn write_output(output: &Path, text: &str) -> anyhow::Result<()> {
    if output == Path::new("-") {
        return Ok(say(text)?);
    }
    write_whole(output, text).with_context(|| format!("{} cannot be written", output.display()))
}

fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What the umask leaves of it, as any other file of this person.
    let mode = std::fs::Permissions::from_mode(0o666);
    let mut new = tempfile::Builder::new().prefix(".schema-health-").permissions(mode).tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}
