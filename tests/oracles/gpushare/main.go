// SPDX-License-Identifier: Apache-2.0
// Asks the gpushare scheduler extender's own filter and bind handlers where requests go.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/AliyunContainerService/gpushare-scheduler-extender/pkg/cache"
	gslog "github.com/AliyunContainerService/gpushare-scheduler-extender/pkg/log"
	"github.com/AliyunContainerService/gpushare-scheduler-extender/pkg/scheduler"
	"github.com/AliyunContainerService/gpushare-scheduler-extender/pkg/utils"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	indexed "k8s.io/client-go/tools/cache"
	schedulerapi "k8s.io/kube-scheduler/extender/v1"
)

type gpuCase struct {
	Seed     int64     `json:"seed"`
	UnitMiB  int       `json:"unit_mib"` // 1 or 1024
	Nodes    []node    `json:"nodes"`
	Standing []booking `json:"standing"` // there before the first event
	Events   []event   `json:"events"`
}

type node struct {
	GPUs        int `json:"gpus"`
	MemoryMiB   int `json:"memory_mib"`    // of each GPU
	TotalUnits  int `json:"total_units"`   // as the node reports it
	UnitsPerGPU int `json:"units_per_gpu"` // as the extender counts it
}

type booking struct {
	ID    int `json:"id"`
	Node  int `json:"node"`
	GPU   int `json:"gpu"`
	Units int `json:"units"`
}

type option struct {
	Node int `json:"node"`
	GPU  int `json:"gpu"` // -1: the filter lets the node pass, the binding fails
}

type event struct {
	Kind string `json:"kind"` // arrive, leave, health
	// arrive
	ID         int      `json:"id,omitempty"`
	Containers []int    `json:"containers,omitempty"` // units a container
	Options    []option `json:"options,omitempty"`    // nodes that pass, with the GPU taken there
	Node       *int     `json:"node,omitempty"`       // taken; absent: no fit
	GPU        *int     `json:"gpu,omitempty"`
	// health
	Unhealthy *string `json:"unhealthy,omitempty"` // list of GPUs, as the config map has it; absent: no config map
}

// A pod store behind an HTTP transport: what the extender patches and binds ends up here.
type api struct{ pods map[string]*v1.Pod }

func (a *api) RoundTrip(req *http.Request) (*http.Response, error) {
	body := []byte{}
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	parts := strings.Split(strings.Trim(req.URL.Path, "/"), "/") // api v1 namespaces NS pods NAME [binding]
	pod := a.pods[parts[5]]
	answer := any(pod)
	if len(parts) == 7 {
		var binding v1.Binding
		if err := json.Unmarshal(body, &binding); err != nil {
			return nil, err
		}
		pod.Spec.NodeName = binding.Target.Name
		answer = metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Success"}
	} else if req.Method == http.MethodPatch {
		var patch struct {
			Metadata struct {
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(body, &patch); err != nil {
			return nil, err
		}
		if pod.Annotations == nil {
			pod.Annotations = map[string]string{}
		}
		for k, v := range patch.Metadata.Annotations {
			pod.Annotations[k] = v
		}
	}
	out, err := json.Marshal(answer)
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(out)), Request: req}, err
}

type world struct {
	store   *api
	podIdx  indexed.Indexer
	cms     indexed.Indexer
	cache   *cache.SchedulerCache
	filter  *scheduler.Predicate
	bind    *scheduler.Bind
	names   []string
	binding int
}

func nodeName(n int) string { return fmt.Sprintf("n%02d", n) }

