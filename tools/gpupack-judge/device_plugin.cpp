// SPDX-License-Identifier: Apache-2.0
// NVIDIA's device plugin: the replicas of shared GPUs, and whole GPUs by their links.
#include "board.hpp"
#include "links.hpp"
#include "systems.hpp"

#include <gpupack/dialect/kubernetes/device_plugin.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/kubernetes/presets.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/models.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view panic_fault = "the plugin panics where go-gpuallocator pads its answer";

dialect::replica_counts counts_in(const json& numbers) {
    dialect::replica_counts counts;
    for (std::size_t g = 0; g < numbers.size() && g < max_gpus_per_node; ++g) counts.of[g] = numbers[g];
    return counts;
}

gpu_set gpus_with(const dialect::replica_counts& counts) {
    gpu_set gpus;
    for (int g = 0; g < max_gpus_per_node; ++g)
        if (counts.of[g] > 0) gpus.insert(g);
    return gpus;
}

/// GPUs are equal to the plugin but for their counts: two answers are the same choice where these are, in any order.
std::vector<std::tuple<int, int, int>> kinds_of(const dialect::replica_counts& free,
                                                const dialect::replica_counts& required,
                                                const dialect::replica_counts& taken) {
    std::vector<std::tuple<int, int, int>> kinds;
    for (int g = 0; g < max_gpus_per_node; ++g) kinds.emplace_back(free.of[g], required.of[g], taken.of[g]);
    std::sort(kinds.begin(), kinds.end());
    return kinds;
}

/// A question in one form, whether it stands alone or in a sequence.
struct question {
    const json& asked;
    dialect::replica_counts free;
    dialect::replica_counts required;

