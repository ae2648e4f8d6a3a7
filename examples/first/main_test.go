package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestServer(t *testing.T) {
	for _, tc := range []struct {
		closed bool
		path   string
		status int
		retry  string
	}{
		{false, "/", http.StatusOK, ""},
		{false, "/gone", http.StatusNotFound, ""},
		{true, "/", http.StatusServiceUnavailable, "60"},
	} {
		h, err := server(tc.closed)
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, tc.path, nil))
		if rec.Code != tc.status || rec.Header().Get("Retry-After") != tc.retry || rec.Header().Get("Server-Timing") == "" {
			t.Errorf("closed=%t %s: %d %v", tc.closed, tc.path, rec.Code, rec.Header())
		}
	}
}
