package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// quota counts the requests of each key and refuses those beyond the limit. A
// layer serves many requests at once, so what they share is locked.
type quota struct {
	next  modern.Next
	limit int

	mu   sync.Mutex
	used map[string]int
}

func (q *quota) Handle(r *web.Request) (*web.Response, error) {
	left, ok := q.take(r.Header.Get("X-Api-Key"))
	if !ok {
		return web.Text(http.StatusTooManyRequests, "quota used up"), nil
	}
	res := q.next(r)
	res.Header().Set("X-Quota-Left", fmt.Sprint(left))
	return res, nil
}

func (q *quota) take(key string) (left int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used[key] == q.limit {
		return 0, false
	}
	q.used[key]++
	return q.limit - q.used[key], true
}

// A usage quota.
func Example_quota() {
	app := web.App{Router: web.Paths{
		"/api": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "data"), nil },
	}}
	stack, err := modern.New(modern.Config{App: app},
		modern.Factory{Name: "quota", New: func(next modern.Next) (modern.Layer, error) {
			return &quota{next: next, limit: 2, used: make(map[string]int)}, nil
		}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"ada", "ada", "ada", "bob"} {
		req := httptest.NewRequest(http.MethodGet, "/api", nil)
		req.Header.Set("X-Api-Key", key)
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, req)
		fmt.Printf("%s %d %q\n", key, rec.Code, rec.Header().Get("X-Quota-Left"))
	}
	// Output:
	// ada 200 "1"
	// ada 200 "0"
	// ada 429 ""
	// bob 200 "1"
}
