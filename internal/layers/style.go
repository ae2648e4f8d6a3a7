package layers

// style says how a class is written.
func (r *Reader) style(l *Layer, c *class) Style {
	if len(c.unclear) > 0 {
		return StyleUnknown
	}
	mixed, call := c.isMixin(), false
	for _, b := range c.mro[1:] {
		if b.cls != nil && len(b.cls.unclear) > 0 {
			return StyleUnknown
		}
		if b.cls == nil && b.path != mixinPath && b.path != objectPath {
			style, _, ok := r.catalogStyle(b.path)
			if !ok {
				if l.Hook("__call__") != nil && !l.Hook("__call__").Inherited && takesNext(l.Init.Takes) {
					return Modern
				}
				return StyleUnknown
			}
			mixed = mixed || style == Mixin
			call = call || style == Modern
		}
	}
	own := l.Hook("__call__") != nil || call
	process := false
	for _, h := range l.Hooks {
		process = process || h.Name != "__call__" && h.Name != "__acall__"
	}
	switch {
	case mixed:
		return Mixin
	case own && (takesNext(l.Init.Takes) || !process):
		return Modern
	case process:
		return Classic
	}
	return StyleUnknown
}

func takesNext(t Takes) bool { return t == TakesRequired || t == TakesOptional || t == TakesAny }
