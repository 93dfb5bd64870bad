// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"math/rand"
)

type gpu struct {
	Type   string `json:"type"`
	Memory int32  `json:"memory_mib"` // before scaling
	Numa   int    `json:"numa"`
	Closed bool   `json:"closed,omitempty"` // cordoned
	Broken bool   `json:"broken,omitempty"` // unhealthy
	Mig    bool   `json:"mig,omitempty"`
}

type node struct {
	GPUs          []gpu   `json:"gpus"`
	Sharers       int32   `json:"sharers"`
	MemoryPercent int32   `json:"memory_percent"`
	CorePercent   int32   `json:"core_percent"`
	Pcie          [][]int `json:"pcie,omitempty"`    // 0 cross CPU .. 5 same board
	Nvlinks       [][]int `json:"nvlinks,omitempty"` // direct ones
	Switched      bool    `json:"switched,omitempty"`
}

type share struct {
	GPU    int    `json:"gpu"`
	Memory int32  `json:"memory_mib"`
	Cores  int32  `json:"cores"`
	Mig    string `json:"profile,omitempty"`
	Start  *int   `json:"start,omitempty"`
}

type key struct {
	Score float32 `json:"score"`
	Numa  int     `json:"numa"`
	Used  int32   `json:"used"`
}

type answer struct {
	Fit    bool       `json:"fit"`
	Scores []*float32 `json:"scores,omitempty"` // [nodes], null: no fit
	Best   []int      `json:"best,omitempty"`
	Node   int        `json:"node"`
	GPUs   []share    `json:"gpus,omitempty"`
	Order  []key      `json:"order,omitempty"`  // [GPUs of the node] what the device order is made from
	Others []int      `json:"others,omitempty"` // further answers seen under another order of registration, as bits
}

type request struct {
	Op      string   `json:"op"` // arrive, leave
	ID      int      `json:"id"`
	Count   int64    `json:"gpus,omitempty"`
	Memory  *int64   `json:"memory_mib,omitempty"`
	Percent *int64   `json:"percent,omitempty"`
	Cores   *int64   `json:"cores,omitempty"`
	Use     string   `json:"use_type,omitempty"`
	NoUse   string   `json:"no_use_type,omitempty"`
	UseIDs  [][2]int `json:"use_gpus,omitempty"`
	NoIDs   [][2]int `json:"no_use_gpus,omitempty"`
	Bind    bool     `json:"numa_bind,omitempty"`
	Nodes   string   `json:"node_policy,omitempty"`
	Devices string   `json:"gpu_policy,omitempty"`
	Weights []int64  `json:"weights,omitempty"`
	Answer  *answer  `json:"answer,omitempty"`
}

type testCase struct {
	Seed    int64     `json:"seed"`
	Family  string    `json:"family"`
	Nodes   string    `json:"node_policy"`
	Devices string    `json:"gpu_policy"`
	Cluster []node    `json:"nodes"`
	Events  []request `json:"requests"`
}

type model struct {
	name   string
	memory int32
}

var catalogue = []model{
	{"NVIDIA A100-SXM4-80GB", 81920}, {"NVIDIA A100-SXM4-40GB", 40960}, {"NVIDIA A10", 23028},
	{"NVIDIA-Tesla T4", 15360}, {"NVIDIA-Tesla V100-SXM2-32GB", 32768}, {"NVIDIA-Tesla V100-SXM2-16GB", 16384},
}

var families = []string{"core", "core", "core", "mixed", "types", "exclusive", "numa", "scaled", "closed", "topology", "bind", "mutex",
	"cores_scaled", "weights", "mig", "sizes"}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.Intn(len(from))] }

func makeNode(r *rand.Rand, family string) node {
	n := node{Sharers: pick[int32](r, 10, 10, 10, 4, 2), MemoryPercent: 100, CorePercent: 100}
	count := pick(r, 1, 2, 4, 8, 8)
	first := pick(r, catalogue...)
	if family == "mig" {
		first = catalogue[r.Intn(2)]
	}
	second := first
	if family == "types" && r.Intn(3) == 0 {
		second = pick(r, catalogue...)
	}
	if family == "sizes" { // two models on one node
		second = pick(r, catalogue...)
	}
	if family == "scaled" {
		n.MemoryPercent = pick[int32](r, 100, 150, 180, 200)
	}
	if family == "cores_scaled" {
		n.CorePercent = pick[int32](r, 100, 150, 200)
	}
	numas := 1
	if family == "numa" || family == "bind" || family == "topology" {
		numas = pick(r, 1, 2, 2)
	}
	for i := range count {
		m := first
		if i >= count/2 {
			m = second
		}
		g := gpu{Type: m.name, Memory: m.memory, Numa: i * numas / count, Mig: family == "mig"}
		if family == "closed" {
			g.Closed, g.Broken = r.Intn(6) == 0, r.Intn(8) == 0
		}
		n.GPUs = append(n.GPUs, g)
	}
	if family == "topology" && r.Intn(5) > 0 {
		wire(r, &n, numas)
	}
	return n
}

