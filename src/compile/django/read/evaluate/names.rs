//! The names of what is not followed: Django's classes by their shortest public path, and what of the
//! sources and of Python's library is followed at all.

use std::sync::Arc;

/// Django's own modules are names, but for its contributed apps (whose migrations are read like any other)
/// and its default settings.
pub fn is_followed(module: &str) -> bool {
    const NOT: [&str; 3] =
        ["django.contrib.postgres", "django.contrib.gis", "django.contrib.contenttypes.fields"];
    const YES: [&str; 2] = ["django.conf.global_settings", "django.conf.project_template"];
    let within =
        |root: &str| module.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if YES.into_iter().any(within) {
        return true;
    }
    if within("django") {
        // Of those two only the migrations are read: sites with GIS have none, and neither has postgres.
        return module.starts_with("django.contrib.") && !NOT.into_iter().any(within);
    }
    // Of these it is known what they give; their own source looks into the environment.
    let root = module.split('.').next().unwrap_or_default();
    !is_standard(root)
        && !matches!(
            root,
            "environ"
                | "decouple"
                | "environs"
                | "split_settings"
                | "dj_database_url"
                | "appconf"
                | "dynaconf"
                | "looseversion"
                | "packaging"
        )
        // Large libraries that settings call, which have neither fields nor apps.
        && !matches!(
            root,
            "aiohttp"
                | "billiard"
                | "boto3"
                | "botocore"
                | "celery"
                | "configurations"
                | "cryptography"
                | "importlib_metadata"
                | "kombu"
                | "loguru"
                | "numpy"
                | "opentelemetry"
                | "pandas"
                | "phonenumbers"
                | "psycopg"
                | "psycopg2"
                | "pkg_resources"
                | "pydantic"
                | "pydantic_settings"
                | "raven"
                | "redis"
                | "requests"
                | "sentry_sdk"
                | "setuptools"
                | "simplejson"
                | "structlog"
                | "toml"
                | "tomli"
                | "urllib3"
                | "vine"
                | "yaml"
        )
}

/// Modules of Python's own library that settings and migrations import.
pub fn is_standard(root: &str) -> bool {
    const STANDARD: &[&str] = &[
        "__future__",
        "abc",
        "argparse",
        "ast",
        "asyncio",
        "base64",
        "binascii",
        "bisect",
        "builtins",
        "calendar",
        "codecs",
        "collections",
        "concurrent",
        "configparser",
        "contextlib",
        "contextvars",
        "copy",
        "copyreg",
        "csv",
        "ctypes",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "dis",
        "email",
        "enum",
        "errno",
        "faulthandler",
        "fnmatch",
        "fractions",
        "functools",
        "gc",
        "getpass",
        "gettext",
        "glob",
        "gzip",
        "hashlib",
        "heapq",
        "hmac",
        "html",
        "http",
        "imaplib",
        "imghdr",
        "importlib",
        "inspect",
        "io",
        "ipaddress",
        "itertools",
        "json",
        "keyword",
        "linecache",
        "locale",
        "logging",
        "math",
        "mimetypes",
        "multiprocessing",
        "numbers",
        "operator",
        "os",
        "pathlib",
        "pickle",
        "pkgutil",
        "platform",
        "posixpath",
        "pprint",
        "queue",
        "random",
        "re",
        "reprlib",
        "sched",
        "secrets",
        "select",
        "selectors",
        "shlex",
        "shutil",
        "signal",
        "smtplib",
        "socket",
        "sqlite3",
        "ssl",
        "stat",
        "statistics",
        "string",
        "struct",
        "subprocess",
        "sys",
        "sysconfig",
        "tempfile",
        "textwrap",
        "threading",
        "time",
        "timeit",
        "tokenize",
        "traceback",
        "types",
        "typing",
        "unicodedata",
        "unittest",
        "urllib",
        "uuid",
        "warnings",
        "weakref",
        "xml",
        "zipfile",
        "zlib",
        "zoneinfo",
    ];
    // Those that begin so are parts of it in C.
    STANDARD.binary_search(&root).is_ok() || root.starts_with('_')
}

