// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/amount_text.hpp>
#include <gpupack/fleet.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/state/request_text.hpp>
#include <gpupack/topology/gpu_list_text.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// Drives a fleet by bytes: each few of them are a call, right or wrong. Beside it stands a bookkeeping of plain maps, which
/// knows nodes, tasks and holds by name; after each call the answers are compared, and nothing may be given twice.
class fleet_fuzz {
  public:
    fleet_fuzz(const std::uint8_t* bytes, std::size_t size)
        : bytes_{bytes}, size_{size}, all_{gpupack::any_scheduler{
                                          gpupack::cluster_builder{}.build().value(),
                                          gpupack::any_policy{gpupack::policy::best_fit{}, gpupack::search::indexed{}},
                                          "best-fit"}} {}

    /// Makes calls until the bytes are used up. Returns how many.
    std::size_t run() {
        std::size_t calls = 0;
        for (; at_ < size_; ++calls) {
            step();
            if (calls % 8 == 0) check();
        }
        check();
        return calls;
    }

  private:
    struct task {
        std::string node;
        std::uint64_t token = 0; // where it began as a hold
    };

    std::uint8_t next() { return at_ < size_ ? bytes_[at_++] : std::uint8_t{0}; }
    std::size_t below(std::size_t bound) { return next() % bound; }
    std::string node_name() { return "n" + std::to_string(below(6)); }
    std::string task_name() { return "t" + std::to_string(below(24)); }

    void must(bool holds, const char* what) const {
        if (holds) return;
        std::fprintf(stderr, "after byte %zu: %s\n", at_, what);
        std::abort();
    }

    gpupack::request any_request() {
        using namespace gpupack;
        static constexpr std::array shares{"exclusive",      "slice:4096MiB,250m", "slice:33%",   "slice:1000m",
                                           "split:30000MiB", "mig:1g.5gb",         "mig:3g.20gb", "mig:7g.40gb",
                                           "vgpu:A10-4",     "slice:500m"};
        const std::string line =
            std::string{"gpus="} + std::to_string(below(4)) + " share=" + shares[below(shares.size())];
        const auto made = all_.look([&](const any_scheduler& by) { return request_from_text(line, by.cluster()); });
        request request = made ? *made : gpupack::request{.gpus = static_cast<int>(below(40)) - 2};
        request.cpu = milli_cpu{static_cast<std::int64_t>(below(5)) * 1000 - (next() == 255 ? 5000 : 0)};
        if (next() > 250) request.share = slice{.memory_percent = next() * 5};
        return request;
    }

    void step() {
        using namespace gpupack;
        static constexpr std::array gpus{"2xT4",
                                         "4xA100-40GB",
                                         "3xA100-40GB{only=mig}",
                                         "1xA10",
                                         "2xT4{sharers=2}",
                                         "",
                                         "33xT4",
                                         "xT4",
                                         "1xA100-40GB{instances=3g.20gb@0+3g.20gb@4}"};
        switch (below(16)) {
        case 0: {
            const std::string name = node_name();
            const auto list = all_.look([&](const any_scheduler& by) {
                return gpu_list_from_text(gpus[below(gpus.size())], by.cluster().models());
            });
            node_spec spec{.cpu = milli_cpu{static_cast<std::int64_t>(below(9)) * 1000}, .memory = 64_GiB};
            if (list) spec.gpus = *list;
            const bool known = nodes_.contains(name);
            const auto put = all_.put_node(name, spec);
            if (put) nodes_.insert(name);
            must(put.has_value() || known || !list, "a right node was refused");
            break;
        }
        case 1: {
            const std::string name = node_name();
            const auto gone = all_.remove_node(name);
            must(gone.has_value() == nodes_.contains(name), "removing a node");
            nodes_.erase(name);
            std::erase_if(tasks_, [&](const auto& each) { return each.second.node == name; });
            break;
        }
        case 2: {
            const std::string name = node_name();
            std::optional<gpu_set> some;
            if (next() % 2 == 0) some = gpu_set::from_bits(static_cast<std::uint32_t>(below(4)));
            const auto closed = all_.close_node(name, some, next() % 3 == 0);
            must(some || closed.has_value() == nodes_.contains(name), "closing a node");
            break;
        }
        case 3: must(all_.drain_node("none").error().status == outcome::unknown, "draining nothing"); break;
        case 4: {
            const std::string name = task_name();
            must(all_.set_leaving(name, next() % 2 == 0).has_value() == tasks_.contains(name), "leaving");
            break;
        }
        case 5:
        case 6:
        case 7: {
            const std::string name = task_name();
            must(all_.release(name).has_value() == tasks_.contains(name), "releasing");
            tasks_.erase(name);
            break;
        }
        case 8: {
            const std::string name = task_name();
            const auto held = all_.hold(name, any_request(), now_ + static_cast<std::int64_t>(below(10)));
            must(!held || !tasks_.contains(name), "a task twice");
            if (held) tasks_[name] = {held->second.node, held->first.number()};
            break;
        }
        case 9: {
            const std::uint64_t token = next();
            (void)(next() % 2 == 0 ? all_.commit(hold_token{token}).has_value()
                                   : all_.abort(hold_token{token}).has_value());
            follow();
            break;
        }
        case 10:
            now_ += static_cast<std::int64_t>(below(4));
            (void)all_.expire(now_);
            follow();
            break;
        case 11: save_and_restore(); break;
        case 12: {
            placement_record record{.task = task_name(),
                                    .node = node_name(),
                                    .gpus = gpu_set::from_bits(static_cast<std::uint32_t>(below(16)))};
            record.way = static_cast<sharing>(below(5));
            record.cpu = milli_cpu{next() * 100};
            record.gpu_memory = mebibytes{next() * 100};
            const bool free = !tasks_.contains(record.task);
            const auto restored = all_.restore(record, false);
            must(!restored || free, "a task twice");
            if (restored) tasks_[record.task] = {record.node, 0};
            break;
        }
        default: {
            const std::string name = task_name();
            const request request = any_request();
            const auto dry = all_.try_place(request);
            const auto placed = all_.place(name, request);
            const bool free = !tasks_.contains(name);
            must(!placed || free, "a task twice");
            must(!free || placed.has_value() == dry.has_value(), "a dry run that differs");
            if (placed) {
                placement_record expected = *dry;
                expected.task = name;
                must(*placed == expected, "a dry run that chooses otherwise");
                tasks_[name] = {placed->node, 0};
            }
        }
        }
    }

