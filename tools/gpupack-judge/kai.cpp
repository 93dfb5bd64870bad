// SPDX-License-Identifier: Apache-2.0
// KAI: fit by node, node, and how GPUs are shared.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/kai/place_soon.hpp>
#include <gpupack/dialect/kai/presets.hpp>
#include <gpupack/dialect/kai/request.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/soon_free.hpp>
#include <gpupack/topology/models.hpp>

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view memory_fault = "gpu-memory beyond the GPU's memory is placed";
constexpr std::string_view overbook_fault = "a task starts on a GPU that others are still leaving";

/// The instances of the MIG layouts of the cases, by profile and start.
std::vector<mig::gpu_instance> instances_of(std::size_t layout) {
    static const std::array<std::vector<mig::gpu_instance>, 5> layouts{{
        {{"1g.5gb", 0}, {"1g.5gb", 1}, {"1g.5gb", 2}, {"1g.5gb", 3}, {"1g.5gb", 4}, {"1g.5gb", 5}, {"1g.5gb", 6}},
        {{"3g.20gb", 0}, {"3g.20gb", 4}},
        {{"3g.20gb", 4}, {"2g.10gb", 0}, {"1g.5gb", 2}, {"1g.5gb", 3}},
        {{"7g.40gb", 0}},
        {{"2g.10gb", 0}, {"2g.10gb", 2}, {"2g.10gb", 4}, {"1g.5gb", 6}},
    }};
    return layouts.at(layout);
}

gpu_list gpus_of(const json& node) {
    std::vector<gpu_group> groups;
    const int count = node["gpus"];
    if (count == 0) return {};
    if (node.contains("layouts")) {
        for (const json& layout : node["layouts"])
            groups.push_back({1, models::a100_40gb, {.only = sharing::mig, .instances = instances_of(layout)}});
        return gpu_list{groups};
    }
    const mebibytes memory{node["gpu_mib"].get<int>()};
    const gpu_model model{.model = name{"GPU " + std::to_string(memory.count())}, .memory = memory};
    return {count, model, {.max_sharers = 65535, .reserve = memory - dialect::kai_gpu_memory(memory)}};
}

board make_board(const json& test_case) {
    cluster_builder builder;
    for (const json& node : test_case["nodes"])
        builder.add_nodes(1, {.cpu = milli_cpu{node["cpu_milli"].get<std::int64_t>()},
                              .memory = mebibytes{node["memory_mib"].get<std::int64_t>()},
                              .gpus = gpus_of(node)});
    return board{std::move(builder).build().value()};
}

