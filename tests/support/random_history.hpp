#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/random_topology.hpp"

#include <cstdint>
#include <utility>
#include <vector>

/// Clusters, requests and histories of placements drawn from a seed: small numbers, so that ties and full nodes are
/// frequent.
class random_history {
  public:
    /// plain  only what FGD knows: whole GPUs and slices in MiB on GPUs set up by default, all of them open
    explicit random_history(std::uint64_t seed, bool plain = false) : random_{seed}, plain_{plain} {}

    /// 1 to 12 nodes of up to three shapes: no GPUs, one model, or two models side by side, some of them with MIG
    /// or vGPU profiles and set up in some special way.
    [[nodiscard]] gpupack::cluster any_cluster() {
        gpupack::cluster_builder builder;
        if (!plain_)
            builder.domains(gpupack::domain_tree_builder{{"block", "rack"}}
                                .add("b0", "block")
                                .add("b1", "block")
                                .add("r0", "rack", "b0")
                                .add("r1", "rack", "b0")
                                .add("r2", "rack")
                                .build()
                                .value());
        const char* const domains[] = {"", "b0", "b1", "r0", "r1", "r2"};
        const gpupack::gpu_model models[] = {gpupack::models::t4,  gpupack::models::p100,
                                             gpupack::models::g2,  gpupack::models::a30,
                                             gpupack::models::a10, gpupack::models::a100_40gb};
        for (std::uint64_t kinds = 1 + below(3); kinds > 0; --kinds) {
            const gpupack::gpu_model& model = models[below(6)];
            gpupack::node_spec spec{gpupack::milli_cpu{number(1, 17) * 1000},
                                    gpupack::mebibytes{number(1, 65) * 256},
                                    {static_cast<int>(below(9)), model, any_setup(model)}};
            if (below(4) == 0)
                spec.gpus = {{2, model, any_setup(model)}, {static_cast<int>(below(5)), models[below(3)], {}}};
            if (!plain_ && below(3) == 0) spec.labels = {below(2) == 0 ? "a" : "b"};
            if (!plain_ && below(3) == 0) {
                int gpus = 0;
                for (const gpupack::gpu_group& group : spec.gpus.groups()) gpus += group.count;
                spec.topology = random_topology(random_, gpus);
            }
            builder.add_nodes(1 + below(4), spec, plain_ ? "" : domains[below(6)]);
        }
        return std::move(builder).build().value();
    }

    /// Any setup that the model may have, most often the default.
    [[nodiscard]] gpupack::gpu_setup any_setup(const gpupack::gpu_model& model) {
        gpupack::gpu_setup setup;
        if (plain_) return setup;
        switch (below(12)) {
        case 0: setup.max_sharers = static_cast<int>(1 + below(4)); break;
        case 1: setup.memory_percent = static_cast<int>(100 + below(200)); break;
        case 2: setup.compute_percent = static_cast<int>(100 + below(200)); break;
        case 3: setup.reserve = gpupack::mebibytes{model.memory.count() / 10}; break;
        case 4: setup.only = below(2) == 0 ? gpupack::sharing::slices : gpupack::sharing::exclusive; break;
        case 5:
            if (!model.mig.empty()) setup.only = gpupack::sharing::mig;
            break;
        case 6:
            if (!model.mig.empty()) setup.instances = {{model.mig.profiles[0].name, 2}, {"2g.12gb", 0}};
            if (model.model.view() != "A30") setup.instances.clear();
            break;
        case 7:
        case 8:
            if (model.vgpu.can_mix()) setup.vgpu_sizes = gpupack::vgpu::sizes::mixed;
            break;
        case 9: setup.labels = {"a", "fast"}; break;
        case 10: setup.numa = static_cast<int>(below(2)); break;
        default: break;
        }
        return setup;
    }

