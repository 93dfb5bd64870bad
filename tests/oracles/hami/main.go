// SPDX-License-Identifier: Apache-2.0
// Answers random cases by HAMi's own scheduler code. See README.md.
package main

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"github.com/Project-HAMi/HAMi/pkg/device"
	"github.com/Project-HAMi/HAMi/pkg/device/nvidia"
	"github.com/Project-HAMi/HAMi/pkg/scheduler"
	"github.com/Project-HAMi/HAMi/pkg/scheduler/config"
	"github.com/Project-HAMi/HAMi/pkg/scheduler/policy"
	"github.com/Project-HAMi/HAMi/pkg/util"
	"github.com/Project-HAMi/HAMi/pkg/util/client"
)

const count, memory, percent, cores = "nvidia.com/gpu", "nvidia.com/gpumem", "nvidia.com/gpumem-percentage", "nvidia.com/gpucores"

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func nvidiaConfig() nvidia.NvidiaConfig {
	return nvidia.NvidiaConfig{ResourceCountName: count, ResourceMemoryName: memory, ResourceMemoryPercentageName: percent,
		ResourceCoreName: cores, ResourcePriority: "nvidia.com/priority", DefaultGPUNum: 1, MemoryFactor: 1}
}

// The profiles of the two A100 as HAMi's allowlist has them, with memory as the driver tells and cores by its rule.
func migProfiles(memory int32) []device.MigProfile {
	at := func(size uint32, starts ...uint32) (p []device.MigPlacement) {
		for _, s := range starts {
			p = append(p, device.MigPlacement{Start: s, Size: size})
		}
		return
	}
	names, sizes := []string{"1g.5gb", "2g.10gb", "3g.20gb", "7g.40gb"}, []int32{4864, 9856, 19968, 40192}
	if memory > 50000 {
		names, sizes = []string{"1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"}, []int32{9728, 19968, 40192, 81152}
	}
	return []device.MigProfile{
		{Name: names[0], MemoryMB: sizes[0], Core: 15, SliceCount: 1, Placements: at(1, 0, 1, 2, 3, 4, 5, 6)},
		{Name: names[1], MemoryMB: sizes[1], Core: 29, SliceCount: 2, Placements: at(2, 0, 2, 4)},
		{Name: names[2], MemoryMB: sizes[2], Core: 43, SliceCount: 3, Placements: at(4, 0, 4)},
		{Name: names[3], MemoryMB: sizes[3], Core: 100, SliceCount: 7, Placements: at(8, 0)},
	}
}

type oracle struct {
	nvidia  *nvidia.NvidiaGPUDevices
	s       *scheduler.Scheduler
	names   []string
	cluster []node
	index   map[string]int
}

// The node as its device plugin annotates it; order: of registration.
func (o *oracle) register(n int, order []int) {
	of := o.cluster[n]
	var devices []*device.DeviceInfo
	var cordoned []string
	var scores nvidia.ListDeviceScore
	for _, i := range order {
		g := of.GPUs[i]
		d := &device.DeviceInfo{ID: uuid(n, i), Index: uint(i), Count: of.Sharers,
			Devmem:  int32(float64(g.Memory) * (float64(of.MemoryPercent) / 100)),
			Devcore: int32(float64(of.CorePercent) / 100 * 100), Type: g.Type, Numa: g.Numa, Mode: nvidia.HamiCoreMode, Health: !g.Broken}
		if g.Mig {
			d.Mode, d.Count, d.MIGProfiles = nvidia.MigMode, 7, migProfiles(g.Memory)
		}
		devices = append(devices, d)
		if g.Closed {
			cordoned = append(cordoned, uuid(n, i))
		}
		if of.Pcie != nil {
			to := nvidia.DeviceScore{UUID: uuid(n, i), Score: map[string]int{}}
			for j := range of.GPUs {
				if j != i { // calculateGPUPairScore: 10 a step of PCIe, 100 an NVLink
					to.Score[uuid(n, j)] = 10*(1+of.Pcie[i][j]) + 100*of.Nvlinks[i][j]
				}
			}
			scores = append(scores, to)
		}
	}
	annotations := map[string]string{nvidia.RegisterAnnos: device.MarshalNodeDevices(devices)}
	if cordoned != nil {
		annotations[nvidia.DeviceCordonAnnotation] = strings.Join(cordoned, ",")
	}
	if scores != nil {
		text, err := json.Marshal(scores)
		check(err)
		annotations[nvidia.RegisterGPUPairScore] = string(text)
	}
	made := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name(n), Annotations: annotations}}
	found, err := o.nvidia.GetNodeDevices(*made)
	check(err)
	info := &device.NodeInfo{ID: made.Name, Node: made, Devices: map[string][]device.DeviceInfo{}}
	for _, d := range found {
		info.Devices[d.DeviceVendor] = append(info.Devices[d.DeviceVendor], *d)
	}
	o.s.OracleAddNode(made.Name, info)
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return
}

