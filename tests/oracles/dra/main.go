// SPDX-License-Identifier: Apache-2.0
// Answers random cases by Kubernetes' own device allocator. See README.md.
//
// Reads one JSON object a line from standard input, {"id", "features": [...], "node": name, "list": {List of objects}}, and
// writes one a line: {"id", "outcome": "allocated" | "none" | "error", "error", "claims": [status.allocation of each claim that
// had none, in order], "ms"}. Features are named as by gpupack-dra. A case that takes more
// processor time than -limit ends as outcome "timeout", so that a busy machine answers the same cases as an idle one.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/api/resource/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/dynamic-resource-allocation/cel"
	"k8s.io/dynamic-resource-allocation/structured"
)

type question struct {
	ID       string   `json:"id"`
	Features []string `json:"features"`
	Node     string   `json:"node"`
	List     struct {
		Items []json.RawMessage `json:"items"`
	} `json:"list"`
}

type answer struct {
	ID      string                         `json:"id"`
	Outcome string                         `json:"outcome"`
	Error   string                         `json:"error,omitempty"`
	Claims  []resourceapi.AllocationResult `json:"claims,omitempty"`
	Ms      float64                        `json:"ms"`
	Us      float64                        `json:"us,omitempty"` // of one repeated Allocate
}

type classes map[string]*resourceapi.DeviceClass

func (c classes) List() ([]*resourceapi.DeviceClass, error) {
	all := make([]*resourceapi.DeviceClass, 0, len(c))
	for _, class := range c {
		all = append(all, class)
	}
	return all, nil
}

func (c classes) Get(name string) (*resourceapi.DeviceClass, error) {
	if class, ok := c[name]; ok {
		return class, nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Group: "resource.k8s.io", Resource: "deviceclasses"}, name)
}

func features(names []string) (f structured.Features, err error) {
	for _, name := range names {
		switch name {
		case "admin_access":
			f.AdminAccess = true
		case "first_available":
			f.PrioritizedList = true
		case "partitionable":
			f.PartitionableDevices = true
		case "taints":
			f.DeviceTaints = true
		case "binding_conditions":
			f.DeviceBindingAndStatus = true
		case "consumable_capacity":
			f.ConsumableCapacity = true
		case "list_attributes":
			f.ListTypeAttributes = true
		case "fractional_range":
			f.FractionalCapacityRange = true
		case "optional_node_operations":
			f.OptionalNodeOperations = true
		case "derived_attributes":
			f.DerivedAttributes = true
		case "compatibility_groups":
			f.CompatibilityGroups = true
		default:
			return f, fmt.Errorf("unknown feature %q", name)
		}
	}
	return f, nil
}

var errTooLong = errors.New("more processor time than allowed")

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// A context that ends once this process has used that much more processor time.
func limited(limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	until := processorTime() + limit
	go func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				if processorTime() > until {
					cancel(errTooLong)
				}
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// The time of one call in microseconds: the median of nine rounds of calls.
func timeOf(repeat int, call func()) float64 {
	var rounds []float64
	for range 9 {
		from := time.Now()
		for range repeat {
			call()
		}
		rounds = append(rounds, float64(time.Since(from).Nanoseconds())/1000/float64(repeat))
	}
	slices.Sort(rounds)
	return rounds[4]
}

func allocate(q question, limit time.Duration, repeat int) (a answer) {
	a.ID = q.ID
	fail := func(err error) answer { a.Outcome, a.Error = "error", err.Error(); return a }
	f, err := features(q.Features)
	if err != nil {
		return fail(err)
	}
	known := classes{}
	var published []*resourceapi.ResourceSlice
	var node *v1.Node
	var claims []*resourceapi.ResourceClaim
	state := structured.AllocatedState{
		AllocatedDevices:         sets.New[structured.DeviceID](),
		AllocatedSharedDeviceIDs: sets.New[structured.SharedDeviceID](),
		AggregatedCapacity:       structured.NewConsumedCapacityCollection(),
	}
	for _, raw := range q.List.Items {
		var kind struct{ Kind string }
		if err := json.Unmarshal(raw, &kind); err != nil {
			return fail(err)
		}
		switch kind.Kind {
		case "Node":
			n := &v1.Node{}
			if err := json.Unmarshal(raw, n); err != nil {
				return fail(err)
			}
			if n.Name == q.Node {
				node = n
			}
		case "DeviceClass":
			c := &resourceapi.DeviceClass{}
			if err := json.Unmarshal(raw, c); err != nil {
				return fail(err)
			}
			known[c.Name] = c
		case "ResourceSlice":
			s := &resourceapi.ResourceSlice{}
			if err := json.Unmarshal(raw, s); err != nil {
				return fail(err)
			}
			published = append(published, s)
		case "ResourceClaim":
			c := &resourceapi.ResourceClaim{}
			if err := json.Unmarshal(raw, c); err != nil {
				return fail(err)
			}
			if c.Status.Allocation == nil {
				claims = append(claims, c)
				continue
			}
			for _, r := range c.Status.Allocation.Devices.Results {
				if r.AdminAccess != nil && *r.AdminAccess {
					continue
				}
				id := structured.MakeDeviceID(r.Driver, r.Pool, r.Device)
				if r.ShareID == nil {
					state.AllocatedDevices.Insert(id)
					continue
				}
				state.AllocatedSharedDeviceIDs.Insert(structured.MakeSharedDeviceID(id, r.ShareID))
				if r.ConsumedCapacity != nil {
					state.AggregatedCapacity.Insert(structured.NewDeviceConsumedCapacity(id, r.ConsumedCapacity))
				}
			}
		}
	}
	if node == nil {
		return fail(fmt.Errorf("no node %q in the list", q.Node))
	}
	ctx, cancel := limited(limit)
	defer cancel()
	from := time.Now()
	defer func() { a.Ms = float64(time.Since(from).Microseconds()) / 1000 }()
	allocator, err := structured.NewAllocator(ctx, f, state, known, published, cel.NewCache(10, cel.Features{
		EnableConsumableCapacity: f.ConsumableCapacity, EnableListTypeAttributes: f.ListTypeAttributes}))
	if err != nil {
		return fail(err)
	}
	result, err := allocator.Allocate(ctx, node, claims)
	if repeat > 0 && context.Cause(ctx) == nil {
		// As kube-scheduler does: one allocator for a pod, one call for each node; by now its selectors are compiled.
		a.Us = timeOf(repeat, func() { _, _ = allocator.Allocate(context.Background(), node, claims) })
	}
	switch {
	case errors.Is(context.Cause(ctx), errTooLong):
		a.Outcome = "timeout"
	case err != nil:
		return fail(err)
	case result == nil:
		a.Outcome = "none"
	default:
		a.Outcome, a.Claims = "allocated", result
	}
	return a
}

func main() {
	limit := flag.Duration("limit", 2*time.Second, "longest search of one case")
	repeat := flag.Int("repeat", 0, "time Allocate in nine rounds of so many calls")
	variant := flag.String("variant", "", "stable, incubating or experimental; default: the first that has the features, as in kube-scheduler")
	flag.Parse()
	if *variant != "" {
		structured.EnableAllocators(*variant)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, "bad line:", err)
			os.Exit(2)
		}
		if err := encoder.Encode(allocate(q, *limit, *repeat)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
