// SPDX-License-Identifier: Apache-2.0
// Answers random cases with Kueue's own topology-aware scheduling. See README.md.
package main

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	from := flag.Int64("from", 1, "first seed")
	to := flag.Int64("to", 200, "last seed")
	in := flag.String("in", "", "cases to answer anew, instead of random ones")
	out := flag.String("out", "", "where the answered cases go; .gz compresses")
	flag.Parse()

	var all struct {
		Cases []*caseOf `json:"cases"`
	}
	if *in != "" {
		text, err := os.ReadFile(*in)
		check(err)
		check(json.Unmarshal(text, &all))
	} else {
		for seed := *from; seed <= *to; seed++ {
			all.Cases = append(all.Cases, generate(seed))
		}
	}
	sets, placed := 0, 0
	for _, c := range all.Cases {
		s, p := answer(c)
		sets += s
		placed += p
	}
	text, err := json.Marshal(all)
	check(err)
	file, err := os.Create(*out)
	check(err)
	if strings.HasSuffix(*out, ".gz") {
		packed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
		check(err)
		_, err = packed.Write(text)
		check(err)
		check(packed.Close())
	} else {
		_, err = file.Write(text)
		check(err)
	}
	check(file.Close())
	fmt.Println("cases", len(all.Cases), "pod sets", sets, "placed", placed)
}
