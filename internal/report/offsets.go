package report

import "unicode/utf8"

// offsets turns byte offsets of one file into lines and columns, counted as
// spans count them.
type offsets struct {
	src   []byte
	start []int // where each line starts
}

func newOffsets(src []byte) offsets {
	o := offsets{src: src, start: []int{len(src) - len(trimBOM(src))}}
	for i := o.start[0]; i < len(src); i++ {
		if src[i] == '\n' || src[i] == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			o.start = append(o.start, i+1)
		}
	}
	return o
}

// place is the 1-based line and column of the byte at offset, which is in the
// file or its end.
func (o offsets) place(offset int) (line, column int) {
	low, high := 0, len(o.start)
	for high-low > 1 {
		if mid := (low + high) / 2; o.start[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	if offset < o.start[low] { // inside the byte order mark
		return 1, 1
	}
	return low + 1, 1 + utf8.RuneCount(o.src[o.start[low]:offset])
}
