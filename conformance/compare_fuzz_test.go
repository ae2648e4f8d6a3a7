package conformance

import (
	"encoding/json"
	"testing"
)

// FuzzCompare gives Compare what it likes: it answers or refuses, and what it
// finds is real.
func FuzzCompare(f *testing.F) {
	for _, seed := range []string{
		`{"Stack":{"layers":[{"name":"A","style":"hooks","hooks":{"process_request":"respond"}},{"name":"B","style":"hooks","hooks":{"process_response":"touch"}}]}}`,
		`{"Stack":{"layers":[{"name":"A","style":"hooks"},{"name":"B","style":"mixin","init":"no_super","hooks":{"process_response":"touch"}}]},"May":{"Layers":{"A":{"process_view":["return_false"],"__init__":["not_used"]}},"Views":["return_none"],"NotFound":true,"Propagate":true}}`,
		`{"Stack":{"layers":[{"name":"A","style":"modern","call":{"after":"replace_template","get_response":"twice"}}],"view":"template_render_raises"},"From":5,"To":7,"May":{"Layers":{"A":{"call.before":["return_none"],"call.try":["swallow"]}},"ErrorHandlers":["raise"]}}`,
		`{"Stack":{"layers":[{"name":"A","style":"hooks","hooks":{"process_exception":"return_false"}}],"view":"async_raise:http404"},"From":0,"To":12}`,
	} {
		f.Add([]byte(seed))
	}
	engines := Engines()
	f.Fuzz(func(t *testing.T, data []byte) {
		var in struct {
			Stack    Scenario
			From, To uint8
			May      Behaviours
		}
		if json.Unmarshal(data, &in) != nil || len(in.Stack.Layers) > 6 {
			return
		}
		from, to := engines[int(in.From)%len(engines)], engines[int(in.To)%len(engines)]
		got, err := Compare(&in.Stack, from, to, in.May)
		if err != nil {
			return
		}
		for i := range got {
			if len(got[i].Effects) == 0 {
				t.Errorf("%q has no effect", got[i].Key())
			}
			for _, trigger := range got[i].Trigger {
				if trigger.Hook == "" || trigger.Behaviour == "" {
					t.Errorf("a trigger of %q is empty", got[i].Key())
				}
			}
		}
		if in.Stack.Validate() == nil && Differs(&in.Stack, from, to) && len(got) == 0 {
			t.Error("the stack differs as it is, and nothing was found")
		}
	})
}
