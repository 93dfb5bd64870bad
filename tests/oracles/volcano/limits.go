// SPDX-License-Identifier: Apache-2.0
package main

import (
	"math/rand"

	v1 "k8s.io/api/core/v1"

	"volcano.sh/volcano/pkg/scheduler/api/devices"
	"volcano.sh/volcano/pkg/scheduler/api/devices/config"
)

// Limits of one container, and the request that ExtractResourceRequest makes of them; none: Volcano sees no request.
type Limits struct {
	GPUs       *int64    `json:"gpus,omitempty"`
	GPUMemory  *int64    `json:"gpu_memory_mib,omitempty"`
	GPUPercent *int64    `json:"gpu_memory_percent,omitempty"`
	GPUCores   *int64    `json:"gpu_cores,omitempty"`
	Made       *[4]int32 `json:"made,omitempty"` // count, MiB, percent (101: not written), cores
}

// LimitsCase is one case that holds many limits.
type LimitsCase struct {
	Seed   int64     `json:"seed"`
	Limits []*Limits `json:"limits"`
}

func randomLimits(seed int64, count int) *LimitsCase {
	r := rand.New(rand.NewSource(seed))
	maybe := func(chance int, of ...int64) *int64 {
		if r.Intn(100) >= chance {
			return nil
		}
		if r.Intn(3) == 0 {
			return some(r.Int63n(130))
		}
		return some(oneOf(r, of...))
	}
	made := &LimitsCase{Seed: seed}
	for range count {
		q := &Limits{GPUs: maybe(75, 0, 1, 1, 2, 8, 32), GPUMemory: maybe(50, 0, 1, 1000, 16384, 81920, 2147483647),
			GPUPercent: maybe(40, 0, 1, 33, 50, 100, 101, 150), GPUCores: maybe(50, 0, 1, 30, 99, 100, 101, 200)}
		limits := v1.ResourceList{}
		for name, n := range map[string]*int64{config.VolcanoVGPUNumber: q.GPUs, config.VolcanoVGPUMemory: q.GPUMemory,
			config.VolcanoVGPUMemoryPercentage: q.GPUPercent, config.VolcanoVGPUCores: q.GPUCores} {
			if n != nil {
				limits[v1.ResourceName(name)] = quantity(*n)
			}
		}
		pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{Resources: v1.ResourceRequirements{Limits: limits}}}}}
		for _, told := range devices.ExtractResourceRequest(pod, "NVIDIA", config.VolcanoVGPUNumber, config.VolcanoVGPUMemory,
			config.VolcanoVGPUMemoryPercentage, config.VolcanoVGPUCores) {
			q.Made = &[4]int32{told.Nums, told.Memreq, told.MemPercentagereq, told.Coresreq}
		}
		made.Limits = append(made.Limits, q)
	}
	return made
}
