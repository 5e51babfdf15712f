//! How names change their case on the way to a target, and which of them Python keeps for itself. One
//! policy, so that no two rooms disagree.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// The name in snake case: of tables, columns, modules and Python attributes.
///
/// ```
/// assert_eq!(trine::naming::snake("BannerPost"), "banner_post");
/// assert_eq!(trine::naming::snake("createdAt"), "created_at");
/// assert_eq!(trine::naming::snake("이름"), "이름");
/// ```
pub fn snake(name: &str) -> String {
    if is_snake(name) { name.to_owned() } else { name.to_snake_case() }
}

/// Whether a name is in snake case already, as most are: words of small letters and digits, one
/// underscore between two.
fn is_snake(name: &str) -> bool {
    let mut before = b'_';
    let fits = name.bytes().all(|byte| {
        let fits =
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || (byte == b'_' && before != b'_');
        before = byte;
        fits
    });
    fits && before != b'_'
}

/// The name of a Python class. A name that begins with a capital and has no underscore stays as it is.
///
/// ```
/// assert_eq!(trine::naming::class("HTTPRoute"), "HTTPRoute");
/// assert_eq!(trine::naming::class("banner_post"), "BannerPost");
/// ```
pub fn class(name: &str) -> String {
    if name.starts_with(char::is_uppercase) && !name.contains('_') {
        name.to_owned()
    } else {
        name.to_upper_camel_case()
    }
}

/// A module's name made of a file's or a directory's: one that Python can import, or `app`.
///
/// ```
/// assert_eq!(trine::naming::module("shop-floor"), "shop_floor");
/// assert_eq!(trine::naming::module("2024"), "app");
/// ```
pub fn module(name: &str) -> String {
    let words: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let name = snake(&words);
    let begins = name.chars().next().is_some_and(char::is_alphabetic);
    if begins && !PYTHON_KEYWORDS.contains(&name.as_str()) { name } else { "app".to_owned() }
}

/// Python's keywords, soft ones aside: no attribute, class or module can have their names.
pub const PYTHON_KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// The modules of Python's standard library, sorted: a package of the same name would hide one, or be
/// hidden by it.
#[rustfmt::skip]
pub const PYTHON_MODULES: &[&str] = &[
    "abc", "antigravity", "argparse", "array", "ast", "asyncio", "atexit", "base64", "bdb",
    "binascii", "bisect", "builtins", "bz2", "calendar", "cmath", "cmd", "code", "codecs", "codeop",
    "collections", "colorsys", "compileall", "concurrent", "configparser", "contextlib",
    "contextvars", "copy", "copyreg", "csv", "ctypes", "curses", "dataclasses", "datetime", "dbm",
    "decimal", "difflib", "dis", "doctest", "email", "encodings", "ensurepip", "enum", "errno",
    "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "fractions", "ftplib", "functools",
    "gc", "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp", "gzip",
    "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib", "importlib", "inspect", "io",
    "ipaddress", "itertools", "json", "keyword", "linecache", "locale", "logging", "lzma",
    "mailbox", "marshal", "math", "mimetypes", "mmap", "modulefinder", "msvcrt", "multiprocessing",
    "netrc", "nt", "ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os",
    "pathlib", "pdb", "pickle", "pickletools", "pkgutil", "platform", "plistlib", "poplib", "posix",
    "posixpath", "pprint", "profile", "pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc",
    "pydoc_data", "pyexpat", "queue", "quopri", "random", "re", "readline", "reprlib", "resource",
    "rlcompleter", "runpy", "sched", "secrets", "select", "selectors", "shelve", "shlex", "shutil",
    "signal", "site", "smtplib", "socket", "socketserver", "sqlite3", "sre_compile",
    "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringprep", "struct",
    "subprocess", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile", "tempfile",
    "termios", "textwrap", "this", "threading", "time", "timeit", "tkinter", "token", "tokenize",
    "tomllib", "trace", "traceback", "tracemalloc", "tty", "turtle", "turtledemo", "types",
    "typing", "unicodedata", "unittest", "urllib", "uuid", "venv", "warnings", "wave", "weakref",
    "webbrowser", "winreg", "winsound", "wsgiref", "xml", "xmlrpc", "zipapp", "zipfile",
    "zipimport", "zlib", "zoneinfo",
];
