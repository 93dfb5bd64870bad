// SPDX-License-Identifier: Apache-2.0
package main

import (
	"math/rand"

	"github.com/AliyunContainerService/gpushare-scheduler-extender/pkg/utils"
)

// Limits are the units of a pod's containers, and what the extender sums them up to; shares: whether it takes the pod for its own.
type limits struct {
	Containers []int `json:"containers"`
	Units      int   `json:"units"`
	Shares     bool  `json:"shares"`
}

// limitsCase is one case that holds many limits.
type limitsCase struct {
	Seed   int64    `json:"seed"`
	Limits []limits `json:"limits"`
}

func randomLimits(seed int64, count int) limitsCase {
	random := rand.New(rand.NewSource(seed))
	made := limitsCase{Seed: seed}
	for range count {
		l := limits{Containers: []int{}}
		for k := random.Intn(5); k > 0; k-- {
			units := []int{0, 0, 1, 2, 8, 16, 81920, 1 << 20, 1<<31 - 1}[random.Intn(9)]
			if random.Intn(2) == 0 {
				units = random.Intn(100000)
			}
			l.Containers = append(l.Containers, units)
		}
		pod := newPod(1, l.Containers)
		l.Units, l.Shares = utils.GetGPUMemoryFromPodResource(pod), utils.IsGPUsharingPod(pod)
		made.Limits = append(made.Limits, l)
	}
	return made
}
