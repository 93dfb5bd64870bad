// SPDX-License-Identifier: Apache-2.0
// Answers cases with KAI's own packages: a session per decision, made of a snapshot of what runs.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"os"
	"reflect"
	"sort"
	"strconv"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	kaiv1 "github.com/NVIDIA/KAI-scheduler/pkg/apis/kai/v1"
	enginev2 "github.com/NVIDIA/KAI-scheduler/pkg/apis/scheduling/v2alpha2"
	"github.com/NVIDIA/KAI-scheduler/pkg/common/constants"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/actions/common"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/common_info"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/node_info"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/pod_info"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/pod_status"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/podgroup_info"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/api/resource_info"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/framework"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/gpu_sharing"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/log"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/gpupack"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/gpusharingorder"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/gpuspread"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/nodeavailability"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/nodeplacement"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/nominatednode"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/resourcetype"
	"github.com/NVIDIA/KAI-scheduler/pkg/scheduler/plugins/topology"
)

// noAffinity stands for pod affinity, which no pod here has.
type noAffinity struct{}

func (noAffinity) AddPod(*v1.Pod)                   {}
func (noAffinity) RemovePod(*v1.Pod) error          { return nil }
func (noAffinity) HasPodsWithPodAffinity() bool     { return false }
func (noAffinity) HasPodsWithPodAntiAffinity() bool { return false }
func (noAffinity) Name() string                     { return "none" }

type builder struct {
	name string
	make func(framework.PluginArguments) framework.Plugin
}

var builders = []builder{
	{"nodeavailability", nodeavailability.New}, {"resourcetype", resourcetype.New}, {"nominatednode", nominatednode.New},
	{"topology", topology.New}, {"gpupack", gpupack.New}, {"gpuspread", gpuspread.New},
	{"nodeplacement", nodeplacement.New}, {"gpusharingorder", gpusharingorder.New},
}

// pluginsOf gives the plugins that the operator turns on for a placement strategy, of those that score.
func pluginsOf(strategy string) []framework.Plugin {
	way := "spread"
	if strategy == "binpack" {
		way = "binpack"
	}
	spec := kaiv1.SchedulingShardSpec{PlacementStrategy: &kaiv1.PlacementStrategy{GPU: ptr.To(way), CPU: ptr.To(way)}}
	if strategy == "spread-sharing" {
		spec.Plugins = map[string]kaiv1.PluginConfig{"gpusharingorder": {Enabled: ptr.To(true)}}
	}
	spec.SetDefaultsWhereNeeded()
	var made []framework.Plugin
	for _, b := range builders {
		if of := spec.Plugins[b.name]; of.Enabled != nil && *of.Enabled {
			made = append(made, b.make(framework.PluginArguments(of.Arguments)))
		}
	}
	return made
}

// running is a task that is on a node.
type running struct {
	id     int
	want   Want
	node   int
	gpus   []int
	leaves bool
}

func nodeName(i int) string { return fmt.Sprintf("node-%02d", i) }

func podOf(id int, want Want) *v1.Pod {
	name := fmt.Sprintf("task-%03d", id)
	asked := v1.ResourceList{
		v1.ResourceCPU:    *resource.NewMilliQuantity(want.CPUMilli, resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(want.MemoryMiB<<20, resource.BinarySI),
	}
	notes := map[string]string{constants.PodGroupAnnotationForPod: name}
	if want.Whole > 0 {
		asked[constants.NvidiaGpuResource] = *resource.NewQuantity(int64(want.Whole), resource.DecimalSI)
	}
	if want.Mig != "" {
		asked[v1.ResourceName("nvidia.com/mig-"+want.Mig)] = *resource.NewQuantity(1, resource.DecimalSI)
	}
	if want.Fraction != "" {
		notes[constants.GpuFraction] = want.Fraction
	}
	if want.GPUMiB > 0 {
		notes[constants.GpuMemory] = strconv.FormatInt(want.GPUMiB, 10)
	}
	if want.Devices > 1 {
		notes[constants.GpuFractionsNumDevices] = strconv.Itoa(want.Devices)
	}
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "all", UID: types.UID(name), Annotations: notes},
		Spec:       v1.PodSpec{Containers: []v1.Container{{Resources: v1.ResourceRequirements{Requests: asked}}}},
		Status:     v1.PodStatus{Phase: v1.PodPending},
	}
}

