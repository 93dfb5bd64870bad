// SPDX-License-Identifier: Apache-2.0
// Asks NVIDIA's device plugin which GPUs, or replicas of GPUs, it prefers.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"slices"

	"github.com/NVIDIA/go-nvlib/pkg/nvlib/device"
	"k8s.io/klog/v2"

	spec "github.com/NVIDIA/k8s-device-plugin/api/config/v1"
	"github.com/NVIDIA/k8s-device-plugin/internal/rm"
)

var rounds = flag.Int("rounds", 40, "how often to ask")

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func managerOf(c *caseOf) rm.ResourceManager {
	strategy := spec.MigStrategyNone
	config := &spec.Config{Version: spec.Version}
	config.Flags.MigStrategy = &strategy
	config.Flags.Plugin = &spec.PluginCommandLineFlags{}
	if c.Policy != "" {
		config.Flags.Plugin.SharedDevicesAllocationPolicy = &c.Policy
	}
	fake := &fakeNode{of: c}
	lib := device.New(fake, device.WithVerifySymbols(false))
	check(rm.AddDefaultResourcesToConfig(fakeInfo{}, fake, lib, config))
	if c.Sharing != "none" {
		shared := spec.ReplicatedResources{FailRequestsGreaterThanOne: c.FailAboveOne, Resources: []spec.ReplicatedResource{
			{Name: "nvidia.com/gpu", Devices: spec.ReplicatedDevices{All: true}, Replicas: c.Replicas}}}
		if c.Sharing == "mps" {
			if shared.FailRequestsGreaterThanOne == nil { // as where it reads its file
				fail := true
				shared.FailRequestsGreaterThanOne = &fail
			}
			config.Sharing.MPS = &shared
		} else {
			config.Sharing.TimeSlicing = shared
		}
	}
	managers, err := rm.NewNVMLResourceManagers(fakeInfo{}, fake, lib, config)
	check(err)
	if len(managers) != 1 {
		panic("one resource")
	}
	return managers[0]
}

// The ids of replicas, the lowest free ones of each GPU. Which replica of a GPU it is never matters.
func (c *caseOf) ids(of counts, from counts) (list []string) {
	for g, n := range of {
		for i := range n {
			if c.Sharing == "none" {
				list = append(list, uuidOf(g))
			} else {
				list = append(list, string(rm.NewAnnotatedID(uuidOf(g), from[g]+i)))
			}
		}
	}
	return list
}

func (c *caseOf) ask(manager rm.ResourceManager, free, required counts, size int) (a answered) {
	seen := map[string]counts{}
	must := c.ids(required, make(counts, c.GPUs))
	others := c.ids(free, required)
	for round := range *rounds {
		available := append(slices.Clone(must), others...)
		if round > 0 { // the kubelet sends the members of a set in any order
			r := rand.New(rand.NewSource(int64(round)))
			r.Shuffle(len(available), func(i, j int) { available[i], available[j] = available[j], available[i] })
		}
		func() {
			defer func() {
				if recover() != nil {
					a.Panics++
				}
			}()
			list, err := manager.GetPreferredAllocation(available, must, size)
			if err != nil {
				a.Fails = err.Error()
				return
			}
			if err := manager.ValidateRequest(list); err != nil {
				a.Refused = err.Error()
			}
			got := make(counts, c.GPUs)
			for _, id := range list {
				for g := range c.GPUs {
					if rm.AnnotatedID(id).GetID() == uuidOf(g) {
						got[g]++
					}
				}
			}
			seen[fmt.Sprint(got)] = got
		}()
	}
	for _, got := range seen {
		a.Answers = append(a.Answers, got)
	}
	slices.SortFunc(a.Answers, func(x, y counts) int { return -slices.Compare(x, y) })
	return a
}

func answer(c *caseOf) (asked int) {
	manager := managerOf(c)
	none := make(counts, c.GPUs)
	for i := range c.Questions {
		q := &c.Questions[i]
		q.answered = c.ask(manager, q.Free, q.Required, q.Size)
		asked++
	}
	free := make(counts, c.GPUs)
	for g := range free {
		free[g] = max(c.Replicas, 1)
	}
	running := map[int]counts{}
	var kept []event
	for _, e := range c.Sequence {
		if e.Kind == "leave" {
			for g, n := range running[e.ID] {
				free[g] += n
			}
			if running[e.ID] != nil {
				kept = append(kept, e)
			}
			delete(running, e.ID)
			continue
		}
		left := 0
		for _, n := range free {
			left += n
		}
		if left < e.Size { // the kubelet does not ask then
			continue
		}
		e.answered = c.ask(manager, free, none, e.Size)
		asked++
		e.Taken = nil
		if len(e.Answers) > 0 && e.Refused == "" {
			taken := 0
			for _, n := range e.Answers[0] {
				taken += n
			}
			if taken == e.Size {
				e.Taken = e.Answers[0]
				for g, n := range e.Taken {
					free[g] -= n
				}
				running[e.ID] = e.Taken
			}
		}
		kept = append(kept, e)
	}
	c.Sequence = kept
	return asked
}

func main() {
	first := flag.Int64("first", 1, "first seed")
	last := flag.Int64("last", 200, "last seed")
	in := flag.String("in", "", "cases to answer anew, instead of random ones")
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
			all.Cases = append(all.Cases, generate(seed))
		}
	}
	asked := 0
	for _, c := range all.Cases {
		asked += answer(c)
	}
	text, err := json.Marshal(all)
	check(err)
	check(os.WriteFile(*out, append(text, '\n'), 0o644))
	fmt.Println("cases", len(all.Cases), "questions", asked)
}
