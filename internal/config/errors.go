package config

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// Error is something wrong with a configuration file, with its place.
type Error struct {
	Span    stack.Span // Line 0: the whole file is meant
	Message string
}

func (e *Error) Error() string {
	if e.Span.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Span.File, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Span.File, e.Span.Line, e.Span.Column, e.Message)
}

// Errors is everything that is wrong with a configuration file, by place.
type Errors []*Error

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "\n")
}
