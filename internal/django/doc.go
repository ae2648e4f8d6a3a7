// Package django finds the settings modules of Django projects, tells what lists
// of middleware they would define, and where the dotted paths in these lead. It
// reads files through an interface and never imports or runs a line of them.
//
// # What Load does
//
// It walks the paths given (walk.go, ignore.go), reads the Python files and those
// that may name a settings module or a Django release, and parses only what
// speaks of either (scan.go). From these it decides which modules are settings
// (discover.go), what part each of them plays (roles.go), what they are called
// and what they import from (roots.go, modules.go, loader.go), which release
// they run under (versions.go and its like) and evaluates each (eval.go).
//
// # What counts as a settings module
//
// A module that DJANGO_SETTINGS_MODULE or its like names; one that assigns
// MIDDLEWARE or MIDDLEWARE_CLASSES outside of functions and either holds three
// other settings or has a name that settings have; one that takes over what such
// a module defines; a class of settings; a call of settings.configure. Tests,
// code that reads django.conf.settings and Django's own defaults do not count.
package django
