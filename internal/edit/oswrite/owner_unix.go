//go:build unix

package oswrite

import (
	"io/fs"
	"syscall"
)

// keepOwner gives a new file the owner and group of the one it replaces, where
// the process may: a run as root must not take files away from their users.
func keepOwner(f file, info fs.FileInfo) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(st.Uid), int(st.Gid))
	}
}
