// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// amounts: thousandths of a CPU, MiB, GPUs, pods.
type amounts [4]int64

type nodeOf struct {
	At    string   `json:"at"` // The values of its levels, parted by "/".
	Kind  int      `json:"kind"`
	Used  *amounts `json:"used,omitempty"`  // By pods that Kueue does not manage.
	Zone  string   `json:"zone,omitempty"`  // A label.
	Taint bool     `json:"taint,omitempty"` // Only pods that tolerate it run there.
}

type sliceOf struct {
	Level int   `json:"level"`
	Size  int32 `json:"size"`
}

type setOf struct {
	Mode      string    `json:"mode"` // required, preferred, unconstrained, implied, slices
	Level     int       `json:"level,omitempty"`
	Count     int32     `json:"count"`
	Pod       amounts   `json:"pod"` // Of one pod, without the pod itself; -1: not asked for.
	Slices    []sliceOf `json:"slices,omitempty"`
	Group     string    `json:"group,omitempty"`
	Zone      string    `json:"zone,omitempty"`
	Tolerates bool      `json:"tolerates,omitempty"`

	Fits    bool            `json:"fits"`
	Room    *int64          `json:"room,omitempty"`    // What fits, where Kueue says so.
	Reason  string          `json:"reason,omitempty"`  // Another reason.
	Skipped bool            `json:"skipped,omitempty"` // Not looked at, as an earlier one did not fit.
	Domains [][]interface{} `json:"domains,omitempty"` // Path of the domain, pods.
}

type stepOf struct {
	ID    int      `json:"id"`
	Leave []int    `json:"leave,omitempty"` // Workloads that end before.
	Empty bool     `json:"empty,omitempty"` // Asks as though no workload ran.
	Sets  []*setOf `json:"sets"`
}

type caseOf struct {
	Seed     int64     `json:"seed"`
	Levels   int       `json:"levels"`
	Host     bool      `json:"host"`               // The lowest level is a node.
	BestFit  bool      `json:"best_fit,omitempty"` // The gate TASProfileMixed is off.
	Balanced bool      `json:"balanced,omitempty"` // The gate TASBalancedPlacement is on.
	Kinds    []amounts `json:"kinds"`
	Nodes    []*nodeOf `json:"nodes"`
	Steps    []*stepOf `json:"steps"`
}

func chance(r *rand.Rand, percent int) bool { return r.Intn(100) < percent }

func generate(seed int64) *caseOf {
	r := rand.New(rand.NewSource(seed))
	c := &caseOf{Seed: seed, Levels: 1 + r.Intn(4), Host: chance(r, 75), BestFit: chance(r, 20), Balanced: chance(r, 20)}
	if c.Levels == 1 && chance(r, 70) {
		c.Levels = 3
	}
	for kinds := 1 + r.Intn(2); kinds > 0; kinds-- {
		gpus := []int64{0, 1, 2, 4, 8}[r.Intn(5)]
		c.Kinds = append(c.Kinds, amounts{int64(2+r.Intn(15)) * 1000, int64(4+r.Intn(30)) * 1024, gpus, int64(3 + r.Intn(20))})
	}
	grow(r, c, nil)
	for n := len(c.Nodes) - 1; n >= 0 && c.Levels > 1 && len(c.Nodes) > 30; n-- {
		c.Nodes = append(c.Nodes[:n], c.Nodes[n+1:]...)
	}
	r.Shuffle(len(c.Nodes), func(a, b int) { c.Nodes[a], c.Nodes[b] = c.Nodes[b], c.Nodes[a] })
	live := []int{}
	for id, steps := 0, 2+r.Intn(5); id < steps; id++ {
		step := &stepOf{ID: id, Empty: chance(r, 5)}
		for len(live) > 0 && chance(r, 25) {
			at := r.Intn(len(live))
			step.Leave = append(step.Leave, live[at])
			live = append(live[:at], live[at+1:]...)
		}
		step.Sets = randomSets(r, c)
		c.Steps = append(c.Steps, step)
		live = append(live, id)
	}
	return c
}

