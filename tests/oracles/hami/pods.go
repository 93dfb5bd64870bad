// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"math/rand"
	"sort"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/Project-HAMi/HAMi/pkg/device"
	"github.com/Project-HAMi/HAMi/pkg/device/nvidia"
	"github.com/Project-HAMi/HAMi/pkg/scheduler/policy"
	"github.com/Project-HAMi/HAMi/pkg/util"
)

// What one container of a pod asks for; no limits at all: a container without GPUs.
type container struct {
	Count   *int64 `json:"gpus,omitempty"`
	Memory  *int64 `json:"memory_mib,omitempty"`
	Percent *int64 `json:"percent,omitempty"`
	Cores   *int64 `json:"cores,omitempty"`
}

// What one GPU counts for a pod once its containers are put together.
type booked struct {
	GPU    int   `json:"gpu"`
	Memory int32 `json:"memory_mib"`
	Cores  int32 `json:"cores"`
	Slots  int32 `json:"slots"`
}

type podAnswer struct {
	Fit        bool       `json:"fit"`
	Scores     []*float32 `json:"scores,omitempty"`     // [nodes], null: no fit
	Best       []int      `json:"best,omitempty"`       // the nodes with the best score
	Node       int        `json:"node"`                 // the lowest of them
	Containers [][]share  `json:"containers,omitempty"` // [init containers and containers that ask for GPUs] what they get
	Booked     []booked   `json:"booked,omitempty"`
}

type podRequest struct {
	Op         string      `json:"op"` // arrive, leave, init_done: its init containers have ended
	ID         int         `json:"id"`
	Init       []container `json:"init,omitempty"`
	Containers []container `json:"containers,omitempty"`
	Use        string      `json:"use_type,omitempty"`
	NoUse      string      `json:"no_use_type,omitempty"`
	UseIDs     [][2]int    `json:"use_gpus,omitempty"`
	NoIDs      [][2]int    `json:"no_use_gpus,omitempty"`
	Bind       bool        `json:"numa_bind,omitempty"`
	Nodes      string      `json:"node_policy,omitempty"`
	Devices    string      `json:"gpu_policy,omitempty"`
	Mode       string      `json:"mode,omitempty"`
	Weights    []int64     `json:"weights,omitempty"`
	Answer     *podAnswer  `json:"answer,omitempty"`
}

type quota struct {
	Memory *int64 `json:"memory_mib,omitempty"`
	Cores  *int64 `json:"cores,omitempty"`
}

type podCase struct {
	Seed    int64        `json:"seed"`
	Family  string       `json:"family"`
	Nodes   string       `json:"node_policy"`
	Devices string       `json:"gpu_policy"`
	Quota   *quota       `json:"quota,omitempty"`
	Cluster []node       `json:"nodes"`
	Events  []podRequest `json:"pods"`
}

var podFamilies = []string{"chains", "containers", "init", "instances", "quota", "mode", "ids", "all"}

var chains = []string{"binpack", "spread", "numa", "mutex", "topology-aware", "binpack,numa", "numa,binpack", "spread,numa", "numa,spread",
	"binpack, spread", "mutex,binpack", "mutex,numa", "topology-aware,binpack", "numa,topology-aware", "mutex,topology-aware", "best", "binpack,"}

// A node on which several families meet: NUMA nodes, links, some GPUs in MIG mode.
func makePodNode(r *rand.Rand, family string) node {
	kind := map[string]string{"chains": "topology", "instances": "mig", "mode": "core", "all": "topology"}[family]
	if kind == "" {
		kind = pick(r, "core", "numa")
	}
	n := makeNode(r, kind)
	if family == "all" && n.Pcie == nil && r.Intn(4) == 0 || family == "mode" {
		for i := range n.GPUs {
			if strings.Contains(n.GPUs[i].Type, "A100") && r.Intn(2) == 0 {
				n.GPUs[i].Mig = true
			}
		}
	}
	return n
}

func makeContainer(r *rand.Rand, family string) (c container) {
	c.Count = some(pick[int64](r, 1, 1, 1, 2, 2, 3))
	if family == "instances" {
		c.Memory = some(pick[int64](r, 1000, 4000, 5000, 9000, 10000, 18000, 30000))
		if r.Intn(15) == 0 {
			c.Memory = nil
		}
		return
	}
	switch r.Intn(10) {
	case 0, 1, 2, 3, 4:
		c.Memory = some(pick[int64](r, 1000, 2000, 3000, 4096, 5000, 8192, 10000, 16000))
	case 5, 6, 7, 8:
		c.Percent = some(pick[int64](r, 10, 20, 25, 30, 33, 50, 75, 100))
	}
	if r.Intn(10) < 6 {
		c.Cores = some(pick[int64](r, 0, 5, 10, 20, 25, 30, 33, 50, 60, 100))
	}
	return
}

