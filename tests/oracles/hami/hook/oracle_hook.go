// SPDX-License-Identifier: Apache-2.0
// Opens what the oracle needs of HAMi's package scheduler. Copy it into src/pkg/scheduler before building.
package scheduler

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/Project-HAMi/HAMi/pkg/device"
	"github.com/Project-HAMi/HAMi/pkg/scheduler/policy"
)

// OracleAddNode registers a node as its annotations describe it.
func (s *Scheduler) OracleAddNode(id string, info *device.NodeInfo) { s.addNode(id, info) }

// OracleScore runs feasibility, node score and device choice on the named nodes.
func (s *Scheduler) OracleScore(names []string, pod *corev1.Pod) (*policy.NodeScoreList, map[string]string, error) {
	usage, _, failed, err := s.getNodesUsage(&names, pod)
	if err != nil {
		return nil, nil, err
	}
	scores, err := s.calcScoreWithOptions(usage, device.Resourcereqs(pod), pod, failed, false, false)
	return scores, failed, err
}

// OracleUsage is what the scheduler thinks is in use now.
func (s *Scheduler) OracleUsage(names []string, pod *corev1.Pod) (map[string]*NodeUsage, error) {
	usage, _, _, err := s.getNodesUsage(&names, pod)
	if err != nil {
		return nil, err
	}
	return *usage, nil
}

// OracleSeen, OracleChanged and OracleGone are the pod events of the informer.
func (s *Scheduler) OracleSeen(pod *corev1.Pod)         { s.onAddPod(pod) }
func (s *Scheduler) OracleChanged(old, pod *corev1.Pod) { s.onUpdatePod(old, pod) }
func (s *Scheduler) OracleGone(pod *corev1.Pod)         { s.onDelPod(pod) }
