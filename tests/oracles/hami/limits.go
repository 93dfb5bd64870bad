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
	Count         int64    `json:"gpus"`
	Memory        *int64   `json:"memory,omitempty"`
	Percent       *int64   `json:"percent,omitempty"`
	Cores         *int64   `json:"cores,omitempty"`
	DefaultMemory int32    `json:"default_memory"`
	DefaultCores  int32    `json:"default_cores"`
	Factor        int32    `json:"memory_factor"`
	Webhook       bool     `json:"webhook"`
	Refused       bool     `json:"refused"` // by the webhook
	Made          [4]int32 `json:"made"`    // count, MiB, percent, cores
}

func answerLimits(howMany int) (all []limitsCase) {
	r := rand.New(rand.NewSource(7))
	for range howMany {
		c := limitsCase{Count: pick[int64](r, 1, 1, 2, 8, 0), DefaultMemory: pick[int32](r, 0, 0, 3000), DefaultCores: pick[int32](r, 0, 0, 10, 100),
			Factor: pick[int32](r, 1, 1, 1024), Webhook: r.Intn(4) > 0}
		if r.Intn(2) == 0 {
			c.Memory = some(pick[int64](r, 0, 1, 3, 3000, 2097151, 2097152, 2147483647, 2147483648, -5))
		}
		if r.Intn(2) == 0 {
			c.Percent = some(pick[int64](r, 0, 1, 33, 50, 99, 100, 101, 150, -1))
		}
		if r.Intn(2) == 0 {
			c.Cores = some(pick[int64](r, 0, 1, 30, 99, 100, 101, 200))
		}
		cfg := nvidiaConfig()
		cfg.DefaultMemory, cfg.DefaultCores, cfg.MemoryFactor = c.DefaultMemory, c.DefaultCores, c.Factor
		dev := nvidia.InitNvidiaDevice(cfg)
		ctr := &corev1.Container{Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{count: *resource.NewQuantity(c.Count, resource.DecimalSI)}}}
		for key, value := range map[string]*int64{memory: c.Memory, percent: c.Percent, cores: c.Cores} {
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
		all = append(all, c)
	}
	return
}