func nodeOf(i int, n Node) *v1.Node {
	has := v1.ResourceList{
		v1.ResourceCPU:    *resource.NewMilliQuantity(n.CPUMilli, resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(n.MemoryMiB<<20, resource.BinarySI),
		v1.ResourcePods:   *resource.NewQuantity(1000, resource.DecimalSI),
	}
	labels := map[string]string{}
	if n.GPUs > 0 {
		labels[node_info.GpuCountLabel] = strconv.Itoa(n.GPUs)
		labels[node_info.GpuMemoryLabel] = strconv.FormatInt(n.GPUMiB, 10)
		whole := n.GPUs
		if len(n.Mig) > 0 {
			whole = 0
			labels[constants.MigStrategyLabel] = string(node_info.MigStrategyMixed)
		}
		has[constants.NvidiaGpuResource] = *resource.NewQuantity(int64(whole), resource.DecimalSI)
		for profile, count := range n.Mig {
			has[v1.ResourceName("nvidia.com/mig-"+profile)] = *resource.NewQuantity(int64(count), resource.DecimalSI)
		}
	}
	return &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: labels},
		Status: v1.NodeStatus{Capacity: has, Allocatable: has}}
}

// groupName is what KAI calls a shared GPU: here its number on the node.
func groupName(gpu int) string { return strconv.Itoa(gpu) }

// snapshot makes a session of what runs, the tasks in the order given, and the task to place.
func snapshot(c *Case, now []running, id int, want Want) (*framework.Session, *podgroup_info.PodGroupInfo, *pod_info.PodInfo) {
	vector := resource_info.NewResourceVectorMap()
	nodes := map[string]*node_info.NodeInfo{}
	made := make([]*v1.Node, len(c.Nodes))
	for i, n := range c.Nodes {
		made[i] = nodeOf(i, n)
		vector.AddResourceList(made[i].Status.Allocatable)
	}
	for _, n := range made {
		nodes[n.Name] = node_info.NewNodeInfo(n, noAffinity{}, vector)
	}
	groups := map[common_info.PodGroupID]*podgroup_info.PodGroupInfo{}
	groupOf := func(task *pod_info.PodInfo) *podgroup_info.PodGroupInfo {
		made := podgroup_info.NewPodGroupInfoWithVectorMap(task.Job, vector, task)
		made.SetPodGroup(&enginev2.PodGroup{
			ObjectMeta: metav1.ObjectMeta{Name: task.Name, Namespace: "all", UID: types.UID(task.Job)},
			Spec:       enginev2.PodGroupSpec{MinMember: 1}})
		groups[task.Job] = made
		return made
	}
	for _, t := range now {
		pod := podOf(t.id, t.want)
		pod.Spec.NodeName, pod.Status.Phase = nodeName(t.node), v1.PodRunning
		if t.leaves {
			pod.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
		}
		task := pod_info.NewTaskInfo(pod, nil, vector)
		for _, g := range t.gpus {
			task.GPUGroups = append(task.GPUGroups, groupName(g))
		}
		groupOf(task)
		if err := nodes[task.NodeName].AddTask(task); err != nil {
			panic(err)
		}
	}
	task := pod_info.NewTaskInfo(podOf(id, want), nil, vector)
	job := groupOf(task)
	ssn := &framework.Session{ID: "oracle", ClusterInfo: &api.ClusterInfo{Nodes: nodes, PodGroupInfos: groups}}
	ssn.AddPredicateFn(func(task *pod_info.PodInfo, _ *podgroup_info.PodGroupInfo, node *node_info.NodeInfo) error {
		if err := node.PredicateByNodeResourcesType(task); err != nil {
			return err
		}
		if task.ResReq.GpuMemory() > 0 && !node.GpuMemorySynced {
			return fmt.Errorf("no GPU memory label")
		}
		return nil
	})
	for _, p := range pluginsOf(c.Strategy) {
		p.OnSessionOpen(ssn)
	}
	return ssn, job, task
}