func newWorld(nodes []node) *world {
	w := &world{store: &api{map[string]*v1.Pod{}}}
	byNamespace := indexed.Indexers{indexed.NamespaceIndex: indexed.MetaNamespaceIndexFunc}
	nodeIdx := indexed.NewIndexer(indexed.MetaNamespaceKeyFunc, indexed.Indexers{})
	w.podIdx = indexed.NewIndexer(indexed.MetaNamespaceKeyFunc, byNamespace)
	w.cms = indexed.NewIndexer(indexed.MetaNamespaceKeyFunc, byNamespace)
	for i, n := range nodes {
		w.names = append(w.names, nodeName(i))
		_ = nodeIdx.Add(&v1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i)},
			Status: v1.NodeStatus{Capacity: v1.ResourceList{
				utils.ResourceName: *resource.NewQuantity(int64(n.TotalUnits), resource.DecimalSI),
				utils.CountName:    *resource.NewQuantity(int64(n.GPUs), resource.DecimalSI)}}})
	}
	cache.ConfigMapLister = corelisters.NewConfigMapLister(w.cms)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://store.invalid", Transport: w.store, QPS: -1})
	if err != nil {
		panic(err)
	}
	w.cache = cache.NewSchedulerCache(corelisters.NewNodeLister(nodeIdx), corelisters.NewPodLister(w.podIdx))
	w.filter = scheduler.NewGPUsharePredicate(client, w.cache)
	w.bind = scheduler.NewGPUShareBind(context.Background(), client, w.cache)
	return w
}

func newPod(id int, containers []int) *v1.Pod {
	name := fmt.Sprintf("p%d", id)
	pod := &v1.Pod{TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID(name)}}
	for i, units := range containers {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: fmt.Sprint("c", i),
			Resources: v1.ResourceRequirements{Limits: v1.ResourceList{
				utils.ResourceName: *resource.NewQuantity(int64(units), resource.DecimalSI)}}})
	}
	return pod
}

func (w *world) add(pod *v1.Pod) { w.store.pods[pod.Name] = pod; _ = w.podIdx.Add(pod) }

// Binds the pod to the node by the extender; the GPU it chose, or -1.
func (w *world) bindTo(pod *v1.Pod, name string) int {
	fresh := pod.DeepCopy()
	fresh.Annotations, fresh.Spec.NodeName = nil, ""
	w.add(fresh)
	out := w.bind.Handler(schedulerapi.ExtenderBindingArgs{PodName: pod.Name, PodNamespace: pod.Namespace,
		PodUID: pod.UID, Node: name})
	w.binding++
	if out.Error != "" {
		return -1
	}
	return utils.GetGPUIDFromAnnotation(w.store.pods[pod.Name])
}

func (w *world) forget(id int) {
	pod := w.store.pods[fmt.Sprintf("p%d", id)]
	w.cache.RemovePod(pod)
	_ = w.podIdx.Delete(pod)
	delete(w.store.pods, pod.Name)
}

// The nodes that pass the filter, with the GPU that the binding would take on each.
func (w *world) options(pod *v1.Pod, id int) []option {
	names := append([]string{}, w.names...)
	passed := w.filter.Handler(&schedulerapi.ExtenderArgs{Pod: pod, NodeNames: &names})
	found := []option{}
	for _, name := range *passed.NodeNames {
		n, _ := strconv.Atoi(name[1:])
		gpu := w.bindTo(pod, name)
		found = append(found, option{n, gpu})
		if gpu >= 0 {
			w.forget(id)
		}
	}
	return found
}

func (w *world) setHealth(n int, gpus *string) {
	cm := &v1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "unhealthy-gpu-" + nodeName(n), Namespace: "kube-system"}}
	if gpus == nil {
		_ = w.cms.Delete(cm)
		return
	}
	cm.Data = map[string]string{"gpus": *gpus}
	_ = w.cms.Update(cm)
}

var timings []time.Duration

