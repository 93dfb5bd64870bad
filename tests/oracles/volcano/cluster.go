// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"volcano.sh/volcano/pkg/scheduler/api"
	"volcano.sh/volcano/pkg/scheduler/api/devices/config"
	"volcano.sh/volcano/pkg/scheduler/api/devices/nvidia/gpushare"
	"volcano.sh/volcano/pkg/scheduler/api/devices/nvidia/vgpu"
	"volcano.sh/volcano/pkg/scheduler/framework"
	"volcano.sh/volcano/pkg/scheduler/plugins/deviceshare"
)

const wholeGPU = "nvidia.com/gpu"

// system is the real system's own state of one case.
type system struct {
	of     *Case
	policy string
	device string // key of the devices among NodeInfo.Others; empty: none
	score  func(*api.TaskInfo, *api.NodeInfo) float64
	nodes  []*api.NodeInfo // as a session sees them: Allocate changes the devices
	cache  []*api.NodeInfo // as the cache sees them: from annotations alone
	tasks  map[int]*api.TaskInfo
	at     map[int]int
	apart  int // times that the two did not agree
}

func quantity(n int64) resource.Quantity { return *resource.NewQuantity(n, resource.DecimalSI) }

func start(c *Case) *system {
	s := &system{of: c, tasks: map[int]*api.TaskInfo{}, at: map[int]int{}}
	if strings.HasPrefix(c.Kind, "vgpu-") {
		s.device, s.policy = vgpu.DeviceName, strings.TrimPrefix(c.Kind, "vgpu-")
		if s.policy == "default" {
			s.policy = ""
		}
	} else if strings.HasPrefix(c.Kind, "gpushare-") {
		s.device = gpushare.DeviceName
	}
	deviceshare.New(framework.Arguments{
		deviceshare.VGPUEnable:             s.device == vgpu.DeviceName,
		deviceshare.GPUSharingPredicate:    c.Kind == "gpushare-memory",
		deviceshare.GPUNumberPredicate:     c.Kind == "gpushare-number",
		deviceshare.SchedulePolicyArgument: s.policy,
		deviceshare.ScheduleWeight:         1,
	})
	config.GetConfig().NvidiaConfig.ResourceMemoryPercentageName = config.VolcanoVGPUMemoryPercentage
	if s.device == "" {
		args := framework.Arguments{"binpack.weight": c.Weights["weight"], "binpack.cpu": c.Weights["cpu"],
			"binpack.memory": c.Weights["memory"], "binpack.resources": wholeGPU,
			"binpack.resources." + wholeGPU: c.Weights["gpu"]}
		s.score = binpackScore(args)
	} else {
		s.score = func(t *api.TaskInfo, n *api.NodeInfo) float64 {
			got, _ := deviceScore(context.Background(), t.Pod, n, s.policy)
			return float64(got)
		}
	}
	for i := range c.Nodes {
		s.nodes = append(s.nodes, api.NewNodeInfo(s.node(i)))
		s.cache = append(s.cache, api.NewNodeInfo(s.node(i)))
	}
	for _, p := range c.Placed {
		asked := &Request{ID: p.ID, GPUs: some(int64(len(p.GPUs))), GPUMemory: &p.MemoryMiB, GPUCores: &p.Cores}
		task := api.NewTaskInfo(s.pod(asked))
		var ids string
		for _, g := range p.GPUs {
			ids += fmt.Sprintf("%s,NVIDIA,%d,%d:", uuid(p.Node, g), p.MemoryMiB, p.Cores)
		}
		task.Pod.Annotations = map[string]string{vgpu.AssignedIDsAnnotations: ids}
		task.Status = api.Running
		must(s.nodes[p.Node].AddTask(task))
		must(s.cache[p.Node].AddTask(task.Clone()))
		s.tasks[p.ID], s.at[p.ID] = task, p.Node
	}
	return s
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func uuid(node, gpu int) string { return fmt.Sprintf("GPU-n%02d-g%02d", node, gpu) }

func (s *system) node(i int) *v1.Node {
	of := s.of.Nodes[i]
	amounts := v1.ResourceList{v1.ResourceCPU: *resource.NewMilliQuantity(of.CPUMilli, resource.DecimalSI),
		v1.ResourceMemory: quantity(of.MemoryMiB << 20), v1.ResourcePods: quantity(1000)}
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("n%02d", i), Annotations: map[string]string{}}}
	var memory, slots int64
	var register string
	for g, gpu := range of.GPUs {
		memory += gpu.MemoryMiB
		slots += gpu.MaxTasks
		register += fmt.Sprintf("%s,%d,%d,%s,true,hami-core:", uuid(i, g), gpu.MaxTasks, gpu.MemoryMiB, gpu.Model)
	}
	gpus := int64(len(of.GPUs))
	set := func(name string, n int64) {
		if gpus > 0 {
			amounts[v1.ResourceName(name)] = quantity(n)
		}
	}
	switch s.device {
	case vgpu.DeviceName:
		if gpus > 0 {
			node.Annotations[config.VolcanoVGPURegister] = register
		}
		set(config.VolcanoVGPUNumber, slots)
		set(config.VolcanoVGPUMemory, memory)
		set(config.VolcanoVGPUCores, 100*gpus)
		set(config.VolcanoVGPUMemoryPercentage, 100*slots) // without it no request in percent fits anywhere
	case gpushare.DeviceName:
		set(gpushare.VolcanoGPUResource, memory)
		set(gpushare.VolcanoGPUNumber, gpus)
	default:
		set(wholeGPU, gpus)
	}
	node.Status.Allocatable, node.Status.Capacity = amounts, amounts.DeepCopy()
	return node
}

