// SPDX-License-Identifier: Apache-2.0
// Package deviceshare, one more file: answers cases with the plugin's own methods. It is laid over the package by
// `go build -overlay`, see README.md.
package deviceshare

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	fwktype "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"

	apiext "github.com/koordinator-sh/koordinator/apis/extension"
	schedulingv1alpha1 "github.com/koordinator-sh/koordinator/apis/scheduling/v1alpha1"
	schedulerconfig "github.com/koordinator-sh/koordinator/pkg/scheduler/apis/config"
	configv1 "github.com/koordinator-sh/koordinator/pkg/scheduler/apis/config/v1"
	"github.com/koordinator-sh/koordinator/pkg/scheduler/frameworkext"
	"github.com/koordinator-sh/koordinator/pkg/scheduler/frameworkext/topologymanager"
)

// OracleGPU is one GPU of a node, or one network adapter; Numa and PCIe mean nothing where the node tells no topology.
type OracleGPU struct {
	MemoryMiB int64 `json:"memory_mib"`
	Numa      int   `json:"numa"`
	PCIe      int   `json:"pcie"`
	Broken    bool  `json:"broken,omitempty"`
}

// OraclePartition is one row of a node's own partition table.
type OraclePartition struct {
	GPUs  []int `json:"gpus"`
	Score int   `json:"score"`
}

// OracleUse is what runs on a node before the first step: so much of each of the GPUs.
type OracleUse struct {
	GPUs     []int `json:"gpus"`
	Core     int64 `json:"core"`
	Ratio    int64 `json:"ratio"`
	MemoryMi int64 `json:"memory_mib"`
}

// OracleNode is a node. Partitions: "" none, "table" the built-in one of its model, "own" that of Table.
type OracleNode struct {
	GPUs       []OracleGPU       `json:"gpus"`
	NICs       []OracleGPU       `json:"nics,omitempty"`
	Topology   bool              `json:"topology"`
	Partitions string            `json:"partitions"`
	Honor      bool              `json:"honor"`
	Table      []OraclePartition `json:"table,omitempty"`
	NumaPolicy string            `json:"numa_policy,omitempty"`
	Used       []OracleUse       `json:"used,omitempty"`
}

// OracleAsk is what a pod asks for, 0 where it does not. Scope: "", "PCIe", "NUMANode". Joint: "", "any", "SamePCIe".
// Spec: "", "BestEffort", "Restricted" (the pod's own partition policy).
type OracleAsk struct {
	Nvidia    int64  `json:"nvidia,omitempty"`
	GPU       int64  `json:"gpu,omitempty"`
	Core      int64  `json:"core,omitempty"`
	Ratio     int64  `json:"ratio,omitempty"`
	MemoryMiB int64  `json:"memory_mib,omitempty"`
	Shared    int64  `json:"shared,omitempty"`
	RDMA      int64  `json:"rdma,omitempty"`
	Scope     string `json:"scope,omitempty"`
	Joint     string `json:"joint,omitempty"`
	Spec      string `json:"spec,omitempty"`
}

// OracleGrant is what a pod got of one device.
type OracleGrant struct {
	Device int   `json:"device"`
	Core   int64 `json:"core,omitempty"`
	Ratio  int64 `json:"ratio,omitempty"`
	Bytes  int64 `json:"bytes,omitempty"`
	RDMA   int64 `json:"rdma,omitempty"`
}

// OracleTook is how long fit and scores of all nodes took for each pod.
var OracleTook []time.Duration

// OracleAnswer is what the system says. Scores, Normalized: one each of Feasible. Best: the nodes with the highest
// normalized score; Node: the lowest of them, where the pod went; -1 no fit. Others: choices on that node that came in
// repeated calls and differ from GPUs.
type OracleAnswer struct {
	Legal      bool            `json:"legal"`
	Count      int             `json:"count,omitempty"`
	PerGPU     *OracleGrant    `json:"per_gpu,omitempty"`
	IsShared   bool            `json:"is_shared,omitempty"`
	Feasible   []int           `json:"feasible"`
	Scores     []int64         `json:"scores"`
	Normalized []int64         `json:"normalized"`
	Best       []int           `json:"best"`
	Node       int             `json:"node"`
	GPUs       []OracleGrant   `json:"gpus,omitempty"`
	NICs       []OracleGrant   `json:"nics,omitempty"`
	Others     [][]OracleGrant `json:"others,omitempty"`
	Failed     string          `json:"failed,omitempty"`
}