func sharedBest(ssn *framework.Session, node *node_info.NodeInfo, task *pod_info.PodInfo) bool {
	if !task.IsSharedGPURequest() {
		return true
	}
	return gpu_sharing.GetNodePreferableGpuForSharing(ssn.FittingGPUs(node, task), node, task, false) != nil
}

// devices describes the GPUs that a shared request would get on the node, and the chance in it.
func devices(ssn *framework.Session, node *node_info.NodeInfo, task *pod_info.PodInfo, a *Answer) {
	type option struct {
		gpu   string
		score float64
	}
	var all []option
	for _, gpu := range ssn.FittingGPUs(node, task) {
		score, err := ssn.GpuOrderFn(task, node, gpu)
		if err != nil {
			panic(err)
		}
		all = append(all, option{gpu, score})
	}
	wanted := int(task.ResReq.GetNumOfGpuDevices())
	last := all[wanted-1].score
	for at, o := range all {
		switch number, err := strconv.Atoi(o.gpu); {
		case o.gpu == pod_info.WholeGpuIndicator:
			if at < wanted {
				a.Opens++
			}
		case err != nil:
			panic(err)
		case o.score > last:
			a.Sure = append(a.Sure, number)
		case o.score == last:
			a.Tied = append(a.Tied, number)
		}
	}
	a.TakeTied = wanted - a.Opens - len(a.Sure)
	if a.TakeTied == 0 {
		a.Tied = nil
	}
	sort.Ints(a.Sure)
	sort.Ints(a.Tied)
	if a.TakeTied == len(a.Tied) {
		a.Sure, a.Tied, a.TakeTied = append(a.Sure, a.Tied...), nil, 0
		sort.Ints(a.Sure)
	}
}

// idle gives the lowest GPUs of a node that nothing is on.
func idle(c *Case, now []running, node, count int) []int {
	used := map[int]bool{}
	for _, t := range now {
		if t.node == node {
			for _, g := range t.gpus {
				used[g] = true
			}
		}
	}
	var free []int
	for g := 0; g < c.Nodes[node].GPUs && len(free) < count; g++ {
		if !used[g] {
			free = append(free, g)
		}
	}
	return free
}

var runs, chances, contradictions int

