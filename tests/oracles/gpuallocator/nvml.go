// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// A node as NVML would tell of it: levels of the PCIe tree, NVLinks between GPUs, and NVLinks to switches.
type fakeNode struct {
	nvml.Interface
	of *gpuCase
}

type fakeGPU struct {
	nvml.Device
	of    *gpuCase
	index int
}

var levels = []nvml.GpuTopologyLevel{0, nvml.TOPOLOGY_SYSTEM, nvml.TOPOLOGY_NODE, nvml.TOPOLOGY_HOSTBRIDGE,
	nvml.TOPOLOGY_MULTIPLE, nvml.TOPOLOGY_SINGLE, nvml.TOPOLOGY_INTERNAL}

func busOf(n int) (info nvml.PciInfo) {
	for i, b := range []byte(fmt.Sprintf("00000000:%02X:00.0", n)) {
		info.BusId[i] = b
	}
	return info
}

func uuidOf(n int) string { return fmt.Sprintf("GPU-%02d", n) }

func (f *fakeNode) Init() nvml.Return                  { return nvml.SUCCESS }
func (f *fakeNode) Shutdown() nvml.Return              { return nvml.SUCCESS }
func (f *fakeNode) DeviceGetCount() (int, nvml.Return) { return f.of.GPUs, nvml.SUCCESS }
func (f *fakeNode) DeviceGetHandleByIndex(i int) (nvml.Device, nvml.Return) {
	return &fakeGPU{of: f.of, index: i}, nvml.SUCCESS
}

func (g *fakeGPU) GetName() (string, nvml.Return)          { return "GPU", nvml.SUCCESS }
func (g *fakeGPU) GetUUID() (string, nvml.Return)          { return uuidOf(g.index), nvml.SUCCESS }
func (g *fakeGPU) GetPciInfo() (nvml.PciInfo, nvml.Return) { return busOf(g.index), nvml.SUCCESS }
func (g *fakeGPU) GetTopologyCommonAncestor(other nvml.Device) (nvml.GpuTopologyLevel, nvml.Return) {
	uuid, _ := other.GetUUID()
	for i := range g.of.PCIe {
		if uuidOf(i) == uuid {
			return levels[g.of.PCIe[g.index][i]], nvml.SUCCESS
		}
	}
	return 0, nvml.ERROR_UNKNOWN
}

// The buses at the other ends of its NVLinks, switches from 200 on.
func (g *fakeGPU) ends() (buses []int) {
	for other, links := range g.of.NVLinks[g.index] {
		for ; links > 0; links-- {
			buses = append(buses, other)
		}
	}
	for s := 0; s < g.of.SwitchNVLinks; s++ {
		buses = append(buses, 200+s)
	}
	return buses
}

func (g *fakeGPU) GetNvLinkState(link int) (nvml.EnableState, nvml.Return) {
	if link < len(g.ends()) {
		return nvml.FEATURE_ENABLED, nvml.SUCCESS
	}
	return nvml.FEATURE_DISABLED, nvml.SUCCESS
}

func (g *fakeGPU) GetNvLinkRemotePciInfo(link int) (nvml.PciInfo, nvml.Return) {
	return busOf(g.ends()[link]), nvml.SUCCESS
}
