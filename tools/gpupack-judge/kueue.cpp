// SPDX-License-Identifier: Apache-2.0
// Kueue's topology-aware scheduling: whether a pod set fits, how much of it would, and its pods in each domain.
#include "systems.hpp"

#include <gpupack/dialect/kueue/assign.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace judge_program {
namespace {

using namespace gpupack;
using dialect::kueue_amounts;
using dialect::kueue_assignment;
using dialect::kueue_pod_set;
using dialect::kueue_portion;
using dialect::kueue_topology;
using dialect::kueue_verdict;
using nlohmann::json;

/// Amounts as the oracle writes them: thousandths of a CPU, MiB, GPUs, pods.
kueue_amounts amounts_in(const json& list) {
    return {milli_cpu{list[0].get<std::int64_t>()}, mebibytes{list[1].get<std::int64_t>()}, list[2], list[3]};
}

/// What one pod asks for: -1 stands for nothing.
kueue_amounts pod_in(const json& list) {
    kueue_amounts pod = amounts_in(list);
    pod.cpu = std::max(pod.cpu, milli_cpu{});
    pod.memory = std::max(pod.memory, mebibytes{});
    pod.gpus = std::max(pod.gpus, std::int64_t{0});
    pod.pods = 1;
    return pod;
}

std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    for (std::size_t to = 0; to != std::string::npos; from = to + 1) {
        to = path.find('/', from);
        parts.push_back(path.substr(from, to - from));
    }
    return parts;
}

