// SPDX-License-Identifier: Apache-2.0
package main

import "math/rand"

var models = []GPU{
	{Model: "NVIDIA-Tesla-T4", MemoryMiB: 15360}, {Model: "NVIDIA-Tesla-V100", MemoryMiB: 16384},
	{Model: "NVIDIA-Tesla-V100-32GB", MemoryMiB: 32768}, {Model: "NVIDIA-A10", MemoryMiB: 23028},
	{Model: "NVIDIA-L4", MemoryMiB: 23034}, {Model: "NVIDIA-A100-40GB", MemoryMiB: 40960},
	{Model: "NVIDIA-A100-80GB", MemoryMiB: 81920}, {Model: "NVIDIA-H100", MemoryMiB: 81559},
}

func oneOf(r *rand.Rand, of ...int64) int64 { return of[r.Intn(len(of))] }

func some(v int64) *int64 { return &v }

func generate(seed int64, kind string) *Case {
	r := rand.New(rand.NewSource(seed))
	c := &Case{Seed: seed, Kind: kind}
	alike := r.Intn(3) == 0 // nodes alike, so that ties occur
	first := models[r.Intn(len(models))]
	slots := oneOf(r, 10, 10, 10, 4, 3, 2, 1)
	count := int(oneOf(r, 1, 2, 4, 8))
	for n := 2 + r.Intn(11); n > 0; n-- {
		node := Node{CPUMilli: 1000 * oneOf(r, 16, 32, 48, 64, 96), MemoryMiB: 1024 * oneOf(r, 64, 128, 256, 512), GPUs: []GPU{}}
		model, gpus := first, count
		if alike {
			node.CPUMilli, node.MemoryMiB = 64000, 262144
		} else {
			model, gpus = models[r.Intn(len(models))], 1+r.Intn(8)
			if r.Intn(12) == 0 {
				gpus = 0
			}
		}
		mixed := !alike && kind[:4] == "vgpu" && r.Intn(3) == 0
		for g := 0; g < gpus; g++ {
			gpu := model
			if mixed {
				gpu = models[r.Intn(len(models))]
			}
			gpu.MaxTasks = slots
			node.GPUs = append(node.GPUs, gpu)
		}
		c.Nodes = append(c.Nodes, node)
	}
	id := 0
	if kind == "binpack" {
		c.Weights = map[string]int{"weight": 1, "cpu": 1, "memory": 1, "gpu": 1}
		if r.Intn(2) == 0 {
			c.Weights = map[string]int{"weight": 1 + r.Intn(10), "cpu": r.Intn(6), "memory": r.Intn(6), "gpu": r.Intn(6)}
		}
	}
	if kind[:4] == "vgpu" {
		for n, node := range c.Nodes {
			for g, gpu := range node.GPUs {
				if r.Intn(4) != 0 {
					continue
				}
				c.Placed = append(c.Placed, Placed{ID: id, Node: n, GPUs: []int{g},
					MemoryMiB: gpu.MemoryMiB * oneOf(r, 5, 10, 25, 30, 50, 80) / 100, Cores: oneOf(r, 0, 0, 10, 30, 50)})
				id++
			}
		}
	}
	var live []int
	for _, p := range c.Placed {
		live = append(live, p.ID)
	}
	for n := 20 + r.Intn(41); n > 0; n-- {
		for len(live) > 0 && r.Intn(4) == 0 {
			i := r.Intn(len(live))
			gone := live[i]
			live = append(live[:i], live[i+1:]...)
			c.Events = append(c.Events, Event{Leave: &gone})
		}
		c.Events = append(c.Events, Event{Arrive: ask(r, kind, id)})
		live = append(live, id)
		id++
	}
	return c
}

func ask(r *rand.Rand, kind string, id int) *Request {
	q := &Request{ID: id, CPUMilli: oneOf(r, 250, 500, 1000, 2000, 4000, 6000, 8000, 12000),
		MemoryMiB: oneOf(r, 512, 1024, 2048, 4096, 8192, 16384, 20000, 32768)}
	if r.Intn(10) == 0 {
		return q
	}
	switch kind {
	case "binpack":
		q.GPUs = some(oneOf(r, 1, 1, 1, 2, 2, 4, 8))
		return q
	case "gpushare-number":
		q.GPUs = some(oneOf(r, 1, 1, 1, 2, 2, 4))
		return q
	case "gpushare-memory":
		q.GPUMemory = some(oneOf(r, 1000, 2000, 4000, 8000, 10000, 15360, 16000, 20000, 40000))
		return q
	}
	memory := oneOf(r, 1000, 2000, 3000, 4000, 5120, 8000, 8192, 10240, 12000, 15360, 16000, 20480, 24000, 40960)
	cores := oneOf(r, 0, 0, 10, 20, 25, 30, 50, 60)
	if r.Intn(12) == 0 {
		cores = 100
	}
	if cores > 0 || r.Intn(2) == 0 {
		q.GPUCores = some(cores)
	}
	many := oneOf(r, 1, 1, 2, 2, 3, 4)
	switch pick := r.Intn(100); {
	case pick < 40: // a part of one
		q.GPUs, q.GPUMemory = some(1), some(memory)
	case pick < 55: // parts of several
		q.GPUs, q.GPUMemory = some(many), some(memory)
	case pick < 69: // no memory named: all of it
		q.GPUs = some(many)
	case pick < 90:
		q.GPUs, q.GPUPercent = some(oneOf(r, 1, 1, 1, many)), some(oneOf(r, 1, 10, 20, 25, 30, 33, 50, 66, 75, 100))
	case pick < 95: // memory alone
		q.GPUMemory = some(memory)
	default: // both: percent counts
		q.GPUs, q.GPUMemory, q.GPUPercent = some(many), some(memory), some(oneOf(r, 10, 25, 50))
	}
	switch r.Intn(12) {
	case 0:
		q.UseTypes = []string{"T4", "a100", "V100,a10", "H100,L4"}[r.Intn(4)]
	case 1:
		q.NoUseTypes = []string{"T4", "a100", "V100", "H100,L4"}[r.Intn(4)]
	}
	return q
}
