// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"
	"k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

const gpuName = v1.ResourceName("nvidia.com/gpu")

// The cluster as the scheduler's snapshot shows it.
type snapshot struct {
	fwk.SharedLister
	fwk.NodeInfoLister
	infos []fwk.NodeInfo
}

func (s *snapshot) NodeInfos() fwk.NodeInfoLister { return s }
func (s *snapshot) List() ([]fwk.NodeInfo, error) { return s.infos, nil }
func (s *snapshot) Get(name string) (fwk.NodeInfo, error) {
	for _, each := range s.infos {
		if each.Node().Name == name {
			return each, nil
		}
	}
	return nil, fmt.Errorf("no node %q", name)
}

// No device class stands for an extended resource: GPUs come by the device plugin.
type noClasses struct{ fwk.SharedDRAManager }

func (noClasses) DeviceClassResolver() fwk.DeviceClassResolver { return noClass{} }

type noClass struct{}

func (noClass) GetDeviceClass(v1.ResourceName) *resourceapi.DeviceClass { return nil }

func specs(w weights) (list []config.ResourceSpec) {
	for _, each := range []struct {
		name   v1.ResourceName
		weight int64
	}{{v1.ResourceCPU, w.CPU}, {v1.ResourceMemory, w.Memory}, {gpuName, w.GPU}} {
		if each.weight > 0 {
			list = append(list, config.ResourceSpec{Name: string(each.name), Weight: each.weight})
		}
	}
	return list
}

func quantities(cpu, memoryKiB, gpus int64) v1.ResourceList {
	list := v1.ResourceList{}
	if cpu > 0 {
		list[v1.ResourceCPU] = *resource.NewMilliQuantity(cpu, resource.DecimalSI)
	}
	if memoryKiB > 0 {
		list[v1.ResourceMemory] = *resource.NewQuantity(memoryKiB*1024, resource.BinarySI)
	}
	if gpus > 0 {
		list[gpuName] = *resource.NewQuantity(gpus, resource.DecimalSI)
	}
	return list
}

func podOf(p pod) *v1.Pod {
	asked := quantities(p.CPUMilli, p.MemoryKiB, p.GPUs)
	limits := quantities(0, 0, p.GPUs)
	name := fmt.Sprintf("pod-%d", p.ID)
	return &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID(name)},
		Spec: v1.PodSpec{Containers: []v1.Container{{Name: "one", Image: "image", Resources: v1.ResourceRequirements{Requests: asked, Limits: limits}}}}}
}

// The default profile, with only those plugins that look at no other API object.
func profile(s setup) *config.KubeSchedulerProfile {
	defaults, err := latest.Default()
	check(err)
	p := defaults.Profiles[0]
	if s.FitWeight == 1 && s.BalancedWeight == 1 && s.Kind == "default" {
		// Nothing is told: what stands must be what the case says.
	} else {
		for i := range p.Plugins.MultiPoint.Enabled {
			switch p.Plugins.MultiPoint.Enabled[i].Name {
			case names.NodeResourcesFit:
				p.Plugins.MultiPoint.Enabled[i].Weight = s.FitWeight
			case names.NodeResourcesBalancedAllocation:
				p.Plugins.MultiPoint.Enabled[i].Weight = s.BalancedWeight
			}
		}
		for _, each := range p.PluginConfig {
			switch args := each.Args.(type) {
			case *config.NodeResourcesFitArgs:
				args.ScoringStrategy = &config.ScoringStrategy{Type: config.ScoringStrategyType(s.Strategy), Resources: specs(s.Fit)}
				if s.Shape != nil {
					args.ScoringStrategy.RequestedToCapacityRatio = &config.RequestedToCapacityRatioParam{}
					for _, at := range s.Shape {
						args.ScoringStrategy.RequestedToCapacityRatio.Shape = append(args.ScoringStrategy.RequestedToCapacityRatio.Shape,
							config.UtilizationShapePoint{Utilization: at.Utilization, Score: at.Score})
					}
				}
			case *config.NodeResourcesBalancedAllocationArgs:
				args.Resources = specs(s.Balanced)
			}
		}
	}
	kept := map[string]bool{names.PrioritySort: true, names.TaintToleration: true, names.NodeAffinity: true, names.NodeResourcesFit: true,
		names.NodeResourcesBalancedAllocation: true, names.ImageLocality: true, names.DefaultBinder: true, names.NodeUnschedulable: true, names.NodeName: true}
	var enabled []config.Plugin
	for _, each := range p.Plugins.MultiPoint.Enabled {
		if kept[each.Name] {
			enabled = append(enabled, each)
		}
	}
	p.Plugins.MultiPoint.Enabled = enabled
	return &p
}