dialect::kueue_tree tree_of(const json& test_case) {
    std::vector<std::vector<std::string>> paths;
    for (const json& node : test_case["nodes"]) paths.push_back(parts_of(node["at"]));
    return dialect::kueue_tree{paths};
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, tree_{tree_of(test_case)},
          free_(tree_.leaves().size(), kueue_amounts{.pods = 0}) {
        gates_ = {!case_.value("best_fit", false), case_.value("balanced", false)};
        for (std::size_t n = 0; n < case_["nodes"].size(); ++n) {
            const json& node = case_["nodes"][n];
            kueue_amounts& leaf = free_[tree_.leaf_of(n)];
            leaf.add(amounts_in(case_["kinds"][node["kind"].get<std::size_t>()]));
            if (node.contains("used")) leaf.add(amounts_in(node["used"]), -1);
        }
        empty_ = free_;
        for (std::size_t leaf = 0; leaf < free_.size(); ++leaf) {
            const auto& path = tree_.leaves()[leaf].path;
            leaves_[case_["host"] ? path.back() : joined(path)] = leaf;
        }
    }

    void run() {
        for (const json& step : case_["steps"]) {
            for (const json& id : step.value("leave", json::array())) leave(id);
            decide(step);
        }
    }

  private:
    struct use {
        kueue_amounts pod;
        kueue_portion portion;
    };

    [[nodiscard]] static std::string joined(const std::vector<std::string>& path) {
        std::string text;
        for (const std::string& each : path) text += (text.empty() ? "" : "/") + each;
        return text;
    }

    void leave(std::int64_t id) {
        for (const use& each : live_[id]) free_[each.portion.leaf].add(each.pod, each.portion.pods);
        live_.erase(id);
    }

    /// The pod sets of a workload one after another, each beside those before it; a group is one.
    void decide(const json& step) {
        const json& sets = step["sets"];
        const bool is_empty = step.value("empty", false);
        std::vector<kueue_amounts> room = is_empty ? empty_ : free_;
        std::vector<use> uses;
        bool fits = true;
        const bool is_group = sets[0].contains("group");
        for (std::size_t n = 0; n < sets.size() && fits; ++n) {
            const bool swaps = is_group && sets[1]["count"].get<int>() > sets[0]["count"].get<int>();
            const json& workers = is_group ? sets[swaps ? 1 : 0] : sets[n];
            const json* const leader = is_group ? &sets[swaps ? 0 : 1] : nullptr;
            fits = compare(room, workers, leader, uses);
            if (is_group) break;
        }
        if (fits && !is_empty) take(step["id"], uses);
    }

    void take(std::int64_t id, const std::vector<use>& uses) {
        for (const use& each : uses) free_[each.portion.leaf].add(each.pod, -each.portion.pods);
        live_[id] = uses;
    }

    /// Compares one pod set and follows Kueue; false where Kueue refuses.
    [[nodiscard]] bool compare(std::vector<kueue_amounts>& room, const json& workers, const json* leader,
                               std::vector<use>& uses) {
        counts_.count_decision();
        kueue_pod_set set = set_of(workers);
        if (leader != nullptr) set.leader = pod_in((*leader)["pod"]);
        const bool fits = workers["fits"];
        compare_answers(dialect::kueue_assign(tree_, open_room(room, workers), set, gates_), set, workers, leader);
        if (!fits) return false;
        follow(room, set.pod, portions_in(workers), uses);
        if (leader != nullptr) follow(room, *set.leader, portions_in(*leader), uses);
        return true;
    }

    static void follow(std::vector<kueue_amounts>& room, const kueue_amounts& pod,
                       const std::vector<kueue_portion>& portions, std::vector<use>& uses) {
        for (const kueue_portion& each : portions) {
            room[each.leaf].add(pod, -each.pods);
            uses.push_back({pod, each});
        }
    }

    void compare_answers(const kueue_assignment& ours, const kueue_pod_set& set, const json& workers,
                         const json* leader) {
        const std::string kind = kind_of(set, workers);
        const bool fits = workers["fits"];
        const auto describe = [&] {
            json asked = workers;
            for (const char* key : {"fits", "room", "reason", "domains"}) asked.erase(key);
            if (leader != nullptr) asked["leader"] = (*leader)["pod"];
            return sides{asked.dump(), theirs_of(workers, leader), ours_of(ours)};
        };
        const std::string_view fault = fits ? loss_in(set, workers) : std::string_view{};
        counts_.compare(kind + " fits", fits == (ours.verdict == kueue_verdict::fits), fault, describe);
        if (!fits) {
            if (workers.contains("reason"))
                counts_.compare(kind + " is refused", ours.verdict == kueue_verdict::bad_request, {}, describe);
            if (workers.contains("room"))
                counts_.compare(kind + " room", ours.room == workers["room"].get<std::int64_t>(), {}, describe);
            return;
        }
        counts_.compare(kind + " pods by domain", ours.pods == portions_in(workers), fault, describe);
        if (leader == nullptr) return;
        const auto host = portions_in(*leader);
        const bool same = ours.leader && host == std::vector<kueue_portion>{{*ours.leader, 1}};
        counts_.compare(kind + " domain of the leader", same, fault, describe);
    }

    /// The fault where Kueue says that a set fits, but assigns fewer pods than it was asked for.
    [[nodiscard]] std::string_view loss_in(const kueue_pod_set& set, const json& workers) const {
        if (!gates_.balanced_placement) return {};
        std::int64_t pods = 0;
        for (const kueue_portion& each : portions_in(workers)) pods += each.pods;
        const std::int64_t size = set.slices.empty() ? 1 : set.slices.front().size;
        return pods < set.count / size * size ? "balanced placement loses pods" : std::string_view{};
    }

    /// What is free for the pods of a set: nothing on nodes that it must not use, where leaves are nodes.
    [[nodiscard]] std::vector<kueue_amounts> open_room(std::vector<kueue_amounts> room, const json& set) const {
        if (!case_["host"]) return room;
        for (std::size_t n = 0; n < case_["nodes"].size(); ++n) {
            const json& node = case_["nodes"][n];
            const bool refuses = node.value("taint", false) && !set.value("tolerates", false);
            const bool lacks = set.contains("zone") && node.value("zone", "") != set["zone"];
            if (refuses || lacks) room[tree_.leaf_of(n)] = {.pods = 0};
        }
        return room;
    }

    [[nodiscard]] static kueue_pod_set set_of(const json& set) {
        kueue_pod_set made{.count = set["count"], .pod = pod_in(set["pod"]), .level = set.value("level", 0)};
        if (set["mode"] == "required") made.topology = kueue_topology::required;
        if (set["mode"] == "preferred") made.topology = kueue_topology::preferred;
        for (const json& each : set.value("slices", json::array()))
            made.slices.push_back({each["level"], each["size"]});
        return made;
    }

    [[nodiscard]] std::vector<kueue_portion> portions_in(const json& set) const {
        std::vector<kueue_portion> portions;
        for (const json& each : set.value("domains", json::array()))
            portions.push_back({leaves_.at(each[0].get<std::string>()), each[1]});
        return portions;
    }

    [[nodiscard]] static std::string theirs_of(const json& workers, const json* leader) {
        if (!workers["fits"]) return workers.value("reason", "no room, of " + workers.value("room", json{}).dump());
        const std::string pods = workers.value("domains", json::array()).dump();
        return leader == nullptr ? pods : pods + " leader " + leader->value("domains", json::array()).dump();
    }

    [[nodiscard]] std::string ours_of(const kueue_assignment& ours) const {
        if (ours.verdict == kueue_verdict::bad_request) return "bad request";
        if (ours.verdict == kueue_verdict::no_room) return "no room, of " + std::to_string(ours.room);
        json pods = json::array();
        for (const auto& each : ours.pods) pods.push_back({joined(tree_.leaves()[each.leaf].path), each.pods});
        return ours.leader ? pods.dump() + " leader " + joined(tree_.leaves()[*ours.leader].path) : pods.dump();
    }

    [[nodiscard]] std::string kind_of(const kueue_pod_set& set, const json& workers) const {
        const std::string mode = workers["mode"];
        std::string kind = "kueue " + (mode == "required" || mode == "preferred" ? mode : "unconstrained");
        if (set.slices.size() == 1) kind += ", slices";
        if (set.slices.size() > 1) kind += ", layers of slices";
        if (set.leader) kind += ", leader";
        if (gates_.balanced_placement && set.topology == kueue_topology::preferred) kind += ", balanced";
        return kind;
    }

    const json& case_;
    tally& counts_;
    dialect::kueue_tree tree_;
    dialect::kueue_gates gates_{};
    std::vector<kueue_amounts> free_;             // [leaves]
    std::vector<kueue_amounts> empty_{};          // [leaves] as though no workload ran
    std::map<std::string, std::size_t> leaves_{}; // by what Kueue calls them
    std::map<std::int64_t, std::vector<use>> live_{};
};

} // namespace

void judge_kueue(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
