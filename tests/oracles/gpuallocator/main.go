// SPDX-License-Identifier: Apache-2.0
// Asks go-gpuallocator's own policies which GPUs of a node they take.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"sort"
	"time"
	_ "unsafe" // for linkname

	"github.com/NVIDIA/go-gpuallocator/gpuallocator"
)

//go:linkname pairScore github.com/NVIDIA/go-gpuallocator/gpuallocator.calculateGPUPairScore
func pairScore(a, b *gpuallocator.Device) int

//go:linkname setScore github.com/NVIDIA/go-gpuallocator/gpuallocator.calculateGPUSetScore
func setScore(set []*gpuallocator.Device) int

//go:linkname allocatorFrom github.com/NVIDIA/go-gpuallocator/gpuallocator.newAllocatorFrom
func allocatorFrom(devices []*gpuallocator.Device, policy gpuallocator.Policy) *gpuallocator.Allocator

type gpuCase struct {
	Seed          int64      `json:"seed"`
	Machine       string     `json:"machine"`
	GPUs          int        `json:"gpus"`
	PCIe          [][]int    `json:"pcie"`           // 1 between processors ... 6 on one board; 0 on the diagonal
	NVLinks       [][]int    `json:"nvlinks"`        // from GPU to GPU
	SwitchNVLinks int        `json:"switch_nvlinks"` // of each GPU to switches
	PairScores    [][]int    `json:"pair_scores"`
	Questions     []question `json:"questions"`
	Sequence      sequence   `json:"sequence"`
}

type question struct {
	Policy    string  `json:"policy"`
	Available []int   `json:"available"`
	Required  []int   `json:"required"`
	Size      int     `json:"size"`
	Chosen    []int   `json:"chosen"`            // sorted; empty: none
	Padding   int     `json:"padding,omitempty"` // how many of the answer are no GPU
	Score     int     `json:"score"`
	Others    [][]int `json:"others,omitempty"` // what it takes where the available ones come in other orders
}

type sequence struct {
	Policy string `json:"policy"`
	Steps  []step `json:"steps"`
}

type step struct {
	Allocate int   `json:"allocate,omitempty"`
	Chosen   []int `json:"chosen,omitempty"`
	Score    int   `json:"score,omitempty"`
	Panics   bool  `json:"panics,omitempty"`
	Free     []int `json:"free,omitempty"`
}

var policies = map[string]gpuallocator.Policy{
	"best-effort":  gpuallocator.NewBestEffortPolicy(),
	"simple":       gpuallocator.NewSimplePolicy(),
	"dgx-1-pascal": gpuallocator.NewStaticDGX1Policy(gpuallocator.GPUTypePascal),
	"dgx-1-volta":  gpuallocator.NewStaticDGX1Policy(gpuallocator.GPUTypeVolta),
	"dgx-2":        gpuallocator.NewStaticDGX2Policy(),
}

// Processor, host bridge, tree of switches, switch, board; -1: none.
type place [5]int

func levelOf(a, b place) int {
	for depth := 4; depth >= 0; depth-- {
		if a[depth] >= 0 && a[depth] == b[depth] {
			return depth + 2
		}
	}
	return 1
}

func (c *gpuCase) wire(places []place) {
	c.GPUs = len(places)
	c.PCIe, c.NVLinks = make([][]int, c.GPUs), make([][]int, c.GPUs)
	for a := range places {
		c.PCIe[a], c.NVLinks[a] = make([]int, c.GPUs), make([]int, c.GPUs)
		for b := range places {
			if a != b {
				c.PCIe[a][b] = levelOf(places[a], places[b])
			}
		}
	}
}

func (c *gpuCase) link(a, b, links int) { c.NVLinks[a][b] += links; c.NVLinks[b][a] += links }

func (c *gpuCase) ends(a int) (sum int) {
	for _, links := range c.NVLinks[a] {
		sum += links
	}
	return sum + c.SwitchNVLinks
}

// The mesh of a DGX-1: two quads that are complete, and a link to the twin in the other one.
func (c *gpuCase) dgx1(pairOf func(int) int, strong func(a, b int) int) {
	places := []place{}
	for i := 0; i < 8; i++ {
		places = append(places, place{i / 4, i / 4, -1, pairOf(i), -1})
	}
	c.wire(places)
	for a := 0; a < 8; a++ {
		for b := a + 1; b < 8; b++ {
			if a/4 == b/4 || b == a+4 {
				c.link(a, b, strong(a, b))
			}
		}
	}
}

