//go:build !unix

package oswrite

import "io/fs"

// keepOwner does nothing: the system has no owners as Unix has.
func keepOwner(file, fs.FileInfo) {}
