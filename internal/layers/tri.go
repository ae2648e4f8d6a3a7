package layers

// Tri is a fact that may not be known. The zero value is Unknown.
type Tri uint8

// The values of a Tri.
const (
	Unknown Tri = iota
	No
	Yes
)

// String is "yes", "no" or "unknown".
func (t Tri) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

func triOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// or is yes where one of two is, no where both are not.
func (t Tri) or(u Tri) Tri {
	switch {
	case t == Yes || u == Yes:
		return Yes
	case t == No && u == No:
		return No
	}
	return Unknown
}
