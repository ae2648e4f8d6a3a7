package stack

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{
		"1.8": {1, 8}, "5.2": {5, 2}, "5.2.3": {5, 2}, "6.2dev": {6, 2}, "4.2rc1": {4, 2}, "3": {3, 0}, "4.": {4, 0},
		" 1.11\n": {1, 11}, "0.96": {0, 96}, "2.0": {2, 0}, "4.2x9": {4, 2},
	} {
		got, err := ParseVersion(text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, got, "%q", text)
		require.False(t, got.IsZero(), "%q", text)
	}
	for _, text := range []string{
		"", "x", "4.x", ".2", "-1.2", "+4.2", "1.-5", "100.0", "1.100", "4 .2", "v4.2", "==4.2", "٤.٢",
		// Neither is a release, and both would pass for the unknown one.
		"0", "0.0", "00.0dev",
		"99999999999999999999.1",
	} {
		got, err := ParseVersion(text)
		require.EqualError(t, err, `malformed Django version `+quoted(text)+`: want a form like 4.2`)
		require.True(t, got.IsZero(), "%q", text)
	}
}

func quoted(s string) string { return `"` + s + `"` }

func TestVersionOrder(t *testing.T) {
	ordered := []Version{{}, {0, 96}, {1, 8}, {1, 10}, {1, 11}, {2, 0}, {10, 1}}
	for i, a := range ordered {
		for j, b := range ordered {
			switch {
			case i < j:
				require.Negative(t, a.Compare(b), "%s %s", a, b)
			case i > j:
				require.Positive(t, a.Compare(b), "%s %s", a, b)
			default:
				require.Zero(t, a.Compare(b), "%s %s", a, b)
			}
			require.Equal(t, i >= j && i > 0, a.AtLeast(b), "%s is at least %s: an unknown version is none", a, b)
		}
	}
	require.Equal(t, "1.11", Version{1, 11}.String())
	require.Equal(t, "unknown", Version{}.String())
	require.Equal(t, -1, Version{1, 8}.Compare(Version{6, 1}), "the result is a sign")
}
