package conformance

// AllBehaviours lets each hook of a stack do all that the vocabulary knows, and
// the site as well. Error kinds are those that all releases have.
func AllBehaviours(stack []LayerSpec) Behaviours {
	may := Behaviours{
		Layers:        map[string]map[string][]string{},
		Views:         allViews(),
		ErrorHandlers: []string{"django", "raise", "raise4xx", "template"},
		NotFound:      true,
		Propagate:     true,
	}
	for i := range stack {
		l := &stack[i]
		hooks := map[string][]string{}
		for _, hook := range hookNames() {
			if _, has := l.Hooks[hook]; has {
				hooks[hook] = allBehaviours(hook)
			}
		}
		if l.Style == "modern" || l.Style == "function" {
			hooks[HookBefore] = allBehaviours(HookRequest)
			hooks[HookAfter] = allBehaviours(HookResponse)
			hooks[HookGetResponse] = []string{"never"}
			hooks[HookTry] = []string{"swallow", "finally"}
		}
		may.Layers[l.Name] = hooks
	}
	return may
}

func allKinds() []string {
	return []string{
		"value_error", "http404", "permission_denied", "suspicious_operation", "multipart_error",
		"system_exit", "keyboard_interrupt",
	}
}

func raising(list ...string) []string {
	for _, kind := range allKinds() {
		list = append(list, "raise:"+kind)
	}
	return list
}

func allViews() []string {
	list := raising("template", "stream", "notfound", "return_none", "return_false")
	for _, kind := range allKinds() {
		list = append(list, "template_render_raises:"+kind)
	}
	return list
}

// allBehaviours are those that are out of the ordinary in a hook.
func allBehaviours(hook string) []string {
	list := raising("return_false", "respond_template_raises:value_error", "respond_template_raises:http404")
	switch hook {
	case HookRequest:
		return append(list, "respond", "respond_template", "respond_stream", "set_urlconf")
	case HookView:
		return append(list, "respond", "respond_template", "respond_stream")
	case HookException:
		return append(list, "respond", "respond_template", "respond_stream", "reraise")
	}
	return append(list, "replace", "replace_template", "respond_stream", "return_none")
}