// OracleStep: a pod asks, or the pod of that id leaves.
type OracleStep struct {
	ID     int           `json:"id"`
	Leave  bool          `json:"leave,omitempty"`
	Ask    *OracleAsk    `json:"ask,omitempty"`
	Answer *OracleAnswer `json:"answer,omitempty"`
}

// OracleCase is one cluster and what happens on it.
type OracleCase struct {
	Seed     int64        `json:"seed"`
	Name     string       `json:"name,omitempty"`
	Family   string       `json:"family"`
	Strategy string       `json:"strategy"`
	Nodes    []OracleNode `json:"nodes"`
	Steps    []OracleStep `json:"steps"`
}

type noReservations struct {
	frameworkext.ReservationNominator
}

func (noReservations) GetNominatedReservation(*corev1.Pod, string) *frameworkext.ReservationInfo {
	return nil
}

type oracleHandle struct {
	frameworkext.ExtendedHandle
	nodes map[string]fwktype.NodeInfo
}

func (h *oracleHandle) SnapshotSharedLister() fwktype.SharedLister { return h }
func (h *oracleHandle) NodeInfos() fwktype.NodeInfoLister          { return h }
func (h *oracleHandle) StorageInfos() fwktype.StorageInfoLister    { return nil }
func (h *oracleHandle) GetReservationNominator() frameworkext.ReservationNominator {
	return noReservations{}
}
func (h *oracleHandle) GetReservationCache() frameworkext.ReservationCache    { return nil }
func (h *oracleHandle) List() ([]fwktype.NodeInfo, error)                     { return nil, nil }
func (h *oracleHandle) HavePodsWithAffinityList() ([]fwktype.NodeInfo, error) { return nil, nil }
func (h *oracleHandle) HavePodsWithRequiredAntiAffinityList() ([]fwktype.NodeInfo, error) {
	return nil, nil
}
func (h *oracleHandle) Get(name string) (fwktype.NodeInfo, error) {
	if n, ok := h.nodes[name]; ok {
		return n, nil
	}
	return nil, fmt.Errorf("no node %s", name)
}

// Oracle holds the plugin and its cluster.
type Oracle struct {
	plugin *Plugin
	handle *oracleHandle
	of     *OracleCase
	admit  topologymanager.Interface
	live   map[int]*corev1.Pod
}

// GetNUMATopologyHintProvider makes the plugin the only one that the topology manager asks.
func (o *Oracle) GetNUMATopologyHintProvider() []topologymanager.NUMATopologyHintProvider {
	return []topologymanager.NUMATopologyHintProvider{o.plugin}
}

const mebi = int64(1) << 20

func bytesOf(mib int64) resource.Quantity { return *resource.NewQuantity(mib*mebi, resource.BinarySI) }
func plain(n int64) resource.Quantity     { return *resource.NewQuantity(n, resource.DecimalSI) }

// NewOracle builds the plugin as installed (its default arguments, the strategy apart) and the nodes of the case.
func NewOracle(of *OracleCase) *Oracle {
	external := &configv1.DeviceShareArgs{}
	configv1.SetDefaults_DeviceShareArgs(external)
	args := &schedulerconfig.DeviceShareArgs{}
	if err := configv1.Convert_v1_DeviceShareArgs_To_config_DeviceShareArgs(external, args, nil); err != nil {
		panic(err)
	}
	if of.Strategy == "most" {
		args.ScoringStrategy.Type = schedulerconfig.MostAllocated
	}
	handle := &oracleHandle{nodes: map[string]fwktype.NodeInfo{}}
	o := &Oracle{handle: handle, of: of, live: map[int]*corev1.Pod{}}
	o.plugin = &Plugin{
		handle:                          handle,
		nodeDeviceCache:                 newNodeDeviceCache(),
		gpuSharedResourceTemplatesCache: newGPUSharedResourceTemplatesCache(),
		gpuSharedResourceTemplatesMatchedResources: args.GPUSharedResourceTemplatesConfig.MatchedResources,
		scorer: deviceResourceStrategyTypeMap[args.ScoringStrategy.Type](args),
	}
	o.admit = topologymanager.New(o)
	for i := range of.Nodes {
		o.addNode(i)
	}
	return o
}

