// Command table measures the cases of the package around it and prints the table
// "Bridges" of docs/performance.md. Every round measures every case once, so
// that a slow spell of the machine falls on all of them; a figure is the median
// of its rounds.
//
//	go run ./mixin/table -rounds 21
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/mwcheck/mwcheck/bench/mixin"
	"github.com/mwcheck/mwcheck/web"
)

func main() {
	rounds := flag.Int("rounds", 11, "measurements of each case")
	slice := flag.Duration("time", 20*time.Millisecond, "length of a measurement")
	flag.Parse()
	fmt.Printf("%s, %s/%s, %d rounds of %v\n\n| layers |", runtime.Version(), runtime.GOOS, runtime.GOARCH, *rounds, *slice)
	for _, c := range mixin.Cases() {
		fmt.Printf(" %s |", c.Name)
	}
	fmt.Println(" upgraded / native | island / classic |\n|---|---|---|---|---|---|---|---|")
	for _, n := range []int{1, 5, 10, 20, 40} {
		ns := map[string]float64{}
		fmt.Printf("| %d |", n)
		for i, f := range measure(n, *rounds, *slice) {
			name := mixin.Cases()[i].Name
			ns[name] = f.ns
			fmt.Printf(" %.0f ns / %d |", f.ns, f.allocs)
		}
		fmt.Printf(" %.2f | %.2f |\n", ns["upgraded"]/ns["native"], ns["island"]/ns["classic"])
	}
}

type figure struct {
	ns     float64
	allocs int
}

func measure(n, rounds int, slice time.Duration) []figure {
	cases := mixin.Cases()
	req := httptest.NewRequest("GET", "/", nil)
	runs := make([]func(), len(cases))
	counts := make([]int, len(cases))
	times := make([][]float64, len(cases))
	figures := make([]figure, len(cases))
	for i, c := range cases {
		respond, err := c.Build(n)
		if err != nil {
			log.Fatal(err)
		}
		runs[i] = func() {
			if _, err := respond(web.NewRequest(req)); err != nil {
				log.Fatal(err)
			}
		}
		figures[i].allocs = int(testing.AllocsPerRun(100, runs[i]))
		counts[i] = max(1, int(slice/max(1, repeat(runs[i], 1000)/1000)))
	}
	for range rounds {
		for i, run := range runs {
			times[i] = append(times[i], float64(repeat(run, counts[i]).Nanoseconds())/float64(counts[i]))
		}
	}
	for i := range figures {
		slices.Sort(times[i])
		figures[i].ns = times[i][len(times[i])/2]
	}
	return figures
}

func repeat(run func(), count int) time.Duration {
	began := time.Now()
	for range count {
		run()
	}
	return time.Since(began)
}
