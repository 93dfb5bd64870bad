// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"math"
	"math/rand"
	"strconv"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	gpurequesthandler "github.com/NVIDIA/KAI-scheduler/pkg/binder/plugins/gpusharing/gpu-request"
	"github.com/NVIDIA/KAI-scheduler/pkg/common/constants"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/pod_info"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/resource_info"
)

// Notes are the annotations and the whole GPUs of a pod, whether the webhook refuses it, and what the scheduler reads.
type Notes struct {
	GPUs     *int64  `json:"gpus,omitempty"`
	Fraction *string `json:"fraction,omitempty"`
	Memory   *string `json:"memory,omitempty"`
	Devices  *string `json:"devices,omitempty"`
	Refused  bool    `json:"refused,omitempty"`
	Count    int64   `json:"count"`
	Portion  float64 `json:"portion"` // of each GPU; -1: not a number
	MiB      int64   `json:"mib"`
}

// NotesCase is one case that holds many of them.
type NotesCase struct {
	Seed   int64   `json:"seed"`
	Limits []Notes `json:"limits"`
}

func randomNotes(seed int64, count int) NotesCase {
	r := rand.New(rand.NewSource(seed))
	text := func(chance int, number func() string, odd ...string) *string {
		if r.Intn(100) >= chance {
			return nil
		}
		made := number()
		if r.Intn(4) == 0 {
			made = pick(r, odd...)
		}
		return &made
	}
	made := NotesCase{Seed: seed}
	for range count {
		n := Notes{}
		if r.Intn(4) == 0 {
			gpus := pick(r, int64(0), 1, 1, 2, 8, 32)
			n.GPUs = &gpus
		}
		n.Fraction = text(55, func() string { return randomFraction(r, true) }, "0", "1", "1.0", "-0.5", ".5", "0.", "5e-1", "+0.5", " 0.5", "0.5 ", "half", "",
			"NaN", "Inf", "0x1p-2", "0.1234567", "0.0000001", "0.999999", "1e-7", "0,5", "0.3333333333333333", "1_0", "1e-400", "2")
		n.Memory = text(35, func() string { return strconv.Itoa(1 + r.Intn(90000)) }, "0", "-1", "+5", "5.0", "1e3", "5Gi", "", " 5", "007", "2147483647", "2147483648",
			"9223372036854775807", "9223372036854775808", "18446744073709551615")
		n.Devices = text(35, func() string { return fmt.Sprint(1 + r.Intn(9)) }, "0", "-1", "+2", "2.0", "", "32", "33", "two", "02", "9223372036854775808")
		pod := podOf(1, Want{})
		if n.GPUs != nil {
			pod.Spec.Containers[0].Resources.Limits = v1.ResourceList{}
			for _, of := range []v1.ResourceList{pod.Spec.Containers[0].Resources.Requests, pod.Spec.Containers[0].Resources.Limits} {
				of[constants.NvidiaGpuResource] = *resource.NewQuantity(*n.GPUs, resource.DecimalSI)
			}
		}
		for key, value := range map[string]*string{constants.GpuFraction: n.Fraction, constants.GpuMemory: n.Memory,
			constants.GpuFractionsNumDevices: n.Devices} {
			if value != nil {
				pod.Annotations[key] = *value
			}
		}
		n.Refused = gpurequesthandler.ValidateGpuRequests(pod) != nil
		if !n.Refused {
			read := pod_info.NewTaskInfo(pod, nil, resource_info.NewResourceVectorMap()).ResReq.GpuResourceRequirement
			n.Count, n.Portion, n.MiB = read.GetNumOfGpuDevices(), read.GpuFractionalPortion(), read.GpuMemory()
			if math.IsNaN(n.Portion) {
				n.Portion = -1
			}
		}
		made.Limits = append(made.Limits, n)
	}
	return made
}
