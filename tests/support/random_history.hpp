// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstdint>
#include <utility>
#include <vector>

/// Clusters, requests and histories of placements drawn from a seed: small numbers, so that ties and full nodes are
/// frequent. What is no template is compiled once, in random_history.cpp.
class random_history {
  public:
    /// plain  only what FGD knows: whole GPUs and slices in MiB on GPUs set up by default, all of them open
    explicit random_history(std::uint64_t seed, bool plain = false) : random_{seed}, plain_{plain} {}

    /// 1 to 12 nodes of up to three shapes: no GPUs, one model, or two models side by side, some of them with MIG
    /// or vGPU profiles and set up in some special way.
    [[nodiscard]] gpupack::cluster any_cluster();

    /// Any setup that the model may have, most often the default.
    [[nodiscard]] gpupack::gpu_setup any_setup(const gpupack::gpu_model& model);

    /// Any valid request, most for one GPU, the models among those of the cluster.
    [[nodiscard]] gpupack::request any_request(const gpupack::cluster& on);

    /// Makes a request choose its GPUs by a label or by id as well.
    void select_by_more(gpupack::request& request, const gpupack::cluster& nodes);

    /// Any rule of a system.
    [[nodiscard]] gpupack::share_rule any_rule();

    /// A share of any profiles of the cluster in that way; whole GPUs where it has none.
    [[nodiscard]] gpupack::share any_instance(const gpupack::cluster& on, gpupack::sharing way);

    /// A mix of a few requests.
    [[nodiscard]] gpupack::task_mix any_mix(const gpupack::cluster& on);

    /// Places and releases at random, so that the cluster is anything from idle to full. Returns what is live.
    template <class Scheduler> std::vector<gpupack::placement> play(Scheduler& by, int events) {
        std::vector<gpupack::placement> live;
        for (int i = 0; i < events; ++i) {
            if (!plain_ && below(16) == 0) close_something(by);
            if (!live.empty() && below(4) == 0) {
                std::swap(live[below(live.size())], live.back());
                by.release(live.back());
                live.pop_back();
            } else if (const auto placed = by.try_place(any_request(by.cluster()))) {
                live.push_back(*placed);
            }
        }
        return live;
    }

    /// Closes or opens a GPU or a node.
    template <class Scheduler> void close_something(Scheduler& by) {
        const gpupack::node_id node{static_cast<std::uint32_t>(below(by.cluster().size()))};
        const bool closed = below(2) == 0;
        const int gpus = by.cluster()[node].gpu_count();
        if (below(3) == 0 || gpus == 0)
            by.set_closed(node, closed && below(2) == 0);
        else
            by.set_closed(node, gpupack::gpu_set::of(static_cast<int>(below(static_cast<std::uint64_t>(gpus)))),
                          closed);
    }

    /// A cluster in which something is placed, here and there.
    [[nodiscard]] gpupack::cluster used_cluster();

    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    std::int64_t number(std::int64_t from, std::int64_t to) {
        return from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(to - from)));
    }

  private:
    gpupack::random_stream random_;
    bool plain_;
};
