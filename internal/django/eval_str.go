package django

import (
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// strMethod is a call of a method of str.
func (e *evaluator) strMethod(s *pStr, name string, a *callArgs, n python.Node) pv {
	at := e.placeOf(n)
	str := func(t string) pv { return &pStr{t, at} }
	arg := func(i int) (string, bool) {
		p, ok := e.resolve(a.at(i)).(*pStr)
		if !ok {
			return "", false
		}
		return p.s, true
	}
	x, okx := arg(0)
	switch name {
	case "format":
		if out, ok := e.format(s.s, a); ok {
			return str(out)
		}
	case "join":
		if out, ok := e.joinStrings(s.s, a, n); ok {
			return str(out)
		}
	case "split", "rsplit":
		if v := e.split(s.s, name, a, at); v != nil {
			return v
		}
	case "splitlines":
		if len(a.pos)+len(a.kw) > 0 {
			break
		}
		var items []pv
		for _, l := range splitLines(s.s) {
			items = append(items, str(l))
		}
		return e.newList(items)
	case "partition", "rpartition":
		if !okx || x == "" {
			break
		}
		i := strings.Index(s.s, x)
		if name == "rpartition" {
			i = strings.LastIndex(s.s, x)
		}
		switch {
		case i >= 0:
			return &pTuple{[]pv{str(s.s[:i]), str(x), str(s.s[i+len(x):])}}
		case name == "partition":
			return &pTuple{[]pv{s, str(""), str("")}}
		}
		return &pTuple{[]pv{str(""), str(""), s}}
	case "replace":
		y, oky := arg(1)
		if okx && oky && len(a.pos) == 2 && x != "" && len(s.s)*(1+len(y)) < 1<<16 {
			return str(strings.ReplaceAll(s.s, x, y))
		}
	case "startswith", "endswith":
		if len(a.pos) != 1 {
			break
		}
		if t, ok := e.affix(s.s, name == "startswith", a.at(0)); ok {
			return pBool(t)
		}
	case "strip", "lstrip", "rstrip":
		cut := " \t\n\r\v\f"
		if a.at(0) != nil {
			if !okx {
				break
			}
			cut = x
		}
		switch name {
		case "strip":
			return str(strings.Trim(s.s, cut))
		case "lstrip":
			return str(strings.TrimLeft(s.s, cut))
		}
		return str(strings.TrimRight(s.s, cut))
	case "lower":
		return str(strings.ToLower(s.s))
	case "upper":
		return str(strings.ToUpper(s.s))
	case "isupper":
		return pBool(s.s != strings.ToLower(s.s) && s.s == strings.ToUpper(s.s))
	case "islower":
		return pBool(s.s != strings.ToUpper(s.s) && s.s == strings.ToLower(s.s))
	case "isdigit":
		return pBool(s.s != "" && strings.Trim(s.s, "0123456789") == "")
	case "find", "rfind":
		if okx && len(a.pos) == 1 && ascii(s.s) {
			if name == "find" {
				return pInt(strings.Index(s.s, x))
			}
			return pInt(strings.LastIndex(s.s, x))
		}
	case "count":
		if okx && x != "" && len(a.pos) == 1 {
			return pInt(strings.Count(s.s, x))
		}
	case "index", "rindex":
		if !okx || len(a.pos) != 1 || !strings.Contains(s.s, x) {
			e.mayFail("ValueError", n)
		}
	case "removeprefix":
		if okx {
			return str(strings.TrimPrefix(s.s, x))
		}
	case "removesuffix":
		if okx {
			return str(strings.TrimSuffix(s.s, x))
		}
	case "encode", "decode":
		if ascii(s.s) && name == "decode" {
			return s
		}
	case "title", "capitalize", "swapcase", "zfill", "center", "ljust", "rjust", "expandtabs", "translate":
	}
	u := e.unknownNode(n)
	for _, v := range a.all() {
		u.deps = u.deps.union(depsOf(v))
	}
	return u
}

// splitLines is str.splitlines of Python 3, which ends a line at more than
// newlines (docs.python.org/3/library/stdtypes.html#str.splitlines).
func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\u0085', '\u2028', '\u2029':
			return '\n'
		}
		return r
	}, s)
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (e *evaluator) affix(s string, prefix bool, v pv) (yes, ok bool) {
	has := strings.HasSuffix
	if prefix {
		has = strings.HasPrefix
	}
	switch v := e.resolve(v).(type) {
	case *pStr:
		return has(s, v.s), true
	case *pTuple:
		for _, it := range v.items {
			p, ok := it.(*pStr)
			if !ok {
				return false, false
			}
			if has(s, p.s) {
				return true, true
			}
		}
		return false, true
	}
	return false, false
}

