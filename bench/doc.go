// Package bench holds the benchmarks that need modules the main module must not
// depend on: the peers they are measured beside, and official tree-sitter.
package bench