func (s *system) pod(q *Request) *v1.Pod {
	limits := v1.ResourceList{}
	if q.CPUMilli > 0 {
		limits[v1.ResourceCPU] = *resource.NewMilliQuantity(q.CPUMilli, resource.DecimalSI)
	}
	if q.MemoryMiB > 0 {
		limits[v1.ResourceMemory] = quantity(q.MemoryMiB << 20)
	}
	count, memory := wholeGPU, ""
	switch s.device {
	case vgpu.DeviceName:
		count, memory = config.VolcanoVGPUNumber, config.VolcanoVGPUMemory
	case gpushare.DeviceName:
		count, memory = gpushare.VolcanoGPUNumber, gpushare.VolcanoGPUResource
	}
	for name, n := range map[string]*int64{count: q.GPUs, memory: q.GPUMemory,
		config.VolcanoVGPUMemoryPercentage: q.GPUPercent, config.VolcanoVGPUCores: q.GPUCores} {
		if n != nil {
			limits[v1.ResourceName(name)] = quantity(*n)
		}
	}
	name := "p" + strconv.Itoa(q.ID)
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID(name),
		Annotations: map[string]string{}},
		Spec: v1.PodSpec{Containers: []v1.Container{{Name: "c",
			Resources: v1.ResourceRequirements{Limits: limits, Requests: limits.DeepCopy()}}}}}
	if q.UseTypes != "" {
		pod.Annotations[vgpu.GPUInUse] = q.UseTypes
	}
	if q.NoUseTypes != "" {
		pod.Annotations[vgpu.GPUNoUse] = q.NoUseTypes
	}
	return pod
}

func (s *system) devices(n *api.NodeInfo) api.Devices {
	if s.device == "" {
		return nil
	}
	found, ok := n.Others[s.device].(api.Devices)
	if !ok {
		return nil
	}
	return found
}