func build(random *rand.Rand, machine string) gpuCase {
	c := gpuCase{Machine: machine}
	places := []place{}
	fill := func(count int, at func(i int) place) {
		for i := 0; i < count; i++ {
			places = append(places, at(i))
		}
		c.wire(places)
	}
	switch machine {
	case "dgx_1_p100":
		c.dgx1(func(i int) int { return 2*(i/4) + i%2 }, func(a, b int) int { return 1 })
	case "dgx_1_v100":
		twice := map[[2]int]bool{{0, 3}: true, {0, 4}: true, {1, 2}: true, {1, 5}: true, {2, 3}: true,
			{4, 7}: true, {5, 6}: true, {6, 7}: true}
		c.dgx1(func(i int) int { return i / 2 }, func(a, b int) int {
			if twice[[2]int{a, b}] {
				return 2
			}
			return 1
		})
	case "dgx_2":
		fill(16, func(i int) place { return place{i / 8, i / 4, i / 4, i / 2, -1} })
		c.SwitchNVLinks = 6
	case "dgx_a100":
		fill(8, func(i int) place { return place{i / 2, i / 2, i / 2, -1, -1} })
		c.SwitchNVLinks = 12
	case "dgx_h100":
		fill(8, func(i int) place { return place{i / 4, i, i, i, -1} })
		c.SwitchNVLinks = 18
	case "a100_x4": // four that are joined directly
		fill(4, func(i int) place { return place{i / 2, i, -1, -1, -1} })
		for a := 0; a < 4; a++ {
			for b := 0; b < a; b++ {
				c.link(a, b, 4)
			}
		}
	case "bridges": // pairs over bridges
		n := 2 * (1 + random.Intn(4))
		fill(n, func(i int) place { return place{i / 4, i / 2, -1, -1, -1} })
		for a := 0; a < n; a += 2 {
			c.link(a, a+1, 1+random.Intn(4))
		}
	case "pcie_switches":
		perSwitch, perTree := 1+random.Intn(3), 2+random.Intn(5)
		fill([]int{4, 8, 8, 10}[random.Intn(4)], func(i int) place { return place{i / 5, i / 4, i / perTree, i / perSwitch, -1} })
	default: // random, random_switched, random_mixed, large
		n := 2 + random.Intn(11)
		if machine == "large" {
			n = 13 + random.Intn(4)
		}
		fill(n, func(i int) place {
			return place{random.Intn(2), random.Intn(3), random.Intn(4), random.Intn(5), random.Intn(9)}
		})
		values := 1 + random.Intn(6)
		for a := 0; a < n; a++ {
			for b := 0; b < a; b++ {
				if values < 4 { // few values, so that ties are frequent
					c.PCIe[a][b] = 1 + random.Intn(values)
					c.PCIe[b][a] = c.PCIe[a][b]
				}
			}
		}
		if machine != "random" && machine != "large" {
			c.SwitchNVLinks = 1 + random.Intn(6)
		}
		if machine != "random_switched" {
			density, most := random.Intn(4), 1+random.Intn(4)
			if random.Intn(6) == 0 {
				most = 18
			}
			for a := 0; a < n; a++ {
				for b := 0; b < a; b++ {
					links := 1 + random.Intn(most)
					if random.Intn(3) < density && c.ends(a)+links <= 18 && c.ends(b)+links <= 18 {
						c.link(a, b, links)
					}
				}
			}
		}
	}
	return c
}

func choose(n, k int) float64 {
	r := 1.0
	for i := 0; i < k; i++ {
		r = r * float64(n-i) / float64(i+1)
	}
	return r
}

// How many partitions best effort looks at.
func partitions(n, size int) float64 {
	if size <= 1 || n < size {
		return float64(n)
	}
	r := 1.0
	if n%size != 0 {
		r = choose(n, n%size)
		n -= n % size
	}
	for ; n > size; n -= size {
		r *= choose(n-1, size-1)
	}
	return r
}

// What a question costs there: partitions, and sets with some padding that are built only to be dropped.
func cost(n, size int) float64 {
	all := partitions(n, size)
	if padding := (size - n%size) % size; size > 1 && n > size {
		all += choose(n+padding-1, size-1) / 20
	}
	return all
}

func indices(set []*gpuallocator.Device) (list []int, padding int) {
	list = []int{}
	for _, d := range set {
		if d == nil {
			padding++
		} else {
			list = append(list, d.Index)
		}
	}
	sort.Ints(list)
	return list, padding
}

func pick(all []*gpuallocator.Device, list []int) []*gpuallocator.Device {
	found := []*gpuallocator.Device{}
	for _, i := range list {
		found = append(found, all[i])
	}
	return found
}