func (e *evaluator) joinStrings(sep string, a *callArgs, n python.Node) (string, bool) {
	if a.at(0) == nil {
		return "", false
	}
	items, ok := e.spread(a.at(0))
	if !ok {
		return "", false
	}
	parts := make([]string, 0, len(items))
	size := 0
	for _, it := range items {
		p, ok := e.resolve(it).(*pStr)
		if !ok {
			return "", false
		}
		size += len(p.s) + len(sep)
		parts = append(parts, p.s)
	}
	if size > 1<<16 {
		return "", false
	}
	e.step(1 + size/64)
	return strings.Join(parts, sep), true
}

func (e *evaluator) split(s, name string, a *callArgs, at place) pv {
	limit := int64(-1)
	if v := a.get(1, "maxsplit"); v != nil {
		k, ok := intOf(v)
		if !ok {
			return nil
		}
		limit = k
	}
	var parts []string
	sep := a.get(0, "sep")
	switch p := e.resolveOrNil(sep).(type) {
	case nil, pNone:
		if limit >= 0 {
			return nil
		}
		parts = strings.Fields(s)
	case *pStr:
		if p.s == "" {
			return nil
		}
		switch {
		case limit < 0:
			parts = strings.Split(s, p.s)
		case name == "split":
			parts = strings.SplitN(s, p.s, int(min(limit, 1<<20))+1)
		default:
			for ; limit > 0; limit-- {
				i := strings.LastIndex(s, p.s)
				if i < 0 {
					break
				}
				parts = append([]string{s[i+len(p.s):]}, parts...)
				s = s[:i]
			}
			parts = append([]string{s}, parts...)
		}
	default:
		return nil
	}
	items := make([]pv, len(parts))
	for i, t := range parts {
		items[i] = &pStr{t, at}
	}
	return e.newList(items)
}

func (e *evaluator) resolveOrNil(v pv) pv {
	if v == nil {
		return nil
	}
	return e.resolve(v)
}

// format is str.format with plain fields.
func (e *evaluator) format(s string, a *callArgs) (string, bool) {
	var out strings.Builder
	auto := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case (c == '{' || c == '}') && i+1 < len(s) && s[i+1] == c:
			out.WriteByte(c)
			i++
		case c == '{':
			j := strings.IndexByte(s[i:], '}')
			if j < 0 {
				return "", false
			}
			field := s[i+1 : i+j]
			i += j
			var v pv
			if field == "" {
				v = a.at(auto)
				auto++
			} else if k, err := strconv.Atoi(field); err == nil && k >= 0 {
				v = a.at(k)
			} else {
				v = a.key(field)
			}
			if v == nil {
				return "", false
			}
			t, ok := e.formatted(v)
			if !ok || out.Len()+len(t) > 1<<16 {
				return "", false
			}
			out.WriteString(t)
		case c == '}':
			return "", false
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), true
}

// percent is str % value with %s, %d and %(name)s.
func (e *evaluator) percent(s string, v pv) (string, bool) {
	v = e.resolve(v)
	args := []pv{v}
	if t, ok := v.(*pTuple); ok {
		args = t.items
	}
	next := 0
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out.WriteByte(s[i])
			continue
		}
		i++
		if i >= len(s) {
			return "", false
		}
		if s[i] == '%' {
			out.WriteByte('%')
			continue
		}
		var arg pv
		if s[i] == '(' {
			j := strings.IndexByte(s[i:], ')')
			r, ok := v.(*pRef)
			if j < 0 || !ok || r.kind != refDict || i+j+1 >= len(s) {
				return "", false
			}
			arg, ok = e.dict(r).find(strconv.Quote(s[i+1 : i+j]))
			if !ok {
				return "", false
			}
			i += j + 1
		} else {
			if next >= len(args) {
				return "", false
			}
			arg = args[next]
			next++
		}
		t, ok := e.formatted(arg)
		if _, isInt := intOf(arg); !ok || s[i] != 's' && (s[i] != 'd' || !isInt) || out.Len()+len(t) > 1<<16 {
			return "", false
		}
		out.WriteString(t)
	}
	if r, isDict := v.(*pRef); next < len(args) && !(next == 0 && isDict && r.kind == refDict) {
		return "", false
	}
	return out.String(), true
}
