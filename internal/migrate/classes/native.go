package classes

import "github.com/mwcheck/mwcheck/internal/layers"

func (w *rewriter) native(c *layers.Class) bool { return false }
