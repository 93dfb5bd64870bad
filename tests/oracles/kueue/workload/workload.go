// SPDX-License-Identifier: Apache-2.0
// Package workload stands in for Kueue's, of which the placement needs these alone, and which needs all of client-go.
package workload

import (
	kueue "sigs.k8s.io/kueue/apis/kueue/v1beta2"
	"sigs.k8s.io/kueue/pkg/resources"
)

// TopologyDomainRequests is what the pods of a workload take in one domain.
type TopologyDomainRequests struct {
	Values            []string
	SinglePodRequests resources.Requests
	Count             int32
}

// TASFlavorUsage is what a workload takes of a flavor.
type TASFlavorUsage []TopologyDomainRequests

// HasUnhealthyNodes is false: the oracle asks for no replacement of nodes.
func HasUnhealthyNodes(*kueue.Workload) bool { return false }

// OwnedBySinglePod is not asked without unhealthy nodes.
func OwnedBySinglePod(*kueue.Workload) bool { return false }
