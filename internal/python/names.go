package python

// Name is the identifier of a Name, FunctionDef, ClassDef, Attribute, Keyword,
// Param, TypeParam, Alias, DottedName, TypeAlias, ExceptHandler or naming
// pattern; "" where there is none. Dotted names come without inner blanks.
func (n Node) Name() string {
	s, e := n.NameRange()
	if s == e {
		return ""
	}
	return ""
}

// NameRange is the byte range of what Name returns.
func (n Node) NameRange() (start, end int) { return 0, 0 }

// Level is the number of leading dots of an ImportFrom.
func (n Node) Level() int { return 0 }

// StringValue is the value of a String node: escapes decoded, implicitly
// concatenated pieces joined, text in UTF-8 whatever the file's encoding. For
// a bytes literal it holds the bytes. ok is false for other nodes, for
// f-strings and t-strings with fields and for text that cannot be decoded.
func (n Node) StringValue() (s string, ok bool) { return "", false }

// IsBytes reports whether a String node is a bytes literal (b prefix).
func (n Node) IsBytes() bool { return false }
