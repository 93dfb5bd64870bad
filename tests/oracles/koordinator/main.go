// SPDX-License-Identifier: Apache-2.0
// Writes cases with Koordinator's answers. See README.md.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"sort"

	real "github.com/koordinator-sh/koordinator/pkg/scheduler/plugins/deviceshare"
)

var families = []string{"plain", "mixed", "broken", "topology", "partitions", "requests", "joint", "numa"}
var sizes = []int64{15109, 16384, 23028, 24576, 40960, 46068, 81559, 81920, 97871}

type maker struct {
	*rand.Rand
	family string
}

func (r *maker) of(n ...int64) int64     { return n[r.Intn(len(n))] }
func (r *maker) chance(percent int) bool { return r.Intn(100) < percent }

// blocks returns the blocks of size neighbours among n.
func blocks(n, size int) (all [][]int) {
	for first := 0; first+size <= n; first += size {
		var one []int
		for i := range size {
			one = append(one, first+i)
		}
		all = append(all, one)
	}
	return all
}

func (r *maker) node(numaPolicy string) real.OracleNode {
	count := int(r.of(1, 2, 4, 8, 1+int64(r.Intn(8))))
	n := real.OracleNode{}
	size := sizes[r.Intn(len(sizes))]
	switch r.family {
	case "partitions":
		count = int(r.of(8, 8, 8, 8, 8, 4, 6))
		n.Topology = r.chance(50)
		n.Honor = r.chance(50)
		n.Partitions = []string{"", "table", "table", "table", "own", "own"}[r.Intn(6)]
	case "topology", "joint", "numa":
		count = int(r.of(2, 4, 8, 8))
		n.Topology = true
	}
	numas, perPCIe := int(r.of(1, 2, 2)), int(r.of(1, 2, 2, 4))
	for i := range count {
		gpu := real.OracleGPU{MemoryMiB: size}
		if r.family == "mixed" && i >= count/2 {
			gpu.MemoryMiB = sizes[r.Intn(len(sizes))]
		}
		if n.Topology {
			gpu.Numa, gpu.PCIe = i*numas/count, i/perPCIe
			if numas == 2 && count/2 < perPCIe {
				gpu.PCIe = i * numas / count
			}
		}
		if r.family == "broken" {
			gpu.Broken = r.chance(20)
		}
		n.GPUs = append(n.GPUs, gpu)
	}
	if r.family == "joint" {
		seen := map[int]bool{}
		for _, gpu := range n.GPUs {
			if !seen[gpu.PCIe] && r.chance(85) {
				n.NICs = append(n.NICs, real.OracleGPU{Numa: gpu.Numa, PCIe: gpu.PCIe})
			}
			seen[gpu.PCIe] = true
		}
	}
	n.NumaPolicy = numaPolicy
	if n.Partitions == "own" {
		differ := r.chance(30)
		for _, size := range []int{1, 2, 4, 8} {
			all := blocks(count, size)
			if size == 2 && r.chance(50) { // pairs across the halves
				all = nil
				for i := range count / 2 {
					all = append(all, []int{i, i + count/2})
				}
			}
			r.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
			for _, one := range all {
				score := 1
				if differ {
					score = 1 + r.Intn(3)
				}
				n.Table = append(n.Table, real.OraclePartition{GPUs: one, Score: score})
			}
		}
	}
	if r.chance(40) {
		for i := range count {
			if n.GPUs[i].Broken || !r.chance(40) {
				continue
			}
			use := real.OracleUse{GPUs: []int{i}, Core: 100, Ratio: 100}
			if r.chance(70) {
				use.Ratio = 5 * int64(1+r.Intn(19))
				use.Core = use.Ratio
				if r.chance(50) {
					use.Core = 5 * int64(1+r.Intn(19))
				}
			}
			n.Used = append(n.Used, use)
		}
	}
	return n
}

func (r *maker) ask() *real.OracleAsk {
	a := &real.OracleAsk{}
	if r.family == "requests" {
		return r.anyAsk()
	}
	kind := r.Intn(10)
	if r.family == "partitions" && kind > 3 {
		kind = r.Intn(5)
	}
	switch kind {
	case 0, 1:
		a.Nvidia = r.of(1, 1, 2, 2, 4, 8, 3)
	case 2:
		a.GPU = 100 * r.of(1, 2, 4, 8)
	case 3:
		a.GPU = r.of(10, 25, 30, 50, 75, 100)
	case 4, 5:
		a.Ratio = r.of(5, 10, 20, 25, 33, 40, 50, 60, 80)
		a.Core = r.of(a.Ratio, 10, 25, 50, 100)
	case 6:
		a.Ratio = r.of(7, 15, 30, 50, 70, 100, 200)
	case 7, 8:
		a.MemoryMiB = r.of(300, 1024, 2048, 4096, 8192, 10000, 12345, 16384, 24576)
		if r.chance(60) {
			a.Core = r.of(10, 20, 50)
		}
	case 9:
		a.Shared = r.of(1, 2, 2, 3, 4)
		if r.chance(70) {
			a.Ratio = a.Shared * r.of(10, 25, 50, 60)
		} else {
			a.MemoryMiB = a.Shared * r.of(1024, 4096, 8000)
		}
		if r.chance(60) {
			a.Core = a.Shared * r.of(10, 25, 50)
		}
	}
	switch r.family {
	case "topology":
		if r.chance(15) {
			a.Scope = []string{"PCIe", "NUMANode"}[r.Intn(2)]
		}
	case "partitions":
		if r.chance(10) {
			a.Spec = []string{"BestEffort", "Restricted"}[r.Intn(2)]
		}
	case "joint":
		if r.chance(75) {
			a.RDMA = r.of(1, 1, 10, 50, 100, 100, 200)
			a.Joint = []string{"", "any", "any", "SamePCIe"}[r.Intn(4)]
		}
	}
	return a
}

