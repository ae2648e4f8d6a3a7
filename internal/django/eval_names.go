package django

import "strings"

// stdlib says that a top package belongs to Python's own library, of any
// version that Django ran on.
func stdlib(top string) bool {
	switch top {
	case "__future__", "abc", "argparse", "array", "ast", "asyncio", "atexit", "base64", "bisect", "builtins", "__builtin__",
		"calendar", "codecs", "collections", "concurrent", "configparser", "ConfigParser", "contextlib", "copy", "cPickle", "csv",
		"dataclasses", "datetime", "decimal", "difflib", "email", "enum", "errno", "fileinput", "fnmatch", "fractions", "functools",
		"gc", "getpass", "gettext", "glob", "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http", "httplib", "imp", "importlib",
		"inspect", "io", "ipaddress", "itertools", "json", "linecache", "locale", "logging", "lzma", "math", "mimetypes",
		"multiprocessing", "numbers", "operator", "os", "pathlib", "pickle", "pkgutil", "platform", "posixpath", "pprint", "pwd",
		"queue", "Queue", "random", "re", "runpy", "secrets", "select", "shelve", "shlex", "shutil", "signal", "site", "smtplib",
		"socket", "sqlite3", "ssl", "stat", "string", "StringIO", "struct", "subprocess", "sys", "sysconfig", "syslog", "tempfile",
		"textwrap", "threading", "time", "timeit", "token", "tokenize", "tomllib", "traceback", "types", "typing", "unicodedata",
		"unittest", "urllib", "urllib2", "urlparse", "uuid", "warnings", "weakref", "xml", "zipfile", "zlib", "zoneinfo", "distutils":
		return true
	}
	return false
}

// readsOnly says that a function from outside does not change the lists and
// dicts it gets.
func readsOnly(ext string) bool {
	top, _, _ := strings.Cut(ext, ".")
	switch top {
	case "random", "heapq", "bisect", "operator", "functools", "atexit", "threading", "imp", "runpy", "inspect", "types", "importlib", "contextlib":
		return false
	case "django":
		return !strings.HasPrefix(ext, "django.setup")
	case "environ", "decouple", "dj_database_url", "dotenv", "envparse", "environs", "celery", "kombu", "sentry_sdk", "raven",
		"ldap", "django_auth_ldap", "corsheaders", "rest_framework", "yaml", "pkg_resources", "six", "pytz":
		return true
	}
	return stdlib(top)
}

// impure says that a function gives another value at every call.
func impure(name string) bool {
	switch name {
	case "random", "randint", "choice", "choices", "sample", "shuffle", "uniform", "uuid1", "uuid4", "time", "now", "today", "utcnow",
		"urandom", "token_hex", "token_urlsafe", "token_bytes", "get_random_secret_key", "get_random_string", "next", "pop", "popleft",
		"popitem", "read", "readline", "readlines", "input", "raw_input", "monotonic", "perf_counter", "acquire", "connect", "recv":
		return true
	}
	return false
}

// readMethod says that a method of any builtin type changes nothing.
func readMethod(name string) bool {
	switch name {
	case "index", "count", "copy", "get", "keys", "items", "values", "startswith", "endswith", "split", "format", "lower", "upper", "strip", "join":
		return true
	}
	return false
}

// settingName says that Django reads a name as a setting.
func settingName(name string) bool {
	return name != "" && strings.ToUpper(name) == name && strings.ToLower(name) != name && !strings.HasPrefix(name, "__")
}

// isBuiltin names the builtins the evaluator interprets.
func isBuiltin(name string) bool {
	switch name {
	case "list", "tuple", "set", "frozenset", "dict", "str", "unicode", "int", "bool", "len", "sorted", "reversed", "filter", "map",
		"zip", "enumerate", "range", "xrange", "any", "all", "min", "max", "sum", "isinstance", "hasattr", "getattr", "setattr",
		"delattr", "globals", "locals", "vars", "dir", "open", "exec", "eval", "execfile", "compile", "__import__", "print", "iter",
		"next", "callable", "type", "super", "property", "staticmethod", "classmethod", "repr", "id", "input", "reduce", "abs", "ord",
		"chr", "hash", "object", "issubclass", "format", "round":
		return true
	}
	return false
}

// isException names the builtin exceptions.
func isException(name string) bool {
	switch name {
	case "BaseException", "Exception", "ImportError", "ModuleNotFoundError", "KeyError", "IndexError", "NameError", "ValueError",
		"TypeError", "AttributeError", "OSError", "IOError", "RuntimeError", "FileNotFoundError", "EnvironmentError", "StopIteration",
		"NotImplementedError", "AssertionError", "SystemExit", "LookupError", "DeprecationWarning", "Warning", "UserWarning",
		"SyntaxError", "PermissionError", "PendingDeprecationWarning", "RuntimeWarning", "UnicodeDecodeError", "KeyboardInterrupt":
		return true
	}
	return false
}

// isOtherBuiltin names builtins that exist but are not interpreted; a name that is
// none of all these may make Python raise NameError.
func isOtherBuiltin(name string) bool {
	switch name {
	case "__file__", "__name__", "__builtins__", "__debug__", "NotImplemented", "Ellipsis", "float", "complex", "bytes",
		"bytearray", "memoryview", "slice", "divmod", "pow", "hex", "oct", "bin", "ascii", "basestring", "long", "unichr", "raw_input",
		"file", "cmp", "apply", "exit", "quit", "help", "aiter", "anext", "breakpoint":
		return true
	}
	return false
}