    /// Any valid request, most for one GPU, the models among those of the cluster.
    [[nodiscard]] gpupack::request any_request(const gpupack::cluster& on) {
        gpupack::request asked{.cpu = gpupack::milli_cpu{number(0, 5) * 500},
                               .memory = gpupack::mebibytes{number(0, 5) * 128},
                               .gpus = below(3) == 0 ? static_cast<int>(below(6)) : 1};
        const std::uint64_t way = below(plain_ ? 4 : 6);
        if (way < 2)
            asked.share = gpupack::slice{gpupack::mebibytes{below(2) == 0 ? 0 : number(1, 10) * 2000},
                                         gpupack::milli_gpu{number(1, 11) * 100}};
        if (way == 2 && !plain_) asked.share = gpupack::slice{.memory_percent = static_cast<int>(number(1, 101))};
        if (way >= 4) asked.share = any_instance(on, way == 4 ? gpupack::sharing::mig : gpupack::sharing::vgpu);
        if (!plain_ && below(12) == 0 && asked.gpus > 0)
            asked.share =
                gpupack::split_slice{gpupack::mebibytes{number(8, 60'000)}, gpupack::milli_gpu{number(0, 5) * 100}};
        if (!plain_ && below(10) == 0) select_by_more(asked, on);
        if (below(3) == 0 && on.models().size() > 0)
            asked.models =
                gpupack::model_set::of(gpupack::model_id{static_cast<std::uint8_t>(below(on.models().size()))});
        if (!plain_ && asked.gpus > 1 && !asked.share.is_split() && below(4) == 0)
            asked.numa = static_cast<gpupack::numa_alignment>(1 + below(3));
        return asked;
    }

    /// Makes a request choose its GPUs by a label or by id as well.
    void select_by_more(gpupack::request& asked, const gpupack::cluster& on) {
        if (on.labels().size() > 0 && below(2) == 0) {
            auto& terms = below(2) == 0 ? asked.labels.all_of : asked.labels.none_of;
            terms.insert(static_cast<int>(below(on.labels().size())));
            return;
        }
        asked.ids = gpupack::gpu_choice{below(2) == 0};
        for (int n = 0; n < 4; ++n) {
            const gpupack::node_id node{static_cast<std::uint32_t>(below(on.size()))};
            (void)asked.ids.add(node, gpupack::gpu_set::from_bits(static_cast<std::uint32_t>(below(256))));
        }
    }

    /// A share of any profiles of the cluster in that way; whole GPUs where it has none.
    [[nodiscard]] gpupack::share any_instance(const gpupack::cluster& on, gpupack::sharing way) {
        gpupack::instance wanted{.way = way};
        for (std::size_t m = 0; m < on.models().size(); ++m) {
            const auto& tables = on.models().tables_of(gpupack::model_id{static_cast<std::uint8_t>(m)});
            const auto& table = way == gpupack::sharing::mig ? tables.mig : tables.vgpu;
            if (!table) continue;
            for (int k = below(3) == 0 ? 2 : 1; k > 0; --k) {
                const auto p = static_cast<int>(below(table->profile_count));
                wanted.profiles.insert(table->first_id + p);
                const gpupack::milli_gpu compute{table->profiles[p].compute};
                if (wanted.compute.count() == 0 || compute < wanted.compute) wanted.compute = compute;
            }
        }
        if (wanted.profiles.empty()) return gpupack::exclusive{};
        return wanted;
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
            if (!plain_ && below(16) == 0) close_something(by);
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

    /// Closes or opens a GPU or a node.
    template <class Scheduler> void close_something(Scheduler& by) {
        const gpupack::node_id node{static_cast<std::uint32_t>(below(by.state().size()))};
        const bool closed = below(2) == 0;
        const int gpus = by.state()[node].gpu_count();
        if (below(3) == 0 || gpus == 0)
            by.set_closed(node, closed && below(2) == 0);
        else
            by.set_closed(node, gpupack::gpu_set::of(static_cast<int>(below(static_cast<std::uint64_t>(gpus)))),
                          closed);
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
    bool plain_;
};
