package pyscenario

import "pgregory.net/rapid"

// Style is how the source of a project is written. No choice changes what a
// request comes by. The zero value is the plainest.
type Style struct {
	// PerModule puts each layer in a module of its own; Reexport makes the
	// settings name them by the package that these are imported into.
	PerModule bool
	Reexport  bool
	// Settings is the shape of the setting: see the constants.
	Settings Shape
	// Names chooses the names of the classes.
	Names int
	// Indent is the indentation, four spaces if it is "".
	Indent string
	// Single uses single quotes, CRLF ends lines with CR LF.
	Single bool
	CRLF   bool
	// Comments writes docstrings and comments.
	Comments bool
	// Bare leaves "(object)" away where it says nothing.
	Bare bool

	// The following are bit sets: bit i is about the i-th layer.

	// Conditional puts what is out of the ordinary under a condition that only
	// a running project knows to be true.
	Conditional uint8
	// Guard turns the condition round: an early return for what it is not.
	Guard uint8
	// Helper puts it into a method of its own, Function into a function of the
	// module.
	Helper   uint8
	Function uint8
	// Inherit splits a class in two: the request's hooks are in a base class.
	Inherit uint8
	// Init gives classes a constructor, Inits says of which kind: plain, with
	// any arguments, with a default, or one that calls that of object.
	Init  uint8
	Inits int
	// Shared derives classes from a base class in another module.
	Shared uint8
	// Alias defines a class under another name first.
	Alias uint8
	// Super puts process_response into the base class and calls it from the
	// class itself.
	Super uint8
	// Assigned makes hooks of methods with another name.
	Assigned uint8
	// Nested puts the condition into further ones; Tried puts what is out of
	// the ordinary into a try statement that catches something else.
	Nested uint8
	Tried  uint8
	// Http is how names of django.http are written: imported by name, as
	// http.X, or as django.http.X.
	Http int
	// Decoys adds methods that nothing calls.
	Decoys uint8
}

// Shape is how a settings module spells a list of layers.
type Shape int

// The shapes.
const (
	List   Shape = iota // one list
	Tuple               // one tuple
	Sum                 // the sum of two lists
	Extend              // a list that is extended with +=
	Split               // a base module with the first half, imported with *
	Append              // a list and calls of append
	shapes              // how many there are
)

func has(set uint8, i int) bool { return set>>(uint(i)&7)&1 == 1 }

// Styles draws styles.
func Styles() *rapid.Generator[Style] {
	return rapid.Custom(func(t *rapid.T) Style {
		flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
		set := func(name string) uint8 { return rapid.Uint8().Draw(t, name) }
		return Style{
			PerModule: flag("per module"), Reexport: flag("re-export"),
			Settings: Shape(rapid.IntRange(0, int(shapes)-1).Draw(t, "settings")),
			Names:    rapid.IntRange(0, len(namings)-1).Draw(t, "names"),
			Indent:   rapid.SampledFrom([]string{"    ", "  ", "\t"}).Draw(t, "indent"),
			Single:   flag("single quotes"), CRLF: flag("crlf"), Comments: flag("comments"), Bare: flag("bare"),
			Conditional: set("conditional"), Guard: set("guard"), Helper: set("helper"), Function: set("function"),
			Inits: rapid.IntRange(0, 3).Draw(t, "constructors"), Http: rapid.IntRange(0, 2).Draw(t, "http"),
			Shared: set("shared"), Alias: set("alias"), Super: set("super"), Assigned: set("assigned"), Nested: set("nested"), Tried: set("tried"),
			Inherit: set("inherit"), Init: set("init"), Decoys: set("decoys"),
		}
	})
}

// namings are ways to name classes; the layer's own name is added.
var namings = [][]string{
	{"%sMiddleware"},
	{"Maintenance%s", "Locale%s", "Tenant%s", "Metrics%s", "Audit%s"},
	{"%s_layer"},
	{"Request%sHandler", "Page%sGate"},
}
