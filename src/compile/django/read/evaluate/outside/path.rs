//! Paths and folders, as far as they lie within the sources.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::super::live::*;
use super::super::{Interpreter, format};
use super::{Answer, Call};
use crate::compile::django::read::source::Kind;

impl Interpreter<'_> {
    /// A function of `pathlib`, `os`, `os.path` or `fnmatch`.
    pub(super) fn path_call(&mut self, call: &Call<'_>) -> Answer {
        let Call { path, args, first, scope, span, .. } = *call;
        Ok(Some(match path {
            "pathlib.Path" | "pathlib.PurePath" => {
                let mut joined = PathBuf::new();
                let mut known = true;
                for arg in args {
                    match self.force(arg)? {
                        Live::Str(part) => joined.push(&*part),
                        Live::Path(part) => joined.push(&*part),
                        _ => known = false,
                    }
                }
                known.then(|| Live::Path(Rc::new(joined)))
            }
            "os.path.join" => {
                let parts: Option<Vec<String>> = args.iter().map(format::text).collect();
                parts.map(|parts| Live::str(parts.iter().collect::<PathBuf>().to_string_lossy()))
            }
            "os.path.dirname" | "os.path.basename" | "os.path.abspath" | "os.path.realpath"
            | "os.path.normpath" | "os.fspath" | "os.path.splitext" => {
                first.as_ref().and_then(format::text).map(|text| {
                    let path_of = Path::new(&text);
                    match &path[3..] {
                        "path.dirname" => {
                            Live::str(path_of.parent().unwrap_or(Path::new("")).to_string_lossy())
                        }
                        "path.basename" => {
                            Live::str(path_of.file_name().unwrap_or_default().to_string_lossy())
                        }
                        "path.splitext" => {
                            let stem = path_of.with_extension("").to_string_lossy().into_owned();
                            let rest = text.get(stem.len()..).unwrap_or_default().to_owned();
                            Live::tuple(vec![Live::str(stem), Live::str(rest)])
                        }
                        _ => Live::str(normal(path_of).to_string_lossy()),
                    }
                })
            }
            "os.path.exists" | "os.path.isfile" | "os.path.isdir" => {
                let asked = first.as_ref().and_then(format::text).map(PathBuf::from);
                let kind = asked.and_then(|it| self.world.sources.kind(&it));
                kind.map(|kind| {
                    Live::Bool(match path {
                        "os.path.isfile" => kind == Kind::File,
                        "os.path.isdir" => kind == Kind::Folder,
                        _ => kind != Kind::Nothing,
                    })
                })
            }
            "os.listdir" => {
                let folder = first.as_ref().and_then(format::text).map(PathBuf::from);
                let names = folder.and_then(|it| self.world.sources.list(&it));
                names.map(|names| Live::list(names.into_iter().map(Live::str).collect()))
            }
            "fnmatch.filter" => {
                let pattern = args.get(1).and_then(Live::as_str);
                let matcher =
                    pattern.and_then(|it| globset::Glob::new(it).ok()).map(|it| it.compile_matcher());
                let names = match &first {
                    Some(names) => self.iterate(names, scope, span)?.ok(),
                    None => None,
                };
                matcher.zip(names).and_then(|(matcher, names)| {
                    let texts: Option<Vec<&Arc<str>>> = names.iter().map(Live::as_str).collect();
                    let kept = texts?.into_iter().filter(|it| matcher.is_match(&***it)).cloned();
                    Some(Live::list(kept.map(Live::Str).collect()))
                })
            }
            _ => return Ok(None),
        }))
    }
}

/// `os.path.normpath`
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
