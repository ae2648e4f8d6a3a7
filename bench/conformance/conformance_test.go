package conformance

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/handlers"
	"github.com/rs/cors"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/modern"
)

// A foreign chain as an engine, and what it fails of the modern model.
func ExampleNegroni() {
	report := conformance.Check(func() conformance.Engine {
		return conformance.Engine{Name: "negroni", Family: conformance.FamilyModern, Build: Negroni}
	}, &conformance.Options{
		Follows: "modern@5.2",
		Only:    []string{"rules"},
		Unsupported: map[conformance.Feature]string{
			conformance.FeatureAsync:   "a chain has one mode",
			conformance.FeatureURLConf: "a chain has one router",
		},
	})
	for _, result := range report.Results {
		if result.Status == conformance.Fail {
			fmt.Println(strings.TrimPrefix(result.Case, "rules/"))
		}
	}
	fmt.Println("passes", report.Count(conformance.Pass), "of the rules")
	// Output:
	// way-in-order
	// template-hook-order
	// exception-hook-order
	// view-hook-answer-stops
	// exception-answer-ends
	// exception-hook-raises
	// view-error-goes-out
	// error-kinds
	// propagate
	// exit
	// template-hooks
	// template-hook-plain
	// template-hook-none
	// late-template
	// load-order
	// response-error-kind
	// response-error-outside
	// response-none
	// server-error-page-fails
	// film
	// passes 20 of the rules
}

// TestThirdParty puts the middleware of other packages through the checks, as
// it is and as a layer of a modern stack.
func TestThirdParty(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	tests := []struct {
		name string
		mw   func(http.Handler) http.Handler
		// declared are faults by form.
		declared map[string]map[string]string
	}{
		{name: "chi RequestID", mw: middleware.RequestID},
		{name: "chi Logger", mw: middleware.RequestLogger(&middleware.DefaultLogFormatter{Logger: quiet, NoColor: true})},
		{name: "chi Recoverer", mw: middleware.Recoverer},
		{name: "chi Compress", mw: middleware.Compress(5, "text/plain", "text/html")},
		{name: "chi NoCache", mw: middleware.NoCache},
		{name: "chi Heartbeat", mw: middleware.Heartbeat("/ping")},
		{name: "chi Timeout", mw: middleware.Timeout(time.Minute)},
		{name: "chi StripSlashes", mw: middleware.StripSlashes},
		{name: "chi SetHeader", mw: middleware.SetHeader("X-Frame-Options", "DENY")},
		{name: "chi Throttle", mw: middleware.Throttle(100)},
		{name: "chi AllowContentType", mw: middleware.AllowContentType("application/json", "application/x-www-form-urlencoded", "application/octet-stream")},
		{name: "gorilla CompressHandler", mw: handlers.CompressHandler},
		{name: "gorilla ProxyHeaders", mw: handlers.ProxyHeaders},
		{name: "gorilla CombinedLoggingHandler", mw: func(next http.Handler) http.Handler { return handlers.CombinedLoggingHandler(io.Discard, next) }},
		{name: "gorilla RecoveryHandler", mw: handlers.RecoveryHandler(handlers.RecoveryLogger(quiet)), declared: map[string]map[string]string{
			"as it is":   {"abort-passes": "it answers every panic with status 500"},
			"as a layer": {"abort-passes": "it answers every panic with status 500"},
		}},
		{name: "gorilla CORS", mw: handlers.CORS(handlers.AllowedOrigins([]string{"https://example.org"}))},
		{name: "rs/cors", mw: cors.New(cors.Options{AllowedOrigins: []string{"https://example.org"}}).Handler},
	}
	for _, test := range tests {
		for form, layer := range map[string]any{"as it is": test.mw, "as a layer": modern.FromHTTP(test.mw)} {
			t.Run(test.name+"/"+form, func(t *testing.T) {
				opts := &conformance.LayerOptions{Declared: test.declared[form], Timeout: 20 * time.Second}
				report := conformance.CheckLayer(func() any { return layer }, opts)
				require.NoError(t, report.Err())
				require.Greater(t, report.Count(conformance.Pass), 20)
			})
		}
	}
}
