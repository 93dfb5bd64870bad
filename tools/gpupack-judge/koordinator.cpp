// SPDX-License-Identifier: Apache-2.0
// Koordinator's DeviceShare: what a pod asks for, fit by node, node, GPUs and what they give.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/koordinator/partitions.hpp>
#include <gpupack/dialect/koordinator/presets.hpp>
#include <gpupack/dialect/koordinator/request.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <set>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view twice_fault = "percent and MiB are counted apart: memory is promised twice";

node_topology topology_of(const json& node) {
    std::vector<pcie_location> places;
    for (const json& gpu : node["gpus"]) {
        const int pcie = gpu["pcie"];
        places.push_back({.numa = gpu["numa"], .bridge = pcie, .tree = pcie, .hub = pcie});
    }
    return wired(places);
}

/// The GPUs and, where the node tells it, what connects them.
node_spec spec_of(const json& node) {
    std::vector<gpu_group> groups;
    for (const json& gpu : node["gpus"]) {
        const mebibytes memory{gpu["memory_mib"].get<int>()};
        groups.push_back(
            {1, {.model = name{"GPU " + std::to_string(memory.count())}, .memory = memory}, {.max_sharers = 65535}});
    }
    node_spec spec{.cpu = milli_cpu{1000}, .memory = mebibytes{1024}, .gpus = gpu_list{groups}};
    if (node["topology"].get<bool>()) spec.topology = topology_of(node);
    return spec;
}

/// The partitions by which the node serves whole GPUs.
dialect::koordinator_partition_table table_of(const json& node) {
    if (node["partitions"] == "table") return dialect::koordinator_partition_table::of_eight();
    dialect::koordinator_partition_table table;
    if (node["partitions"] == "own")
        for (const json& row : node["table"]) table.add(gpus_in(row["gpus"]), row["score"]);
    return table;
}

std::optional<std::int64_t> amount(const json& asked, const char* key) {
    const std::int64_t value = asked.value(key, std::int64_t{0});
    if (value == 0) return std::nullopt; // the cases leave out what is 0
    return value;
}

