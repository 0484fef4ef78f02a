//! Attributes and methods of `pathlib.Path`.

use std::path::PathBuf;
use std::rc::Rc;

use super::super::live::*;
use super::super::{Interpreter, format};
use crate::compile::django::read::source::Kind;
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    pub fn attribute_of_path(
        &mut self,
        path: &Rc<PathBuf>,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let text = |it: Option<&std::ffi::OsStr>| it.map(|it| Live::str(it.to_string_lossy()));
        let known = match name {
            "parent" => path.parent().map(|it| Live::Path(Rc::new(it.to_owned()))),
            "parents" => {
                let parents = path.ancestors().skip(1).map(|it| Live::Path(Rc::new(it.to_owned())));
                Some(Live::list(parents.collect()))
            }
            "name" => text(path.file_name()),
            "parts" => {
                let parts = path.iter().map(|it| Live::str(it.to_string_lossy()));
                Some(Live::tuple(parts.collect()))
            }
            // Of an entry of `os.scandir`.
            "path" => Some(Live::str(path.to_string_lossy())),
            "stem" => text(path.file_stem()),
            "suffix" => Some(Live::str(
                path.extension().map(|it| format!(".{}", it.to_string_lossy())).unwrap_or_default(),
            )),
            _ => {
                let callee = Callee::Method(name.into());
                Some(Live::Bound(Rc::new(Bound { receiver: Live::Path(path.clone()), callee })))
            }
        };
        Ok(known.unwrap_or_else(|| self.unknown(scope, span, "asks for a part that a path has not")))
    }

    pub(super) fn method_of_path(
        &mut self,
        path: &Rc<PathBuf>,
        name: &str,
        args: &[Live],
    ) -> Result<Option<Live>, Stop> {
        Ok(match name {
            "resolve" | "absolute" | "expanduser" => Some(Live::Path(path.clone())),
            "joinpath" => {
                let mut joined = (**path).clone();
                for arg in args {
                    match arg {
                        Live::Str(part) => joined.push(&**part),
                        Live::Path(part) => joined.push(&**part),
                        _ => return Ok(None),
                    }
                }
                Some(Live::Path(Rc::new(joined)))
            }
            "with_name" => args
                .first()
                .and_then(|it| it.as_str())
                .map(|it| Live::Path(Rc::new(path.with_file_name(&**it)))),
            "with_suffix" => args
                .first()
                .and_then(|it| it.as_str())
                .map(|it| Live::Path(Rc::new(path.with_extension(it.trim_start_matches('.'))))),
            "as_posix" | "__str__" => Some(Live::str(path.to_string_lossy())),
            "exists" | "is_file" | "is_dir" => self.world.sources.kind(path).map(|kind| {
                Live::Bool(match name {
                    "is_file" => kind == Kind::File,
                    "is_dir" => kind == Kind::Folder,
                    _ => kind != Kind::Nothing,
                })
            }),
            "iterdir" => {
                self.world.sources.list(path).map(|names| {
                    Live::list(names.iter().map(|it| Live::Path(Rc::new(path.join(it)))).collect())
                })
            }
            "glob" | "rglob" => args.first().and_then(|it| it.as_str()).and_then(|pattern| {
                let pattern = if name == "rglob" { format!("**/{pattern}") } else { pattern.to_string() };
                let found = self.matching(path, &pattern, false)?;
                Some(Live::list(found.into_iter().map(|it| Live::Path(Rc::new(it))).collect()))
            }),
            "relative_to" => args
                .first()
                .and_then(format::text)
                .and_then(|from| path.strip_prefix(from).ok().map(|it| Live::Path(Rc::new(it.to_owned())))),
            "read_text" => self.world.sources.read_data(path).map(Live::str),
            "read_bytes" => self.world.sources.read_data(path).map(|it| Live::Bytes(it.into_bytes().into())),
            _ => None,
        })
    }
}
