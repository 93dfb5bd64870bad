// SPDX-License-Identifier: Apache-2.0
// The form of a case, and cases at random.
package main

import (
	"fmt"
	"math/rand"
)

// Want is what a task asks for: whole GPUs, a fraction or MiB of each of `devices` GPUs, one MIG instance, or CPU alone.
type Want struct {
	CPUMilli  int64  `json:"cpu_milli"`
	MemoryMiB int64  `json:"memory_mib"`
	Whole     int    `json:"whole,omitempty"`
	Fraction  string `json:"fraction,omitempty"`
	GPUMiB    int64  `json:"gpu_mib,omitempty"`
	Devices   int    `json:"devices,omitempty"`
	Mig       string `json:"mig,omitempty"`
}

// Shared tells whether it is served from a GPU that others may share.
func (w Want) Shared() bool { return w.Fraction != "" || w.GPUMiB > 0 }

// Node is a node as its labels describe it. mig: how many instances of each profile stand there; layouts: the same,
// GPU by GPU, as an index into the table of layouts of the README.
type Node struct {
	CPUMilli  int64          `json:"cpu_milli"`
	MemoryMiB int64          `json:"memory_mib"`
	GPUs      int            `json:"gpus"`
	GPUMiB    int64          `json:"gpu_mib,omitempty"`
	Mig       map[string]int `json:"mig,omitempty"`
	Layouts   []int          `json:"layouts,omitempty"`
}

// Answer is what KAI decides. scores: of all nodes. fits: nodes that take it now or once what leaves is gone.
// best: those of fits with the highest score; KAI takes the first. waits: it must wait there for what leaves.
// sure, tied, take_tied, opens: shared GPUs (by number) that are taken for certain; those equal at the end, of which
// take_tied are taken in the order of a map, here the lowest; and how many idle GPUs are opened. gpus: those of this
// run, new ones included. overbooks: KAI binds it to a GPU that a task which leaves still has. A task that waits or
// overbooks is not kept.
type Answer struct {
	Scores    []float64 `json:"scores"`
	Fits      []int     `json:"fits"`
	Best      []int     `json:"best"`
	Node      int       `json:"node"`
	Waits     bool      `json:"waits,omitempty"`
	Overbooks bool      `json:"overbooks,omitempty"`
	Sure      []int     `json:"sure,omitempty"`
	Tied      []int     `json:"tied,omitempty"`
	TakeTied  int       `json:"take_tied,omitempty"`
	Opens     int       `json:"opens,omitempty"`
	GPUs      []int     `json:"gpus,omitempty"`
}

func (a *Answer) starts() bool { return a.Node >= 0 && !a.Waits && !a.Overbooks }

// Event: op start (already there, on node and gpus), place, leave (at once), terminate (is leaving, still there), gone.
type Event struct {
	Op     string  `json:"op"`
	ID     int     `json:"id"`
	Want   *Want   `json:"want,omitempty"`
	Node   int     `json:"node"`
	GPUs   []int   `json:"gpus,omitempty"`
	Answer *Answer `json:"answer,omitempty"`
}

// Case is one cluster and what happens to it.
type Case struct {
	Seed     int64   `json:"seed"`
	Strategy string  `json:"strategy"`
	Kind     string  `json:"kind"`
	Nodes    []Node  `json:"nodes"`
	Events   []Event `json:"events"`
}

var migLayouts = []map[string]int{
	{"1g.5gb": 7},
	{"3g.20gb": 2},
	{"3g.20gb": 1, "2g.10gb": 1, "1g.5gb": 2},
	{"7g.40gb": 1},
	{"2g.10gb": 3, "1g.5gb": 1},
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.Intn(len(of))] }

func randomNodes(r *rand.Rand, kind string) []Node {
	memories := []int64{15360, 16384, 23028, 32768, 40960, 46068, 81559, 11441, 24576, 97871}
	r.Shuffle(len(memories), func(i, j int) { memories[i], memories[j] = memories[j], memories[i] })
	memories = memories[:1+r.Intn(3)]
	nodes := make([]Node, 2+r.Intn(11))
	for i := range nodes {
		n := Node{CPUMilli: int64(8000 * (1 + r.Intn(16))), MemoryMiB: int64(32768 * (1 + r.Intn(16)))}
		if r.Intn(10) > 0 {
			n.GPUs = pick(r, 1, 2, 4, 8, 1+r.Intn(8))
			n.GPUMiB = pick(r, memories...)
		}
		if kind == "mig" && n.GPUs > 0 && r.Intn(4) > 0 {
			n.GPUMiB, n.Mig = 40960, map[string]int{}
			for g := 0; g < n.GPUs; g++ {
				l := r.Intn(len(migLayouts))
				n.Layouts = append(n.Layouts, l)
				for p, c := range migLayouts[l] {
					n.Mig[p] += c
				}
			}
		}
		nodes[i] = n
	}
	return nodes
}

func randomFraction(r *rand.Rand, fine bool) string {
	if fine && r.Intn(3) == 0 {
		return pick(r, "0.125", "0.333", "0.375", "0.0625", "0.667", "0.005", "0.995")
	}
	if r.Intn(2) == 0 {
		return pick(r, "0.1", "0.2", "0.25", "0.3", "0.33", "0.5", "0.6", "0.75", "0.8")
	}
	return fmt.Sprintf("0.%02d", 1+r.Intn(99))
}

func randomWant(r *rand.Rand, kind string, nodes []Node) Want {
	w := Want{CPUMilli: int64(pick(r, 0, 250, 500, 1000, 2000, 4000, 8000, 100*r.Intn(100))), MemoryMiB: int64(256 * r.Intn(80))}
	var memory int64 = 16384
	if n := nodes[r.Intn(len(nodes))]; n.GPUMiB > 0 {
		memory = n.GPUMiB
	}
	part := func() int64 {
		switch r.Intn(6) {
		case 0:
			return memory/100*100 - int64(r.Intn(3)) + 1 // about all of a GPU
		case 1:
			return 1 + r.Int63n(memory*5/2) // perhaps more than there is
		}
		return 1 + r.Int63n(memory)
	}
	if kind == "mig" && r.Intn(2) == 0 {
		w.Mig = pick(r, "1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb", "7g.40gb")
		return w
	}
	switch k := r.Intn(100); {
	case k < 14:
		w.CPUMilli += 1000
	case k < 40:
		w.Whole = pick(r, 1, 1, 1, 2, 2, 3, 4, 8)
	case k < 70:
		w.Fraction, w.Devices = randomFraction(r, kind == "fine"), 1
	case k < 84:
		w.GPUMiB, w.Devices = part(), 1
	case k < 94:
		w.Fraction, w.Devices = randomFraction(r, kind == "fine"), 2+r.Intn(3)
	default:
		w.GPUMiB, w.Devices = part(), 2+r.Intn(3)
	}
	return w
}

// randomCase makes a case without answers to its placements; the events that depend on them are drawn by solve.
func randomCase(seed int64) (Case, *rand.Rand) {
	r := rand.New(rand.NewSource(seed))
	c := Case{Seed: seed, Strategy: []string{"binpack", "spread", "spread-sharing"}[seed%3]}
	c.Kind = pick(r, "plain", "plain", "plain", "plain", "fine", "slow", "mig", "plain", "slow", "plain")
	c.Nodes = randomNodes(r, c.Kind)
	return c, r
}