dialect::koordinator_resources resources_of(const json& asked) {
    return {amount(asked, "core"),       amount(asked, "ratio"), amount(asked, "shared"),
            amount(asked, "memory_mib"), amount(asked, "gpu"),   amount(asked, "nvidia")};
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, board_{make_board()}, preset_{"koordinator-" +
                                                                           test_case["strategy"].get<std::string>()},
          lean_{test_case["strategy"] == "most" ? policy::strategy::binpack : policy::strategy::spread},
          policy_{preset_of(dialect::koordinator_presets, preset_)} {}

    void run() {
        if (!prepare()) return cannot_follow();
        for (const json& step : case_["steps"]) {
            if (step.value("leave", false)) {
                board_.leave(step["id"]);
                by_memory_.erase(step["id"].get<std::int64_t>());
            } else if (!ask(step)) {
                return cannot_follow();
            }
        }
    }

  private:
    void cannot_follow() { counts_.leave_out("the rest of a case: gpupack's cluster cannot follow"); }

    [[nodiscard]] board make_board() {
        cluster_builder builder;
        for (const json& node : case_["nodes"]) {
            builder.add_nodes(1, spec_of(node));
            tables_.push_back(table_of(node));
        }
        return board{std::move(builder).build().value()};
    }

    /// Closes what is broken and places what is in use from the start.
    [[nodiscard]] bool prepare() {
        std::int64_t id = -1;
        int number = 0;
        for (const json& node : case_["nodes"]) {
            for (const json& used : node.value("used", json::array()))
                for (const json& gpu : used["gpus"]) {
                    const auto part = dialect::koordinator_request(
                        {used["core"].get<std::int64_t>(), used["ratio"].get<std::int64_t>()});
                    if (!part || !board_.take(id--, number, gpu_set::of(gpu), *part)) return false;
                }
            gpu_set broken;
            for (std::size_t g = 0; g < node["gpus"].size(); ++g)
                if (node["gpus"][g].value("broken", false)) broken.insert(static_cast<int>(g));
            board_.set_closed(number++, broken, true);
        }
        return true;
    }

    [[nodiscard]] bool ask(const json& step) {
        counts_.count_decision();
        const json& asked = step["ask"];
        const json& answer = step["answer"];
        const bool legal = answer["legal"];
        const auto split = dialect::koordinator_split(resources_of(asked));
        counts_.compare(preset_ + " legal", legal == split.has_value(), {}, [&] {
            return sides{asked.dump(), legal ? "legal" : answer.value("failed", "not legal"),
                         split ? "legal" : split.error().message()};
        });
        if (!legal) return true;
        if (!split) return false;
        compare_split(asked, answer, *split);
        if (asked.value("rdma", 0) > 0 || !asked.value("joint", "").empty()) {
            counts_.leave_out("a request with RDMA or joint allocation");
            return follow(step, *split);
        }
        const auto request = dialect::koordinator_request(resources_of(asked));
        decided ours = request ? policy_(board_, with_numa(*request)) : decide_nowhere(board_);
        if (request) choose_by_scope(asked, with_numa(*request), *split, ours);
        compare_fit(asked, answer, ours);
        const int node = answer["node"];
        if (node >= 0) compare_node(step, *split, ours);
        return follow(step, *split);
    }

    void compare_split(const json& asked, const json& answer, const dialect::koordinator_demand& split) {
        if (!answer.contains("per_gpu") || answer["per_gpu"].is_null()) return;
        const json& each = answer["per_gpu"];
        const std::int64_t bytes = each.value("bytes", std::int64_t{0});
        const bool same = answer["count"] == split.count && each.value("core", 0) == split.core &&
                          each.value("ratio", 0) == split.ratio && (split.memory == 0 || bytes >> 20 == split.memory);
        counts_.compare(preset_ + " split", same, {}, [&] {
            return sides{asked.dump(), answer["count"].dump() + " x " + each.dump(),
                         std::to_string(split.count) + " x core " + std::to_string(split.core) + " ratio " +
                             std::to_string(split.ratio) + " MiB " + std::to_string(split.memory)};
        });
    }

    /// With the alignment that the kubelet of all nodes keeps.
    [[nodiscard]] request with_numa(request made) const {
        const std::string numa = case_["nodes"][0].value("numa_policy", "");
        if (numa == "BestEffort" || numa == "Restricted") made.numa = numa_alignment::best_effort;
        if (numa == "SingleNUMANode") made.numa = numa_alignment::single;
        return made;
    }

    /// Replaces what the preset takes by what partitions and required scopes say, which differ by node and pod.
    void choose_by_scope(const json& asked, const request& made, const dialect::koordinator_demand& split,
                         decided& ours) {
        const std::string scope = asked.value("scope", "");
        const bool restricted = asked.value("spec", "") == "Restricted";
        for (int n = 0; n < board_.size(); ++n) {
            const json& node = case_["nodes"][static_cast<std::size_t>(n)];
            const bool honors = node["honor"].get<bool>() || !asked.value("spec", "").empty();
            if (!ours.fits(n)) continue;
            auto& option = ours.options[static_cast<std::size_t>(n)];
            if (!split.is_shared && (honors || !tables_[static_cast<std::size_t>(n)].empty())) {
                const gpu_set partition = dialect::koordinator_partition(
                    board_.node(n), made, tables_[static_cast<std::size_t>(n)], restricted);
                if (!partition.empty()) {
                    option->gpus = partition;
                    continue;
                }
                if (honors) {
                    option.reset();
                    continue;
                }
            }
            if (scope.empty()) continue;
            const auto required = scope == "PCIe" ? dialect::koordinator_scope::pcie : dialect::koordinator_scope::numa;
            const dialect::koordinator_gpus by{lean_, required};
            const gpu_set gpus = by.in_tree(board_.node(n), made);
            if (gpus.empty())
                option.reset();
            else
                option->gpus = gpus;
        }
        ours.best.clear();
        for (int n = 0; n < board_.size(); ++n) {
            if (!ours.fits(n)) continue;
            if (!ours.best.empty() && ours.score(n) > ours.score(ours.best.front())) ours.best.clear();
            if (ours.best.empty() || ours.score(n) == ours.score(ours.best.front())) ours.best.push_back(n);
        }
        ours.node = ours.best.empty() ? -1 : ours.best.front();
    }

    [[nodiscard]] std::string_view fault() const { return by_memory_.empty() ? std::string_view{} : twice_fault; }

    /// Whether a node has a GPU that fits there by percent alone, and not here, where the MiB in use count, too. Under a NUMA
    /// policy the pod then may be held to other GPUs, by which the node is scored.
    [[nodiscard]] bool fits_by_percent(int number, const dialect::koordinator_demand& split) const {
        const auto alone = dialect::koordinator_request({split.core, split.ratio});
        if (by_memory_.empty() || split.memory > 0 || !alone || !case_["nodes"][0].contains("numa_policy"))
            return false;
        const node_view node = board_.node(number);
        for (int g = 0; g < node.gpu_count(); ++g) {
            const gpu_state& gpu = node.gpu(g);
            if (!gpu.closed && 100 - gpu.percent_promised() >= split.ratio && gpu.compute_free >= split.core * 10 &&
                !fit::fits_on(node, *alone, gpu_set::of(g)))
                return true;
        }
        return false;
    }

    void compare_fit(const json& asked, const json& answer, const decided& ours) {
        for (int n = 0; n < board_.size(); ++n) {
            const bool theirs = contains(answer["feasible"], n);
            counts_.compare(preset_ + " node fits", theirs == ours.fits(n), theirs ? fault() : std::string_view{}, [&] {
                const std::string where = "node " + std::to_string(n);
                return sides{asked.dump(), where + (theirs ? " fits" : " does not fit"),
                             where + (ours.fits(n) ? " fits" : " does not fit")};
            });
        }
    }

    void compare_node(const json& step, const dialect::koordinator_demand& split, const decided& ours) {
        const json& answer = step["answer"];
        const json& asked = step["ask"];
        bool same_fit = true;
        for (std::size_t k = 0; k < answer["feasible"].size(); ++k) {
            const int n = answer["feasible"][k];
            same_fit = same_fit && ours.fits(n);
            if (!ours.fits(n)) continue;
            const bool same_score = ours.score(n) == answer["scores"][k].get<std::int64_t>();
            const bool by_percent = !same_score && fits_by_percent(n, split);
            if (by_percent) same_fit = false;
            counts_.compare(preset_ + " score", same_score, by_percent ? fault() : std::string_view{}, [&] {
                return sides{asked.dump(), "node " + std::to_string(n) + " " + answer["scores"][k].dump(),
                             std::to_string(ours.score(n))};
            });
        }
        counts_.compare(preset_ + " node", ours.node >= 0 && contains(answer["best"], ours.node),
                        same_fit ? std::string_view{} : fault(), [&] {
                            return sides{asked.dump(), answer["best"].dump(), json(ours.best).dump()};
                        });
        const int node = answer["node"];
        if (!ours.fits(node)) return;
        gpu_set theirs;
        for (const json& each : answer["gpus"]) theirs.insert(each["device"].get<int>());
        const json& spec = case_["nodes"][static_cast<std::size_t>(node)];
        const std::string kind = case_["nodes"][0].contains("numa_policy")      ? " GPUs, NUMA policy"
                                 : !split.is_shared && spec["partitions"] != "" ? " GPUs, partitions"
                                 : spec["topology"].get<bool>()                 ? " GPUs, tree"
                                                                                : " GPUs";
        const auto request = dialect::koordinator_request(resources_of(asked));
        const bool fits_here = request && fit::fits_on(board_.node(node), *request, theirs);
        counts_.compare(preset_ + kind, ours.gpus(node) == theirs, fits_here ? std::string_view{} : fault(), [&] {
            return sides{asked.dump(), "node " + std::to_string(node) + " " + text_of(theirs),
                         text_of(ours.gpus(node))};
        });
    }

    [[nodiscard]] bool follow(const json& step, const dialect::koordinator_demand& split) {
        const json& answer = step["answer"];
        const int node = answer["node"];
        if (node < 0) return true;
        const auto request = dialect::koordinator_request(resources_of(step["ask"]));
        if (!request) return false;
        gpu_set gpus;
        for (const json& each : answer["gpus"]) gpus.insert(each["device"].get<int>());
        std::vector<gpu_state> before;
        for (const json& each : answer["gpus"]) before.push_back(board_.node(node).gpu(each["device"]));
        if (!board_.take(step["id"], node, gpus, *request)) return false;
        if (split.memory > 0) by_memory_.insert(step["id"].get<std::int64_t>());
        bool same = true;
        std::string given;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const json& each = answer["gpus"][i];
            const gpu_state& is = board_.node(node).gpu(each["device"]);
            const int memory = before[i].memory_free - is.memory_free;
            const int cores = (before[i].compute_free - is.compute_free) / 10;
            const int percent = is.percent_promised() - before[i].percent_promised();
            same = same && memory == each.value("bytes", std::int64_t{0}) >> 20 && cores == each.value("core", 0) &&
                   percent == each.value("ratio", 0);
            given +=
                std::to_string(memory) + " MiB " + std::to_string(cores) + " cores " + std::to_string(percent) + " % ";
        }
        counts_.compare(preset_ + " shares", same, {}, [&] {
            return sides{step["ask"].dump(), answer["gpus"].dump(), given};
        });
        return true;
    }

    const json& case_;
    tally& counts_;
    std::vector<dialect::koordinator_partition_table> tables_; // [nodes]
    board board_;
    std::string preset_;
    policy::strategy lean_;
    judged_policy policy_;
    std::set<std::int64_t> by_memory_; // ids of tasks that asked for MiB and are still there
};

} // namespace

void judge_koordinator(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