func subset(random *rand.Rand, n, tenths int) []int {
	list := []int{}
	for i := 0; i < n; i++ {
		if random.Intn(10) < tenths {
			list = append(list, i)
		}
	}
	return list
}

func ask(random *rand.Rand, all []*gpuallocator.Device, q *question, orders int) {
	policy := policies[q.Policy]
	got := policy.Allocate(pick(all, q.Available), pick(all, q.Required), q.Size)
	q.Chosen, q.Padding = indices(got)
	q.Score = setScore(got)
	if orders > 0 {
		again, _ := indices(policy.Allocate(pick(all, q.Available), pick(all, q.Required), q.Size))
		if !reflect.DeepEqual(again, q.Chosen) {
			panic("not the same twice")
		}
	}
	known := map[string]bool{fmt.Sprint(q.Chosen): true}
	for i := 0; i < orders; i++ {
		mixed := append([]int{}, q.Available...)
		random.Shuffle(len(mixed), func(a, b int) { mixed[a], mixed[b] = mixed[b], mixed[a] })
		other, _ := indices(policy.Allocate(pick(all, mixed), pick(all, q.Required), q.Size))
		if text := fmt.Sprint(other); !known[text] {
			known[text] = true
			q.Others = append(q.Others, other)
		}
	}
	sort.Slice(q.Others, func(a, b int) bool { return fmt.Sprint(q.Others[a]) < fmt.Sprint(q.Others[b]) })
}

func devicesOf(c *gpuCase) []*gpuallocator.Device {
	all, err := gpuallocator.NewDevices(gpuallocator.WithNvmlLib(&fakeNode{of: c}))
	if err != nil {
		panic(err)
	}
	c.PairScores = make([][]int, c.GPUs)
	for a := range all {
		for b := range all {
			c.PairScores[a] = append(c.PairScores[a], pairScore(all[a], all[b]))
		}
	}
	return all
}

const (
	mostPartitions = 4_000   // looked at for one question
	mostOnce       = 140_000 // the same for the first question on a large node: 14 GPUs in pairs
)

func play(seed int64) gpuCase {
	random := rand.New(rand.NewSource(seed))
	kinds := []string{"random", "random", "random", "random_switched", "dgx_1_p100", "dgx_1_v100", "dgx_2", "dgx_a100",
		"dgx_h100", "a100_x4", "bridges", "pcie_switches", "pcie_switches", "random", "large"}
	machine := kinds[random.Intn(len(kinds))]
	if random.Intn(40) == 0 {
		machine = "random_mixed"
	}
	c := build(random, machine)
	c.Seed = seed
	all := devicesOf(&c)
	names := []string{"best-effort", "best-effort", "best-effort", "best-effort", "best-effort", "best-effort", "simple",
		"dgx-1-pascal", "dgx-1-volta", "dgx-2"}
	for n := 20 + random.Intn(21); n > 0; n-- {
		q := question{Policy: names[random.Intn(len(names))], Available: subset(random, c.GPUs, 3+random.Intn(8)), Required: []int{}}
		q.Size = 1 + random.Intn(c.GPUs)
		if random.Intn(8) != 0 && len(q.Available) > 0 {
			q.Size = 1 + random.Intn(len(q.Available))
		}
		if q.Policy[0] == 'd' && random.Intn(4) != 0 {
			q.Size = 1 << random.Intn(5)
		}
		switch random.Intn(8) {
		case 0, 1, 2: // of the available ones
			for _, i := range q.Available {
				if len(q.Required) < q.Size && random.Intn(q.Size+3) == 0 {
					q.Required = append(q.Required, i)
				}
			}
		case 3: // any
			q.Required = subset(random, c.GPUs, 1+random.Intn(3))
		}
		random.Shuffle(len(q.Required), func(a, b int) { q.Required[a], q.Required[b] = q.Required[b], q.Required[a] })
		orders := 0
		if q.Policy == "best-effort" {
			costs := cost(len(q.Available), q.Size)
			if first := c.Machine == "large" && len(c.Questions) == 0; first {
				q.Size, q.Required = 2, []int{}
				if costs = cost(len(q.Available), 2); costs > mostOnce {
					q.Available = q.Available[:14]
				}
			} else if costs > mostPartitions {
				n++
				continue
			}
			if costs < 1000 {
				orders = 6
			}
		} else {
			orders = 3
		}
		ask(random, all, &q, orders)
		c.Questions = append(c.Questions, q)
	}
	c.Sequence = c.runSequence(random, all, names)
	return c
}