func makeOracle(c *testCase) *oracle {
	config.NodeSchedulerPolicy, device.GPUSchedulerPolicy = c.Nodes, c.Devices
	o := &oracle{nvidia: nvidia.InitNvidiaDevice(nvidiaConfig()), cluster: c.Cluster, index: map[string]int{}}
	device.DevicesMap = map[string]device.Devices{nvidia.NvidiaGPUDevice: o.nvidia}
	o.s = scheduler.NewScheduler()
	for n := range c.Cluster {
		o.names = append(o.names, name(n))
		for i := range c.Cluster[n].GPUs {
			o.index[uuid(n, i)] = i
		}
		o.register(n, upTo(len(c.Cluster[n].GPUs)))
	}
	return o
}

// The pod as it leaves the admission webhook.
func (o *oracle) pod(q *request) *corev1.Pod {
	limits := corev1.ResourceList{count: *resource.NewQuantity(q.Count, resource.DecimalSI)}
	for key, value := range map[string]*int64{memory: q.Memory, percent: q.Percent, cores: q.Cores} {
		if value != nil {
			limits[corev1.ResourceName(key)] = *resource.NewQuantity(*value, resource.DecimalSI)
		}
	}
	id := strconv.Itoa(q.ID)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "pod" + id, Namespace: "default", UID: types.UID(id), Annotations: map[string]string{}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Resources: corev1.ResourceRequirements{Limits: limits}}}}}
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
	set(util.NodeSchedulerPolicyAnnotationKey, q.Nodes)
	set(util.GPUSchedulerPolicyAnnotationKey, q.Devices)
	if q.Bind {
		set(nvidia.NumaBind, "true")
	}
	if q.Weights != nil {
		set(util.DeviceScoringWeightsAnnotationKey, fmt.Sprintf("slot=%d,core=%d,memory=%d", q.Weights[0], q.Weights[1], q.Weights[2]))
	}
	_, err := o.nvidia.MutateAdmission(&pod.Spec.Containers[0], pod)
	check(err)
	return pod
}

func (o *oracle) gpusOf(devices device.PodDevices) (out []share, bits int) {
	for _, d := range devices[nvidia.NvidiaGPUDevice][0] {
		one := share{GPU: o.index[d.UUID], Memory: d.Usedmem, Cores: d.Usedcores}
		if profile, ok := d.CustomInfo[nvidia.MigProfileCustomInfo].(string); ok {
			start := int(d.CustomInfo[nvidia.MigPlacementCustomInfo].(device.MigPlacement).Start)
			one.Mig, one.Start = profile, &start
		}
		out = append(out, one)
		bits |= 1 << one.GPU
	}
	return
}

