// Command table measures the cases of package chain and prints the tables of
// docs/performance.md.
//
// Every round measures every case once, one after the other, so that a slow
// spell of the machine falls on all of them; the figure of a case is the median
// of its rounds.
//
//	go run ./chain/table -rounds 21
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mwcheck/mwcheck/bench/chain"
)

func main() {
	rounds := flag.Int("rounds", 11, "measurements of each case")
	slice := flag.Duration("time", 20*time.Millisecond, "length of a measurement")
	best := flag.Bool("best", false, "print the best round instead of the median")
	only := flag.String("only", "", "tables whose title holds this")
	depths := flag.String("depths", "", "depths to measure instead, as 1,2,3")
	flag.Parse()
	fmt.Printf("%s, %s/%s, %d rounds of %v\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, *rounds, *slice)
	for _, t := range chain.Tables() {
		if !strings.Contains(t.Title, *only) {
			continue
		}
		if *depths != "" {
			t.Depths = nil
			for d := range strings.SplitSeq(*depths, ",") {
				n, err := strconv.Atoi(d)
				if err != nil {
					log.Fatal(err)
				}
				t.Depths = append(t.Depths, n)
			}
		}
		print(t, *rounds, *slice, *best)
	}
}

func print(t chain.Table, rounds int, slice time.Duration, best bool) {
	fmt.Printf("\n### %s\n\n| layers |", t.Title)
	for _, c := range t.Cases {
		fmt.Printf(" %s |", c.Name)
	}
	fmt.Printf("\n|---|%s\n", strings.Repeat("---|", len(t.Cases)))
	for _, n := range t.Depths {
		fmt.Printf("| %d |", n)
		var base float64
		for i, f := range measure(t.Cases, n, rounds, slice, best) {
			if i == 0 {
				base = f.ns
			}
			fmt.Printf(" %s / %d (%.2f) |", ns(f.ns), f.allocs, f.ns/base)
		}
		fmt.Println()
	}
}

func ns(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

type figure struct {
	ns     float64
	allocs int
}

func measure(cases []chain.Case, n, rounds int, slice time.Duration, best bool) []figure {
	w, r := chain.NewSink(), httptest.NewRequest(http.MethodGet, "/", nil)
	handlers := make([]http.Handler, len(cases))
	counts := make([]int, len(cases))
	times := make([][]float64, len(cases))
	figures := make([]figure, len(cases))
	for i, c := range cases {
		h := c.Build(n)
		handlers[i] = h
		figures[i].allocs = int(testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }))
		// As many calls as fill the slice.
		for counts[i] = 1; ; counts[i] *= 2 {
			if took := call(h, w, r, counts[i]); took > slice/8 {
				counts[i] = max(1, int(float64(counts[i])*float64(slice)/float64(took)))
				break
			}
		}
	}
	for range rounds {
		for i, h := range handlers {
			took := call(h, w, r, counts[i])
			times[i] = append(times[i], float64(took.Nanoseconds())/float64(counts[i]))
		}
	}
	for i := range figures {
		slices.Sort(times[i])
		figures[i].ns = times[i][len(times[i])/2]
		if best {
			figures[i].ns = times[i][0]
		}
	}
	return figures
}

func call(h http.Handler, w http.ResponseWriter, r *http.Request, count int) time.Duration {
	began := time.Now()
	for range count {
		h.ServeHTTP(w, r)
	}
	return time.Since(began)
}