func play(seed int64, repeats int) gpuCase {
	random := rand.New(rand.NewSource(seed))
	c := gpuCase{Seed: seed, UnitMiB: []int{1024, 1}[seed%2]}
	sizes := []int{15109, 16384, 22731, 24258, 32510, 40536, 45634, 81920, 81251}
	for n := 2 + random.Intn(11); n > 0; n-- {
		made := node{GPUs: 1 + random.Intn(8), MemoryMiB: sizes[random.Intn(len(sizes))]}
		made.TotalUnits = made.GPUs * (made.MemoryMiB / c.UnitMiB)
		if random.Intn(6) == 0 { // a total that the GPUs do not divide
			made.TotalUnits += random.Intn(made.GPUs)
		}
		made.UnitsPerGPU = made.TotalUnits / made.GPUs
		c.Nodes = append(c.Nodes, made)
	}
	w := newWorld(c.Nodes)
	id := 0
	for n, at := range c.Nodes { // partly used already
		for g := 0; g < at.GPUs; g++ {
			left := at.UnitsPerGPU
			for left > 0 && random.Intn(2) == 0 {
				id++
				b := booking{id, n, g, 1 + random.Intn(left)}
				left -= b.Units
				c.Standing = append(c.Standing, b)
				pod := newPod(id, []int{b.Units})
				pod.Spec.NodeName = nodeName(n)
				pod.Annotations = map[string]string{utils.EnvResourceIndex: fmt.Sprint(g),
					utils.EnvResourceByPod: fmt.Sprint(b.Units)}
				w.add(pod)
			}
		}
	}
	if err := w.cache.BuildCache(); err != nil {
		panic(err)
	}
	live := []int{}
	for _, b := range c.Standing {
		live = append(live, b.ID)
	}
	few := []int{1, 2, 4, 5, 8, 10, 15, 16, 24}
	for n := 20 + random.Intn(41); n > 0; n-- {
		switch roll := random.Intn(100); {
		case roll < 25 && len(live) > 0:
			k := random.Intn(len(live))
			w.forget(live[k])
			c.Events = append(c.Events, event{Kind: "leave", ID: live[k]})
			live = append(live[:k], live[k+1:]...)
		case roll < 32:
			at := random.Intn(len(c.Nodes))
			e := event{Kind: "health", Node: &at}
			if random.Intn(3) != 0 {
				bad := []string{}
				for g := 0; g < c.Nodes[at].GPUs; g++ {
					if random.Intn(3) == 0 {
						bad = append(bad, fmt.Sprint(g))
					}
				}
				if len(bad) > 0 {
					list := strings.Join(bad, ",")
					e.Unhealthy = &list
				}
			}
			w.setHealth(at, e.Unhealthy)
			c.Events = append(c.Events, e)
		default:
			id++
			e := event{Kind: "arrive", ID: id}
			for k := 1 + random.Intn(6)/4; k > 0; k-- { // one container, or two
				units := few[random.Intn(len(few))] * 1024 / c.UnitMiB
				if random.Intn(3) == 0 {
					units = 1 + random.Intn(90*1024/c.UnitMiB)
				}
				if random.Intn(12) == 0 {
					units = c.Nodes[random.Intn(len(c.Nodes))].UnitsPerGPU
				}
				e.Containers = append(e.Containers, units)
			}
			pod := newPod(id, e.Containers)
			w.add(pod)
			e.Options = w.options(pod, id)
			for r := 1; r < repeats; r++ { // does it always say the same?
				if again := w.options(pod, id); !reflect.DeepEqual(again, e.Options) {
					panic(fmt.Sprint("not the same twice: ", again, e.Options))
				}
			}
			if len(e.Options) > 0 {
				sort.Slice(e.Options, func(a, b int) bool { return e.Options[a].Node < e.Options[b].Node })
				pick := e.Options[0] // the lowest node; in half of the cases any, so that all fill up
				if seed%4 >= 2 {
					pick = e.Options[random.Intn(len(e.Options))]
				}
				names := append([]string{}, w.names...)
				start := time.Now()
				w.filter.Handler(&schedulerapi.ExtenderArgs{Pod: pod, NodeNames: &names})
				timings = append(timings, time.Since(start))
				gpu := w.bindTo(pod, nodeName(pick.Node))
				if gpu != pick.GPU {
					panic("another GPU the second time")
				}
				_ = w.podIdx.Add(w.store.pods[pod.Name])
				if err := w.cache.AddOrUpdatePod(w.store.pods[pod.Name]); err != nil { // as its informer does
					panic(err)
				}
				live = append(live, id)
				e.Node, e.GPU = &pick.Node, &gpu
			}
			c.Events = append(c.Events, e)
		}
	}
	return c
}

