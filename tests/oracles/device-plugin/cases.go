// SPDX-License-Identifier: Apache-2.0
package main

import "math/rand"

// Numbers a GPU: how many of its replicas (a GPU that is not shared counts as one).
type counts []int

type question struct {
	Free     counts `json:"free"`     // replicas to choose from, without those required
	Required counts `json:"required"` // replicas that the answer must hold
	Size     int    `json:"size"`
	answered
}

// What the plugin answers. It depends on the order of a Go map or of the list that the kubelet sends: all that was seen.
type answered struct {
	Answers []counts `json:"answers,omitempty"` // with those required; lowest GPUs first
	Fails   string   `json:"fails,omitempty"`   // the error
	Panics  int      `json:"panics,omitempty"`  // in how many of the orders asked the plugin panics
	Refused string   `json:"refused,omitempty"` // what ValidateRequest then says to it
}

type event struct {
	Kind string `json:"kind"` // arrive, leave
	ID   int    `json:"id"`
	Size int    `json:"size,omitempty"`
	answered
	Taken counts `json:"taken,omitempty"` // the first of the answers
}

// One node with the plugin on it.
type caseOf struct {
	Seed          int64      `json:"seed"`
	Sharing       string     `json:"sharing"`                  // none, time-slicing, mps
	Replicas      int        `json:"replicas,omitempty"`       // of each GPU
	FailAboveOne  *bool      `json:"fail_above_one,omitempty"` // failRequestsGreaterThanOne
	Policy        string     `json:"policy,omitempty"`         // packed, distributed; absent: not told
	GPUs          int        `json:"gpus"`
	PCIe          [][]int    `json:"pcie"`    // 1 between processors ... 6 on one board; 0 on the diagonal
	NVLinks       [][]int    `json:"nvlinks"` // from GPU to GPU
	SwitchNVLinks int        `json:"switch_nvlinks"`
	Questions     []question `json:"questions"`
	Sequence      []event    `json:"sequence"`
}

func (c *caseOf) wire(level func(a, b int) int, links func(a, b int) int) {
	c.PCIe, c.NVLinks = make([][]int, c.GPUs), make([][]int, c.GPUs)
	for a := range c.GPUs {
		c.PCIe[a], c.NVLinks[a] = make([]int, c.GPUs), make([]int, c.GPUs)
	}
	for a := range c.GPUs {
		for b := range a {
			c.PCIe[a][b] = level(b, a)
			c.PCIe[b][a] = c.PCIe[a][b]
			c.NVLinks[a][b] = links(b, a)
			c.NVLinks[b][a] = c.NVLinks[a][b]
		}
	}
}

func generate(seed int64) *caseOf {
	r := rand.New(rand.NewSource(seed))
	c := &caseOf{Seed: seed, Sharing: "none", GPUs: 1 + r.Intn(8)}
	none := func(a, b int) int { return 0 }
	level := func(a, b int) int {
		switch {
		case a/2 == b/2:
			return 5
		case a/4 == b/4:
			return 2
		}
		return 1
	}
	switch seed % 3 {
	case 0: // whole GPUs
		switch r.Intn(5) {
		case 0:
			c.wire(level, none)
		case 1: // pairs with bridges, and two processors that may part a pair
			c.GPUs = 2 * (1 + r.Intn(4))
			split, links := r.Intn(c.GPUs), r.Perm(4)
			c.wire(func(a, b int) int {
				if (a < split) == (b < split) {
					return 2
				}
				return 1
			}, func(a, b int) int {
				if a/2 == b/2 {
					return 1 + links[a/2]
				}
				return 0
			})
		case 2: // two quads and a link to the twin
			c.GPUs = 8
			c.wire(level, func(a, b int) int {
				if a/4 == b/4 || b == a+4 {
					return 1 + (a+b)%2
				}
				return 0
			})
		case 3:
			c.GPUs = 8
			c.SwitchNVLinks = 12
			c.wire(level, none)
		case 4:
			c.wire(func(a, b int) int { return 1 + r.Intn(3) }, func(a, b int) int { return r.Intn(3) })
		}
	default:
		c.Sharing = []string{"time-slicing", "time-slicing", "mps"}[r.Intn(3)]
		c.Replicas = []int{1, 2, 3, 4, 4, 5, 7, 8, 10}[r.Intn(9)]
		c.Policy = []string{"packed", "distributed", "packed", "distributed", ""}[r.Intn(5)]
		if r.Intn(3) > 0 {
			fail := r.Intn(2) == 0
			c.FailAboveOne = &fail
		}
		c.wire(level, none)
	}
	each := max(c.Replicas, 1)
	for range 15 {
		q := question{Free: make(counts, c.GPUs), Required: make(counts, c.GPUs)}
		free, must := 0, 0
		for g := range c.GPUs {
			q.Free[g] = r.Intn(each + 1)
			if r.Intn(3) == 0 { // all, as often as none
				q.Free[g] = each
			}
			if q.Free[g] > 0 && r.Intn(4) == 0 {
				q.Required[g] = 1 + r.Intn(q.Free[g])
				q.Free[g] -= q.Required[g]
			}
			free += q.Free[g]
			must += q.Required[g]
		}
		q.Size = must + r.Intn(min(free, 6)+1)
		if r.Intn(20) == 0 {
			q.Size = must + free + 1
		}
		if q.Size > 0 {
			c.Questions = append(c.Questions, q)
		}
	}
	id := 0
	for range 20 + r.Intn(41) {
		if r.Intn(3) == 0 && id > 0 {
			c.Sequence = append(c.Sequence, event{Kind: "leave", ID: 1 + r.Intn(id)}) // those not there are dropped
			continue
		}
		id++
		size := 1
		if r.Intn(3) == 0 {
			size = 1 + r.Intn(4)
		}
		c.Sequence = append(c.Sequence, event{Kind: "arrive", ID: id, Size: size})
	}
	return c
}
