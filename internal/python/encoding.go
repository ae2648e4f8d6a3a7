package python

import "unicode/utf8"

func hasBOM(src []byte) bool {
	return len(src) >= 3 && src[0] == 0xEF && src[1] == 0xBB && src[2] == 0xBF
}

// countChars counts the code points of text in the given encoding.
func countChars(text []byte, encoding string) int {
	if encoding == "utf-8" {
		return utf8.RuneCount(text)
	}
	return len(text)
}
