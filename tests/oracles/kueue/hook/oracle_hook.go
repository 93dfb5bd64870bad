// SPDX-License-Identifier: Apache-2.0
// Opens what the oracle needs of Kueue's package scheduler. Copy it into pkg/cache/scheduler before building.
package scheduler

import (
	"context"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"

	"sigs.k8s.io/kueue/pkg/resources"
	utiltas "sigs.k8s.io/kueue/pkg/util/tas"
)

// usageOp stands in for that of tas_flavor.go, which is not built.
type usageOp int

const (
	add usageOp = iota
	subtract
)

// OracleSnapshot makes the snapshot of a flavor with these nodes, as each scheduling cycle does.
func OracleSnapshot(levels []string, nodes []*corev1.Node) *TASFlavorSnapshot {
	return newTASFlavorSnapshot(logr.Discard(), "topology", newTopologyTree(levels, nodes, 0), nil, newDefaultSimulatorSnapshot())
}

// OracleOthers counts what pods that Kueue does not manage use on a node.
func (s *TASFlavorSnapshot) OracleOthers(node string, used corev1.ResourceList) {
	s.addNonTASUsage(s.nodeToDomain[node], resources.NewRequestsFromResourceList(used))
}

// OracleUse counts the pods of an admitted workload in a domain.
func (s *TASFlavorSnapshot) OracleUse(values []string, pod resources.Requests, count int32) {
	s.updateTASUsage(utiltas.DomainID(values), pod.ScaledUp(int64(count)), add, count)
}

// OracleAsk asks for an assignment of the pod sets.
func (s *TASFlavorSnapshot) OracleAsk(sets FlavorTASRequests, empty bool) TASAssignmentsResult {
	return s.FindTopologyAssignmentsForFlavor(logr.NewContext(context.Background(), logr.Discard()), sets, WithSimulateEmpty(empty))
}
