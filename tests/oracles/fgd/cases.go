// SPDX-License-Identifier: Apache-2.0
//go:build go1.22

package main

import (
	"math/rand"
	"strings"
)

type node struct {
	CPUMilli  int64  `json:"cpu_milli"`
	MemoryMiB int64  `json:"memory_mib"`
	GPUs      int    `json:"gpus"`
	Model     string `json:"model,omitempty"`
}

// A task; GPUMilli is of each GPU.
type task struct {
	CPUMilli  int64  `json:"cpu_milli"`
	MemoryMiB int64  `json:"memory_mib"`
	GPUs      int    `json:"gpus,omitempty"`
	GPUMilli  int64  `json:"gpu_milli,omitempty"`
	Models    string `json:"models,omitempty"`
}

type expected struct {
	task
	Count int `json:"count"`
}

type event struct {
	Kind   string   `json:"kind"` // arrive, leave
	ID     int      `json:"id"`
	Task   *task    `json:"task,omitempty"`
	Scores []*int64 `json:"scores,omitempty"` // null: no fit
	Best   []int    `json:"best,omitempty"`
	Node   int      `json:"node"`
	Taken  []int    `json:"taken,omitempty"`
}

type caseOf struct {
	Seed    int64      `json:"seed"`
	Policy  string     `json:"policy"`
	Nodes   []node     `json:"nodes"`
	History []expected `json:"history"`
	Typical []task     `json:"typical"` // in the simulator's order
	Events  []event    `json:"events"`
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.Intn(len(of))] }

// Models as they stand in the list of one task, perhaps twice.
func randomModels(r *rand.Rand, nodes []node) string {
	if r.Intn(4) > 0 {
		return ""
	}
	var names []string
	for k := 1 + r.Intn(3); k > 0; k-- {
		if n := pick(r, nodes...); n.Model != "" {
			names = append(names, n.Model)
		}
	}
	return strings.Join(names, "|")
}

func randomTask(r *rand.Rand, nodes []node) task {
	t := task{CPUMilli: pick[int64](r, 1000, 2000, 4000, 6000, 8000, 11400, 16000, 32000, 1+r.Int63n(40000)),
		MemoryMiB: pick[int64](r, 1024, 8192, 30517, 65536)}
	switch r.Intn(10) {
	case 0, 1:
	case 2, 3, 4, 5:
		t.GPUs, t.GPUMilli = 1, pick(r, 100, 250, 460, 500, 650, 810, 1+r.Int63n(999))
	case 6, 7:
		t.GPUs, t.GPUMilli = 1, 1000
	default:
		t.GPUs, t.GPUMilli = pick(r, 2, 4, 8), 1000
	}
	if t.GPUs > 0 {
		t.Models = randomModels(r, nodes)
	}
	return t
}

// generate makes the questions of a case.
func generate(seed int64) *caseOf {
	r := rand.New(rand.NewSource(seed))
	c := &caseOf{Seed: seed, Policy: []string{"fgd", "best-fit", "dot-product", "gpu-packing", "gpu-clustering"}[seed%5]}
	for k := 2 + r.Intn(8); k > 0; k-- {
		n := node{CPUMilli: pick[int64](r, 32000, 64000, 94000, 96000, 128000), MemoryMiB: pick[int64](r, 131072, 262144, 393216, 786432),
			GPUs: pick(r, 0, 1, 2, 2, 4, 8, 8)}
		if n.GPUs > 0 {
			n.Model = pick(r, "P100", "T4", "V100M16", "V100M32", "A10", "G2", "G3")
		}
		c.Nodes = append(c.Nodes, n)
	}
	for k := 3 + r.Intn(25); k > 0; k-- {
		c.History = append(c.History, expected{randomTask(r, c.Nodes), pick(r, 1, 1, 2, 3, 10, 50, 1+r.Intn(200))})
	}
	var live []int
	for id := range 20 + r.Intn(30) {
		if len(live) > 0 && r.Intn(4) == 0 {
			k := r.Intn(len(live))
			c.Events = append(c.Events, event{Kind: "leave", ID: live[k]})
			live = append(live[:k], live[k+1:]...)
			continue
		}
		t := pick(r, c.History...).task
		if r.Intn(5) == 0 {
			t = randomTask(r, c.Nodes)
		}
		c.Events = append(c.Events, event{Kind: "arrive", ID: id, Task: &t})
		live = append(live, id)
	}
	return c
}