/// Whether Python's own library has it: of 3.12, as `sys.version_info` is answered, or a part of it in C.
pub fn is_in_library(root: &str) -> bool {
    const OTHERS: &[&str] = &[
        "aifc",
        "array",
        "atexit",
        "audioop",
        "bdb",
        "bz2",
        "cProfile",
        "cgi",
        "cgitb",
        "chunk",
        "cmath",
        "cmd",
        "code",
        "codeop",
        "colorsys",
        "compileall",
        "crypt",
        "curses",
        "dbm",
        "doctest",
        "encodings",
        "ensurepip",
        "fcntl",
        "filecmp",
        "fileinput",
        "ftplib",
        "genericpath",
        "getopt",
        "graphlib",
        "grp",
        "idlelib",
        "lib2to3",
        "lzma",
        "mailbox",
        "mailcap",
        "marshal",
        "mmap",
        "modulefinder",
        "netrc",
        "nis",
        "nntplib",
        "ntpath",
        "nturl2path",
        "opcode",
        "optparse",
        "ossaudiodev",
        "pdb",
        "pickletools",
        "pipes",
        "plistlib",
        "poplib",
        "posix",
        "profile",
        "pstats",
        "pty",
        "pwd",
        "py_compile",
        "pyclbr",
        "pydoc",
        "pydoc_data",
        "pyexpat",
        "quopri",
        "readline",
        "resource",
        "rlcompleter",
        "runpy",
        "shelve",
        "site",
        "sndhdr",
        "socketserver",
        "spwd",
        "sre_compile",
        "sre_constants",
        "sre_parse",
        "stringprep",
        "sunau",
        "symtable",
        "syslog",
        "tabnanny",
        "tarfile",
        "telnetlib",
        "termios",
        "this",
        "tkinter",
        "token",
        "tomllib",
        "trace",
        "tracemalloc",
        "tty",
        "turtle",
        "uu",
        "venv",
        "wave",
        "webbrowser",
        "wsgiref",
        "xdrlib",
        "xmlrpc",
        "zipapp",
        "zipimport",
    ];
    is_standard(root) || OTHERS.binary_search(&root).is_ok()
}

/// What `collections` had up to Python 3.9, and `collections.abc` has.
pub fn is_abstract_collection(name: &str) -> bool {
    const ALL: &[&str] = &[
        "AsyncGenerator",
        "AsyncIterable",
        "AsyncIterator",
        "Awaitable",
        "ByteString",
        "Callable",
        "Collection",
        "Container",
        "Coroutine",
        "Generator",
        "Hashable",
        "ItemsView",
        "Iterable",
        "Iterator",
        "KeysView",
        "Mapping",
        "MappingView",
        "MutableMapping",
        "MutableSequence",
        "MutableSet",
        "Reversible",
        "Sequence",
        "Set",
        "Sized",
        "ValuesView",
    ];
    ALL.binary_search(&name).is_ok()
}

/// Modules whose public names stand in a shorter one.
const SHORTER: &[(&str, &str)] = &[
    ("django.db.migrations.operations.base", "django.db.migrations"),
    ("django.db.migrations.operations.fields", "django.db.migrations"),
    ("django.db.migrations.operations.models", "django.db.migrations"),
    ("django.db.migrations.operations.special", "django.db.migrations"),
    ("django.db.migrations.operations", "django.db.migrations"),
    ("django.db.migrations.migration", "django.db.migrations"),
    ("django.db.models.functions.comparison", "django.db.models.functions"),
    ("django.db.models.functions.datetime", "django.db.models.functions"),
    ("django.db.models.functions.json", "django.db.models.functions"),
    ("django.db.models.functions.math", "django.db.models.functions"),
    ("django.db.models.functions.text", "django.db.models.functions"),
    ("django.db.models.functions.uuid", "django.db.models.functions"),
    ("django.db.models.functions.window", "django.db.models.functions"),
    ("django.db.models.fields.composite", "django.db.models"),
    ("django.db.models.fields.files", "django.db.models"),
    ("django.db.models.fields.generated", "django.db.models"),
    ("django.db.models.fields.json", "django.db.models"),
    ("django.db.models.fields.proxy", "django.db.models"),
    ("django.db.models.fields.related", "django.db.models"),
    ("django.db.models.fields", "django.db.models"),
    ("django.db.models.aggregates", "django.db.models"),
    ("django.db.models.base", "django.db.models"),
    ("django.db.models.constraints", "django.db.models"),
    ("django.db.models.deletion", "django.db.models"),
    ("django.db.models.enums", "django.db.models"),
    ("django.db.models.expressions", "django.db.models"),
    ("django.db.models.indexes", "django.db.models"),
    ("django.db.models.manager", "django.db.models"),
    ("django.db.models.query", "django.db.models"),
    ("django.db.models.query_utils", "django.db.models"),
    ("django.contrib.postgres.fields.array", "django.contrib.postgres.fields"),
    ("django.contrib.postgres.fields.citext", "django.contrib.postgres.fields"),
    ("django.contrib.postgres.fields.hstore", "django.contrib.postgres.fields"),
    ("django.contrib.postgres.fields.jsonb", "django.contrib.postgres.fields"),
    ("django.contrib.postgres.fields.ranges", "django.contrib.postgres.fields"),
    ("django.contrib.postgres.aggregates.general", "django.contrib.postgres.aggregates"),
    ("django.contrib.postgres.aggregates.statistics", "django.contrib.postgres.aggregates"),
    ("django.contrib.gis.db.models.fields", "django.contrib.gis.db.models"),
];