func nodeName(i int) string { return "node-" + strconv.Itoa(i) }

func (o *Oracle) addNode(i int) {
	n := &o.of.Nodes[i]
	labels := map[string]string{}
	if n.Partitions == "table" {
		labels[apiext.LabelGPUModel] = "H100"
	}
	if n.Honor {
		labels[apiext.LabelGPUPartitionPolicy] = string(apiext.GPUPartitionPolicyHonor)
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: labels}}
	info := framework.NewNodeInfo()
	info.SetNode(node)
	o.handle.nodes[nodeName(i)] = info
	device := &schedulingv1alpha1.Device{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: labels}}
	if n.Partitions == "own" {
		table := apiext.GPUPartitionTable{}
		for _, p := range n.Table {
			table[len(p.GPUs)] = append(table[len(p.GPUs)], apiext.GPUPartition{Minors: p.GPUs, AllocationScore: p.Score})
		}
		raw, err := json.Marshal(table)
		if err != nil {
			panic(err)
		}
		device.Annotations = map[string]string{apiext.AnnotationGPUPartitions: string(raw)}
	}
	add := func(kind schedulingv1alpha1.DeviceType, minor int, of OracleGPU, has corev1.ResourceList) {
		number := int32(minor)
		told := schedulingv1alpha1.DeviceInfo{Type: kind, Minor: &number, Health: !of.Broken, Resources: has}
		if n.Topology {
			told.Topology = &schedulingv1alpha1.DeviceTopology{SocketID: int32(of.Numa), NodeID: int32(of.Numa),
				PCIEID: strconv.Itoa(of.PCIe)}
		}
		device.Spec.Devices = append(device.Spec.Devices, told)
	}
	for minor, gpu := range n.GPUs {
		add(schedulingv1alpha1.GPU, minor, gpu, corev1.ResourceList{apiext.ResourceGPUCore: plain(100),
			apiext.ResourceGPUMemoryRatio: plain(100), apiext.ResourceGPUMemory: bytesOf(gpu.MemoryMiB)})
	}
	for minor, nic := range n.NICs {
		add(schedulingv1alpha1.RDMA, minor, nic, corev1.ResourceList{apiext.ResourceRDMA: plain(100)})
	}
	o.plugin.nodeDeviceCache.updateNodeDevice(nodeName(i), device)
	for u, use := range n.Used {
		var taken []*apiext.DeviceAllocation
		for _, minor := range use.GPUs {
			taken = append(taken, &apiext.DeviceAllocation{Minor: int32(minor), Resources: corev1.ResourceList{
				apiext.ResourceGPUCore: plain(use.Core), apiext.ResourceGPUMemoryRatio: plain(use.Ratio)}})
		}
		all := apiext.DeviceAllocations{schedulingv1alpha1.GPU: taken}
		if err := fillGPUTotalMem(all, o.plugin.nodeDeviceCache.getNodeDevice(nodeName(i), false)); err != nil {
			panic(err)
		}
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: fmt.Sprintf("before-%d-%d", i, u)},
			Spec: corev1.PodSpec{NodeName: nodeName(i)}}
		if err := apiext.SetDeviceAllocations(pod, all); err != nil {
			panic(err)
		}
		o.plugin.nodeDeviceCache.updatePod(nil, pod)
	}
}

