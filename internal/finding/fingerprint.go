package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// FingerprintVersion names what a fingerprint is made of. It changes when the
// recipe does, so that fingerprints of two recipes are never compared.
const FingerprintVersion = "mwcheck/1"

// Fingerprint names a finding so that it is found again when lines have moved:
// it is made of the rule, the fact, the file, the setting of the stack and the
// subjects, and neither of positions nor of the wording of messages. ordinal,
// from 0, tells apart findings that are equal in all of these; see
// [Fingerprints]. It is 32 hexadecimal digits.
//
// Of the stack's id only the setting counts: which of several settings modules
// a shared list is reported for, and how their variants are numbered, depends
// on the rest of the project.
func Fingerprint(f Finding, ordinal int) string {
	parts := append([]string{FingerprintVersion, f.Rule, f.Fact, f.Span.File, Setting(f.Stack)}, f.Subject...)
	parts = append(parts, strconv.Itoa(ordinal))
	h := sha256.New()
	for _, p := range parts {
		// The length in front keeps parts apart whatever they hold.
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Fingerprints gives the fingerprint of each finding, no two of them the same.
// Findings that differ in nothing but place and wording are numbered in the
// order given, which is that of the report: by file and line.
func Fingerprints(findings []Finding) []string {
	out := make([]string, len(findings))
	seen := map[string]int{}
	for i, f := range findings {
		first := Fingerprint(f, 0)
		out[i] = first
		if n := seen[first]; n > 0 {
			out[i] = Fingerprint(f, n)
		}
		seen[first]++
	}
	return out
}

// Setting takes "MIDDLEWARE" from the id of a stack, "shop.settings:MIDDLEWARE#2".
func Setting(id string) string {
	name := id[strings.LastIndexByte(id, ':')+1:]
	name, _, _ = strings.Cut(name, "#")
	return name
}
