// SPDX-License-Identifier: Apache-2.0
package main

import (
	"math/rand"

	real "github.com/koordinator-sh/koordinator/pkg/scheduler/plugins/deviceshare"
)

// limitsCase asks what the plugin makes of random resources, most of them of one of the ways that it knows.
func limitsCase(seed int64, count int) real.OracleLimitsCase {
	r := &maker{Rand: rand.New(rand.NewSource(seed))}
	amount := func() *int64 {
		n := r.of(0, 1, 10, 33, 50, 90, 99, 100, 101, 150, 200, 201, 250, 300, 400, 800, 3200, 3300)
		if r.chance(30) {
			n = r.Int63n(420)
		}
		return &n
	}
	made := real.OracleLimitsCase{Seed: seed}
	for range count {
		l := real.OracleLimits{}
		switch r.Intn(8) {
		case 0:
			l.Nvidia = amount()
		case 1:
			l.GPU = amount()
		default:
			if r.chance(80) {
				l.Core = amount()
			}
			if r.chance(70) {
				l.Ratio = amount()
				if l.Core != nil && r.chance(30) {
					*l.Core = *l.Ratio
				}
			}
			if l.Ratio == nil && r.chance(90) || r.chance(5) {
				n := r.of(0, 1, 1000, 1003, 4096, 8192, 40960, 163840)
				l.MemoryMiB = &n
			}
			if r.chance(50) {
				n := r.of(0, 1, 2, 2, 3, 4, 8, 33)
				l.Shared = &n
			}
		}
		if r.chance(5) {
			l.Nvidia = amount()
		}
		if r.chance(5) {
			l.GPU = amount()
		}
		l.Ask()
		made.Limits = append(made.Limits, l)
	}
	return made
}
