package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Text is a string of the configuration with the place where it is written.
type Text struct {
	Value string
	Span  stack.Span
}

// keyed is one element of a table whose keys are the user's own.
type keyed[T any] struct {
	Key   Text
	Value T
}

// table is such a table, in the order of the file.
type table[T any] []keyed[T]

// userTable is what every table[T] is to the decoder and the schema.
type userTable interface {
	decode(d *decoder, values map[string]any, at *place, path string)
	element() reflect.Type
}

func (t *table[T]) element() reflect.Type { return reflect.TypeFor[T]() }

func (t *table[T]) decode(d *decoder, values map[string]any, at *place, path string) {
	for _, key := range d.ordered(values, at) {
		var one T
		at := at.child(key)
		d.value(values[key], reflect.ValueOf(&one).Elem(), at, join(path, key))
		*t = append(*t, keyed[T]{Key: Text{key, d.keySpan(at)}, Value: one})
	}
}

func join(path, key string) string {
	if strings.ContainsAny(key, ". ") {
		key = fmt.Sprintf("%q", key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// decoder fills Go values from what the reader of TOML gives, and collects what
// is wrong with it.
type decoder struct {
	lines *stack.Lines
	errs  Errors
}

// maxErrors is how many errors are collected; it also bounds the time that
// goes into what could have been meant.
const maxErrors = 20

func (d *decoder) full() bool { return len(d.errs) >= maxErrors }

func (d *decoder) errorf(span stack.Span, format string, args ...any) {
	if d.full() {
		return
	}
	d.errs = append(d.errs, &Error{span, fmt.Sprintf(format, args...)})
}

func (d *decoder) keySpan(p *place) stack.Span {
	if p == nil {
		return d.lines.File()
	}
	if p.end > p.key {
		return d.lines.Span(p.key, p.end)
	}
	return d.valueSpan(p)
}

func (d *decoder) valueSpan(p *place) stack.Span {
	if p == nil || p.valueEnd == 0 {
		if p != nil && p.end > p.key {
			return d.lines.Span(p.key, p.end)
		}
		return d.lines.File()
	}
	return d.lines.Span(p.value, p.valueEnd)
}

// ordered are the keys of a table in the order of the file; those whose place
// is not known come last.
func (d *decoder) ordered(values map[string]any, at *place) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	where := func(k string) int {
		if p := at.child(k); p != nil {
			return p.key
		}
		return maxBytes + 1
	}
	slices.SortFunc(keys, func(a, b string) int {
		if x, y := where(a), where(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	return keys
}

// value fills into from v, which stands at a place and is called path.
func (d *decoder) value(v any, into reflect.Value, at *place, path string) {
	if into.CanAddr() {
		if t, ok := into.Addr().Interface().(userTable); ok {
			if values, ok := v.(map[string]any); ok {
				t.decode(d, values, at, path)
			} else {
				d.wrong(at, path, "a table", v)
			}
			return
		}
	}
	if into.Type() == reflect.TypeFor[Text]() {
		if s, ok := v.(string); ok {
			into.Set(reflect.ValueOf(Text{s, d.valueSpan(at)}))
		} else {
			d.wrong(at, path, "a string", v)
		}
		return
	}
	if into.Type() == reflect.TypeFor[truth]() {
		if b, ok := v.(bool); ok {
			into.Set(reflect.ValueOf(truth{b, d.valueSpan(at)}))
		} else {
			d.wrong(at, path, "true or false", v)
		}
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.value(v, into.Elem(), at, path)
	case reflect.Slice:
		d.list(v, into, at, path)
	case reflect.Struct:
		if values, ok := v.(map[string]any); ok {
			d.structure(values, into, at, path)
		} else {
			d.wrong(at, path, "a table", v)
		}
	}
}

func (d *decoder) list(v any, into reflect.Value, at *place, path string) {
	var elements []any
	switch v := v.(type) {
	case []any:
		elements = v
	case []map[string]any:
		for _, m := range v {
			elements = append(elements, m)
		}
	default:
		want := "a list of strings"
		if into.Type().Elem().Kind() == reflect.Struct && into.Type().Elem() != reflect.TypeFor[Text]() {
			want = "an array of tables, [[" + path + "]]"
		}
		d.wrong(at, path, want, v)
		return
	}
	out := reflect.MakeSlice(into.Type(), len(elements), len(elements))
	for i, e := range elements {
		d.value(e, out.Index(i), at.element(i), fmt.Sprintf("%s[%d]", path, i))
	}
	into.Set(out)
}

// structure fills a struct by its toml tags. A field called Span gets the place
// of the key.
func (d *decoder) structure(values map[string]any, into reflect.Value, at *place, path string) {
	fields := map[string]int{}
	var known []string
	for i := range into.NumField() {
		f := into.Type().Field(i)
		if key := f.Tag.Get("toml"); key != "" {
			fields[key] = i
			known = append(known, key)
		} else if f.Name == "Span" {
			into.Field(i).Set(reflect.ValueOf(d.keySpan(at)))
		}
	}
	for _, key := range d.ordered(values, at) {
		i, ok := fields[key]
		if !ok {
			d.unknown(at.child(key), join(path, key), key, known)
			continue
		}
		d.value(values[key], into.Field(i), at.child(key), join(path, key))
		if words := into.Type().Field(i).Tag.Get("enum"); words != "" {
			d.oneOf(into.Field(i), strings.Split(words, ","), join(path, key))
		}
	}
	for _, key := range known {
		if _, given := values[key]; !given && into.Type().Field(fields[key]).Tag.Get("required") != "" {
			d.errorf(d.keySpan(at), "%q has no %q", path, key)
		}
	}
}

// oneOf checks a word, or the words of a table, against those that are allowed.
func (d *decoder) oneOf(v reflect.Value, words []string, path string) {
	var texts []Text
	switch v := v.Interface().(type) {
	case Text:
		texts = []Text{v}
	case table[Text]:
		for _, one := range v {
			texts = append(texts, one.Value)
		}
	}
	for _, t := range texts {
		if t.Span.File == "" || slices.Contains(words, t.Value) {
			continue // it was not given, or is no string and was refused
		}
		if near := lint.Closest(t.Value, words); near != "" {
			d.errorf(t.Span, "%q in %q is none of %s; did you mean %q?", t.Value, path, strings.Join(words, ", "), near)
		} else {
			d.errorf(t.Span, "%q in %q is none of %s", t.Value, path, strings.Join(words, ", "))
		}
	}
}

// root fills the struct of the whole file.
func (d *decoder) root(values map[string]any, f *file, at *place, path string) {
	d.structure(values, reflect.ValueOf(f).Elem(), at, path)
}

func (d *decoder) unknown(at *place, path, key string, known []string) {
	if d.full() {
		return
	}
	if near := lint.Closest(key, known); near != "" {
		d.errorf(d.keySpan(at), "unknown key %q; did you mean %q?", path, near)
		return
	}
	slices.Sort(known)
	d.errorf(d.keySpan(at), "unknown key %q; known here: %s", path, strings.Join(known, ", "))
}

func (d *decoder) wrong(at *place, path, want string, have any) {
	d.errorf(d.valueSpan(at), "%q must be %s, not %s", path, want, kindOf(have))
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "a string"
	case bool:
		return fmt.Sprint(v)
	case int64, float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "an array of tables"
	}
	return "a date"
}
