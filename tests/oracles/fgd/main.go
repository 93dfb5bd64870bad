// SPDX-License-Identifier: Apache-2.0
// Answers random cases with the plugins of FGD's simulator.
//go:build go1.22

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	log "github.com/sirupsen/logrus"
)

func main() {
	first := flag.Int64("first", 1, "first seed")
	last := flag.Int64("last", 200, "last seed")
	in := flag.String("in", "", "cases to answer anew, instead of random ones")
	out := flag.String("out", "", "where the answered cases go")
	flag.Parse()
	log.SetLevel(log.ErrorLevel)

	var all []*caseOf
	if *in != "" {
		text, err := os.ReadFile(*in)
		check(err)
		check(json.Unmarshal(text, &all))
	} else {
		for seed := *first; seed <= *last; seed++ {
			all = append(all, generate(seed))
		}
	}
	decisions := 0
	for _, c := range all {
		decisions += answer(c)
	}
	text, err := json.Marshal(all)
	check(err)
	check(os.WriteFile(*out, append(text, '\n'), 0o644))
	fmt.Println("cases", len(all), "decisions", decisions)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
