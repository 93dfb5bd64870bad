// SPDX-License-Identifier: Apache-2.0
// HAMi's scheduler: fit by node, node, GPUs and what they give.
#include "board.hpp"
#include "hami_board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/hami/presets.hpp>
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/dialect/models_by_type.hpp>
#include <gpupack/request/gpu_selector.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace judge_program {
namespace {

using namespace gpupack;
using hami::amount;
using hami::gpu_name;
using hami::make_board;
using nlohmann::json;

/// Adds the choice of GPUs by id; false where none is left.
bool choose_gpus(const json& asked, const cluster& cluster, request& made) {
    std::vector<std::string> names;
    names.reserve(64);
    gpu_selector selector;
    for (const char* key : {"use_gpus", "no_use_gpus"}) {
        if (!asked.contains(key)) continue;
        for (const json& id : asked[key]) {
            names.push_back(gpu_name(id[0], id[1]));
            (key[0] == 'u' ? selector.allow : selector.deny).push_back(names.back());
        }
    }
    if (names.empty()) return true;
    const auto ids = selector.select(cluster.gpu_ids());
    if (!ids) return false;
    made.ids = *ids;
    return true;
}

/// The request as HAMi reads the pod; nothing where no GPU can ever serve it.
std::optional<request> request_of(const json& test_case, const json& asked, const cluster& cluster) {
    bool scales_cores = false;
    for (const json& node : test_case["nodes"]) scales_cores = scales_cores || node["core_percent"] != 100;
    const auto read = dialect::hami_request({asked.value("gpus", std::int64_t{0}), amount(asked, "memory_mib"),
                                             amount(asked, "percent"), amount(asked, "cores")},
                                            {.scales_cores = scales_cores});
    if (!read) return std::nullopt;
    request made = *read;
    if (test_case["nodes"][0]["gpus"][0].value("mig", false) && made.share.way() == sharing::slices) {
        const auto instance = mig_at_least(cluster.models(), made.share.memory(), {}, true);
        if (!instance) return std::nullopt;
        made.share = *instance;
    }
    const std::string wanted = asked.value("use_type", "");
    const std::string refused = asked.value("no_use_type", "");
    if (!wanted.empty() || !refused.empty()) made.models = dialect::models_by_type(cluster.models(), wanted, refused);
    if (made.models.empty() || !choose_gpus(asked, cluster, made)) return std::nullopt;
    if (asked.value("numa_bind", false)) made.numa = numa_alignment::single;
    if (asked.value("gpu_policy", test_case["gpu_policy"].get<std::string>()) == "mutex") {
        share_rule mutex = made.share.rule();
        mutex.unshared = true;
        made.share = made.share.with(mutex);
    }
    return made;
}

/// How a pod is placed: by the installed policies, which its annotations may replace.
struct pod_policy {
    std::string name; ///< Of the preset, or of what takes its place.
    judged_policy policy;
};

pod_policy policy_of(const json& test_case, const json& asked) {
    const std::string nodes = asked.value("node_policy", test_case["node_policy"].get<std::string>());
    const std::string devices = asked.value("gpu_policy", test_case["gpu_policy"].get<std::string>());
    const auto lean = nodes == "spread" ? policy::strategy::spread : policy::strategy::binpack;
    if (devices == "topology-aware")
        return {"hami-topology",
                judged_policy{policy::node_then_gpus(dialect::hami_node{lean}, dialect::hami_topology{}),
                              request_rule::books_profiles}};
    const auto rule = devices == "binpack" ? dialect::hami_rule::binpack
                      : devices == "mutex" ? dialect::hami_rule::mutex
                                           : dialect::hami_rule::spread;
    dialect::hami_gpus gpus{rule, asked.value("numa_bind", false)};
    if (asked.contains("weights")) gpus.weights = {asked["weights"][0], asked["weights"][1], asked["weights"][2]};
    if (gpus == dialect::hami_gpus{rule} && rule != dialect::hami_rule::mutex) {
        const std::string preset = "hami-" + nodes + (nodes == devices ? "" : "-" + devices);
        return {preset, preset_of(dialect::hami_presets, preset)};
    }
    return {rule == dialect::hami_rule::mutex ? "hami mutex"
            : gpus.numa_bind                  ? "hami numa-bind"
                                              : "hami weights",
            judged_policy{policy::node_then_gpus(dialect::hami_node{lean}, gpus), request_rule::books_profiles}};
}

/// The numbers by which HAMi ordered some GPUs, sorted: sets with the same numbers are equally good to it.
std::vector<std::pair<float, int>> order_keys(const json& answer, gpu_set gpus, bool mutex) {
    std::vector<std::pair<float, int>> keys;
    for_each_gpu(gpus, [&](int i) {
        const json& key = answer["order"][static_cast<std::size_t>(i)];
        keys.emplace_back(key[mutex ? "used" : "score"].get<float>(), key["numa"].get<int>());
    });
    std::sort(keys.begin(), keys.end());
    return keys;
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, board_{make_board(test_case)} {}

    void run() {
        for (const json& asked : case_["requests"]) {
            if (asked["op"] == "leave")
                board_.leave(asked["id"]);
            else if (!arrive(asked))
                return counts_.leave_out("the rest of a case: gpupack's cluster cannot follow");
        }
    }

  private:
    [[nodiscard]] bool arrive(const json& asked) {
        counts_.count_decision();
        const json& answer = asked["answer"];
        const pod_policy by = policy_of(case_, asked);
        const auto made = request_of(case_, asked, board_.cluster());
        const decided ours = made ? by.policy(board_, *made) : decide_nowhere(board_);
        compare_fit(asked, answer, by.name, ours);
        if (!answer["fit"].get<bool>()) return true;
        const json& best = answer["best"];
        counts_.compare(by.name + " node", ours.node >= 0 && contains(best, ours.node), tie_fault(answer, ours),
                        [&] { return describe(asked, best.dump(), json(ours.best).dump()); });
        compare_gpus(asked, answer, by.name, ours);
        return made && follow(asked, answer, by.policy.effective(*made));
    }

    void compare_fit(const json& asked, const json& answer, const std::string& name, const decided& ours) {
        for (int n = 0; n < board_.size(); ++n) {
            const bool theirs = answer["fit"].get<bool>() && !answer["scores"][static_cast<std::size_t>(n)].is_null();
            counts_.compare(name + " node fits", theirs == ours.fits(n), {}, [&] {
                const std::string where = "node " + std::to_string(n);
                return describe(asked, where + (theirs ? " fits" : " does not fit"),
                                where + (ours.fits(n) ? " fits" : " does not fit"));
            });
        }
    }

    /// The fault where our node has HAMi's highest score but for the rounding of its 32-bit floating point.
    static std::string_view tie_fault(const json& answer, const decided& ours) {
        if (ours.node < 0) return {};
        const json& scores = answer["scores"];
        const json& mine = scores[static_cast<std::size_t>(ours.node)];
        const json& best = scores[answer["best"][0].get<std::size_t>()];
        if (mine.is_null()) return {};
        const bool near =
            std::abs(mine.get<double>() - best.get<double>()) <= 1e-6 * std::max(1.0, std::abs(best.get<double>()));
        return near ? std::string_view{"32-bit rounding splits a tie"} : std::string_view{};
    }

    /// The same for GPUs, of which NUMA nodes order those with the same load.
    static std::string_view tie_fault(std::vector<std::pair<float, int>> ours,
                                      std::vector<std::pair<float, int>> theirs) {
        if (ours.size() != theirs.size()) return {};
        for (std::size_t i = 0; i < ours.size(); ++i)
            if (std::abs(ours[i].first - theirs[i].first) > 1e-6F * std::max(1.0F, std::abs(theirs[i].first)) ||
                (ours[i].first == theirs[i].first && ours[i].second != theirs[i].second))
                return {};
        return "32-bit rounding splits a tie";
    }

    /// Whether two sets of several GPUs are equally well linked, so that the order of devices decides.
    [[nodiscard]] bool are_linked_alike(int node, gpu_set one, gpu_set other) const {
        const link_view* const links = board_.node(node).type().links;
        if (links == nullptr) return true;
        return one.size() > 1 && links->score(one, nvlink_count::all) == links->score(other, nvlink_count::all);
    }

    void compare_gpus(const json& asked, const json& answer, const std::string& name, const decided& ours) {
        const int node = answer["node"];
        gpu_set theirs;
        for (const json& each : answer["gpus"]) theirs.insert(each["gpu"].get<int>());
        bool same = false;
        std::string_view fault;
        if (ours.fits(node)) {
            const gpu_set gpus = ours.gpus(node);
            if (name != "hami-topology" || are_linked_alike(node, gpus, theirs))
                fault = tie_fault(order_keys(answer, gpus, name == "hami mutex"),
                                  order_keys(answer, theirs, name == "hami mutex"));
            same = gpus == theirs || contains(answer.value("others", json::array()), static_cast<int>(gpus.bits())) ||
                   ((name != "hami-topology" || board_.node(node).type().links == nullptr) &&
                    order_keys(answer, gpus, name == "hami mutex") == order_keys(answer, theirs, name == "hami mutex"));
            if (gpus == theirs) same = same_start(answer, node, ours);
        }
        counts_.compare(name + " GPUs", same, fault, [&] {
            return describe(asked, "node " + std::to_string(node) + " " + answer["gpus"].dump(),
                            ours.fits(node) ? text_of(ours.gpus(node)) : "does not fit");
        });
    }

    /// Whether a MIG instance starts where HAMi's does.
    bool same_start(const json& answer, int node, const decided& ours) const {
        if (!answer["gpus"][0].contains("profile")) return true;
        const auto& table = *board_.node(node).capacity(ours.gpus(node).lowest()).mig;
        const auto& slot = table.slots[ours.slots(node)[0]];
        return slot.start == answer["gpus"][0]["start"] &&
               table.profiles[slot.profile].name.view() == answer["gpus"][0]["profile"].get<std::string>();
    }

    [[nodiscard]] bool follow(const json& asked, const json& answer, const request& made) {
        const int node = answer["node"];
        gpu_set gpus;
        slot_list slots;
        std::vector<json> sorted(answer["gpus"].begin(), answer["gpus"].end());
        std::sort(sorted.begin(), sorted.end(), [](const json& a, const json& b) { return a["gpu"] < b["gpu"]; });
        int nth = 0;
        bool same = true;
        for (const json& each : sorted) {
            const int gpu = each["gpu"];
            gpus.insert(gpu);
            const gpu_capacity& capacity = board_.node(node).capacity(gpu);
            if (each.contains("profile")) {
                for (int s = 0; s < capacity.mig->slot_count; ++s)
                    if (capacity.mig->slots[s].start == each["start"] &&
                        capacity.mig->profiles[capacity.mig->slots[s].profile].name.view() ==
                            each["profile"].get<std::string>())
                        slots.set(nth, s);
            }
            ++nth;
        }
        std::vector<gpu_state> before;
        for (const json& each : sorted) before.push_back(board_.node(node).gpu(each["gpu"]));
        if (!board_.take(asked["id"], node, gpus, made, slots)) return false;
        std::string ours;
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            const json& each = sorted[i];
            const gpu_state& was = before[i];
            const gpu_state& is = board_.node(node).gpu(each["gpu"]);
            const int memory = was.memory_free - is.memory_free;
            const int cores = (was.compute_free - is.compute_free) / 10;
            ours += std::to_string(memory) + " MiB " + std::to_string(cores) + " cores ";
            same = same && memory == each["memory_mib"] && cores == each["cores"];
        }
        counts_.compare("hami shares", same, {}, [&] { return describe(asked, answer["gpus"].dump(), ours); });
        return true;
    }

    sides describe(const json& asked, const std::string& theirs, const std::string& ours) const {
        json question = asked;
        question.erase("answer");
        return {question.dump(), theirs, ours};
    }

    const json& case_;
    tally& counts_;
    board board_;
};

} // namespace

void judge_hami(const json& test_case, tally& counts) {
    if (test_case.contains("pods")) return judge_hami_pods(test_case, counts);
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