func wire(r *rand.Rand, n *node, numas int) {
	count := len(n.GPUs)
	form := r.Intn(4) // 0 PCIe alone, 1 bridged pairs, 2 a mesh as of V100, 3 switched
	for a := range count {
		n.Pcie = append(n.Pcie, make([]int, count))
		n.Nvlinks = append(n.Nvlinks, make([]int, count))
		for b := range count {
			if a == b {
				continue
			}
			switch {
			case n.GPUs[a].Numa != n.GPUs[b].Numa:
				n.Pcie[a][b] = 0
			case a/2 == b/2:
				n.Pcie[a][b] = 4
			default:
				n.Pcie[a][b] = 1
			}
			switch {
			case form == 1 && a/2 == b/2:
				n.Nvlinks[a][b] = 4
			case form == 2 && (a^b) < 4:
				n.Nvlinks[a][b] = 1 + (a^b)/2
			case form == 2 && (a^b) == 4:
				n.Nvlinks[a][b] = 2
			case form == 3:
				n.Nvlinks[a][b] = 12
			}
		}
	}
	n.Switched = form == 3
}

func some(v int64) *int64 { return &v }

func makeRequest(r *rand.Rand, family string, cluster []node) request {
	q := request{Op: "arrive", Count: pick[int64](r, 1, 1, 1, 1, 2, 2, 4)}
	if r.Intn(30) == 0 {
		q.Count = pick[int64](r, 3, 5, 8)
	}
	switch r.Intn(10) {
	case 0, 1, 2, 3:
		q.Memory = some(pick[int64](r, 1000, 2000, 3000, 4096, 5000, 8192, 10000, 16000))
	case 4, 5, 6, 7:
		q.Percent = some(pick[int64](r, 10, 20, 25, 30, 33, 50, 75))
	case 8:
		q.Percent = some(100)
	}
	if r.Intn(12) == 0 && q.Memory != nil {
		q.Percent = some(pick[int64](r, 10, 50, 100))
	}
	if r.Intn(10) < 6 {
		q.Cores = some(pick[int64](r, 0, 5, 10, 20, 25, 30, 33, 50, 60))
	}
	if family == "exclusive" || r.Intn(12) == 0 {
		if r.Intn(2) == 0 {
			q.Cores = some(100)
		}
	}
	if family == "types" && r.Intn(2) == 0 {
		if r.Intn(2) == 0 {
			q.Use = pick(r, "A100", "a10", "V100", "T4,A10", "Tesla", "40GB")
		} else {
			q.NoUse = pick(r, "A100", "v100", "T4", "80GB,T4")
		}
	}
	if family == "types" && r.Intn(8) == 0 {
		n := r.Intn(len(cluster))
		for range 1 + r.Intn(3) {
			id := [2]int{n, r.Intn(len(cluster[n].GPUs))}
			if r.Intn(2) == 0 {
				q.UseIDs = append(q.UseIDs, id)
			} else {
				q.NoIDs = append(q.NoIDs, id)
			}
		}
	}
	if family == "mixed" {
		q.Nodes = pick(r, "binpack", "spread", "")
		q.Devices = pick(r, "binpack", "spread", "")
	}
	if family == "bind" {
		q.Bind = r.Intn(2) == 0
	}
	if family == "mutex" && r.Intn(3) == 0 {
		q.Devices = "mutex"
	}
	if family == "topology" && r.Intn(8) > 0 {
		q.Devices = "topology-aware"
	}
	if family == "weights" && r.Intn(2) == 0 {
		q.Weights = []int64{r.Int63n(4), r.Int63n(4), 1 + r.Int63n(4)}
	}
	if family == "mig" {
		q.Memory, q.Percent, q.Cores, q.Count = some(pick[int64](r, 1000, 4000, 5000, 9000, 10000, 18000, 30000)), nil, nil, 1
		if r.Intn(12) == 0 {
			q.Memory = nil
		}
	}
	return q
}

func makeCase(seed int64) testCase {
	r := rand.New(rand.NewSource(seed))
	family := families[int(seed)%len(families)]
	c := testCase{Seed: seed, Family: family, Nodes: pick(r, "binpack", "spread"), Devices: pick(r, "binpack", "spread")}
	if family == "topology" {
		c.Nodes, c.Devices = "binpack", "spread"
	}
	for range 2 + r.Intn(11) {
		c.Cluster = append(c.Cluster, makeNode(r, family))
	}
	if family == "core" && r.Intn(2) == 0 { // one kind of node
		for i := range c.Cluster {
			c.Cluster[i] = c.Cluster[0]
		}
	}
	for i, until := 0, 20+r.Intn(41); i < until; i++ {
		q := makeRequest(r, family, c.Cluster)
		q.ID = i
		c.Events = append(c.Events, q)
		if i > 4 && r.Intn(3) == 0 {
			c.Events = append(c.Events, request{Op: "leave", ID: r.Intn(i + 1)})
		}
	}
	return c
}

func name(node int) string          { return fmt.Sprintf("node%02d", node) }
func uuid(node int, gpu int) string { return fmt.Sprintf("GPU-%02d-%d", node, gpu) }