    /// Holds may have ended: tasks that are gone are forgotten, no other may be.
    void follow() {
        std::set<std::string> live;
        for (const auto& each : all_.records()) live.insert(each.task);
        std::erase_if(tasks_, [&](const auto& each) {
            const bool gone = !live.contains(each.first);
            must(!gone || each.second.token != 0, "a task that was no hold is gone");
            return gone;
        });
    }

    /// All records, through their texts, into another fleet, are the same records.
    void save_and_restore() {
        for (const auto& each : all_.records()) {
            const auto read = gpupack::placement_from_text(gpupack::to_text(each));
            must(read && *read == each, "a record that does not read back");
        }
    }

    /// What runs is what the maps say, and no GPU or host gives more than it has, but where it is over-committed.
    void check() const {
        using namespace gpupack;
        std::map<std::pair<std::string, int>, std::vector<const placement_record*>> on_gpu;
        const auto records = all_.records();
        must(records.size() == tasks_.size(), "the number of tasks");
        for (const placement_record& each : records) {
            const auto known = tasks_.find(each.task);
            must(known != tasks_.end() && known->second.node == each.node, "a task elsewhere");
            for_each_gpu(each.gpus, [&](int i) { on_gpu[{each.node, i}].push_back(&each); });
        }
        all_.look([&](const any_scheduler& by) {
            const cluster& on = by.cluster();
            must(on.node_count() == nodes_.size(), "the number of nodes");
            for (const auto& [where, tasks] : on_gpu) {
                const node_id node = on.find_node(where.first).value();
                if (on.is_over_committed(node)) continue;
                std::int64_t compute = 0;
                std::int64_t memory = 0;
                std::set<std::pair<std::string, int>> instances;
                for (const placement_record* each : tasks) {
                    must(each->way == tasks.front()->way, "two ways on one GPU");
                    must(each->way != sharing::exclusive || tasks.size() == 1, "a GPU given twice");
                    const auto nth = static_cast<std::size_t>((each->gpus & gpu_set::first(where.second)).size());
                    compute += each->compute.count();
                    memory += each->pieces.empty() ? each->gpu_memory.count() : each->pieces[nth].count();
                    if (!each->instances.empty())
                        must(instances.insert({each->instances[nth].profile, each->instances[nth].start}).second,
                             "an instance given twice");
                }
                must(compute <= on[node].capacity(where.second).compute &&
                         memory <= on[node].capacity(where.second).memory,
                     "too much on a GPU");
            }
        });
    }

    const std::uint8_t* bytes_;
    std::size_t size_;
    std::size_t at_ = 0;
    gpupack::fleet all_;
    std::set<std::string> nodes_;
    std::map<std::string, task> tasks_;
    std::int64_t now_ = 0;
};
