package conformance

import "encoding/json"

// Trace is what happened: the events in order and how the request ended.
type Trace struct {
	Events  []string `json:"events"`
	Outcome Outcome  `json:"outcome"`
	// Load is the order in which constructors ran; nil where the scenario does
	// not ask for it.
	Load []string `json:"load,omitzero"`
	// LoadLog holds the unused layers and the adaptations between modes.
	LoadLog []string `json:"load_log,omitempty"`
	// Unsupported are the behaviours the run came to that Go's types rule out;
	// what the trace says then means nothing.
	Unsupported []Feature `json:"unsupported,omitempty"`
}

// The kinds of Outcome.
const (
	// OutcomeResponse: a response was sent whole.
	OutcomeResponse = "response"
	// OutcomeRaised: an error left the handler, or the body while it was sent.
	OutcomeRaised = "raised"
	// OutcomeLoadError: the stack could not be built.
	OutcomeLoadError = "load_error"
)

// Outcome is how the request ended.
type Outcome struct {
	Kind     string // OutcomeResponse, OutcomeRaised or OutcomeLoadError
	Status   int
	Body     string // the marker of the producer; a stream adds "+"
	XTrace   string // the header X-Trace: producer, then every touch
	Finished int    // how often request_finished was sent
	Exc      string // the error's kind or class
	From     string // the event that raised it, or "django"
	Started  int    // the status sent before the error; 0: none
}

type outcomeJSON struct {
	Outcome  string  `json:"outcome"`
	Status   *int    `json:"status,omitempty"`
	Body     *string `json:"body,omitempty"`
	XTrace   string  `json:"xtrace,omitempty"`
	Exc      string  `json:"exc,omitempty"`
	From     string  `json:"from,omitempty"`
	Finished *int    `json:"finished,omitempty"`
	Started  *int    `json:"started,omitempty"`
}

// MarshalJSON writes the fields that belong to the kind.
func (o Outcome) MarshalJSON() ([]byte, error) {
	j := outcomeJSON{Outcome: o.Kind}
	switch o.Kind {
	case OutcomeResponse:
		j.Status, j.Body, j.XTrace, j.Finished = &o.Status, &o.Body, o.XTrace, &o.Finished
	case OutcomeRaised:
		j.Exc, j.From, j.Finished = o.Exc, o.From, &o.Finished
		if o.Started != 0 {
			j.Started = &o.Started
		}
	default:
		j.Exc, j.From = o.Exc, o.From
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Outcome) UnmarshalJSON(data []byte) error {
	var j outcomeJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*o = Outcome{Kind: j.Outcome, XTrace: j.XTrace, Exc: j.Exc, From: j.From}
	if j.Status != nil {
		o.Status = *j.Status
	}
	if j.Body != nil {
		o.Body = *j.Body
	}
	if j.Finished != nil {
		o.Finished = *j.Finished
	}
	if j.Started != nil {
		o.Started = *j.Started
	}
	return nil
}
