package diff

import (
	"slices"
	"strings"
)

// callKind says what a call is for.
type callKind int

const (
	callUnknown callKind = iota
	callPure             // it changes nothing that anybody sees
	callEnds             // it ends something that was begun
	callLogs
	callRecords // a metric
	callStores
	callSends
)

// classify tells by the name of what is called what it is for. Names that say
// nothing are unknown.
func classify(path, text string) callKind {
	full := path
	if full == "" {
		full = text
	}
	last := full[strings.LastIndexByte(full, '.')+1:]
	owner := strings.ToLower(strings.TrimSuffix(full, last))
	switch {
	case strings.HasPrefix(full, "logging."), full == "print", full == "builtins.print", logger(owner) && logs(last):
		return callLogs
	case recorder(owner + last):
		return callRecords
	case isErrorName(last):
		return callPure // it only makes what is raised
	case ends(last):
		return callEnds
	case pureModule(full), path == "" && pureMethod(last), strings.HasPrefix(path, "builtins."), !strings.Contains(full, ".") && pureFunction(last):
		return callPure
	case stores(owner, last):
		return callStores
	case sends(last):
		return callSends
	}
	return callUnknown
}

// isErrorName knows the names of exception classes.
func isErrorName(name string) bool {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for _, suffix := range []string{"Error", "Exception", "SuspiciousOperation", "PermissionDenied", "Http404", "BadRequest", "NotUsed", "Configured"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func logger(owner string) bool {
	return slices.ContainsFunc([]string{"log.", "logger.", "logging.", "getlogger().", "getlogger(", "audit."}, func(s string) bool {
		return strings.Contains(owner, s)
	})
}

func logs(name string) bool {
	switch name {
	case "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "msg", "bind", "fatal":
		return true
	}
	return false
}

// recorder knows the words of metrics.
func recorder(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{
		"statsd.", "metrics.", "metric.", "stats.", "prometheus", "newrelic.", "graphite.", "datadog.", "histogram", "counter.", "gauge.",
	} {
		if strings.Contains(name, word) {
			return true
		}
	}
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "incr", "decr", "inc", "timing", "gauge", "observe", "record", "count":
		return strings.Contains(name, ".")
	}
	return false
}

// ends knows the words that give something back.
func ends(name string) bool {
	switch name {
	case "close", "close_all", "close_old_connections", "release", "rollback", "commit", "commit_unless_managed", "rollback_unless_managed",
		"savepoint_commit", "savepoint_rollback", "leave_transaction_management", "unlock", "disconnect", "shutdown", "stop", "finish",
		"deactivate", "deactivate_all", "disable", "unset", "reset_queries", "release_local", "__exit__", "unpin_thread", "unregister",
		"end_transaction", "pop_context", "set_autocommit", "clean_savepoints":
		return true
	}
	return false
}

func stores(owner, name string) bool {
	switch name {
	case "save", "create", "bulk_create", "update_or_create", "get_or_create":
		return true
	case "set", "set_many", "add", "delete", "delete_many", "touch", "update":
		return strings.Contains(owner, "cache") || strings.Contains(owner, "objects.") || strings.Contains(owner, "redis")
	}
	return false
}

func sends(name string) bool {
	switch name {
	case "send", "send_robust", "delay", "apply_async", "publish", "send_mail", "mail_admins", "mail_managers", "send_message", "notify", "emit", "enqueue":
		return true
	}
	return false
}

// pureModule knows modules and functions that only compute.
func pureModule(path string) bool {
	for _, prefix := range []string{
		"time.", "datetime.", "re.", "math.", "hashlib.", "hmac.", "uuid.", "json.", "base64.", "string.", "collections.", "itertools.",
		"functools.", "operator.", "urllib.parse.", "urllib.quote", "urllib.unquote", "urllib.urlencode", "urlparse.", "decimal.", "random.",
		"os.path.", "os.getpid", "os.environ.get", "io.", "copy.", "zlib.compress", "gzip.compress", "struct.", "socket.gethostname", "platform.",
		"ipaddress.", "calendar.", "textwrap.", "cgi.escape", "html.escape", "traceback.format_exc", "sys.exc_info", "simplejson.",
		"django.utils.timezone.now", "django.utils.text.", "django.utils.html.", "django.utils.encoding.", "django.utils.http.",
		"django.utils.safestring.", "django.utils.crypto.", "django.utils.six.", "django.utils.cache.", "django.core.urlresolvers.", "django.urls.",
		"django.utils.translation.get_language", "django.utils.translation.ugettext", "django.utils.translation.gettext", "django.utils.dateparse.",
		"django.utils.datastructures.", "django.db.transaction.get_", "django.db.transaction.is_", "django.db.connection.queries", "django.template.loader.render_to_string", "django.template.loader.get_template", "django.conf.settings.",
	} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func pureFunction(name string) bool {
	switch name {
	case "len", "str", "unicode", "int", "long", "float", "bool", "repr", "bytes", "round", "min", "max", "sum", "abs", "sorted", "list", "dict",
		"set", "tuple", "frozenset", "isinstance", "issubclass", "hasattr", "getattr", "range", "xrange", "enumerate", "zip", "any", "all", "id",
		"hash", "ord", "chr", "type", "callable", "iter", "next", "map", "filter", "reversed", "format", "hex", "divmod", "vars", "dir", "super",
		"object", "bytearray", "basestring", "reduce", "ValueError", "Exception", "RuntimeError":
		return true
	}
	return false
}

// pureMethod knows methods of text, numbers, dates, dictionaries and requests.
func pureMethod(name string) bool {
	switch name {
	case "get", "getlist", "items", "iteritems", "keys", "values", "split", "rsplit", "splitlines", "partition", "rpartition", "strip", "lstrip",
		"rstrip", "lower", "upper", "title", "startswith", "endswith", "format", "join", "replace", "encode", "decode", "find", "rfind", "index",
		"count", "isdigit", "isalnum", "isalpha", "zfill", "match", "search", "sub", "findall", "group", "groups", "groupdict", "total_seconds",
		"isoformat", "strftime", "timestamp", "timetuple", "now", "utcnow", "today", "copy", "hexdigest", "digest", "getvalue", "has_key",
		"get_full_path", "build_absolute_uri", "get_host", "get_port", "is_secure", "is_ajax", "get_signed_cookie", "is_authenticated",
		"is_anonymous", "get_username", "get_full_name", "has_perm", "as_text", "__getitem__", "__contains__", "has_header", "urlencode", "date", "time":
		return true
	}
	return false
}
