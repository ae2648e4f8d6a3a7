package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// blockRegions answers 451 to addresses of the regions. regionOf is a lookup in
// a database of addresses; what it does not know is let in.
func blockRegions(regionOf func(netip.Addr) string, regions ...string) modern.Factory {
	blocked := make(map[string]bool)
	for _, region := range regions {
		blocked[region] = true
	}
	return modern.Func("region block", func(r *web.Request, next modern.Next) (*web.Response, error) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return nil, fmt.Errorf("%w: remote address %q", web.ErrBadRequest, r.RemoteAddr)
		}
		if blocked[regionOf(from.Addr().Unmap())] {
			return web.Text(http.StatusUnavailableForLegalReasons, "not available in your region"), nil
		}
		return next(r), nil
	})
}

// Blocking by region.
func Example_region() {
	island := netip.MustParsePrefix("203.0.113.0/24")
	regionOf := func(addr netip.Addr) string {
		if island.Contains(addr) {
			return "island"
		}
		return ""
	}
	app := web.App{Router: web.Paths{
		"/film": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "film"), nil },
	}}
	stack, err := modern.New(modern.Config{App: app}, blockRegions(regionOf, "island"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, from := range []string{"203.0.113.9:4000", "[::ffff:203.0.113.9]:4000", "198.51.100.1:4000"} {
		req := httptest.NewRequest(http.MethodGet, "/film", nil)
		req.RemoteAddr = from
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, req)
		fmt.Println(from, rec.Code)
	}
	// Output:
	// 203.0.113.9:4000 451
	// [::ffff:203.0.113.9]:4000 451
	// 198.51.100.1:4000 200
}
