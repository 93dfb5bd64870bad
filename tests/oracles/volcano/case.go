// SPDX-License-Identifier: Apache-2.0
package main

// A case: a cluster, what stands on it, and what arrives and leaves, with the answers of the real system.
type Case struct {
	Seed    int64          `json:"seed"`
	Kind    string         `json:"kind"`
	Weights map[string]int `json:"weights,omitempty"` // binpack: of cpu, memory and gpu; weight: of the plugin
	Nodes   []Node         `json:"nodes"`
	Placed  []Placed       `json:"placed,omitempty"`
	Events  []Event        `json:"events"`
}

type Node struct {
	CPUMilli  int64 `json:"cpu_milli"`
	MemoryMiB int64 `json:"memory_mib"`
	GPUs      []GPU `json:"gpus"`
}

type GPU struct {
	Model     string `json:"model"`
	MemoryMiB int64  `json:"memory_mib"`
	MaxTasks  int64  `json:"max_tasks"`
}

// Placed stands there before the first request: the same on each of the GPUs.
type Placed struct {
	ID        int   `json:"id"`
	Node      int   `json:"node"`
	GPUs      []int `json:"gpus"`
	MemoryMiB int64 `json:"memory_mib"`
	Cores     int64 `json:"cores"`
}

type Request struct {
	ID         int    `json:"id"`
	CPUMilli   int64  `json:"cpu_milli"`
	MemoryMiB  int64  `json:"memory_mib"`
	GPUs       *int64 `json:"gpus,omitempty"`
	GPUMemory  *int64 `json:"gpu_memory_mib,omitempty"`
	GPUPercent *int64 `json:"gpu_memory_percent,omitempty"`
	GPUCores   *int64 `json:"gpu_cores,omitempty"`
	UseTypes   string `json:"use_types,omitempty"`
	NoUseTypes string `json:"nouse_types,omitempty"`
}

type Part struct {
	GPU       int   `json:"gpu"`
	MemoryMiB int64 `json:"memory_mib"`
	Cores     int64 `json:"cores"`
}

// Answer of the real system. Refused: 0 it fits, 1 resources of the node, 2 devices. Best: the nodes with the highest
// score; Node: the lowest of them, which is taken.
type Answer struct {
	Refused []int      `json:"refused"`
	Scores  []*float64 `json:"scores"`
	Best    []int      `json:"best,omitempty"`
	Node    int        `json:"node"`
	Parts   []Part     `json:"parts,omitempty"`
	Others  [][]int    `json:"other_choices,omitempty"` // GPU sets that other runs of the same decision chose
}

type Event struct {
	Arrive *Request `json:"arrive,omitempty"`
	Leave  *int     `json:"leave,omitempty"`
	Answer *Answer  `json:"answer,omitempty"`
}
