// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	extender "k8s.io/kube-scheduler/extender/v1"

	"github.com/Project-HAMi/HAMi/pkg/device"
	"github.com/Project-HAMi/HAMi/pkg/device/nvidia"
	"github.com/Project-HAMi/HAMi/pkg/scheduler/policy"
	"github.com/Project-HAMi/HAMi/pkg/util"
)

// An API server that only remembers the annotations patched last.
type server struct{ kubernetes.Interface }
type coreServer struct{ typed.CoreV1Interface }
type podServer struct{ typed.PodInterface }

var patched map[string]string

func (server) CoreV1() typed.CoreV1Interface      { return coreServer{} }
func (coreServer) Pods(string) typed.PodInterface { return podServer{} }
func (podServer) Patch(_ context.Context, _ string, _ types.PatchType, data []byte, _ metav1.PatchOptions, _ ...string) (*corev1.Pod, error) {
	var in struct {
		Metadata struct{ Annotations map[string]string }
	}
	err := json.Unmarshal(data, &in)
	patched = in.Metadata.Annotations
	return &corev1.Pod{}, err
}

var filtered, filteredSame int

// Asks the whole Filter, whose tie between nodes is chance, and takes its answer back: is it one of the best, with the
// same GPUs?
func (o *oracle) askFilter(q *request, byNode map[int]*policy.NodeScore, best []int) {
	pod := o.pod(q)
	patched = nil
	result, err := o.s.Filter(extender.ExtenderArgs{Pod: pod, NodeNames: &o.names})
	check(err)
	filtered++
	if result.NodeNames == nil || len(*result.NodeNames) == 0 {
		if len(best) == 0 {
			filteredSame++
		}
		return
	}
	for _, n := range best {
		if (*result.NodeNames)[0] == name(n) && patched[util.AssignedNodeAnnotations] == name(n) &&
			patched[device.SupportDevices[nvidia.NvidiaGPUDevice]] == device.EncodePodSingleDevice(byNode[n].Devices[nvidia.NvidiaGPUDevice]) {
			filteredSame++
		}
	}
	pod.Annotations[util.AssignedNodeAnnotations] = patched[util.AssignedNodeAnnotations]
	o.s.OracleGone(pod)
}
