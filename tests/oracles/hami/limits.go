// SPDX-License-Identifier: Apache-2.0
package main

import (
	"math/rand"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/Project-HAMi/HAMi/pkg/device/nvidia"
)

// One container's limits, how HAMi was installed, and what its webhook and GenerateResourceRequests make of it.
type limitsCase struct {
	Count         *int64   `json:"gpus,omitempty"`
	Memory        *int64   `json:"memory,omitempty"`
	Percent       *int64   `json:"percent,omitempty"`
	Cores         *int64   `json:"cores,omitempty"`
	DefaultMemory int32    `json:"default_memory"`
	DefaultCores  int32    `json:"default_cores"`
	DefaultCount  int32    `json:"default_gpus"`
	Factor        int32    `json:"memory_factor"`
	Webhook       bool     `json:"webhook"`
	Refused       bool     `json:"refused"` // by the webhook
	Made          [4]int32 `json:"made"`    // count, MiB, percent, cores
}

// limitsOf is one case that holds so many limits.
type limitsOf struct {
	Seed   int64        `json:"seed"`
	Limits []limitsCase `json:"limits"`
}

func answerLimits(seed int64, howMany int) limitsOf {
	all := limitsOf{Seed: seed}
	r := rand.New(rand.NewSource(seed))
	maybe := func(chance int, values ...int64) *int64 {
		if r.Intn(100) >= chance {
			return nil
		}
		if r.Intn(3) == 0 {
			return some(r.Int63n(130))
		}
		return some(pick(r, values...))
	}
	for range howMany {
		c := limitsCase{DefaultMemory: pick[int32](r, 0, 0, 3000), DefaultCores: pick[int32](r, 0, 0, 10, 100),
			DefaultCount: pick[int32](r, 1, 1, 1, 2, 0), Factor: pick[int32](r, 1, 1, 1024), Webhook: r.Intn(4) > 0}
		c.Count = maybe(85, 1, 1, 2, 8, 0)
		if c.Count != nil && *c.Count > 32 {
			*c.Count %= 33
		}
		c.Memory = maybe(50, 0, 1, 3, 3000, 2097151, 2097152, 2147483647, 2147483648, -5)
		c.Percent = maybe(50, 0, 1, 33, 50, 99, 100, 101, 150, -1)
		c.Cores = maybe(50, 0, 1, 30, 99, 100, 101, 200)
		cfg := nvidiaConfig()
		cfg.DefaultMemory, cfg.DefaultCores, cfg.DefaultGPUNum, cfg.MemoryFactor = c.DefaultMemory, c.DefaultCores, c.DefaultCount, c.Factor
		dev := nvidia.InitNvidiaDevice(cfg)
		ctr := &corev1.Container{Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{}}}
		for key, value := range map[string]*int64{count: c.Count, memory: c.Memory, percent: c.Percent, cores: c.Cores} {
			if value != nil {
				ctr.Resources.Limits[corev1.ResourceName(key)] = *resource.NewQuantity(*value, resource.DecimalSI)
			}
		}
		if c.Webhook {
			_, err := dev.MutateAdmission(ctr, &corev1.Pod{})
			c.Refused = err != nil
		}
		made := dev.GenerateResourceRequests(ctr)
		c.Made = [4]int32{made.Nums, made.Memreq, made.MemPercentagereq, made.Coresreq}
		all.Limits = append(all.Limits, c)
	}
	return all
}