// Places the request as HAMi's filter does, ties between nodes to the lowest; returns the pod as it is bound.
func (o *oracle) place(q *request, r *rand.Rand) *corev1.Pod {
	pod := o.pod(q)
	start := time.Now()
	list, _, err := o.s.OracleScore(o.names, pod)
	took = append(took, time.Since(start))
	check(err)
	q.Answer = &answer{Scores: make([]*float32, len(o.names))}
	if len(list.NodeList) == 0 {
		q.Answer.Scores = nil
		if *whole {
			o.askFilter(q, nil, nil)
		}
		return nil
	}
	byNode := map[int]*policy.NodeScore{}
	best := -1
	for i, each := range list.NodeList {
		n, _ := strconv.Atoi(strings.TrimPrefix(each.NodeID, "node"))
		byNode[n] = each
		q.Answer.Scores[n] = &each.Score
		if best < 0 || list.Less(best, i) {
			best = i
		}
	}
	for n := range o.names {
		if each := byNode[n]; each != nil && each.Score == list.NodeList[best].Score {
			q.Answer.Best = append(q.Answer.Best, n)
		}
	}
	if *whole {
		o.askFilter(q, byNode, q.Answer.Best)
	}
	a := q.Answer
	a.Fit, a.Node = true, a.Best[0]
	chosen := byNode[a.Node]
	var bits int
	a.GPUs, bits = o.gpusOf(chosen.Devices)

	// What the device order is made from.
	usage, err := o.s.OracleUsage([]string{name(a.Node)}, pod)
	check(err)
	weights, err := util.GetDeviceScoringWeightsByPod(pod)
	check(err)
	a.Order = make([]key, len(o.cluster[a.Node].GPUs))
	for _, d := range usage[name(a.Node)].Devices.DeviceLists {
		d.ComputeScore(device.Resourcereqs(pod)[0], weights)
		a.Order[o.index[d.Device.ID]] = key{d.Score, d.Device.Numa, d.Device.Used}
	}

	// The device plugin registers GPUs in the order of a Go map: what other orders would give.
	seen := map[int]bool{bits: true}
	for range 6 {
		o.register(a.Node, r.Perm(len(o.cluster[a.Node].GPUs)))
		again, _, err := o.s.OracleScore([]string{name(a.Node)}, pod)
		check(err)
		if len(again.NodeList) == 0 {
			seen[0] = true
			continue
		}
		_, other := o.gpusOf(again.NodeList[0].Devices)
		if !seen[other] {
			seen[other] = true
			a.Others = append(a.Others, other)
		}
	}
	if seen[0] {
		a.Others = append(a.Others, 0)
	}
	o.register(a.Node, upTo(len(o.cluster[a.Node].GPUs)))

	// As Filter does: the choice goes into the pod's annotations, which the informer reads again.
	pod.Annotations[util.AssignedNodeAnnotations] = name(a.Node)
	o.nvidia.PatchAnnotations(pod, &pod.Annotations, chosen.Devices)
	o.s.OracleSeen(pod)
	return pod
}

func run(c *testCase) {
	o := makeOracle(c)
	r := rand.New(rand.NewSource(c.Seed))
	live := map[int]*corev1.Pod{}
	var kept []request
	for _, q := range c.Events {
		if q.Op == "leave" {
			if live[q.ID] == nil {
				continue
			}
			o.s.OracleGone(live[q.ID])
			delete(live, q.ID)
		} else if pod := o.place(&q, r); pod != nil {
			live[q.ID] = pod
		}
		kept = append(kept, q)
	}
	c.Events = kept
}

// took is how long the system's own part of each decision took.
var took []time.Duration

func tellMedian() {
	if len(took) > 0 {
		sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
		fmt.Fprintln(os.Stderr, "fit and scores of all nodes for one request, median:", took[len(took)/2])
	}
}

var whole = flag.Bool("filter", false, "hold every answer against the whole Filter, too; tells on stderr")

func main() {
	from := flag.Int64("from", 1, "first seed")
	to := flag.Int64("to", 200, "last seed")
	out := flag.String("out", "", "file; .gz is compressed")
	in := flag.String("in", "", "answer the cases of this file instead")
	limits := flag.Int("limits", 0, "so many random limits instead, of the first seed, as HAMi makes requests of them")
	pods := flag.Bool("pods", false, "pods of several containers instead, with chains of policies, quotas, modes and lists of GPUs")
	flag.Parse()
	logs := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(logs)
	check(logs.Set("logtostderr", "false"))
	check(logs.Set("alsologtostderr", "false"))
	check(logs.Set("stderrthreshold", "FATAL"))
	klog.SetOutput(io.Discard)

	client.KubeClient = server{}
	var answers any
	if *limits > 0 {
		answers = []limitsOf{answerLimits(*from, *limits)}
	} else if *pods {
		var cases []podCase
		for seed := *from; seed <= *to; seed++ {
			cases = append(cases, makePodCase(seed))
			runPods(&cases[len(cases)-1])
		}
		tellMedian()
		answers = map[string]any{"system": "HAMi", "commit": "4707fb02", "cases": cases}
	} else {
		var cases []testCase
		if *in != "" {
			text, err := os.ReadFile(*in)
			check(err)
			check(json.Unmarshal(text, &cases))
		} else {
			for seed := *from; seed <= *to; seed++ {
				cases = append(cases, makeCase(seed))
			}
		}
		for i := range cases {
			run(&cases[i])
		}
		if *whole {
			fmt.Fprintln(os.Stderr, filtered, "asked of Filter,", filteredSame, "the same")
		}
		tellMedian()
		answers = map[string]any{"system": "HAMi", "commit": "4707fb02", "cases": cases}
	}
	var w io.Writer = os.Stdout
	if *out != "" {
		f, err := os.Create(*out)
		check(err)
		defer f.Close()
		w = f
		if strings.HasSuffix(*out, ".gz") {
			z := gzip.NewWriter(f)
			defer z.Close()
			w = z
		}
	}
	check(json.NewEncoder(w).Encode(answers))
}