func makePod(r *rand.Rand, family string, cluster []node) (q podRequest) {
	q.Op = "arrive"
	all := family == "all"
	most := 1
	if family == "containers" || family == "init" || family == "instances" || family == "quota" || all {
		most = 3
	}
	for range 1 + r.Intn(most) {
		q.Containers = append(q.Containers, makeContainer(r, family))
	}
	if most > 1 && r.Intn(6) == 0 { // one without GPUs
		at := r.Intn(len(q.Containers))
		q.Containers = append(q.Containers[:at], append([]container{{}}, q.Containers[at:]...)...)
	}
	if family == "init" || (all || family == "quota") && r.Intn(3) == 0 {
		for range 1 + r.Intn(2) {
			if r.Intn(8) == 0 {
				q.Init = append(q.Init, container{})
			} else {
				q.Init = append(q.Init, makeContainer(r, family))
			}
		}
	}
	if family == "chains" || all {
		if r.Intn(4) > 0 {
			q.Devices = pick(r, chains...)
		}
		q.Nodes = pick(r, "", "binpack", "spread", "spread,binpack", "best")
		q.Bind = r.Intn(4) == 0
	}
	if family == "mode" || all && r.Intn(4) == 0 {
		q.Mode = pick(r, "", "", "mig", "hami-core", "hami-core,mig", "mps")
	}
	if family == "ids" || all && r.Intn(4) == 0 {
		list := func() (ids [][2]int) {
			for range 1 + r.Intn(3*len(cluster)) {
				n := r.Intn(len(cluster))
				ids = append(ids, [2]int{n, r.Intn(len(cluster[n].GPUs))})
			}
			return
		}
		if r.Intn(3) > 0 {
			q.UseIDs = list()
		}
		if r.Intn(3) == 0 {
			q.NoIDs = list()
		}
	}
	if all && r.Intn(6) == 0 {
		q.Use = pick(r, "A100", "a10", "V100", "T4,A10", "Tesla")
	}
	if all && r.Intn(6) == 0 {
		q.NoUse = pick(r, "A100", "v100", "T4")
	}
	if all && r.Intn(4) == 0 {
		q.Weights = []int64{r.Int63n(4), r.Int63n(4), 1 + r.Int63n(4)}
	}
	return
}

func makePodCase(seed int64) podCase {
	r := rand.New(rand.NewSource(seed))
	family := podFamilies[int(seed)%len(podFamilies)]
	c := podCase{Seed: seed, Family: family, Nodes: pick(r, "binpack", "spread"), Devices: pick(r, "binpack", "spread")}
	nodes := 2 + r.Intn(7)
	if family == "ids" {
		nodes = 9 + r.Intn(6)
	}
	for range nodes {
		c.Cluster = append(c.Cluster, makePodNode(r, family))
	}
	if family == "quota" || family == "all" && r.Intn(2) == 0 {
		c.Quota = &quota{}
		if r.Intn(4) > 0 {
			c.Quota.Memory = some(pick[int64](r, 30000, 60000, 120000))
		}
		if c.Quota.Memory == nil || r.Intn(2) == 0 {
			c.Quota.Cores = some(pick[int64](r, 0, 100, 250, 400))
		}
	}
	for i, until := 0, 15+r.Intn(31); i < until; i++ {
		q := makePod(r, family, c.Cluster)
		q.ID = i
		c.Events = append(c.Events, q)
		if i > 4 && r.Intn(3) == 0 {
			c.Events = append(c.Events, podRequest{Op: "leave", ID: r.Intn(i + 1)})
		}
		if r.Intn(3) == 0 {
			c.Events = append(c.Events, podRequest{Op: "init_done", ID: r.Intn(i + 1)})
		}
	}
	return c
}

// The pod as it leaves the admission webhook.
func (o *oracle) podOf(q *podRequest) *corev1.Pod {
	id := strconv.Itoa(q.ID)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "pod" + id, Namespace: "default", UID: types.UID(id), Annotations: map[string]string{}}}
	made := func(name string, all []container) (out []corev1.Container) {
		for i, c := range all {
			limits := corev1.ResourceList{}
			for key, value := range map[string]*int64{count: c.Count, memory: c.Memory, percent: c.Percent, cores: c.Cores} {
				if value != nil {
					limits[corev1.ResourceName(key)] = *resource.NewQuantity(*value, resource.DecimalSI)
				}
			}
			one := corev1.Container{Name: fmt.Sprint(name, i), Resources: corev1.ResourceRequirements{Limits: limits}}
			_, err := o.nvidia.MutateAdmission(&one, pod)
			check(err)
			out = append(out, one)
		}
		return
	}
	pod.Spec.InitContainers, pod.Spec.Containers = made("init", q.Init), made("main", q.Containers)
	set := func(key, value string) {
		if value != "" {
			pod.Annotations[key] = value
		}
	}
	ids := func(of [][2]int) string {
		var all []string
		for _, id := range of {
			all = append(all, uuid(id[0], id[1]))
		}
		return strings.Join(all, ",")
	}
	set(nvidia.GPUInUse, q.Use)
	set(nvidia.GPUNoUse, q.NoUse)
	set(nvidia.GPUUseUUID, ids(q.UseIDs))
	set(nvidia.GPUNoUseUUID, ids(q.NoIDs))
	set(nvidia.AllocateMode, q.Mode)
	set(util.NodeSchedulerPolicyAnnotationKey, q.Nodes)
	set(util.GPUSchedulerPolicyAnnotationKey, q.Devices)
	if q.Bind {
		set(nvidia.NumaBind, "true")
	}
	if q.Weights != nil {
		set(util.DeviceScoringWeightsAnnotationKey, fmt.Sprintf("slot=%d,core=%d,memory=%d", q.Weights[0], q.Weights[1], q.Weights[2]))
	}
	return pod
}

