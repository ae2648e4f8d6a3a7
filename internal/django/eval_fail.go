package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// mayFail is mayRaise for an expression or a statement, each time it is come to.
func (e *evaluator) mayFail(exc string, n python.Node) {
	if e.caught(exc) {
		at := e.placeOf(n)
		e.mayRaise(exc, e.site("fails "+exc, at), e.textAt(at), at)
	}
}

// callFails is a call of code we cannot see inside a try: whatever the handlers
// are written for may come up in it. The innermost try that is written for
// anything of the kind decides; what its clauses leave is not looked for.
func (e *evaluator) callFails(ext string, n python.Node) {
	if neverFails(ext) {
		return
	}
	for i := len(e.handlers) - 1; i >= 0; i-- {
		for _, exc := range e.handlers[i].calls {
			if !catches("OSError", exc) || !readsOnly(ext) || asksSystem(ext) {
				e.mayFail(exc, n)
			}
		}
		if len(e.handlers[i].calls) > 0 {
			return
		}
	}
}

// neverFails knows the calls that give something for any name.
func neverFails(ext string) bool {
	switch ext {
	case "os.environ.get", "os.getenv", "os.environ.setdefault", "os.getcwd":
		return true
	}
	return strings.HasPrefix(ext, "os.path.") || strings.HasPrefix(ext, "logging.")
}

// asksSystem says that a function of the standard library may fail for what the
// system says, as one that only works on data does not.
func asksSystem(ext string) bool {
	switch top, _, _ := strings.Cut(ext, "."); top {
	case "os", "io", "shutil", "socket", "ssl", "subprocess", "tempfile", "glob", "pathlib", "urllib", "urllib2", "http", "ldap":
		return true
	}
	return false
}

// add notes what one except clause catches.
func (h *handler) add(names []string) {
	h.names = append(h.names, names...)
	for _, name := range names {
		switch name {
		case "":
			h.calls = append(h.calls, "Exception")
			return
		case "ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError", "AssertionError",
			"KeyboardInterrupt", "StopIteration", "SyntaxError", "IndentationError":
			// Nobody writes these for a call of something that is there.
		case "BaseException":
			h.calls = append(h.calls, "Exception")
			return
		default:
			h.calls = append(h.calls, name)
			return
		}
	}
}

// caughtByName says that a try in execution names the exception itself.
func (e *evaluator) caughtByName(exc string) bool {
	for _, h := range e.handlers {
		for _, name := range h.names {
			if name == exc {
				return true
			}
		}
	}
	return false
}