/// The request as KAI reads the pod; nothing where gpupack's cluster has no such GPU.
std::optional<request> request_of(const json& want, const model_table& models) {
    request made;
    if (want.contains("mig")) {
        const auto instance = mig_profile(models, want["mig"].get<std::string>());
        if (!instance) return std::nullopt;
        made.gpus = 1;
        made.share = *instance;
    } else {
        const std::string fraction = want.value("fraction", "");
        const std::string memory = want.contains("gpu_mib") ? want["gpu_mib"].dump() : "";
        const std::string devices = want.contains("devices") ? want["devices"].dump() : "";
        dialect::kai_annotations annotations;
        if (want.contains("whole")) annotations.gpus = want["whole"].get<std::int64_t>();
        if (!fraction.empty()) annotations.fraction = fraction;
        if (!memory.empty()) annotations.memory = memory;
        if (!devices.empty()) annotations.devices = devices;
        const auto read = dialect::kai_request(annotations);
        if (!read) return std::nullopt;
        made = *read;
    }
    made.cpu = milli_cpu{want["cpu_milli"].get<std::int64_t>()};
    made.memory = mebibytes{want["memory_mib"].get<std::int64_t>()};
    return made;
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, board_{make_board(test_case)},
          preset_{"kai-" + test_case["strategy"].get<std::string>()}, policy_{
                                                                          preset_of(dialect::kai_presets, preset_)} {}

    void run() {
        for (const json& event : case_["events"]) {
            const std::string op = event["op"];
            const std::int64_t id = event["id"];
            bool follows = true;
            if (op == "terminate") {
                board_.set_leaving(id);
            } else if (op == "leave" || op == "gone") {
                board_.leave(id);
                beyond_.erase(id);
            } else if (op == "start") {
                follows = follow(event["want"], id, event["node"], gpus_in(event.value("gpus", json::array())));
            } else {
                follows = place(event);
            }
            if (!follows) return counts_.leave_out("the rest of a case: gpupack's cluster cannot follow");
        }
    }

  private:
    [[nodiscard]] bool place(const json& event) {
        counts_.count_decision();
        const json& want = event["want"];
        const json& answer = event["answer"];
        compare(want, answer);
        const int node = answer["node"];
        const bool waits = answer.value("waits", false) || answer.value("overbooks", false);
        if (node < 0 || waits) return true;
        return follow(want, event["id"], node, gpus_in(answer.value("gpus", json::array())));
    }

    void compare(const json& want, const json& answer) {
        const auto made = request_of(want, board_.cluster().models());
        const decided ours = made ? decide(*made) : decide_nowhere(board_);
        bool beyond = want.contains("gpu_mib") && beyond_memory(want["gpu_mib"]);
        if (made && made->gpus == 0) beyond = !beyond_.empty();
        const std::string_view fault = beyond ? memory_fault : std::string_view{};
        for (int n = 0; n < board_.size(); ++n) {
            const bool theirs = contains(answer["fits"], n);
            counts_.compare(preset_ + " node fits", theirs == ours.fits(n), fault, [&] {
                const std::string where = "node " + std::to_string(n);
                return sides{want.dump(), where + (theirs ? " fits" : " does not fit"),
                             where + (ours.fits(n) ? " fits" : " does not fit")};
            });
            if (theirs && ours.fits(n)) compare_score(want, answer, ours, n);
        }
        const int node = answer["node"];
        counts_.compare(preset_ + " node", node == ours.node, fault, [&] {
            return sides{want.dump(), std::to_string(node), std::to_string(ours.node)};
        });
        if (node < 0 || !ours.fits(node)) return;
        if (want.contains("devices") || want.contains("whole")) compare_gpus(want, answer, ours, node);
        if (board_.cluster().leaving_placements() > 0) compare_wait(want, answer, node);
    }

    /// What the preset decides; while tasks are leaving, what KAI's rules for them do.
    [[nodiscard]] decided decide(const request& asked) {
        starts_.assign(board_.cluster().size(), true);
        if (board_.cluster().leaving_placements() == 0) return policy_(board_, asked);
        const policy::strategy lean = preset_ == "kai-binpack" ? policy::strategy::binpack : policy::strategy::spread;
        const dialect::kai_node nodes{lean, preset_ != "kai-spread"};
        decided made = decide_nowhere(board_);
        std::optional<dialect::kai_option> best;
        for (const auto& option : dialect::kai_options(board_.cluster(), policy_.effective(asked), nodes, {lean})) {
            made.options[option.choice.node.number()] =
                gpupack::ranked_selection<policy::score>{option.choice, option.score - 100 * dialect::kai_point};
            starts_[option.choice.node.number()] = !option.waits;
            if (!best || best->score < option.score) best = option;
        }
        if (best) made.node = static_cast<int>(best->choice.node.number());
        return made;
    }

    /// Whether some GPU of the cluster has less memory.
    [[nodiscard]] bool beyond_memory(std::int64_t memory) const {
        for (const json& node : case_["nodes"])
            if (node["gpus"] > 0 && memory > dialect::kai_gpu_memory(mebibytes{node.value("gpu_mib", 0)}).count())
                return true;
        return false;
    }

    /// KAI adds 100 points where the task can start now. A GPU that holds more than its memory is no GPU to join there, not even
    /// for a task without GPUs.
    void compare_score(const json& want, const json& answer, const decided& ours, int node) {
        const double theirs = answer["scores"][static_cast<std::size_t>(node)].get<double>() - 100;
        const double mine = static_cast<double>(ours.score(node)) / 1e6;
        bool holds_more = false;
        for (const auto& [id, at] : beyond_) holds_more = holds_more || at == node;
        counts_.compare(preset_ + " score", std::abs(theirs - mine) < 2e-6,
                        holds_more ? memory_fault : std::string_view{}, [&] {
                            return sides{want.dump(), "node " + std::to_string(node) + " " + json(theirs).dump(),
                                         json(mine).dump()};
                        });
    }

    /// Whether a task waits. KAI starts it on a GPU that is not free yet where all tasks are leaving it.
    void compare_wait(const json& want, const json& answer, int node) {
        const bool starts = starts_[static_cast<std::size_t>(node)];
        const std::string_view fault = answer.value("overbooks", false) ? overbook_fault : std::string_view{};
        counts_.compare(preset_ + " waits", starts == !answer.value("waits", false), fault, [&] {
            return sides{want.dump(), answer.dump(), starts ? "starts" : "waits"};
        });
    }

    /// Shared GPUs that are equal are taken in the order of a map there; of whole ones KAI tells the number alone.
    void compare_gpus(const json& want, const json& answer, const decided& ours, int node) {
        const gpu_set mine = ours.gpus(node);
        bool same = want.contains("whole") && mine.size() == want["whole"].get<int>();
        if (want.contains("devices")) {
            const gpu_set sure = gpus_in(answer.value("sure", json::array()));
            const gpu_set tied = gpus_in(answer.value("tied", json::array()));
            int opened = 0;
            const soon_free later{board_.cluster(), board_.node(node).id()};
            for_each_gpu(mine, [&](int i) { opened += later.view().gpu(i).sharers() == 0 ? 1 : 0; });
            same = (mine & sure) == sure && (mine & tied).size() == answer.value("take_tied", 0) &&
                   opened == answer.value("opens", 0);
        }
        counts_.compare(preset_ + " GPUs", same, {}, [&] {
            return sides{want.dump(), "node " + std::to_string(node) + " " + answer.value("gpus", json::array()).dump(),
                         text_of(mine)};
        });
    }

    [[nodiscard]] bool follow(const json& want, std::int64_t id, int node, gpu_set gpus) {
        auto made = request_of(want, board_.cluster().models());
        if (!made) return false;
        slot_list slots;
        if (want.contains("mig")) { // which instance is not KAI's choice
            const decided ours = policy_(board_, *made);
            if (!ours.fits(node)) return false;
            gpus = ours.gpus(node);
            slots = ours.slots(node);
        } else if (want.contains("gpu_mib")) { // what lies beyond the GPU takes all of it
            const mebibytes memory = board_.node(node).gpu_memory(gpus.lowest());
            if (made->share.memory() > memory) {
                made->share = slice{.memory = memory};
                beyond_[id] = node;
            }
        }
        return board_.take(id, node, made->gpus == 0 ? gpu_set{} : gpus, policy_.effective(*made), slots);
    }

    const json& case_;
    tally& counts_;
    board board_;
    std::string preset_;
    judged_policy policy_;
    std::vector<bool> starts_;           ///< [nodes] Whether a task would start there at once.
    std::map<std::int64_t, int> beyond_; ///< The nodes of the tasks that have more memory than their GPU.
};

} // namespace

void judge_kai(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
