// Package migrate moves Django projects from MIDDLEWARE_CLASSES to MIDDLEWARE.
//
// [Run] works on an overlay: the files of the project, with the texts that the
// passes so far have made of them. The passes come one after the other, and each
// sees the result of the one before:
//
//   - the setting gets its new name, wherever it is assigned, extended, imported
//     or read (rename.go);
//   - classes of the project that the stacks name become mixins, or native
//     classes (classpass.go and package classes);
//   - the fixes of the lint rules for the target release are applied until
//     nothing changes any more (fixpass.go);
//   - what the new model does differently is listed (summary.go), on request
//     also as comments in the code (annotate.go).
//
// Nothing is guessed. An occurrence that is not understood stays as it is and is
// listed with its place; a rename after which a settings module would yield
// another list than before is taken back as a whole. Nothing is written: the
// result is a list of changed texts. No line of the project is run.
package migrate
