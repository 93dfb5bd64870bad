// SPDX-License-Identifier: Apache-2.0
package main

import "math/rand"

type pod struct {
	ID        int   `json:"id"`
	Node      int   `json:"node,omitempty"` // of one that stands there before
	CPUMilli  int64 `json:"cpu_milli"`
	MemoryKiB int64 `json:"memory_kib"`
	GPUs      int64 `json:"gpus"`
}

type node struct {
	CPUMilli  int64 `json:"cpu_milli"`
	MemoryKiB int64 `json:"memory_kib"`
	GPUs      int64 `json:"gpus"`
}

type weights struct {
	CPU    int64 `json:"cpu"`
	Memory int64 `json:"memory"`
	GPU    int64 `json:"gpu"`
}

type point struct {
	Utilization int32 `json:"utilization"`
	Score       int32 `json:"score"`
}

// How the scheduler is set up. A weight of 0: the resource is not named.
type setup struct {
	Kind     string  `json:"kind"`
	Strategy string  `json:"strategy"` // of NodeResourcesFit
	Fit      weights `json:"fit"`
	Shape    []point `json:"shape,omitempty"`
	Balanced weights `json:"balanced"`
	// Weights of the two plugins in the sum.
	FitWeight      int32 `json:"fit_weight"`
	BalancedWeight int32 `json:"balanced_weight"`
}

// Scores of one node that passes the filters.
type scored struct {
	Node     int    `json:"node"`
	Fit      int64  `json:"fit"`
	Balanced *int64 `json:"balanced,omitempty"` // absent: the plugin skips this pod
	Total    int64  `json:"total"`              // of the two, weighted
	Others   int64  `json:"others,omitempty"`   // TaintToleration, NodeAffinity, ImageLocality, weighted; in no total
}

type event struct {
	Kind  string   `json:"kind"` // arrive, leave
	Pod   *pod     `json:"pod,omitempty"`
	ID    int      `json:"id,omitempty"` // of the one that leaves
	Nodes []scored `json:"nodes,omitempty"`
	Best  []int    `json:"best,omitempty"`
	Taken *int     `json:"taken,omitempty"` // the lowest of the best; absent: nothing fits
}

type caseOf struct {
	Seed     int64   `json:"seed"`
	Setup    setup   `json:"setup"`
	Nodes    []node  `json:"nodes"`
	Standing []pod   `json:"standing"`
	Events   []event `json:"events"`
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.Intn(len(of))] }

func setupFor(seed int64, r *rand.Rand) setup {
	one := weights{1, 1, 0}
	s := setup{Kind: "default", Strategy: "LeastAllocated", Fit: one, Balanced: one, FitWeight: 1, BalancedWeight: 1}
	random := weights{int64(r.Intn(4)), int64(r.Intn(4)), int64(1 + r.Intn(10))}
	switch seed % 10 {
	case 4:
		s.Kind, s.Strategy, s.Fit = "most over cpu, memory, gpu", "MostAllocated", weights{1, 1, 1}
	case 5:
		s.Kind, s.Strategy, s.Fit = "most, random weights", "MostAllocated", random
	case 6:
		s.Kind, s.Fit = "least over cpu, memory, gpu", weights{1, 1, 1}
	case 7:
		s.Kind, s.Fit = "least, random weights", random
		s.FitWeight, s.BalancedWeight = int32(1+r.Intn(5)), int32(1+r.Intn(3))
	case 8:
		s.Kind, s.Strategy, s.Fit = "ratio", "RequestedToCapacityRatio", pick(r, one, weights{1, 1, 1}, random)
		s.Shape = pick(r, []point{{0, 0}, {100, 10}}, []point{{0, 10}, {100, 0}}, []point{{0, 0}, {50, 10}, {100, 3}},
			[]point{{20, 2}, {70, 8}, {90, 10}})
	case 9:
		s.Kind, s.Balanced = "balanced with gpu", weights{1, 1, 1}
	}
	return s
}

func generate(seed int64, everywhere bool) *caseOf {
	r := rand.New(rand.NewSource(seed))
	c := &caseOf{Seed: seed, Setup: setupFor(seed, r)}
	// Memory as a kubelet tells it, in KiB, in a fifth of the usual cases; whole MiB otherwise.
	kib := seed%5 == 3 && !everywhere
	if kib {
		c.Setup.Kind += ", KiB"
	}
	// Some pods ask for no CPU or no memory in these, or in all.
	bare := seed%10 == 2 || everywhere
	if bare {
		c.Setup.Kind += ", pods that ask for no CPU or memory"
	}
	n := 2 + r.Intn(11)
	kinds := 1 + r.Intn(3)
	shapes := make([]node, kinds)
	for i := range shapes {
		shapes[i] = node{pick(r, int64(8000), 16000, 32000, 48000, 64000, 95940, 96000, 127500, 128000),
			1024 * 1024 * pick(r, int64(16), 32, 60, 64, 128, 250, 256, 503, 512), int64(r.Intn(9))}
	}
	shapes[0].GPUs = pick(r, int64(1), 2, 4, 8)
	for range n {
		of := pick(r, shapes...)
		if kib {
			of.MemoryKiB -= r.Int63n(3 * 1024 * 1024)
		}
		c.Nodes = append(c.Nodes, of)
	}
	free := append([]node(nil), c.Nodes...)
	id := 0
	some := func() pod {
		id++
		p := pod{ID: id, CPUMilli: pick(r, int64(100), 250, 500, 1000, 2000, 4000, 6000, 8000, 1+r.Int63n(9000)),
			MemoryKiB: 1024 * pick(r, int64(128), 512, 1024, 4096, 8192, 16384, 20000, 32768, 1+r.Int63n(40000)),
			GPUs:      pick(r, int64(0), 1, 1, 1, 2, 2, 3, 4, 8)}
		if kib && r.Intn(2) == 0 {
			p.MemoryKiB += r.Int63n(1024)
		}
		if bare && r.Intn(3) == 0 {
			p.CPUMilli = 0
		}
		if bare && r.Intn(3) == 0 {
			p.MemoryKiB = 0
		}
		return p
	}
	for range r.Intn(2 * n) {
		p := some()
		at := r.Intn(n)
		f := &free[at]
		if p.CPUMilli > f.CPUMilli || p.MemoryKiB > f.MemoryKiB || p.GPUs > f.GPUs {
			id--
			continue
		}
		f.CPUMilli -= p.CPUMilli
		f.MemoryKiB -= p.MemoryKiB
		f.GPUs -= p.GPUs
		p.Node = at
		c.Standing = append(c.Standing, p)
	}
	first := id + 1
	for range 20 + r.Intn(41) {
		if r.Intn(4) == 0 && id >= first {
			c.Events = append(c.Events, event{Kind: "leave", ID: first + r.Intn(id-first+1)}) // those not there are dropped
			continue
		}
		p := some()
		c.Events = append(c.Events, event{Kind: "arrive", Pod: &p})
	}
	return c
}