func (o *oracle) placePod(q *podRequest) *corev1.Pod {
	pod := o.podOf(q)
	start := time.Now()
	list, _, err := o.s.OracleScore(o.names, pod)
	took = append(took, time.Since(start))
	check(err)
	a := &podAnswer{Scores: make([]*float32, len(o.names))}
	q.Answer = a
	if len(list.NodeList) == 0 {
		a.Scores = nil
		return nil
	}
	byNode := map[int]*policy.NodeScore{}
	best := -1
	for i, each := range list.NodeList {
		n, _ := strconv.Atoi(strings.TrimPrefix(each.NodeID, "node"))
		byNode[n] = each
		a.Scores[n] = &each.Score
		if best < 0 || list.Less(best, i) {
			best = i
		}
	}
	for n := range o.names {
		if each := byNode[n]; each != nil && each.Score == list.NodeList[best].Score {
			a.Best = append(a.Best, n)
		}
	}
	a.Fit, a.Node = true, a.Best[0]
	chosen := byNode[a.Node].Devices
	for c := range chosen[nvidia.NvidiaGPUDevice] {
		got, _ := o.gpusOf(device.PodDevices{nvidia.NvidiaGPUDevice: chosen[nvidia.NvidiaGPUDevice][c : c+1]})
		a.Containers = append(a.Containers, got)
	}

	// As Filter does: the choice goes into the pod's annotations, which the informer reads again.
	pod.Annotations[util.AssignedNodeAnnotations] = name(a.Node)
	o.nvidia.PatchAnnotations(pod, &pod.Annotations, chosen)
	raw, err := device.DecodePodDevices(device.SupportDevices, pod.Annotations)
	check(err)
	a.Booked = o.bookedOf(device.CollapseInitContainerUsage(pod, raw))
	o.s.OracleSeen(pod)
	return pod
}

func (o *oracle) bookedOf(devices device.PodDevices) (all []booked) {
	for _, ctr := range devices[nvidia.NvidiaGPUDevice] {
		for _, d := range ctr {
			all = append(all, booked{o.index[d.UUID], d.Usedmem, d.Usedcores, max(d.Slots, 1)})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].GPU < all[j].GPU })
	return
}

// Tells the scheduler that the init containers of a pod have ended; nothing where they have before, or the pod has none.
func (o *oracle) endInit(q *podRequest, pod *corev1.Pod) *corev1.Pod {
	if pod == nil || len(pod.Spec.InitContainers) == 0 || pod.Status.InitContainerStatuses != nil {
		return nil
	}
	ended := pod.DeepCopy()
	for range pod.Spec.InitContainers {
		ended.Status.InitContainerStatuses = append(ended.Status.InitContainerStatuses,
			corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}})
	}
	o.s.OracleChanged(pod, ended)
	raw, err := device.DecodePodDevices(device.SupportDevices, ended.Annotations)
	check(err)
	q.Answer = &podAnswer{Booked: o.bookedOf(device.AppContainersOnlyDeviceUsage(ended, raw))}
	return ended
}

func runPods(c *podCase) {
	o := makeOracle(&testCase{Nodes: c.Nodes, Devices: c.Devices, Cluster: c.Cluster})
	// One cache for the whole process there.
	device.GetLocalCache().Quotas = map[string]*device.DeviceQuota{}
	if c.Quota != nil {
		hard := corev1.ResourceList{}
		if c.Quota.Memory != nil {
			hard["limits."+memory] = *resource.NewQuantity(*c.Quota.Memory, resource.DecimalSI)
		}
		if c.Quota.Cores != nil {
			hard["limits."+cores] = *resource.NewQuantity(*c.Quota.Cores, resource.DecimalSI)
		}
		device.GetLocalCache().AddQuota(&corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: "default"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}})
	}
	live := map[int]*corev1.Pod{}
	var kept []podRequest
	for _, q := range c.Events {
		if q.Op == "leave" {
			if live[q.ID] == nil {
				continue
			}
			o.s.OracleGone(live[q.ID])
			delete(live, q.ID)
		} else if q.Op == "init_done" {
			ended := o.endInit(&q, live[q.ID])
			if ended == nil {
				continue
			}
			live[q.ID] = ended
		} else if pod := o.placePod(&q); pod != nil {
			live[q.ID] = pod
		}
		kept = append(kept, q)
	}
	c.Events = kept
}