func answer(c *caseOf) (decisions, placed int) {
	ctx := context.Background()
	metrics.Register()
	seen := &snapshot{}
	byName := map[string]int{}
	for i, each := range c.Nodes {
		info := framework.NewNodeInfo()
		list := quantities(each.CPUMilli, each.MemoryKiB, each.GPUs)
		list[v1.ResourcePods] = *resource.NewQuantity(1000, resource.DecimalSI)
		name := fmt.Sprintf("node-%02d", i)
		byName[name] = i
		info.SetNode(&v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: v1.NodeStatus{Capacity: list, Allocatable: list}})
		seen.infos = append(seen.infos, info)
	}
	by, err := runtime.NewFramework(ctx, plugins.NewInTreeRegistry(), profile(c.Setup), runtime.WithSnapshotSharedLister(seen),
		runtime.WithSharedDRAManager(noClasses{}))
	check(err)
	for _, each := range c.Standing {
		seen.infos[each.Node].AddPodInfo(must(framework.NewPodInfo(podOf(each))))
	}
	type live struct {
		node int
		pod  pod
	}
	running := map[int]live{}
	var kept []event
	for _, e := range c.Events {
		if e.Kind == "leave" {
			at, there := running[e.ID]
			if !there {
				continue
			}
			check(seen.infos[at.node].RemovePod(klog.Background(), podOf(at.pod)))
			delete(running, e.ID)
			kept = append(kept, e)
			continue
		}
		decisions++
		e.Nodes, e.Best, e.Taken = nil, nil, nil
		asked := podOf(*e.Pod)
		state := framework.NewCycleState()
		_, status, _ := by.RunPreFilterPlugins(ctx, state, asked)
		if !status.IsSuccess() {
			panic(status.AsError())
		}
		var fitting []fwk.NodeInfo
		for _, each := range seen.infos {
			if by.RunFilterPlugins(ctx, state, asked, each).IsSuccess() {
				fitting = append(fitting, each)
			}
		}
		if len(fitting) > 0 {
			if status := by.RunPreScorePlugins(ctx, state, asked, fitting); !status.IsSuccess() {
				panic(status.AsError())
			}
			scores, status := by.RunScorePlugins(ctx, state, asked, fitting)
			if !status.IsSuccess() {
				panic(status.AsError())
			}
			var highest int64
			for _, each := range scores {
				s := scored{Node: byName[each.Name]}
				for _, part := range each.Scores {
					switch part.Name {
					case names.NodeResourcesFit:
						s.Fit = part.Score / int64(c.Setup.FitWeight)
						s.Total += part.Score
					case names.NodeResourcesBalancedAllocation:
						raw := part.Score / int64(c.Setup.BalancedWeight)
						s.Balanced = &raw
						s.Total += part.Score
					default:
						s.Others += part.Score
					}
				}
				if s.Total+s.Others != each.TotalScore {
					panic("a sum that does not add up")
				}
				if len(e.Best) == 0 || each.TotalScore > highest {
					highest = each.TotalScore
					e.Best = nil
				}
				if each.TotalScore == highest {
					e.Best = append(e.Best, s.Node)
				}
				e.Nodes = append(e.Nodes, s)
			}
			taken := e.Best[0]
			e.Taken = &taken
			seen.infos[taken].AddPodInfo(must(framework.NewPodInfo(asked)))
			running[e.Pod.ID] = live{taken, *e.Pod}
			placed++
		}
		kept = append(kept, e)
	}
	c.Events = kept
	return decisions, placed
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
