// SPDX-License-Identifier: Apache-2.0
// Answers random cases with kube-scheduler's own filter and score plugins, run by its own framework.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"k8s.io/klog/v2"
)

func main() {
	first := flag.Int64("first", 1, "first seed")
	last := flag.Int64("last", 200, "last seed")
	in := flag.String("in", "", "cases to answer anew, instead of random ones")
	bare := flag.Bool("bare", false, "pods that ask for no CPU or no memory in cases of all kinds")
	out := flag.String("out", "", "where the answered cases go")
	flag.Parse()
	klog.SetLogger(klog.Logger{})

	var all struct {
		Cases []*caseOf `json:"cases"`
	}
	if *in != "" {
		text, err := os.ReadFile(*in)
		check(err)
		check(json.Unmarshal(text, &all))
	} else {
		for seed := *first; seed <= *last; seed++ {
			all.Cases = append(all.Cases, generate(seed, *bare))
		}
	}
	decisions, fits := 0, 0
	for _, c := range all.Cases {
		d, f := answer(c)
		decisions += d
		fits += f
	}
	text, err := json.Marshal(all)
	check(err)
	check(os.WriteFile(*out, append(text, '\n'), 0o644))
	fmt.Println("cases", len(all.Cases), "decisions", decisions, "placed", fits)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