/// Names that `django.db.models.expressions` keeps for itself.
const DEEP: [&str; 6] = ["CombinedExpression", "DurationExpression", "RawSQL", "Col", "Ref", "Star"];

/// What `django.contrib.gis.db.models` adds to `django.db.models` (its `__init__`, and `fields`).
const SPATIAL: [&str; 16] = [
    "Collect",
    "Extent",
    "Extent3D",
    "MakeLine",
    "Union",
    "BaseSpatialField",
    "GeometryCollectionField",
    "GeometryField",
    "LineStringField",
    "MultiLineStringField",
    "MultiPointField",
    "MultiPolygonField",
    "PointField",
    "PolygonField",
    "RasterField",
    "ExtentField",
];

/// The shortest public path of something that is not followed.
pub fn canonical(path: &str) -> Arc<str> {
    if !path.starts_with("django.") {
        return path.into();
    }
    if let Some(rest) = path.strip_prefix("django.contrib.gis.db.models.") {
        let name = rest.split('.').next().unwrap_or_default();
        let known = ["fields", "functions", "lookups", "aggregates", "proxy", "sql"];
        if !known.contains(&name) && !SPATIAL.contains(&name) {
            return canonical(&format!("django.db.models.{rest}"));
        }
    }
    for (long, short) in SHORTER {
        if let Some(rest) = path.strip_prefix(long).and_then(|rest| rest.strip_prefix('.')) {
            let name = rest.split('.').next().unwrap_or_default();
            let public =
                name.starts_with(|first: char| first.is_ascii_uppercase()) || name == "swappable_dependency";
            if public && !DEEP.contains(&name) {
                return format!("{short}.{rest}").into();
            }
        }
    }
    path.into()
}

/// What a class of Django's derives from, its own bases first: what the order of a lineage hangs on.
pub fn ancestors(class: &str) -> &'static [&'static str] {
    if let Some(operation) = class.strip_prefix("django.db.migrations.") {
        return match operation {
            "Operation" | "Migration" => &[],
            _ => &["django.db.migrations.Operation"],
        };
    }
    let field = class.strip_prefix("django.db.models.");
    match field.or_else(|| class.strip_prefix("django.contrib.postgres.fields.")) {
        None | Some("Field") => &[],
        Some("EmailField" | "SlugField" | "URLField" | "CommaSeparatedIntegerField" | "CICharField") => {
            &["django.db.models.CharField", "django.db.models.Field"]
        }
        Some("CIEmailField") => {
            &["django.db.models.EmailField", "django.db.models.CharField", "django.db.models.Field"]
        }
        Some("CITextField") => &["django.db.models.TextField", "django.db.models.Field"],
        Some(
            "SmallIntegerField"
            | "BigIntegerField"
            | "PositiveIntegerField"
            | "PositiveSmallIntegerField"
            | "AutoField",
        ) => &["django.db.models.IntegerField", "django.db.models.Field"],
        Some("PositiveBigIntegerField" | "BigAutoField") => {
            &["django.db.models.BigIntegerField", "django.db.models.IntegerField", "django.db.models.Field"]
        }
        Some("SmallAutoField") => {
            &["django.db.models.SmallIntegerField", "django.db.models.IntegerField", "django.db.models.Field"]
        }
        Some("DateTimeField") => &["django.db.models.DateField", "django.db.models.Field"],
        Some("ImageField") => &["django.db.models.FileField", "django.db.models.Field"],
        Some("NullBooleanField") => &["django.db.models.BooleanField", "django.db.models.Field"],
        Some("ForeignKey") => &["django.db.models.ForeignObject", "django.db.models.Field"],
        Some("OneToOneField") => {
            &["django.db.models.ForeignKey", "django.db.models.ForeignObject", "django.db.models.Field"]
        }
        Some(name) if name.ends_with("Field") || name == "ForeignObject" => &["django.db.models.Field"],
        Some(_) => &[],
    }
}
