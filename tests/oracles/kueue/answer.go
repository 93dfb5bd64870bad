// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"

	kueue "sigs.k8s.io/kueue/apis/kueue/v1beta2"
	"sigs.k8s.io/kueue/pkg/cache/scheduler"
	"sigs.k8s.io/kueue/pkg/features"
	"sigs.k8s.io/kueue/pkg/resources"
)

// use is what the pods of one set take in one domain.
type use struct {
	values []string
	pod    resources.Requests
	count  int32
}

var (
	fitsOnly = regexp.MustCompile(`allows to fit only (-?\d+) out of`)
	fitsNone = regexp.MustCompile(`doesn't allow to fit any of`)
	layered  = regexp.MustCompile(`doesn't allow to fit;`)
)

func list(a amounts) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(a[0], resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(a[1]<<20, resource.BinarySI),
		"nvidia.com/gpu":      *resource.NewQuantity(a[2], resource.DecimalSI),
		corev1.ResourcePods:   *resource.NewQuantity(a[3], resource.DecimalSI),
	}
}

func podOf(a amounts) resources.Requests {
	all := list(a)
	delete(all, corev1.ResourcePods)
	for n, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, "nvidia.com/gpu"} {
		if a[n] < 0 {
			delete(all, name)
		}
	}
	return resources.NewRequestsFromResourceList(all)
}

func levelsOf(c *caseOf) []string {
	var keys []string
	for n := 0; n < c.Levels; n++ {
		keys = append(keys, fmt.Sprintf("example.com/level-%d", n))
	}
	if c.Host {
		keys[c.Levels-1] = corev1.LabelHostname
	}
	return keys
}

func nodesOf(c *caseOf, keys []string) []*corev1.Node {
	var nodes []*corev1.Node
	for n, each := range c.Nodes {
		labels := map[string]string{"zone": each.Zone}
		for level, value := range strings.Split(each.At, "/") {
			labels[keys[level]] = value
		}
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%d", n), Labels: labels},
			Status: corev1.NodeStatus{Allocatable: list(c.Kinds[each.Kind])}}
		if each.Taint {
			node.Spec.Taints = []corev1.Taint{{Key: "reserved", Value: "yes", Effect: corev1.TaintEffectNoSchedule}}
		}
		nodes = append(nodes, node)
	}
	return nodes
}

func request(set *setOf, n int, keys []string) scheduler.TASPodSetRequests {
	template := corev1.PodTemplateSpec{}
	if set.Zone != "" {
		template.Spec.NodeSelector = map[string]string{"zone": set.Zone}
	}
	if set.Tolerates {
		template.Spec.Tolerations = []corev1.Toleration{{Key: "reserved", Operator: corev1.TolerationOpExists}}
	}
	topology := &kueue.PodSetTopologyRequest{}
	asked := scheduler.TASPodSetRequests{SinglePodRequests: podOf(set.Pod), Count: set.Count}
	switch set.Mode {
	case "required":
		topology.Required = &keys[set.Level]
	case "preferred":
		topology.Preferred = &keys[set.Level]
	case "unconstrained":
		yes := true
		topology.Unconstrained = &yes
	case "implied":
		topology, asked.Implied = nil, true
	}
	if len(set.Slices) == 1 {
		topology.PodSetSliceRequiredTopology = &keys[set.Slices[0].Level]
		topology.PodSetSliceSize = &set.Slices[0].Size
	} else {
		for _, each := range set.Slices {
			topology.PodsetSliceRequiredTopologyConstraints = append(topology.PodsetSliceRequiredTopologyConstraints,
				kueue.PodsetSliceRequiredTopologyConstraint{Topology: keys[each.Level], Size: each.Size})
		}
	}
	if set.Group != "" {
		asked.PodSetGroupName = &set.Group
	}
	asked.PodSet = &kueue.PodSet{Name: kueue.NewPodSetReference(strconv.Itoa(n)), Template: template, Count: set.Count,
		TopologyRequest: topology}
	return asked
}

// answer fills in what Kueue says. What fits is admitted, unless it was asked as though the cluster were empty.
func answer(c *caseOf) (sets, placed int) {
	check(utilfeature.DefaultMutableFeatureGate.SetFromMap(map[string]bool{
		string(features.TASProfileMixed): !c.BestFit, string(features.TASBalancedPlacement): c.Balanced}))
	keys := levelsOf(c)
	nodes := nodesOf(c, keys)
	live := map[int][]use{}
	for _, step := range c.Steps {
		for _, id := range step.Leave {
			delete(live, id)
		}
		snapshot := scheduler.OracleSnapshot(keys, nodes)
		for n, each := range c.Nodes {
			if each.Used != nil {
				snapshot.OracleOthers(nodes[n].Name, list(*each.Used))
			}
		}
		for _, uses := range live {
			for _, each := range uses {
				snapshot.OracleUse(each.values, each.pod, each.count)
			}
		}
		var asked scheduler.FlavorTASRequests
		for n, set := range step.Sets {
			asked = append(asked, request(set, n, keys))
		}
		result := snapshot.OracleAsk(asked, step.Empty)
		var uses []use
		fits := true
		for n, set := range step.Sets {
			sets++
			set.Domains, set.Room, set.Reason = nil, nil, ""
			one, found := result[asked[n].PodSet.Name]
			set.Skipped = !found
			set.Fits = found && one.FailureReason == ""
			fits = fits && set.Fits
			if !set.Fits {
				explain(set, one.FailureReason)
				continue
			}
			placed++
			for _, domain := range one.TopologyAssignment.Domains {
				set.Domains = append(set.Domains, []interface{}{strings.Join(domain.Values, "/"), domain.Count})
				uses = append(uses, use{domain.Values, asked[n].SinglePodRequests, domain.Count})
			}
		}
		if fits && !step.Empty {
			live[step.ID] = uses
		}
	}
	return sets, placed
}

func explain(set *setOf, reason string) {
	room := int64(0)
	if found := fitsOnly.FindStringSubmatch(reason); found != nil {
		room, _ = strconv.ParseInt(found[1], 10, 64)
		set.Room = &room
	} else if fitsNone.MatchString(reason) {
		set.Room = &room
	} else if !layered.MatchString(reason) {
		set.Reason = reason
	}
}