func podOf(id int, ask *OracleAsk) *corev1.Pod {
	wants := corev1.ResourceList{}
	set := func(name corev1.ResourceName, n int64) {
		if n != 0 {
			wants[name] = plain(n)
		}
	}
	set(apiext.ResourceNvidiaGPU, ask.Nvidia)
	set(apiext.ResourceGPU, ask.GPU)
	set(apiext.ResourceGPUCore, ask.Core)
	set(apiext.ResourceGPUMemoryRatio, ask.Ratio)
	set(apiext.ResourceGPUShared, ask.Shared)
	set(apiext.ResourceRDMA, ask.RDMA)
	if ask.MemoryMiB != 0 {
		wants[apiext.ResourceGPUMemory] = bytesOf(ask.MemoryMiB)
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pod-" + strconv.Itoa(id),
		UID: types.UID("pod-" + strconv.Itoa(id)), Annotations: map[string]string{}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main",
			Resources: corev1.ResourceRequirements{Requests: wants, Limits: wants}}}}}
	if ask.Scope != "" {
		hints := apiext.DeviceAllocateHints{schedulingv1alpha1.GPU: &apiext.DeviceHint{
			RequiredTopologyScope: apiext.DeviceTopologyScope(ask.Scope)}}
		if err := apiext.SetDeviceAllocateHints(pod, hints); err != nil {
			panic(err)
		}
	}
	if ask.Joint != "" {
		joint := &apiext.DeviceJointAllocate{DeviceTypes: []schedulingv1alpha1.DeviceType{schedulingv1alpha1.GPU,
			schedulingv1alpha1.RDMA}}
		if ask.Joint == "SamePCIe" {
			joint.RequiredScope = apiext.SamePCIeDeviceJointAllocateScope
		}
		if err := apiext.SetDeviceJointAllocate(pod, joint); err != nil {
			panic(err)
		}
	}
	if ask.Spec != "" {
		raw, _ := json.Marshal(apiext.GPUPartitionSpec{AllocatePolicy: apiext.GPUPartitionAllocatePolicy(ask.Spec)})
		pod.Annotations[apiext.AnnotationGPUPartitionSpec] = string(raw)
	}
	return pod
}

func amount(of corev1.ResourceList, name corev1.ResourceName) int64 {
	q := of[name]
	return q.Value()
}

func grantOf(of corev1.ResourceList, minor int32) OracleGrant {
	return OracleGrant{Device: int(minor), Core: amount(of, apiext.ResourceGPUCore),
		Ratio: amount(of, apiext.ResourceGPUMemoryRatio), Bytes: amount(of, apiext.ResourceGPUMemory),
		RDMA: amount(of, apiext.ResourceRDMA)}
}

func grantsOf(taken []*apiext.DeviceAllocation) []OracleGrant {
	var all []OracleGrant
	for _, each := range taken {
		all = append(all, grantOf(each.Resources, each.Minor))
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Device < all[j].Device })
	return all
}

func textOf(of any) string {
	raw, _ := json.Marshal(of)
	return string(raw)
}

// OracleLimits is what a pod writes, and how the plugin splits it.
type OracleLimits struct {
	Nvidia    *int64       `json:"nvidia,omitempty"`
	GPU       *int64       `json:"gpu,omitempty"`
	Core      *int64       `json:"core,omitempty"`
	Ratio     *int64       `json:"ratio,omitempty"`
	MemoryMiB *int64       `json:"memory_mib,omitempty"`
	Shared    *int64       `json:"shared,omitempty"`
	Legal     bool         `json:"legal"`
	Count     int          `json:"count"` // 0: it asks for no GPU
	PerGPU    *OracleGrant `json:"per_gpu,omitempty"`
	IsShared  bool         `json:"is_shared,omitempty"`
	Panics    bool         `json:"panics,omitempty"` // PreFilter divides by 0
}

// OracleLimitsCase is one case that holds many of them.
type OracleLimitsCase struct {
	Seed   int64          `json:"seed"`
	Limits []OracleLimits `json:"limits"`
}

// Ask lets PreFilter read it.
func (l *OracleLimits) Ask() {
	o := NewOracle(&OracleCase{})
	wants := corev1.ResourceList{}
	for name, n := range map[corev1.ResourceName]*int64{apiext.ResourceNvidiaGPU: l.Nvidia, apiext.ResourceGPU: l.GPU,
		apiext.ResourceGPUCore: l.Core, apiext.ResourceGPUMemoryRatio: l.Ratio, apiext.ResourceGPUShared: l.Shared} {
		if n != nil {
			wants[name] = plain(*n)
		}
	}
	if l.MemoryMiB != nil {
		wants[apiext.ResourceGPUMemory] = bytesOf(*l.MemoryMiB)
	}
	pod := podOf(0, &OracleAsk{})
	pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: wants, Limits: wants}
	defer func() {
		if recover() != nil {
			l.Panics = true
		}
	}()
	cycle := framework.NewCycleState()
	topologymanager.InitStore(cycle)
	_, status := o.plugin.PreFilter(context.Background(), cycle, pod, nil)
	if l.Legal = status.IsSuccess() || status.IsSkip(); !status.IsSuccess() {
		return
	}
	state, _ := getPreFilterState(cycle)
	if needs := state.gpuRequirements; needs != nil {
		each := grantOf(needs.requestsPerGPU, 0)
		l.Count, l.PerGPU, l.IsShared = needs.numberOfGPUs, &each, needs.gpuShared
	}
}

