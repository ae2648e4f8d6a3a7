package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and the date of the data on known middleware",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.env.Stdout, "mwcheck %s\ncatalog %s\n%s %s/%s\n",
				moduleVersion(), catalog.Date, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// release is the version of a released binary, as "v0.1.0"; the linker sets it.
var release string

// moduleVersion is the version of the release, or else the one that the Go
// command stamped on the program.
func moduleVersion() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