// decide asks KAI, several times over snapshots in different orders.
func decide(c *Case, now []running, id int, want Want, shuffle *rand.Rand) *Answer {
	var first *Answer
	for again := 0; again < 3; again++ {
		order := append([]running(nil), now...)
		if again > 0 {
			shuffle.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		a, placed, gpus := decideOnce(c, order, id, want)
		runs++
		if placed != a.Node {
			contradictions++
			fmt.Fprintln(os.Stderr, "KAI took another node", c.Seed, id, placed, a.Node)
		}
		if first == nil {
			first = a
		} else if !reflect.DeepEqual(first, a) {
			contradictions++
			fmt.Fprintf(os.Stderr, "the order of the snapshot matters: seed %d task %d %+v %+v\n", c.Seed, id, *first, *a)
		}
		if a.Node >= 0 && want.Shared() && !allowed(a, gpus) {
			contradictions++
			fmt.Fprintln(os.Stderr, "KAI took other GPUs", c.Seed, id, gpus, *a)
		}
	}
	if len(first.Tied) > 0 {
		chances++
	}
	if first.Node >= 0 {
		first.GPUs = append(append([]int(nil), first.Sure...), first.Tied[:first.TakeTied]...)
		open := first.Opens
		if want.Whole > 0 {
			open = want.Whole
		}
		if !first.Waits {
			free := idle(c, now, first.Node, open)
			first.GPUs = append(first.GPUs, free...)
			first.Overbooks = want.Shared() && len(free) < open
		}
		sort.Ints(first.GPUs)
	}
	return first
}

// allowed tells whether the groups that KAI took are among those that the answer allows.
func allowed(a *Answer, groups []string) bool {
	left, opened, fromTied := len(a.Sure), 0, 0
	for _, g := range groups {
		number, err := strconv.Atoi(g)
		if err != nil {
			opened++
			continue
		}
		for _, s := range a.Sure {
			if s == number {
				left--
			}
		}
		for _, s := range a.Tied {
			if s == number {
				fromTied++
			}
		}
	}
	return left == 0 && opened == a.Opens && fromTied == a.TakeTied
}

func decideOnce(c *Case, now []running, id int, want Want) (*Answer, int, []string) {
	ssn, job, task := snapshot(c, now, id, want)
	all := make([]*node_info.NodeInfo, len(c.Nodes))
	for i := range all {
		all[i] = ssn.ClusterInfo.Nodes[nodeName(i)]
	}
	a := &Answer{Node: -1, Fits: []int{}, Best: []int{}}
	ssn.PreJobAllocation(job)
	ssn.NodePreOrderFn(task, all)
	highest := math.Inf(-1)
	for i, node := range all {
		score, err := ssn.NodeOrderFn(task, node)
		if err != nil {
			panic(err)
		}
		a.Scores = append(a.Scores, math.Round(score*1e6)/1e6)
		if !ssn.FittingNode(task, node, false) || !sharedBest(ssn, node, task) {
			continue
		}
		a.Fits = append(a.Fits, i)
		if score > highest {
			highest, a.Best = score, nil
		}
		if score == highest {
			a.Best = append(a.Best, i)
		}
	}
	if len(a.Best) > 0 {
		a.Node = a.Best[0]
		if want.Shared() {
			devices(ssn, all[a.Node], task, a)
		}
	}
	start := time.Now()
	allocated := common.AllocateJob(ssn, ssn.Statement(), all, job, false)
	took = append(took, time.Since(start))
	if !allocated {
		return a, -1, nil
	}
	a.Waits = task.Status == pod_status.Pipelined
	placed, err := strconv.Atoi(task.NodeName[len("node-"):])
	if err != nil {
		panic(err)
	}
	return a, placed, task.GPUGroups
}

// took is how long the system's own part of each decision took.
var took []time.Duration

func tellMedian() {
	if len(took) > 0 {
		sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
		fmt.Fprintln(os.Stderr, "allocation of one task, median:", took[len(took)/2])
	}
}

// solve draws what happens and asks KAI for each placement.
func solve(seed int64) Case {
	c, r := randomCase(seed)
	shuffle := rand.New(rand.NewSource(seed))
	var now []running
	next := 0
	start := func() {
		id, node, want := next, r.Intn(len(c.Nodes)), randomWant(r, c.Kind, c.Nodes)
		if want.Mig != "" || len(c.Nodes[node].Mig) > 0 {
			return
		}
		one := Case{Seed: seed, Strategy: c.Strategy, Nodes: c.Nodes[node : node+1]}
		var there []running
		for _, t := range now {
			if t.node == node {
				t.node = 0
				there = append(there, t)
			}
		}
		a := decide(&one, there, id, want, shuffle)
		if !a.starts() {
			return
		}
		next++
		now = append(now, running{id: id, want: want, node: node, gpus: a.GPUs})
		c.Events = append(c.Events, Event{Op: "start", ID: id, Want: &want, Node: node, GPUs: a.GPUs})
	}
	for i := r.Intn(12); i > 0; i-- {
		start()
	}
	drop := func(at int, op string) {
		c.Events = append(c.Events, Event{Op: op, ID: now[at].id, Node: now[at].node})
		now = append(now[:at:at], now[at+1:]...)
	}
	for placed, most := 0, 20+r.Intn(41); placed < most; placed++ {
		for len(now) > 0 && r.Intn(3) == 0 {
			at := r.Intn(len(now))
			switch {
			case c.Kind != "slow":
				drop(at, "leave")
			case now[at].leaves:
				drop(at, "gone")
			default:
				now[at].leaves = true
				c.Events = append(c.Events, Event{Op: "terminate", ID: now[at].id, Node: now[at].node})
			}
		}
		id, want := next, randomWant(r, c.Kind, c.Nodes)
		next++
		a := decide(&c, now, id, want, shuffle)
		c.Events = append(c.Events, Event{Op: "place", ID: id, Want: &want, Node: a.Node, Answer: a})
		if a.starts() {
			now = append(now, running{id: id, want: want, node: a.Node, gpus: a.GPUs})
		}
	}
	return c
}

// answer asks KAI anew for the placements of a case that someone has written.
func answer(c Case) Case {
	shuffle := rand.New(rand.NewSource(c.Seed))
	var now []running
	for i := range c.Events {
		e := &c.Events[i]
		at := 0
		for at < len(now) && now[at].id != e.ID {
			at++
		}
		switch e.Op {
		case "start":
			now = append(now, running{id: e.ID, want: *e.Want, node: e.Node, gpus: e.GPUs})
		case "place":
			e.Answer = decide(&c, now, e.ID, *e.Want, shuffle)
			if e.Node = e.Answer.Node; e.Answer.starts() {
				now = append(now, running{id: e.ID, want: *e.Want, node: e.Node, gpus: e.Answer.GPUs})
			}
		case "terminate":
			now[at].leaves = true
		default:
			now = append(now[:at:at], now[at+1:]...)
		}
	}
	return c
}

func main() {
	from := flag.Int64("from", 1, "the first seed")
	to := flag.Int64("to", 200, "the last seed")
	out := flag.String("out", "", "where to write the cases; empty: nowhere")
	in := flag.String("in", "", "cases to answer anew, in place of seeds")
	limits := flag.Int("limits", 0, "so many random annotations instead, of the first seed, to standard output")
	flag.Parse()
	if err := log.InitLoggers(0); err != nil {
		panic(err)
	}
	if *limits > 0 {
		if err := json.NewEncoder(os.Stdout).Encode([]NotesCase{randomNotes(*from, *limits)}); err != nil {
			panic(err)
		}
		return
	}
	var given []Case
	if *in != "" {
		text, err := os.ReadFile(*in)
		if err == nil {
			err = json.Unmarshal(text, &given)
		}
		if err != nil {
			panic(err)
		}
		*from, *to = 0, int64(len(given))-1
	}
	var cases []json.RawMessage
	decisions := 0
	for seed := *from; seed <= *to; seed++ {
		var solved Case
		if given != nil {
			solved = answer(given[seed])
		} else {
			solved = solve(seed)
		}
		for _, e := range solved.Events {
			if e.Op == "place" {
				decisions++
			}
		}
		text, err := json.Marshal(solved)
		if err != nil {
			panic(err)
		}
		cases = append(cases, text)
	}
	tellMedian()
	fmt.Fprintf(os.Stderr, "%d cases, %d decisions, %d runs of KAI, %d left to the order of a map, %d contradictions\n",
		len(cases), decisions, runs, chances, contradictions)
	if *out == "" {
		return
	}
	text := []byte("[\n")
	for i, one := range cases {
		text = append(text, one...)
		if i+1 < len(cases) {
			text = append(text, ',')
		}
		text = append(text, '\n')
	}
	if err := os.WriteFile(*out, append(text, "]\n"...), 0o644); err != nil {
		panic(err)
	}
}
