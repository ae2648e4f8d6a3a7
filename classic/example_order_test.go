package classic_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/web"
)

// logging prints its hooks, and answers in the layer that the URL names.
type logging struct{ name string }

func (l *logging) ProcessRequest(r *web.Request) (*web.Response, error) {
	fmt.Println(l.name, "process_request")
	if r.URL.Path == "/stop-in-"+l.name {
		return web.Text(http.StatusOK, "answered by "+l.name), nil
	}
	return nil, nil
}

func (l *logging) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	fmt.Println(l.name, "process_response")
	return res, nil
}

// When a layer answers, every process_response runs all the same, those of
// layers that the request never reached included.
func Example_order() {
	stack, err := classic.New(classic.Config{}, &logging{"A"}, &logging{"B"}, &logging{"C"})
	if err != nil {
		fmt.Println(err)
		return
	}
	stack.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/stop-in-B", nil))
	// Output:
	// A process_request
	// B process_request
	// C process_response
	// B process_response
	// A process_response
}