// grow adds the nodes below a domain. Inner domains of different parents share names.
func grow(r *rand.Rand, c *caseOf, path []string) {
	names := []string{"a", "b10", "b9", "c", "d"}
	if level := len(path); level < c.Levels-1 {
		r.Shuffle(len(names), func(a, b int) { names[a], names[b] = names[b], names[a] })
		for n := 1 + r.Intn(3); n > 0; n-- {
			grow(r, c, append(append([]string{}, path...), names[n]))
		}
		return
	}
	children := 1 + r.Intn(4)
	if c.Levels == 1 {
		children = 1 + r.Intn(12)
	}
	for n := 0; n < children; n++ {
		last := names[r.Intn(len(names))] // Nodes of one domain add up.
		if c.Host {
			last = fmt.Sprintf("n%d", len(c.Nodes)) // n10 comes before n2.
		}
		node := &nodeOf{At: strings.Join(append(append([]string{}, path...), last), "/"), Kind: r.Intn(len(c.Kinds))}
		kind := c.Kinds[node.Kind]
		if chance(r, 30) {
			used := amounts{r.Int63n(kind[0] + 1), r.Int63n(kind[1] + 1), r.Int63n(kind[2] + 1), r.Int63n(3)}
			if chance(r, 5) {
				used[0] = kind[0] + 1000 // More in use than there is.
			}
			node.Used = &used
		}
		if chance(r, 15) {
			node.Zone = "z"
		}
		node.Taint = chance(r, 10)
		c.Nodes = append(c.Nodes, node)
	}
}

func randomSets(r *rand.Rand, c *caseOf) []*setOf {
	sets := []*setOf{randomSet(r, c)}
	switch {
	case chance(r, 20): // A leader beside its workers.
		leader := *sets[0]
		leader.Count, leader.Pod, leader.Slices = 1, randomPod(r, c), nil
		if leader.Mode == "slices" {
			leader.Mode = "implied"
		}
		sets[0].Group, leader.Group = "g", "g"
		if chance(r, 50) {
			return []*setOf{&leader, sets[0]}
		}
		return []*setOf{sets[0], &leader}
	case chance(r, 15):
		sets = append(sets, randomSet(r, c))
	}
	return sets
}

func randomPod(r *rand.Rand, c *caseOf) amounts {
	kind := c.Kinds[r.Intn(len(c.Kinds))]
	pod := amounts{-1, -1, -1, 0}
	if chance(r, 80) {
		pod[0] = []int64{0, 500, 1000, 1500, 2000, 4000}[r.Intn(6)]
	}
	if chance(r, 50) {
		pod[1] = []int64{256, 1000, 1024, 4096}[r.Intn(4)]
	}
	if kind[2] > 0 && chance(r, 60) {
		pod[2] = 1 + r.Int63n(kind[2])
	}
	return pod
}

func randomSet(r *rand.Rand, c *caseOf) *setOf {
	set := &setOf{Pod: randomPod(r, c), Count: int32(1 + r.Intn(12))}
	if chance(r, 30) {
		set.Count = int32(1 + r.Intn(40))
	}
	set.Mode = []string{"required", "required", "preferred", "preferred", "unconstrained", "implied"}[r.Intn(6)]
	if set.Mode == "required" || set.Mode == "preferred" {
		set.Level = r.Intn(c.Levels)
	}
	set.Tolerates = chance(r, 30)
	if chance(r, 10) {
		set.Zone = "z"
	}
	if chance(r, 40) && set.Mode != "implied" {
		if chance(r, 30) {
			set.Mode, set.Level = "slices", 0
		}
		addSlices(r, c, set)
	}
	return set
}

// addSlices adds one layer of slices, or up to three, each within the one before.
func addSlices(r *rand.Rand, c *caseOf, set *setOf) {
	size := int32(1 + r.Intn(4))
	if chance(r, 50) {
		size *= 2
	}
	level := set.Level + r.Intn(c.Levels-set.Level)
	if set.Mode == "unconstrained" {
		level = c.Levels - 1
	}
	set.Slices = []sliceOf{{level, size}}
	for level+1 < c.Levels && size > 1 && len(set.Slices) < 3 && chance(r, 60) {
		level += 1 + r.Intn(c.Levels-level-1)
		for inner := size; ; inner-- {
			if size%inner == 0 && (inner < size || chance(r, 20)) {
				size = inner
				break
			}
			if inner == 1 {
				break
			}
		}
		set.Slices = append(set.Slices, sliceOf{level, size})
	}
	outer := set.Slices[0].Size
	set.Count = outer * int32(1+r.Intn(6))
	if chance(r, 3) {
		set.Count++
	}
	switch last := len(set.Slices) - 1; { // What contradicts itself.
	case last > 0 && chance(r, 5):
		set.Slices[last].Size++
	case last > 0 && chance(r, 5):
		set.Slices[last].Level = set.Slices[0].Level
	case set.Mode == "required" && set.Level > 0 && chance(r, 3):
		set.Slices = []sliceOf{{set.Level - 1, outer}}
	}
}
