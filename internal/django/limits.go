package django

// DiscoverLimits bounds what one Load reads. The zero value stands for the defaults.
type DiscoverLimits struct {
	Files    int   // files and directories looked at, default 300,000
	Depth    int   // directories below a path given, default 60
	FileSize int64 // bytes of one file, default 16 MiB
	Modules  int   // modules parsed, default 50,000
}

func (l DiscoverLimits) withDefaults() DiscoverLimits {
	if l.Files <= 0 {
		l.Files = 300_000
	}
	if l.Depth <= 0 {
		l.Depth = 60
	}
	if l.FileSize <= 0 {
		l.FileSize = 16 << 20
	}
	if l.Modules <= 0 {
		l.Modules = 50_000
	}
	return l
}