// anyAsk is legal or not.
func (r *maker) anyAsk() *real.OracleAsk {
	a := &real.OracleAsk{}
	some := func() int64 { return r.of(1, 10, 33, 50, 90, 100, 101, 150, 200, 201, 250, 300, 400, 800) }
	if r.chance(70) {
		a.Core = some()
	}
	if r.chance(70) {
		a.Ratio = some()
		if r.chance(30) {
			a.Core = a.Ratio
		}
	}
	if r.chance(15) {
		a.MemoryMiB = r.of(1000, 4096, 8192)
	}
	if r.chance(40) {
		a.Shared = r.of(1, 2, 3, 4)
	}
	if a.Core+a.Ratio+a.MemoryMiB == 0 {
		a.Ratio = 50
	}
	return a
}

func caseOf(seed int64) *real.OracleCase {
	r := &maker{Rand: rand.New(rand.NewSource(seed)), family: families[(seed-1)%int64(len(families))]}
	c := &real.OracleCase{Seed: seed, Family: r.family, Strategy: "least"}
	if r.chance(50) {
		c.Strategy = "most"
	}
	policy := ""
	if r.family == "numa" {
		policy = []string{"BestEffort", "Restricted", "SingleNUMANode", "SingleNUMANode"}[r.Intn(4)]
	}
	for range 2 + r.Intn(11) {
		c.Nodes = append(c.Nodes, r.node(policy))
	}
	live := map[int]bool{}
	o := real.NewOracle(c)
	for id := range 20 + r.Intn(41) {
		step := real.OracleStep{ID: id}
		if len(live) > 0 && r.chance(25) {
			var ids []int
			for i := range live {
				ids = append(ids, i)
			}
			sort.Ints(ids)
			step.ID, step.Leave = ids[r.Intn(len(ids))], true
			delete(live, step.ID)
		} else {
			step.Ask = r.ask()
		}
		o.Step(&step)
		if step.Answer != nil && step.Answer.Node >= 0 {
			live[id] = true
		}
		c.Steps = append(c.Steps, step)
	}
	return c
}

func main() {
	first := flag.Int64("first", 1, "first seed")
	last := flag.Int64("last", 200, "last seed")
	limits := flag.Int("limits", 0, "so many random resources of a pod instead, of the first seed")
	replay := flag.String("replay", "", "answer the cases of this file anew, in place of made ones; - is the standard input")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if *limits > 0 {
		if err := json.NewEncoder(out).Encode([]real.OracleLimitsCase{limitsCase(*first, *limits)}); err != nil {
			panic(err)
		}
		return
	}
	var cases []*real.OracleCase
	if *replay != "" {
		in := os.Stdin
		if *replay != "-" {
			var err error
			if in, err = os.Open(*replay); err != nil {
				panic(err)
			}
		}
		if err := json.NewDecoder(in).Decode(&cases); err != nil {
			panic(err)
		}
		for _, c := range cases {
			o := real.NewOracle(c)
			placed := map[int]bool{}
			for i := range c.Steps {
				if c.Steps[i].Leave && !placed[c.Steps[i].ID] {
					continue
				}
				o.Step(&c.Steps[i])
				if a := c.Steps[i].Answer; a != nil && !c.Steps[i].Leave {
					placed[c.Steps[i].ID] = a.Node >= 0
				}
			}
		}
	}
	fmt.Fprintln(out, "[")
	for i, c := range cases {
		write(out, c, i == len(cases)-1)
	}
	for seed := *first; *replay == "" && seed <= *last; seed++ {
		write(out, caseOf(seed), seed == *last)
	}
	fmt.Fprintln(out, "]")
	if took := real.OracleTook; len(took) > 0 {
		sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
		fmt.Fprintln(os.Stderr, "fit and scores of all nodes for one pod, median:", took[len(took)/2])
	}
}

func write(out *bufio.Writer, c *real.OracleCase, last bool) {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	out.Write(raw)
	if !last {
		out.WriteString(",")
	}
	out.WriteString("\n")
}
