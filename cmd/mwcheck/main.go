// Command mwcheck checks Django middleware stacks without running them.
package main

import (
	"os"

	"github.com/mwcheck/mwcheck/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
