//! What is gone through later, or only in part: `map`, `zip`, `any`, `next`.

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::integer;
use super::super::outside::{Answer, Call};

impl Interpreter<'_> {
    /// `zip(count(1), names)`: one list, beside what goes on for ever.
    fn zip_with_endless(&mut self, call: &Call<'_>) -> Result<Option<Live>, Stop> {
        let args = call.args.iter().map(|it| self.force(it)).collect::<Result<Vec<_>, _>>()?;
        let ends: Vec<usize> = (0..args.len()).filter(|at| !self.is_endless(&args[*at])).collect();
        let ([end], true) = (ends.as_slice(), args.len() > 1) else { return Ok(None) };
        let Ok(items) = self.iterate(&args[*end], call.scope, call.span)? else { return Ok(None) };
        if items.iter().any(Live::is_unknown) {
            return Ok(None);
        }
        self.steps(items.len())?;
        let mut rows = Vec::with_capacity(items.len());
        // What stands before the list is asked once more.
        for at in 0..=items.len() {
            let mut row = Vec::with_capacity(args.len());
            for (position, arg) in args.iter().enumerate() {
                if position == *end {
                    let Some(item) = items.get(at) else { return Ok(Some(Live::list(rows))) };
                    row.push(item.clone());
                } else {
                    let next = self.special(arg, "__next__", Vec::new(), call.scope, call.span)?;
                    row.extend(next);
                }
            }
            rows.push(Live::tuple(row));
        }
        Ok(Some(Live::list(rows)))
    }

    /// A function whose result is gone through later, or that may stop half way.
    pub(super) fn builtin_of_streams(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            "enumerate" => {
                let start = args.get(1).cloned().or(call.keyword("start")).as_ref().map_or(Some(0), integer);
                let Some(start) = start else { return Ok(Some(None)) };
                self.items_of(call, 0)?.ok().map(|items| {
                    // Behind an unknown number of elements, none has a number that is known.
                    let mut open = None;
                    let pair = |(at, item): (i128, Live)| {
                        if item.is_unknown() {
                            return open.insert(item).clone();
                        }
                        Live::tuple(vec![open.clone().unwrap_or(Live::Int(at)), item])
                    };
                    Live::list((start..).zip(items).map(pair).collect())
                })
            }
            "zip" => {
                let is_same = |(at, it): (usize, &Live)| {
                    matches!(it, Live::Stream(_)) && args[..at].iter().any(|other| other.is(it))
                };
                if args.iter().enumerate().any(is_same) {
                    return Ok(Some(None));
                }
                if let Some(rows) = self.zip_with_endless(call)? {
                    return Ok(Some(Some(rows)));
                }
                let (mut columns, mut changed) = (Vec::new(), Vec::new());
                for value in args {
                    match self.draw(value, scope, span)? {
                        Ok(drawn) if !drawn.items.iter().any(Live::is_unknown) => {
                            columns.push(drawn.items);
                            changed.push(drawn.changed);
                        }
                        // Nor is how many are taken of the others.
                        _ => {
                            let unknown = self.unknown(scope, span, "takes some of an iterator");
                            for value in args {
                                if let Live::Stream(_) = value
                                    && let Live::Unknown(why) = &unknown
                                {
                                    let _ = self.draw(value, scope, span)?;
                                    self.leave(value, std::slice::from_ref(&unknown), Vec::new(), why);
                                }
                            }
                            return Ok(Some(None));
                        }
                    }
                }
                let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
                for ((value, column), changed) in args.iter().zip(&columns).zip(changed) {
                    if column.len() > rows
                        && let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator")
                    {
                        self.leave(value, &[Live::Unknown(why.clone())], changed, &why);
                    }
                }
                let row = |at: usize| Live::tuple(columns.iter().map(|it| it[at].clone()).collect());
                Some(Live::list((0..rows).map(row).collect()))
            }
            "map" | "filter" => {
                let items = match self.items_of(call, 1)? {
                    Ok(items) if args.len() == 2 => items,
                    Ok(_) => {
                        let columns = args[1..].to_vec();
                        match self.call_builtin_at_once("zip", &columns, &Vec::new(), scope, span)? {
                            Some(rows) => match self.iterate(&rows, scope, span)? {
                                Ok(rows) => rows,
                                Err(unknown) => vec![unknown],
                            },
                            None => vec![self.because(&[], scope, span, "goes through what is not known")],
                        }
                    }
                    Err(unknown) => vec![unknown],
                };
                let mut made = Vec::new();
                for item in items {
                    let given = match &item {
                        Live::Tuple(row) if args.len() > 2 => row.to_vec(),
                        item => vec![item.clone()],
                    };
                    if let Live::Unknown(why) = &item {
                        self.call_repeatedly(&args[0], why, scope, span)?;
                        made.push(item);
                        continue;
                    }
                    let result = match &args[0] {
                        Live::None => item.clone(),
                        function => self.call(&function.clone(), given, Vec::new(), scope, span)?,
                    };
                    if name == "map" {
                        made.push(result);
                        continue;
                    }
                    match self.truth(&result, scope, span)? {
                        Ok(true) => made.push(item),
                        Ok(false) => {}
                        Err(why) => made.push(Live::Unknown(why)),
                    }
                }
                Some(Live::list(made))
            }
            "any" | "all" => {
                let Some(value) = first else { return Ok(Some(None)) };
                let Ok(drawn) = self.draw(value, scope, span)? else { return Ok(Some(None)) };
                if let Some(known) = self.quantified(&drawn.items, name == "all") {
                    return Ok(Some(Some(known)));
                }
                let mut known = true;
                for (at, item) in drawn.items.iter().enumerate() {
                    match self.truth(item, scope, span)? {
                        Ok(truth) if truth == (name == "any") => {
                            if let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator")
                            {
                                let rest = if known {
                                    drawn.items[at + 1..].to_vec()
                                } else {
                                    vec![Live::Unknown(why.clone())]
                                };
                                self.leave(value, &rest, drawn.changed, &why);
                            }
                            return Ok(Some(Some(Live::Bool(truth))));
                        }
                        Ok(_) => {}
                        Err(why) => {
                            if known {
                                self.leave(value, &[Live::Unknown(why.clone())], drawn.changed.clone(), &why);
                            }
                            known = false;
                        }
                    }
                }
                known.then_some(Live::Bool(name == "all"))
            }
            "next" => {
                let Some(value) = first else { return Ok(Some(None)) };
                let Ok(drawn) = self.draw(value, scope, span)? else { return Ok(Some(None)) };
                let Some((item, others)) = drawn.items.split_first() else {
                    return match args.get(1) {
                        Some(default) => Ok(Some(Some(default.clone()))),
                        None => {
                            self.fails("StopIteration", "nothing more", scope, span).map(|it| Some(Some(it)))
                        }
                    };
                };
                let is_found = self.counted(&drawn.items).is_some();
                match item {
                    Live::Unknown(_) if is_found && matches!(args.get(1), Some(Live::None)) => {
                        Some(item.clone())
                    }
                    Live::Unknown(why) => {
                        self.leave(value, &drawn.items, drawn.changed, why);
                        self.may_raise(item);
                        None
                    }
                    item => {
                        if let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator") {
                            self.leave(value, others, drawn.changed, &why);
                        }
                        Some(item.clone())
                    }
                }
            }
            _ => return Ok(None),
        }))
    }
}