// Step answers one step and carries it out.
func (o *Oracle) Step(step *OracleStep) {
	if step.Leave {
		o.plugin.nodeDeviceCache.onPodDelete(o.live[step.ID])
		delete(o.live, step.ID)
		return
	}
	ctx := context.Background()
	said := &OracleAnswer{Feasible: []int{}, Scores: []int64{}, Normalized: []int64{}, Best: []int{}, Node: -1}
	step.Answer = said
	pod := podOf(step.ID, step.Ask)
	cycle := framework.NewCycleState()
	topologymanager.InitStore(cycle)
	start := time.Now()
	if _, status := o.plugin.PreFilter(ctx, cycle, pod, nil); !status.IsSuccess() {
		said.Failed, _, _ = strings.Cut(status.Message(), ":") // names follow, in the order of a map
		return
	}
	said.Legal = true
	state, _ := getPreFilterState(cycle)
	if needs := state.gpuRequirements; needs != nil {
		each := grantOf(needs.requestsPerGPU, 0)
		said.Count, said.PerGPU, said.IsShared = needs.numberOfGPUs, &each, needs.gpuShared
	}
	for i := range o.of.Nodes {
		info := o.handle.nodes[nodeName(i)]
		if policy := o.of.Nodes[i].NumaPolicy; policy != "" {
			numa := map[int]bool{}
			for _, gpu := range o.of.Nodes[i].GPUs {
				numa[gpu.Numa] = true
			}
			var ids []int
			for id := range numa {
				ids = append(ids, id)
			}
			sort.Ints(ids)
			if !o.admit.Admit(ctx, cycle, pod, info.Node(), ids, apiext.NUMATopologyPolicy(policy), "", nil).IsSuccess() {
				continue
			}
		}
		if !o.plugin.Filter(ctx, cycle, pod, info).IsSuccess() {
			continue
		}
		score, status := o.plugin.Score(ctx, cycle, pod, info)
		if !status.IsSuccess() {
			panic(status.Message())
		}
		said.Feasible = append(said.Feasible, i)
		said.Scores = append(said.Scores, score)
	}
	OracleTook = append(OracleTook, time.Since(start))
	if len(said.Feasible) == 0 {
		return
	}
	list := fwktype.NodeScoreList{}
	for at, i := range said.Feasible {
		list = append(list, fwktype.NodeScore{Name: nodeName(i), Score: said.Scores[at]})
	}
	o.plugin.NormalizeScore(ctx, cycle, pod, list)
	best := list[0].Score
	for _, each := range list {
		said.Normalized = append(said.Normalized, each.Score)
		best = max(best, each.Score)
	}
	for at, each := range list {
		if each.Score == best {
			said.Best = append(said.Best, said.Feasible[at])
		}
	}
	node := said.Best[0]
	known := map[string]bool{}
	for range 4 { // the order of maps must not matter
		trial := cycle.Clone()
		if status := o.plugin.allocate(ctx, trial, pod, o.handle.nodes[nodeName(node)].Node()); !status.IsSuccess() {
			known["no fit"] = true
			continue
		}
		tried, _ := getPreFilterState(trial)
		got := append(grantsOf(tried.allocationResult[schedulingv1alpha1.GPU]),
			grantsOf(tried.allocationResult[schedulingv1alpha1.RDMA])...)
		if text := textOf(got); !known[text] {
			known[text] = true
			said.Others = append(said.Others, got)
		}
		tried.allocationResult = nil
	}
	if status := o.plugin.Reserve(ctx, cycle, pod, nodeName(node)); !status.IsSuccess() {
		said.Failed = status.Message()
		return
	}
	said.Node = node
	said.GPUs = grantsOf(state.allocationResult[schedulingv1alpha1.GPU])
	said.NICs = grantsOf(state.allocationResult[schedulingv1alpha1.RDMA])
	if len(known) == 1 {
		said.Others = nil
	}
	if err := apiext.SetDeviceAllocations(pod, state.allocationResult); err != nil {
		panic(err)
	}
	pod.Spec.NodeName = nodeName(node)
	o.live[step.ID] = pod
}