func (c *gpuCase) runSequence(random *rand.Rand, all []*gpuallocator.Device, names []string) sequence {
	s := sequence{Policy: names[random.Intn(len(names))]}
	from := allocatorFrom(all, policies[s.Policy])
	held := [][]*gpuallocator.Device{}
	left := c.GPUs
	for n := 20 + random.Intn(21); n > 0; n-- {
		if len(held) > 0 && random.Intn(5) < 2 {
			k := random.Intn(len(held))
			freed, _ := indices(held[k])
			from.Free(held[k]...)
			left += len(freed)
			held = append(held[:k], held[k+1:]...)
			s.Steps = append(s.Steps, step{Free: freed})
			continue
		}
		size := 1 + random.Intn(1+c.GPUs/2)
		if s.Policy[0] == 'd' && random.Intn(4) != 0 {
			size = 1 << random.Intn(4)
		}
		for s.Policy == "best-effort" && cost(left, size) > mostPartitions && size > 1 {
			size--
			if size == 1 {
				size = left
			}
		}
		at := step{Allocate: size}
		var got []*gpuallocator.Device
		func() {
			defer func() { at.Panics = recover() != nil }()
			got = from.Allocate(size)
		}()
		at.Chosen, _ = indices(got)
		at.Score = setScore(got)
		if len(at.Chosen) > 0 {
			held = append(held, got)
			left -= len(at.Chosen)
		}
		s.Steps = append(s.Steps, at)
	}
	return s
}

// Questions that take the real policy long: 13 to 16 GPUs, up to some millions of partitions.
func heavy(seed int64) gpuCase {
	random := rand.New(rand.NewSource(seed))
	c := build(random, []string{"large", "dgx_2"}[seed%2])
	c.Seed = seed
	all := devicesOf(&c)
	for size := 2; size <= c.GPUs; size++ {
		if cost(c.GPUs, size) < 3e6 {
			list := []int{}
			for i := 0; i < c.GPUs; i++ {
				list = append(list, i)
			}
			q := question{Policy: "best-effort", Available: list, Required: []int{}, Size: size}
			ask(random, all, &q, 0)
			c.Questions = append(c.Questions, q)
		}
	}
	return c
}

// Nodes of 10 to 14 GPUs that are all far apart but for the last two, which have three NVLinks: pairs of them.
func lastPair() (cases []gpuCase) {
	for n := 10; n <= 14; n++ {
		c := gpuCase{Seed: int64(n), Machine: "last_pair"}
		places, list := []place{}, []int{}
		for i := 0; i < n; i++ {
			places, list = append(places, place{i, -1, -1, -1, -1}), append(list, i)
		}
		c.wire(places)
		c.link(n-2, n-1, 3)
		all := devicesOf(&c)
		q := question{Policy: "best-effort", Available: list, Required: []int{}, Size: 2}
		ask(nil, all, &q, 0)
		c.Questions = append(c.Questions, q)
		cases = append(cases, c)
	}
	return cases
}

func main() {
	first := flag.Int64("first", 1, "first seed")
	last := flag.Int64("last", 200, "last seed")
	out := flag.String("out", "", "file; empty: standard output")
	slow := flag.Bool("heavy", false, "13 to 16 GPUs, millions of partitions a question")
	times := flag.String("times", "", "file for the time of each question: seed, index, nanoseconds (median of 5)")
	probing := flag.Bool("lastpair", false, "the one pair with NVLinks is the last of 10 to 14 GPUs")
	flag.Parse()
	cases := []gpuCase{}
	timed := [][3]int64{}
	if *probing {
		cases, *last = lastPair(), *first-1
	}
	for seed := *first; seed <= *last; seed++ {
		if *slow {
			cases = append(cases, heavy(seed))
		} else {
			cases = append(cases, play(seed))
		}
		if *times == "" {
			continue
		}
		c := &cases[len(cases)-1]
		all := devicesOf(c)
		for i, q := range c.Questions {
			took := []int64{}
			available, required := pick(all, q.Available), pick(all, q.Required)
			for r := 0; r < 5; r++ {
				start := time.Now()
				policies[q.Policy].Allocate(available, required, q.Size)
				took = append(took, time.Since(start).Nanoseconds())
				if took[0] > 50_000_000 {
					break
				}
			}
			sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
			timed = append(timed, [3]int64{c.Seed, int64(i), took[len(took)/2]})
		}
	}
	write := func(name string, what any) {
		text, err := json.Marshal(what)
		if err != nil {
			panic(err)
		}
		text = append(text, '\n')
		if name == "" {
			_, _ = os.Stdout.Write(text)
		} else if err := os.WriteFile(name, text, 0o644); err != nil {
			panic(err)
		}
	}
	write(*out, map[string]any{"system": "gpuallocator", "cases": cases})
	if *times != "" {
		write(*times, timed)
	}
}
