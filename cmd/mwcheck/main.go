// Command mwcheck checks Django middleware stacks without running them.
package main

import (
	"os"
	"runtime/debug"

	"github.com/mwcheck/mwcheck/internal/cli"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // a run is short and small
	}
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
