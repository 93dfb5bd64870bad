// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"reflect"
	"unsafe"

	v1 "k8s.io/api/core/v1"
	fwk "k8s.io/kube-scheduler/framework"

	"volcano.sh/volcano/pkg/scheduler/api"
	"volcano.sh/volcano/pkg/scheduler/framework"
	"volcano.sh/volcano/pkg/scheduler/plugins/binpack"
	_ "volcano.sh/volcano/pkg/scheduler/plugins/deviceshare"
)

// The real score of the deviceshare plugin, which is not exported (link.s lets it have no body here).
//
//go:linkname deviceScore volcano.sh/volcano/pkg/scheduler/plugins/deviceshare.getDeviceScore
func deviceScore(ctx context.Context, pod *v1.Pod, node *api.NodeInfo, policy string) (int64, *fwk.Status)

// binpackScore calls the real BinPackingScore with the weights that the real plugin reads out of its arguments.
func binpackScore(args framework.Arguments) func(*api.TaskInfo, *api.NodeInfo) float64 {
	plugin := reflect.ValueOf(binpack.New(args)).Elem()
	field := plugin.FieldByName("weight")
	weight := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
	score := reflect.ValueOf(binpack.BinPackingScore)
	return func(task *api.TaskInfo, node *api.NodeInfo) float64 {
		return score.Call([]reflect.Value{reflect.ValueOf(task), reflect.ValueOf(node), weight})[0].Float()
	}
}