    [[nodiscard]] int size() const { return asked["size"]; }
    [[nodiscard]] std::string text(std::size_t gpus) const {
        json left = json::array();
        json needed = json::array();
        for (std::size_t g = 0; g < gpus; ++g) {
            left.push_back(free.of[g]);
            needed.push_back(required.of[g]);
        }
        return "free " + left.dump() + " required " + needed.dump() + " size " + asked["size"].dump();
    }
};

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, gpus_{test_case["gpus"].get<std::size_t>()},
          shares_{test_case["sharing"] != "none"}, packs_{test_case.value("policy", "") == "packed"},
          topology_{topology_of(test_case)}, links_{topology_} {}

    void run() {
        for (const json& each : case_["questions"])
            ask({each, counts_in(each["free"]), counts_in(each["required"])}, false);
        dialect::replica_counts free;
        for (std::size_t g = 0; g < gpus_; ++g)
            free.of[g] = shares_ ? case_["replicas"].get<std::int16_t>() : std::int16_t{1};
        std::map<std::int64_t, dialect::replica_counts> live;
        for (const json& each : case_["sequence"]) {
            if (each["kind"] == "leave") {
                change(free, live[each["id"].get<std::int64_t>()], 1);
                continue;
            }
            ask({each, free, {}}, true);
            if (!each.contains("taken")) continue;
            const auto taken = counts_in(each["taken"]);
            live[each["id"].get<std::int64_t>()] = taken;
            change(free, taken, -1);
        }
    }

  private:
    static void change(dialect::replica_counts& free, const dialect::replica_counts& by, int sign) {
        for (int g = 0; g < max_gpus_per_node; ++g)
            free.of[g] = static_cast<std::int16_t>(free.of[g] + sign * by.of[g]);
    }

    void ask(const question& each, bool in_sequence) {
        counts_.count_decision();
        if (shares_)
            ask_replicas(each);
        else
            ask_whole(each, in_sequence);
    }

    [[nodiscard]] std::string kind() const { return packs_ ? "device-plugin-packed" : "device-plugin-distributed"; }

    void ask_replicas(const question& each) {
        const auto lean = packs_ ? policy::strategy::binpack : policy::strategy::spread;
        const auto ours = dialect::preferred_replicas(each.free, each.required, each.size(), lean);
        const json none = json::array({json(std::vector<int>(gpus_, 0))}); // with one replica, it answers with nothing
        const bool fails = each.asked.contains("fails") || each.asked.value("answers", json::array()) == none;
        const bool several = each.size() - each.required.sum() > 1;
        const std::string name = kind() + (several ? ", several replicas" : ", one replica");
        const std::string answers = each.asked.value("answers", json::array()).dump();
        if (fails || each.size() - each.required.sum() > each.free.sum()) {
            counts_.compare(kind() + " too few", fails == (ours.sum() == 0), {}, [&] {
                return sides{each.text(gpus_), fails ? "fails" : answers, dump(ours)};
            });
            return;
        }
        compare_refusal(each);
        counts_.compare(name, is_among(each, ours), {}, [&] { return sides{each.text(gpus_), answers, dump(ours)}; });
        if (each.size() == 1 && each.required.sum() == 0) compare_preset(each);
    }

    void compare_refusal(const question& each) {
        const bool fails_above_one = case_.value("fail_above_one", case_["sharing"] == "mps");
        const bool refuses = dialect::device_plugin_refuses(each.size(), case_["replicas"], fails_above_one);
        counts_.compare(kind() + " refuses", refuses == each.asked.contains("refused"), {}, [&] {
            return sides{each.text(gpus_), each.asked.value("refused", "serves"), refuses ? "refuses" : "serves"};
        });
    }

    [[nodiscard]] static bool is_among(const question& each, const dialect::replica_counts& ours) {
        const auto kinds = kinds_of(each.free, each.required, ours);
        for (const json& answer : each.asked.value("answers", json::array()))
            if (kinds_of(each.free, each.required, counts_in(answer)) == kinds) return true;
        return false;
    }

    /// Asks the preset for the one replica, on a node where the others are taken.
    void compare_preset(const question& each) {
        const int replicas = case_["replicas"];
        const request one{.gpus = 1, .share = slice{.compute = milli_gpu{1000 / replicas}}};
        board node{cluster_builder{}
                       .add_nodes(1, {.cpu = milli_cpu{1000},
                                      .memory = mebibytes{1000},
                                      .gpus = {static_cast<int>(gpus_), models::t4, {.max_sharers = replicas}}})
                       .build()
                       .value()};
        std::int64_t id = 0;
        for (int g = 0; g < static_cast<int>(gpus_); ++g)
            for (int taken = each.free.of[g]; taken < replicas; ++taken)
                if (!node.take(id++, 0, gpu_set::of(g), one)) return counts_.leave_out("replicas that are in use");
        const decided made = preset_of(dialect::kubernetes_presets, kind())(node, one);
        dialect::replica_counts ours;
        if (made.fits(0)) ours.of[made.gpus(0).lowest()] = 1;
        counts_.compare(kind() + " preset", is_among(each, ours), {}, [&] {
            return sides{each.text(gpus_), each.asked.value("answers", json::array()).dump(), dump(ours)};
        });
    }

    void ask_whole(const question& each, bool in_sequence) {
        gpu_set available = gpus_with(each.free) | gpus_with(each.required);
        gpu_set ours;
        if (in_sequence) {
            board node{cluster_builder{}
                           .add_nodes(1, {.cpu = milli_cpu{1000},
                                          .memory = mebibytes{1000},
                                          .gpus = {static_cast<int>(gpus_), models::a100_80gb},
                                          .topology = topology_})
                           .build()
                           .value()};
            for (int g = 0; g < static_cast<int>(gpus_); ++g)
                if (!available.contains(g) && !node.take(g, 0, gpu_set::of(g), {.gpus = 1})) return;
            const decided made = preset_of(dialect::kubernetes_presets, "gpuallocator")(node, {.gpus = each.size()});
            if (made.fits(0)) ours = made.gpus(0);
        } else {
            ours = dialect::best_effort_set(links_, available, gpus_with(each.required), each.size());
        }
        bool same = !each.asked.contains("answers") && ours.empty();
        for (const json& answer : each.asked.value("answers", json::array()))
            same = same || gpus_with(counts_in(answer)) == ours;
        const bool panics = each.asked.contains("panics");
        counts_.compare(in_sequence ? "gpuallocator preset, whole GPUs" : "whole GPUs", same,
                        panics ? panic_fault : std::string_view{}, [&] {
                            return sides{each.text(gpus_),
                                         each.asked.value("answers", json::array()).dump() + (panics ? " panics" : ""),
                                         text_of(ours)};
                        });
    }

    [[nodiscard]] std::string dump(const dialect::replica_counts& counts) const {
        json numbers = json::array();
        for (std::size_t g = 0; g < gpus_; ++g) numbers.push_back(counts.of[g]);
        return numbers.dump();
    }

    const json& case_;
    tally& counts_;
    std::size_t gpus_;
    bool shares_;
    bool packs_;
    node_topology topology_;
    link_table links_;
};

} // namespace

void judge_device_plugin(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
