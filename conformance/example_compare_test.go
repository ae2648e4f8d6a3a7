package conformance_test

import (
	"fmt"

	"github.com/mwcheck/mwcheck/conformance"
)

// A maintenance gate that may answer every request stands between two layers
// that finish what they began in process_response.
func ExampleCompare() {
	from, _ := conformance.EngineByName("classic@1.9")
	to, _ := conformance.EngineByName("modern@5.2")
	stack := &conformance.Scenario{Layers: []conformance.LayerSpec{
		{Name: "timing", Style: "hooks", Hooks: map[string]string{"process_request": "pass", "process_response": "touch"}},
		{Name: "gate", Style: "hooks", Hooks: map[string]string{"process_request": "pass"}},
		{Name: "metrics", Style: "hooks", Hooks: map[string]string{"process_request": "pass", "process_response": "touch"}},
	}}
	may := conformance.Behaviours{Layers: map[string]map[string][]string{
		"gate":   {"process_request": {"respond", "raise:permission_denied"}},
		"timing": {"process_response": {"raise:value_error"}},
	}}
	differences, err := conformance.Compare(stack, from, to, may)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range differences {
		fmt.Println(d.Key())
		for _, e := range d.Effects {
			fmt.Println("\t"+string(e.Name), e.Layers)
		}
	}
	// The error in the outermost process_response is a page for status 500
	// under both, so that it is no difference.

	// Output:
	// gate.process_request=raise:permission_denied
	// 	response-hooks-skipped [metrics]
	// 	header-changed []
	// gate.process_request=respond
	// 	response-hooks-skipped [metrics]
	// 	header-changed []
}