// arrive runs the real checks and scores on every node, takes the lowest of the best and lets the real devices choose.
func (s *system) arrive(q *Request) *Answer {
	a := &Answer{Node: -1, Refused: make([]int, len(s.nodes)), Scores: make([]*float64, len(s.nodes))}
	task := api.NewTaskInfo(s.pod(q))
	pod := task.Pod
	start := time.Now()
	for i, n := range s.nodes {
		if ok, _ := task.InitResreq.LessEqualWithResourcesName(n.Idle, api.Zero); !ok {
			a.Refused[i] = 1
			continue
		}
		if d := s.devices(n); d != nil && d.HasDeviceRequest(pod) {
			if code, _, err := d.FilterNode(pod, s.policy); code != 0 || err != nil {
				a.Refused[i] = 2
				continue
			}
		}
		score := s.score(task, n)
		a.Scores[i] = &score
		if len(a.Best) == 0 || score > *a.Scores[a.Best[0]] {
			a.Best = []int{i}
		} else if score == *a.Scores[a.Best[0]] {
			a.Best = append(a.Best, i)
		}
	}
	took = append(took, time.Since(start))
	if len(a.Best) == 0 {
		return a
	}
	a.Node = a.Best[0]
	n := s.nodes[a.Node]
	task.Status, task.NodeName = api.Allocated, n.Name
	if d := s.devices(n); d != nil && d.HasDeviceRequest(pod) {
		a.Others = s.otherChoices(d, task, q)
	}
	must(n.AddTask(task))
	if d := s.devices(n); d != nil && d.HasDeviceRequest(pod) {
		told, err := d.Allocate(nil, pod)
		must(err)
		for k, v := range told.Annotations {
			pod.Annotations[k] = v
		}
		a.Parts = s.parts(q, told.Annotations)
	}
	must(s.cache[a.Node].AddTask(task.Clone()))
	s.tasks[q.ID], s.at[q.ID] = task, a.Node
	s.compare(a.Node)
	return a
}

func (s *system) parts(q *Request, told map[string]string) []Part {
	parts := []Part{}
	if s.device == gpushare.DeviceName {
		for _, id := range strings.Split(told[gpushare.GPUIndex], ",") {
			g, err := strconv.Atoi(id)
			must(err)
			part := Part{GPU: g}
			if q.GPUMemory != nil {
				part.MemoryMiB = *q.GPUMemory
			}
			parts = append(parts, part)
		}
	} else {
		for _, container := range vgpu.DecodePodDevices(told[vgpu.AssignedIDsAnnotations]) {
			for _, d := range container {
				g, err := strconv.Atoi(d.UUID[len(d.UUID)-2:])
				must(err)
				parts = append(parts, Part{g, int64(d.Usedmem), int64(d.Usedcores)})
			}
		}
	}
	sort.Slice(parts, func(i, j int) bool { return parts[i].GPU < parts[j].GPU })
	return parts
}

// otherChoices asks copies of the devices for the same again, to see what chance or the order of maps does.
func (s *system) otherChoices(d api.Devices, task *api.TaskInfo, q *Request) [][]int {
	seen := map[string][]int{}
	for try := 0; try < 12; try++ {
		copied := d.(interface{ DeepCopy() interface{} }).DeepCopy().(api.Devices)
		told, err := copied.Allocate(nil, task.Pod)
		must(err)
		var gpus []int
		for _, part := range s.parts(q, told.Annotations) {
			gpus = append(gpus, part.GPU)
		}
		seen[fmt.Sprint(gpus)] = gpus
	}
	if len(seen) < 2 {
		return nil
	}
	var all [][]int
	for _, gpus := range seen {
		all = append(all, gpus)
	}
	sort.Slice(all, func(i, j int) bool { return fmt.Sprint(all[i]) < fmt.Sprint(all[j]) })
	return all
}

func (s *system) leave(id int) {
	task, ok := s.tasks[id]
	if !ok {
		return
	}
	n := s.at[id]
	s.nodes[n].RemoveTask(task)
	s.cache[n].RemoveTask(task)
	delete(s.tasks, id)
	s.compare(n)
}

// compare counts where the session's devices and those that the cache makes from annotations differ.
func (s *system) compare(n int) {
	a, ok := s.nodes[n].Others[vgpu.DeviceName].(*vgpu.GPUDevices)
	if !ok {
		return
	}
	b := s.cache[n].Others[vgpu.DeviceName].(*vgpu.GPUDevices)
	for i, x := range a.Device {
		y := b.Device[i]
		if x.UsedMem != y.UsedMem || x.UsedCore != y.UsedCore || x.UsedNum != y.UsedNum {
			s.apart++
		}
	}
}