// What happens at the edges, which ordinary cases do not reach.
func probe() {
	one := []node{{GPUs: 2, MemoryMiB: 16384, TotalUnits: 32, UnitsPerGPU: 16}}
	show := func(what string, w *world, containers []int) {
		pod := newPod(1000, containers)
		w.add(pod)
		fmt.Printf("%-60s %+v\n", what, w.options(pod, 1000))
	}
	w := newWorld(one)
	show("nothing asked for (0 units)", w, []int{0})
	w = newWorld(one)
	w.setHealth(0, new(string))
	show("config map with an empty list: GPU taken for 4 units", w, []int{4})
	w = newWorld(one)
	text := "GPU-1"
	w.setHealth(0, &text)
	show("config map that names \"GPU-1\": GPU taken for 4 units", w, []int{4})
	w = newWorld(one)
	text2 := "0, 1"
	w.setHealth(0, &text2)
	show("config map \"0, 1\" (a blank): GPU taken for 4 units", w, []int{4})
	over := func(used0, used1 int) *world {
		w := newWorld(one)
		for g, used := range []int{used0, used1} {
			pod := newPod(g+1, []int{used})
			pod.Spec.NodeName = nodeName(0)
			pod.Annotations = map[string]string{utils.EnvResourceIndex: fmt.Sprint(g), utils.EnvResourceByPod: fmt.Sprint(used)}
			w.add(pod)
		}
		_ = w.cache.BuildCache()
		return w
	}
	show("GPU 0 has 17 of 16 units in use, GPU 1 has 16: 4 units", over(17, 16), []int{4})
	show("the same, 1000 units", over(17, 16), []int{1000})
	show("GPU 0 has 17 of 16 units in use, GPU 1 has 4: 4 units", over(17, 4), []int{4})
	show("no GPU count reported", newWorld([]node{{GPUs: 0, MemoryMiB: 16384, TotalUnits: 32}}), []int{4})
	many := newWorld([]node{{GPUs: 1, MemoryMiB: 16384, TotalUnits: 16384, UnitsPerGPU: 16384}})
	for i := 1; i <= 400; i++ {
		pod := newPod(i, []int{1})
		pod.Spec.NodeName = nodeName(0)
		pod.Annotations = map[string]string{utils.EnvResourceIndex: "0", utils.EnvResourceByPod: "1"}
		many.add(pod)
	}
	_ = many.cache.BuildCache()
	show("400 pods of 1 MiB stand on the GPU: 1 unit more", many, []int{1})
	split := newWorld(one)
	show("two containers of 10 units each, GPUs of 16", split, []int{10, 10})
}

func main() {
	first := flag.Int64("first", 1, "first seed")
	last := flag.Int64("last", 200, "last seed")
	out := flag.String("out", "", "file; empty: standard output")
	repeats := flag.Int("repeats", 3, "how often each question is asked")
	howMany := flag.Int("limits", 0, "so many random limits instead, of the first seed")
	probing := flag.Bool("probe", false, "print what happens at the edges, and no cases")
	flag.Parse()
	gslog.NewLoggerWithLevel(0)
	if *probing {
		probe()
		return
	}
	if *howMany > 0 {
		if err := json.NewEncoder(os.Stdout).Encode([]limitsCase{randomLimits(*first, *howMany)}); err != nil {
			panic(err)
		}
		return
	}
	cases := []gpuCase{}
	for seed := *first; seed <= *last; seed++ {
		cases = append(cases, play(seed, *repeats))
	}
	sort.Slice(timings, func(a, b int) bool { return timings[a] < timings[b] })
	fmt.Fprintln(os.Stderr, "filter of one request, median:", timings[len(timings)/2])
	text, err := json.Marshal(map[string]any{"system": "gpushare", "cases": cases})
	if err != nil {
		panic(err)
	}
	text = append(text, '\n')
	if *out == "" {
		_, _ = os.Stdout.Write(text)
	} else if err := os.WriteFile(*out, text, 0o644); err != nil {
		panic(err)
	}
}
