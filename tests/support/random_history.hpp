#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstdint>
#include <utility>
#include <vector>

/// Clusters, requests and histories of placements drawn from a seed: small numbers, so that ties and full nodes are
/// frequent.
class random_history {
  public:
    explicit random_history(std::uint64_t seed) : random_{seed} {}

    /// 1 to 12 nodes of up to three shapes: no GPUs, one model, or two models side by side.
    [[nodiscard]] gpupack::cluster any_cluster() {
        gpupack::cluster_builder builder;
        const gpupack::gpu_model models[] = {gpupack::models::t4, gpupack::models::p100, gpupack::models::g2};
        for (std::uint64_t kinds = 1 + below(3); kinds > 0; --kinds) {
            gpupack::node_spec spec{gpupack::milli_cpu{number(1, 17) * 1000},
                                    gpupack::mebibytes{number(1, 65) * 256},
                                    {static_cast<int>(below(9)), models[below(3)]}};
            if (below(4) == 0) spec.gpus = {{2, models[0]}, {static_cast<int>(below(5)), models[1]}};
            builder.add_nodes(1 + below(4), spec);
        }
        return std::move(builder).build().value();
    }

    /// Any valid request, most for one GPU, the models among those of the cluster.
    [[nodiscard]] gpupack::request any_request(const gpupack::cluster& on) {
        gpupack::request asked{.cpu = gpupack::milli_cpu{number(0, 5) * 500},
                               .memory = gpupack::mebibytes{number(0, 5) * 128},
                               .gpus = below(3) == 0 ? static_cast<int>(below(6)) : 1};
        if (below(2) == 0)
            asked.share = gpupack::slice{gpupack::mebibytes{below(2) == 0 ? 0 : number(1, 10) * 2000},
                                         gpupack::milli_gpu{number(1, 11) * 100}};
        if (below(3) == 0 && on.models().size() > 0)
            asked.models =
                gpupack::model_set::of(gpupack::model_id{static_cast<std::uint8_t>(below(on.models().size()))});
        return asked;
    }

    /// A mix of a few requests.
    [[nodiscard]] gpupack::task_mix any_mix(const gpupack::cluster& on) {
        gpupack::task_mix mix;
        for (std::uint64_t kinds = 1 + below(8); kinds > 0; --kinds) mix.add(any_request(on), number(1, 20));
        return mix;
    }

    /// Places and releases at random, so that the cluster is anything from idle to full. Returns what is live.
    template <class Scheduler> std::vector<gpupack::placement> play(Scheduler& by, int events) {
        std::vector<gpupack::placement> live;
        for (int i = 0; i < events; ++i) {
            if (!live.empty() && below(4) == 0) {
                std::swap(live[below(live.size())], live.back());
                by.release(live.back());
                live.pop_back();
            } else if (const auto placed = by.try_place(any_request(by.state()))) {
                live.push_back(*placed);
            }
        }
        return live;
    }

    /// A cluster in which something is placed, here and there.
    [[nodiscard]] gpupack::cluster used_cluster() {
        gpupack::scheduler by{any_cluster(),
                              gpupack::policy::two_level(gpupack::policy::random{random_.next()},
                                                         gpupack::policy::gpu_random{random_.next()})};
        play(by, static_cast<int>(below(60)));
        return by.state();
    }

    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    std::int64_t number(std::int64_t from, std::int64_t to) {
        return from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(to - from)));
    }

  private:
    gpupack::random_stream random_;
};
