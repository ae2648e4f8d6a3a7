package modern

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/web"
)

// Plan is what Django's load_middleware decides about modes, as data.
type Plan struct {
	// Handler is the mode of the handler: what is innermost, and what the
	// chain is adapted to in the end.
	Handler web.Mode
	// Layers are those in use, outermost first.
	Layers []LayerPlan
	// Log is what happened while building, innermost layer first, as Django
	// logs it with DEBUG.
	Log []PlanEvent
}

// LayerPlan is the mode of one layer.
type LayerPlan struct {
	Name string
	Mode web.Mode
	// Adapted says that what is further in runs in the other mode and costs a
	// hand-over each way.
	Adapted bool
}

// PlanEvent is one line of the log.
type PlanEvent struct {
	Layer string
	Kind  PlanKind
}

// PlanKind is what happened.
type PlanKind uint8

const (
	// NotUsed: the factory returned web.ErrNotUsed.
	NotUsed PlanKind = iota
	// SyncToAsync: the synchronous handler below was adapted for an
	// asynchronous layer.
	SyncToAsync
	// AsyncToSync: the asynchronous handler below was adapted for a
	// synchronous layer.
	AsyncToSync
)

// String is the word of the vectors' load_log, as "sync_to_async".
func (k PlanKind) String() string {
	switch k {
	case NotUsed:
		return "not_used"
	case SyncToAsync:
		return "sync_to_async"
	case AsyncToSync:
		return "async_to_sync"
	}
	return "unknown"
}

// Adaptations counts the borders between modes that a request crosses, the one
// at the top included.
func (p Plan) Adaptations() int {
	n, mode := 0, p.Handler
	for i := len(p.Layers) - 1; i >= 0; i-- {
		if p.Layers[i].Mode != mode {
			n++
		}
		mode = p.Layers[i].Mode
	}
	if mode != p.Handler {
		n++
	}
	return n
}

// String is one line a layer, for people.
func (p Plan) String() string {
	var b strings.Builder
	for _, l := range p.Layers {
		fmt.Fprintf(&b, "%s %s", l.Mode, l.Name)
		if l.Adapted {
			b.WriteString(" (adapts what is further in)")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s handler\n", p.Handler)
	return b.String()
}
