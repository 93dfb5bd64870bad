// SPDX-License-Identifier: Apache-2.0
// Writes cases with the answers of Volcano's own code: oracle FIRST LAST [KIND...] > cases.json; oracle answer < cases.json
// answers given ones; oracle limits SEED COUNT reads random limits; oracle probe shows what the random ones leave out.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"

	"k8s.io/klog/v2"
)

var kinds = []string{"vgpu-binpack", "vgpu-binpack", "vgpu-binpack", "vgpu-spread", "vgpu-default", "binpack", "binpack",
	"gpushare-memory", "gpushare-number", "binpack"}

func main() {
	quiet := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(quiet)
	must(quiet.Set("logtostderr", "false"))
	must(quiet.Set("stderrthreshold", "FATAL"))
	must(quiet.Set("alsologtostderr", "false"))
	klog.SetOutput(nothing{})

	if os.Args[1] == "probe" {
		probes()
		return
	}
	made := []*Case{}
	apart := 0
	if os.Args[1] == "answer" {
		must(json.NewDecoder(os.Stdin).Decode(&made))
		for _, c := range made {
			apart += answer(c)
		}
		write(made, apart)
		return
	}
	if os.Args[1] == "limits" {
		seed, err := strconv.ParseInt(os.Args[2], 10, 64)
		must(err)
		count, err := strconv.Atoi(os.Args[3])
		must(err)
		must(json.NewEncoder(os.Stdout).Encode([]*LimitsCase{randomLimits(seed, count)}))
		return
	}
	first, err := strconv.ParseInt(os.Args[1], 10, 64)
	must(err)
	last, err := strconv.ParseInt(os.Args[2], 10, 64)
	must(err)
	for seed := first; seed <= last; seed++ {
		kind := kinds[seed%int64(len(kinds))]
		if len(os.Args) > 3 {
			kind = os.Args[3+int(seed)%(len(os.Args)-3)]
		}
		c := generate(seed, kind)
		apart += answer(c)
		made = append(made, c)
	}
	write(made, apart)
}

// answer fills in what the real system does with a case.
func answer(c *Case) int {
	s := start(c)
	for i := range c.Events {
		if e := &c.Events[i]; e.Arrive != nil {
			e.Answer = s.arrive(e.Arrive)
		} else {
			s.leave(*e.Leave)
		}
	}
	return s.apart
}

func write(made []*Case, apart int) {
	fmt.Println("[")
	for i, c := range made {
		line, err := json.Marshal(c)
		must(err)
		end := ","
		if i+1 == len(made) {
			end = "\n]"
		}
		fmt.Printf("%s%s\n", line, end)
	}
	fmt.Fprintln(os.Stderr, "cases", len(made), "session and cache apart", apart)
	tellMedian()
}

// took is how long the system's own part of each decision took.
var took []time.Duration

func tellMedian() {
	if len(took) > 0 {
		sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
		fmt.Fprintln(os.Stderr, "fit and scores of all nodes for one task, median:", took[len(took)/2])
	}
}

type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }
