// SPDX-License-Identifier: Apache-2.0
//go:build go1.22

package main

import (
	"context"
	"fmt"
	"strconv"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/noderesources"

	"github.com/hkust-adsl/kubernetes-scheduler-simulator/pkg/api/v1alpha1"
	"github.com/hkust-adsl/kubernetes-scheduler-simulator/pkg/simulator/plugin"
	simontype "github.com/hkust-adsl/kubernetes-scheduler-simulator/pkg/type"
	gpushare "github.com/hkust-adsl/kubernetes-scheduler-simulator/pkg/type/open-gpu-share/utils"
	"github.com/hkust-adsl/kubernetes-scheduler-simulator/pkg/utils"
)

// asker stands in for the scheduler: a handle for the plugins, and the nodes with their pods.
type asker struct {
	framework.Handle
	client  kubernetes.Interface
	factory informers.SharedInformerFactory
	infos   []*framework.NodeInfo
	live    map[int]*v1.Pod
	share   *plugin.GpuSharePlugin
	score   framework.ScorePlugin
}

func (a *asker) ClientSet() kubernetes.Interface                        { return a.client }
func (a *asker) SharedInformerFactory() informers.SharedInformerFactory { return a.factory }
func (a *asker) SnapshotSharedLister() framework.SharedLister           { return a }
func (a *asker) NodeInfos() framework.NodeInfoLister                    { return a }
func (a *asker) List() ([]*framework.NodeInfo, error)                   { return a.infos, nil }
func (a *asker) HavePodsWithAffinityList() ([]*framework.NodeInfo, error) {
	return nil, nil
}
func (a *asker) HavePodsWithRequiredAntiAffinityList() ([]*framework.NodeInfo, error) {
	return nil, nil
}
func (a *asker) Get(name string) (*framework.NodeInfo, error) {
	for i, info := range a.infos {
		if nodeName(i) == name {
			return info, nil
		}
	}
	return nil, fmt.Errorf("no node %s", name)
}

func nodeName(i int) string { return fmt.Sprintf("node-%04d", i) }

func nodeOf(i int, n node) *v1.Node {
	all := v1.ResourceList{v1.ResourceCPU: *resource.NewMilliQuantity(n.CPUMilli, resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(n.MemoryMiB<<20, resource.BinarySI),
		v1.ResourcePods:   *resource.NewQuantity(1000, resource.DecimalSI)}
	made := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: map[string]string{}, Annotations: map[string]string{}}}
	if n.GPUs > 0 {
		all[gpushare.ResourceName] = *resource.NewQuantity(gpushare.MILLI, resource.DecimalSI)
		all[gpushare.CountName] = *resource.NewQuantity(int64(n.GPUs), resource.DecimalSI)
		made.Labels[gpushare.ModelName] = n.Model
	}
	made.Status = v1.NodeStatus{Capacity: all, Allocatable: all}
	return made
}

func podOf(name string, t *task) *v1.Pod {
	wants := v1.ResourceList{v1.ResourceCPU: *resource.NewMilliQuantity(t.CPUMilli, resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(t.MemoryMiB<<20, resource.BinarySI)}
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "tasks", UID: types.UID(name), Annotations: map[string]string{}},
		Spec: v1.PodSpec{Containers: []v1.Container{{Resources: v1.ResourceRequirements{Requests: wants, Limits: wants}}}}}
	if t.GPUs > 0 {
		pod.Annotations[gpushare.CountName] = strconv.Itoa(t.GPUs)
		pod.Annotations[gpushare.ResourceName] = strconv.FormatInt(t.GPUMilli, 10)
		if t.Models != "" {
			pod.Annotations[gpushare.ModelName] = t.Models
		}
	}
	return pod
}

// typicalOf is what the simulator takes for typical in the published experiments.
func typicalOf(history []expected) simontype.TargetPodList {
	var all []*v1.Pod
	for i, each := range history {
		pod := podOf(fmt.Sprint("past-", i), &each.task)
		for range each.Count {
			all = append(all, pod)
		}
	}
	return utils.GetTypicalPods(all, v1alpha1.TypicalPodsConfig{IsInvolvedCpuPods: true, PodPopularityThreshold: 95, PodIncreaseStep: 1})
}

func newAsker(c *caseOf) *asker {
	a := &asker{client: fake.NewSimpleClientset(), live: map[int]*v1.Pod{}}
	a.factory = informers.NewSharedInformerFactory(a.client, 0)
	for i, n := range c.Nodes {
		made := nodeOf(i, n)
		_, err := a.client.CoreV1().Nodes().Create(context.Background(), made, metav1.CreateOptions{})
		check(err)
		info := framework.NewNodeInfo()
		check(info.SetNode(made))
		a.infos = append(a.infos, info)
	}
	typical := typicalOf(c.History)
	c.Typical = nil
	for _, each := range typical {
		t := each.TargetPodResource
		c.Typical = append(c.Typical, task{CPUMilli: t.MilliCpu, GPUs: t.GpuNumber, GPUMilli: t.MilliGpu, Models: t.GpuType})
	}
	// As the published experiments set them up: GPUs by FGD's own score, else the fullest that fits.
	arguments := func(text string) runtime.Object {
		return &runtime.Unknown{Raw: []byte(text), ContentType: runtime.ContentTypeJSON}
	}
	method, ways := "best", `"dimExtMethod":"merge","normMethod":"max"`
	var made framework.Plugin
	var err error
	switch c.Policy {
	case "fgd":
		method, ways = simontype.FGDScorePluginName, `"dimExtMethod":"share","normMethod":"max"`
		made, err = plugin.NewFGDScorePlugin(nil, a, &typical)
	case "best-fit":
		made, err = plugin.NewBestFitScorePlugin(nil, a)
	case "dot-product":
		made, err = plugin.NewDotProductScorePlugin(arguments("{"+ways+"}"), a)
	case "gpu-packing":
		made, err = plugin.NewGpuPackingScorePlugin(nil, a)
	case "gpu-clustering":
		made, err = plugin.NewGpuClusteringScorePlugin(nil, a)
	}
	check(err)
	a.score = made.(framework.ScorePlugin)
	share, err := plugin.NewGpuSharePlugin(arguments(`{`+ways+`,"gpuSelMethod":"`+method+`"}`), a, &typical)
	check(err)
	a.share = share.(*plugin.GpuSharePlugin)
	return a
}

// refresh takes the node's annotations from the API server, as the scheduler's cache does.
func (a *asker) refresh(i int) {
	now, err := a.client.CoreV1().Nodes().Get(context.Background(), nodeName(i), metav1.GetOptions{})
	check(err)
	check(a.infos[i].SetNode(now))
}

// arrive asks about a task, and places it on the lowest of the best nodes.
func (a *asker) arrive(e *event) {
	ctx := context.Background()
	pod := podOf(fmt.Sprint("task-", e.ID), e.Task)
	e.Node, e.Scores = -1, make([]*int64, len(a.infos))
	var list framework.NodeScoreList
	var at []int
	for i, info := range a.infos {
		if len(noderesources.Fits(pod, info)) > 0 || !a.share.Filter(ctx, nil, pod, info).IsSuccess() {
			continue
		}
		score, status := a.score.Score(ctx, nil, pod, nodeName(i))
		if !status.IsSuccess() {
			panic(fmt.Sprint("score ", status.Message()))
		}
		e.Scores[i] = &score
		list = append(list, framework.NodeScore{Name: nodeName(i), Score: score})
		at = append(at, i)
	}
	if len(list) == 0 {
		return
	}
	if more := a.score.ScoreExtensions(); more != nil {
		more.NormalizeScore(ctx, nil, pod, list)
	}
	best := list[0].Score
	for k, each := range list {
		if each.Score > best {
			best, e.Best = each.Score, nil
		}
		if each.Score == best {
			e.Best = append(e.Best, at[k])
		}
	}
	e.Node = e.Best[0]
	a.place(e, pod)
}

func (a *asker) place(e *event, pod *v1.Pod) {
	ctx := context.Background()
	pod.Spec.NodeName = nodeName(e.Node) // the scheduler assumes it before plugins reserve
	_, err := a.client.CoreV1().Pods(pod.Namespace).Create(ctx, pod, metav1.CreateOptions{})
	check(err)
	if status := a.share.Reserve(ctx, nil, pod, pod.Spec.NodeName); !status.IsSuccess() {
		panic(fmt.Sprint("reserve ", status.Message()))
	}
	now, err := a.client.CoreV1().Pods(pod.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
	check(err)
	e.Taken, err = gpushare.GetGpuIdListFromAnnotation(now)
	check(err)
	a.live[e.ID] = now
	a.infos[e.Node].AddPod(now)
	a.refresh(e.Node)
}

func (a *asker) leave(id int) {
	pod := a.live[id]
	if pod == nil {
		return
	}
	delete(a.live, id)
	if gpushare.GetGpuMilliFromPodAnnotation(pod) > 0 {
		a.share.Unreserve(context.Background(), nil, pod, pod.Spec.NodeName)
	}
	for i := range a.infos {
		if nodeName(i) == pod.Spec.NodeName {
			check(a.infos[i].RemovePod(pod))
			a.refresh(i)
		}
	}
}

// answer fills in what the plugins say, and returns the number of decisions.
func answer(c *caseOf) int {
	a, decisions := newAsker(c), 0
	for i := range c.Events {
		e := &c.Events[i]
		if e.Kind == "leave" {
			a.leave(e.ID)
			continue
		}
		decisions++
		a.arrive(e)
	}
	return decisions
}
