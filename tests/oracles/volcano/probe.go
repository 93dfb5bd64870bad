// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"

	v1 "k8s.io/api/core/v1"

	"volcano.sh/volcano/pkg/scheduler/api"
	"volcano.sh/volcano/pkg/scheduler/api/devices/config"
	"volcano.sh/volcano/pkg/scheduler/api/devices/nvidia/vgpu"
)

func probeCase(gpus int, memory, slots int64) *Case {
	c := &Case{Kind: "vgpu-binpack", Nodes: []Node{{CPUMilli: 64000, MemoryMiB: 65536}}}
	for g := 0; g < gpus; g++ {
		c.Nodes[0].GPUs = append(c.Nodes[0].GPUs, GPU{Model: "NVIDIA-A100", MemoryMiB: memory, MaxTasks: slots})
	}
	return c
}

func state(n *api.NodeInfo) string {
	told := ""
	d := n.Others[vgpu.DeviceName].(*vgpu.GPUDevices)
	for g := 0; g < len(d.Device); g++ {
		told += fmt.Sprintf(" gpu%d{tasks %d memory %d cores %d}", g, d.Device[g].UsedNum, d.Device[g].UsedMem, d.Device[g].UsedCore)
	}
	return told
}

// place gives the pod to node 0 as a session does, then to the cache.
func (s *system) place(pod *v1.Pod) {
	task := api.NewTaskInfo(pod)
	n := s.nodes[0]
	d := s.devices(n)
	code, why, err := d.FilterNode(pod, s.policy)
	if code != 0 || err != nil {
		fmt.Println("  refused:", why, err)
		return
	}
	task.Status, task.NodeName = api.Allocated, n.Name
	must(n.AddTask(task))
	told, err := d.Allocate(nil, pod)
	must(err)
	for k, v := range told.Annotations {
		pod.Annotations[k] = v
	}
	must(s.cache[0].AddTask(task.Clone()))
	fmt.Println("  given", told.Annotations[vgpu.AssignedIDsAnnotations])
	fmt.Println("  session:", state(n))
	fmt.Println("  cache:  ", state(s.cache[0]))
	s.tasks[len(s.tasks)] = task
}

// probes shows by hand what the random cases leave out.
func probes() {
	fmt.Println("a pod of two containers of 4000 MiB each, one GPU; then it leaves")
	s := start(probeCase(1, 16384, 10))
	pod := s.pod(&Request{ID: 0, GPUs: some(1), GPUMemory: some(4000)})
	pod.Spec.Containers = append(pod.Spec.Containers, *pod.Spec.Containers[0].DeepCopy())
	s.place(pod)
	s.nodes[0].RemoveTask(s.tasks[0])
	fmt.Println("  session once it left:", state(s.nodes[0]))

	fmt.Println("a request for 0 GPUs with 4000 MiB")
	s = start(probeCase(1, 16384, 10))
	s.place(s.pod(&Request{ID: 0, GPUs: some(0), GPUMemory: some(4000)}))

	fmt.Println("50 + 50 cores, then a request without cores; then one of memory alone on a GPU with 100 cores")
	s = start(probeCase(1, 16384, 10))
	for i, cores := range []int64{50, 50, 0} {
		s.place(s.pod(&Request{ID: i, GPUs: some(1), GPUMemory: some(1000), GPUCores: some(cores)}))
	}

	fmt.Println("percent of 50 where the installation names no resource for percentages, and no node offers it")
	s = start(probeCase(1, 16384, 10))
	delete(s.nodes[0].Idle.ScalarResources, config.VolcanoVGPUMemoryPercentage)
	half := s.pod(&Request{ID: 0, GPUs: some(1), GPUPercent: some(50)})
	ok, lacks := api.NewTaskInfo(half).InitResreq.LessEqualWithResourcesName(s.nodes[0].Idle, api.Zero)
	fmt.Println("  resources of the node:", ok, lacks)
	config.GetConfig().NvidiaConfig.ResourceMemoryPercentageName = ""
	s.place(half)
	config.GetConfig().NvidiaConfig.ResourceMemoryPercentageName = config.VolcanoVGPUMemoryPercentage

	fmt.Println("MIG, one GPU with 1 x 40 GB, 2 x 20 GB, 2 x 10 GB as one group: 15000, 5000, 15000, 5000, 30000 MiB")
	config.GetConfig().NvidiaConfig.MigGeometriesList = []config.AllowedMigGeometries{{Models: []string{"A100"},
		Geometries: []config.Geometry{{Group: "group1", Instances: []config.MigTemplate{
			{Name: "3g.40gb", Memory: 40960, Count: 1}, {Name: "2g.20gb", Memory: 20480, Count: 2}, {Name: "1g.10gb", Memory: 10240, Count: 2}}}}}}
	s = start(probeCase(1, 102400, 7))
	for _, n := range []*api.NodeInfo{s.nodes[0], s.cache[0]} {
		n.Node.Annotations[config.VolcanoVGPURegister] = uuid(0, 0) + ",7,102400,NVIDIA-A100,true,mig:"
		n.SetNode(n.Node)
	}
	for i, memory := range []int64{15000, 5000, 15000, 5000, 30000} {
		fmt.Println(" MiB", memory)
		s.place(s.pod(&Request{ID: i, GPUs: some(1), GPUMemory: some(memory)}))
	}
	fmt.Println(" the same, each decided by what the cache knows of those before")
	s = start(probeCase(1, 102400, 7))
	for _, n := range []*api.NodeInfo{s.nodes[0], s.cache[0]} {
		n.Node.Annotations[config.VolcanoVGPURegister] = uuid(0, 0) + ",7,102400,NVIDIA-A100,true,mig:"
		n.SetNode(n.Node)
	}
	for i, memory := range []int64{15000, 5000, 15000, 5000, 30000} {
		fmt.Println(" MiB", memory)
		s.nodes[0] = s.cache[0].Clone()
		s.place(s.pod(&Request{ID: i, GPUs: some(1), GPUMemory: some(memory)}))
	}
}
