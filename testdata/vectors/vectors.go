// Package vectors embeds the recorded traces of real Django releases; see
// README.md.
package vectors

import "embed"

// FS holds the files *.jsonl.gz and README.md.
//
//go:embed *.jsonl.gz README.md
var FS embed.FS
