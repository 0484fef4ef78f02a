//! What goes through several lists at once.

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::integer;
use super::{Answer, Call};

impl Interpreter<'_> {
    /// A function of `itertools`, or `functools.reduce`.
    pub(super) fn iterable_call(&mut self, call: &Call<'_>) -> Answer {
        let Call { path, args, keywords, first, scope, span } = *call;
        Ok(Some(match path {
            "itertools.chain" | "itertools.chain.from_iterable" => {
                let groups = match (path, &first) {
                    ("itertools.chain", _) => args.to_vec(),
                    (_, Some(first)) => {
                        self.iterate(first, scope, span)?.unwrap_or_else(|unknown| vec![unknown])
                    }
                    (_, None) => Vec::new(),
                };
                let mut all = Vec::new();
                for group in groups {
                    match self.iterate(&group, scope, span)? {
                        Ok(items) => all.extend(items),
                        Err(unknown) => all.push(unknown),
                    }
                }
                Some(Live::list(all))
            }
            "itertools.starmap" => match (args.first(), args.get(1)) {
                (Some(function), Some(groups)) => {
                    let function = self.force(function)?;
                    match self.iterate(groups, scope, span)? {
                        Ok(groups) => {
                            let mut all = Vec::with_capacity(groups.len());
                            for group in groups {
                                all.push(match self.iterate(&group, scope, span)? {
                                    Ok(args) => self.call(&function, args, Vec::new(), scope, span)?,
                                    Err(unknown) => unknown,
                                });
                            }
                            Some(Live::list(all))
                        }
                        Err(unknown) => Some(unknown),
                    }
                }
                _ => None,
            },
            "itertools.product" if keywords.iter().all(|(name, _)| &**name == "repeat") => {
                let times = keywords.first().map_or(Some(1), |(_, it)| integer(it));
                let Some(times) = times.and_then(|it| usize::try_from(it).ok()).filter(|it| *it <= 16) else {
                    return Ok(Some(None));
                };
                let mut groups = Vec::with_capacity(args.len());
                for group in args {
                    groups.push(match self.iterate(group, scope, span)? {
                        Ok(items) => Live::list(items),
                        Err(unknown) => unknown,
                    });
                }
                let mut rows = vec![Vec::new()];
                for group in groups.iter().cycle().take(groups.len() * times) {
                    let Ok(items) = self.iterate(group, scope, span)? else {
                        return Ok(Some(Some(self.because(
                            &[group],
                            scope,
                            span,
                            "pairs what is not known",
                        ))));
                    };
                    self.steps(rows.len().saturating_mul(items.len()))?;
                    let longer = |row: &Vec<Live>| {
                        let row = row.clone();
                        let with = |item: &Live| row.iter().chain([item]).cloned().collect::<Vec<_>>();
                        items.iter().map(with).collect::<Vec<_>>()
                    };
                    rows = rows.iter().flat_map(longer).collect();
                }
                Some(Live::list(rows.into_iter().map(Live::tuple).collect()))
            }
            "functools.reduce" => match args {
                [function, items, start @ ..] => {
                    let function = self.force(function)?;
                    match self.iterate(items, scope, span)? {
                        Ok(items) => {
                            let mut items = start.iter().take(1).cloned().chain(items);
                            let mut total = items.next();
                            for item in items {
                                let so_far = total.take().unwrap_or(Live::None);
                                total = Some(self.call(
                                    &function,
                                    vec![so_far, item],
                                    Vec::new(),
                                    scope,
                                    span,
                                )?);
                            }
                            total
                        }
                        Err(unknown) => Some(unknown),
                    }
                }
                _ => None,
            },
            _ => return Ok(None),
        }))
    }
}
