// Package pyscenario writes Django projects for the scenarios of the vectors:
// Python source text of a settings module, a URLconf, views and middleware that
// do what a scenario has them do, and that tell what happened in the vocabulary
// of the traces. It is support for tests, which compare what is read from such
// source text, or what a real Django does with it, with what was recorded.
//
// The source looks as people write it. A Style says how: in one module or one
// for each layer, with answers in helpers, under conditions that cannot be
// known without running the code, in base classes, and so on; none of it
// changes what a request of the scenario comes by.
//
// Package live serves such projects with a real Django.
package pyscenario
