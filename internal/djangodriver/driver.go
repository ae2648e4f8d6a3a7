package djangodriver

import (
	"embed"
	"path"
	"strings"
)

//go:embed driver/*.py
var driver embed.FS

// boot is the module that python3 is started with.
const boot = "boot"

// sources are the modules of the driver: what it is started with, and by name
// those that it is given with the first question.
func sources() (start string, modules map[string]string, err error) {
	files, err := driver.ReadDir("driver")
	if err != nil {
		return "", nil, err
	}
	modules = map[string]string{}
	for _, f := range files {
		text, err := driver.ReadFile(path.Join("driver", f.Name()))
		if err != nil {
			return "", nil, err
		}
		modules[strings.TrimSuffix(f.Name(), ".py")] = string(text)
	}
	start = modules[boot]
	delete(modules, boot)
	return start, modules, nil
}
