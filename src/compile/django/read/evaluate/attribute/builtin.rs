//! What Python's own values have.

use super::super::live::*;

/// Whether a built-in value has such a method. A text or a number may be a member of an enumeration, a dict one of
/// `collections`, a list what is gone through once: what they lack is not known.
pub(in super::super) fn has_method(value: &Live, name: &str) -> bool {
    let own: &[&str] = match value {
        Live::Str(_) => OF_TEXT,
        Live::Bytes(_) => OF_BYTES,
        Live::List(_) => OF_LIST,
        Live::Tuple(_) => &["count", "index"],
        Live::Set(_) => OF_SET,
        Live::Dict(_) => OF_DICT,
        _ => return OF_ALL.contains(&name),
    };
    own.contains(&name) || OF_ALL.contains(&name) || OF_CONTAINERS.contains(&name)
}

const OF_ALL: &[&str] = &["__eq__", "__ne__", "__hash__", "__repr__", "__str__", "__format__"];
const OF_CONTAINERS: &[&str] = &[
    "__add__",
    "__contains__",
    "__delitem__",
    "__getitem__",
    "__iadd__",
    "__ior__",
    "__iter__",
    "__len__",
    "__setitem__",
];
const OF_TEXT: &[&str] = &[
    // Of psycopg's SQL, which is a text here.
    "as_string",
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
const OF_BYTES: &[&str] = &[
    "count",
    "decode",
    "endswith",
    "find",
    "hex",
    "index",
    "join",
    "replace",
    "split",
    "startswith",
    "strip",
];
const OF_LIST: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
const OF_SET: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "symmetric_difference_update",
    "union",
    "update",
];
const OF_DICT: &[&str] = &[
    "clear",
    "copy",
    "elements",
    "fromkeys",
    "get",
    "items",
    "keys",
    "most_common",
    "move_to_end",
    "pop",
    "popitem",
    "setdefault",
    "subtract",
    "total",
    "update",
    "values",
];
