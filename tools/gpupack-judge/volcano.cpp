// SPDX-License-Identifier: Apache-2.0
// Volcano's binpack plugin, vGPU devices and older GPU sharing: fit by node, node, GPUs and what they give.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/models_by_type.hpp>
#include <gpupack/dialect/volcano/presets.hpp>
#include <gpupack/dialect/volcano/request.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <cmath>
#include <set>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

/// What explains a difference that comes from a container with both memory and percent.
constexpr std::string_view both_fault = "percent and MiB both written: the GPU counts percent, the node MiB";

board make_board(const json& test_case) {
    const bool vgpu = test_case["kind"].get<std::string>().starts_with("vgpu");
    cluster_builder builder;
    for (const json& node : test_case["nodes"]) {
        std::vector<gpu_group> groups;
        for (const json& gpu : node["gpus"])
            groups.push_back(
                {1,
                 {.model = name{gpu["model"].get<std::string>()}, .memory = mebibytes{gpu["memory_mib"].get<int>()}},
                 {.max_sharers = vgpu ? gpu["max_tasks"].get<int>() : 65535}});
        builder.add_nodes(1, {.cpu = milli_cpu{node["cpu_milli"].get<std::int64_t>()},
                              .memory = mebibytes{node["memory_mib"].get<std::int64_t>()},
                              .gpus = gpu_list{groups}});
    }
    return board{std::move(builder).build().value()};
}

judged_policy policy_of(const json& test_case) {
    const std::string kind = test_case["kind"];
    if (kind.starts_with("vgpu")) return preset_of(dialect::volcano_presets, "volcano-" + kind);
    if (kind != "binpack") return judged_policy{policy::first_fit{}};
    const json& weights = test_case["weights"];
    return judged_policy{
        dialect::volcano_binpack{{weights["cpu"], weights["memory"], weights["gpu"]}, weights["weight"]}};
}

std::optional<std::int64_t> amount(const json& asked, const char* key) {
    if (!asked.contains(key)) return std::nullopt;
    return asked[key].get<std::int64_t>();
}

/// The request as Volcano reads the pod; nothing where no GPU can ever serve it.
std::optional<request> request_of(const std::string& kind, const json& asked, const model_table& models) {
    request made;
    if (kind.starts_with("vgpu")) {
        const auto read = dialect::volcano_request({amount(asked, "gpus"), amount(asked, "gpu_memory_mib"),
                                                    amount(asked, "gpu_memory_percent"), amount(asked, "gpu_cores")});
        if (!read) return std::nullopt;
        made = *read;
    } else if (kind == "gpushare-memory" && asked.contains("gpu_memory_mib")) {
        made.gpus = 1;
        made.share = slice{.memory = mebibytes{asked["gpu_memory_mib"].get<std::int64_t>()}};
    } else if (asked.contains("gpus")) {
        made.gpus = asked["gpus"];
    }
    made.cpu = milli_cpu{asked["cpu_milli"].get<std::int64_t>()};
    made.memory = mebibytes{asked["memory_mib"].get<std::int64_t>()};
    if (asked.contains("use_types")) // the other annotation counts only without it
        made.models = dialect::models_by_type(models, asked["use_types"].get<std::string>());
    else if (asked.contains("nouse_types"))
        made.models = dialect::models_by_type(models, {}, asked["nouse_types"].get<std::string>());
    return made;
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, board_{make_board(test_case)}, policy_{policy_of(test_case)},
          kind_{"volcano-" + test_case["kind"].get<std::string>()} {}

    void run() {
        for (const json& each : case_.value("placed", json::array())) {
            const request part{.gpus = static_cast<int>(each["gpus"].size()),
                               .share = slice{.memory = mebibytes{each["memory_mib"].get<int>()},
                                              .compute = milli_gpu{10 * each["cores"].get<int>()}}};
            if (!board_.take(each["id"], each["node"], gpus_in(each["gpus"]), part)) return cannot_follow();
        }
        for (const json& event : case_["events"]) {
            if (event.contains("leave")) {
                board_.leave(event["leave"]);
                both_written_.erase(event["leave"].get<std::int64_t>());
            } else if (!arrive(event["arrive"], event["answer"])) {
                return cannot_follow();
            }
        }
    }

  private:
    void cannot_follow() { counts_.leave_out("the rest of a case: gpupack's cluster cannot follow"); }

    [[nodiscard]] bool arrive(const json& asked, const json& answer) {
        counts_.count_decision();
        const auto made = request_of(case_["kind"], asked, board_.cluster().models());
        const decided ours = made ? policy_(board_, *made) : decide_nowhere(board_);
        const bool both = asked.contains("gpu_memory_mib") && asked.contains("gpu_memory_percent");
        const std::string_view fault = both || !both_written_.empty() ? both_fault : std::string_view{};
        bool all_fit_alike = true;
        for (int n = 0; n < board_.size(); ++n) {
            const int refused = answer["refused"][static_cast<std::size_t>(n)];
            const bool same = (refused == 0) == ours.fits(n);
            all_fit_alike = all_fit_alike && same;
            counts_.compare(kind_ + " node fits", same, refused == 1 ? fault : std::string_view{}, [&] {
                const std::string where = "node " + std::to_string(n);
                return sides{asked.dump(), where + " refused " + std::to_string(refused),
                             where + (ours.fits(n) ? " fits" : " does not fit")};
            });
        }
        compare_scores(asked, answer, ours);
        const int node = answer["node"];
        const bool same_node = node < 0 ? ours.node < 0 : ours.node >= 0 && contains(answer["best"], ours.node);
        counts_.compare(kind_ + " node", same_node, all_fit_alike ? std::string_view{} : fault, [&] {
            return sides{asked.dump(), answer.value("best", json::array()).dump(), json(ours.best).dump()};
        });
        if (node < 0) return true;
        if (both) both_written_.insert(asked["id"].get<std::int64_t>());
        return made && follow(asked, answer, *made, ours);
    }

    /// Compares the scores of the nodes where both fit, which are whole points for devices and millionths for binpack.
    void compare_scores(const json& asked, const json& answer, const decided& ours) {
        const bool binpack = case_["kind"] == "binpack";
        if (!binpack && !(asked.contains("gpus") || asked.contains("gpu_memory_mib"))) return;
        for (int n = 0; n < board_.size(); ++n) {
            const json& score = answer["scores"][static_cast<std::size_t>(n)];
            if (score.is_null() || !ours.fits(n)) continue;
            const double mine = static_cast<double>(ours.score(n)) / (binpack ? 1e6 : 1);
            counts_.compare(kind_ + " score", std::abs(mine - score.get<double>()) < 2e-6, {}, [&] {
                return sides{asked.dump(), "node " + std::to_string(n) + " " + score.dump(), json(mine).dump()};
            });
        }
    }

    [[nodiscard]] bool follow(const json& asked, const json& answer, const request& made, const decided& ours) {
        const int node = answer["node"];
        const node_view view = board_.node(node);
        gpu_set theirs;
        for (const json& each : answer.value("parts", json::array())) theirs.insert(each["gpu"].get<int>());
        if (case_["kind"] == "binpack" && ours.fits(node))
            theirs = ours.gpus(node); // the device plugin chooses them
        else if (made.gpus > 0)
            compare_gpus(asked, answer, ours, theirs);
        std::vector<gpu_state> before;
        for (const json& each : answer.value("parts", json::array())) before.push_back(view.gpu(each["gpu"]));
        if (!board_.take(asked["id"], node, theirs, policy_.effective(made))) return false;
        if (before.empty() || case_["kind"] == "gpushare-number") return true;
        bool same = true;
        std::string given;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const json& each = answer["parts"][i];
            const gpu_state& is = board_.node(node).gpu(each["gpu"]);
            const int memory = before[i].memory_free - is.memory_free;
            const int cores = (before[i].compute_free - is.compute_free) / 10;
            same = same && memory == each["memory_mib"] && cores == each["cores"];
            given += std::to_string(memory) + " MiB " + std::to_string(cores) + " cores ";
        }
        counts_.compare(kind_ + " shares", same, {}, [&] {
            return sides{asked.dump(), answer["parts"].dump(), given};
        });
        return true;
    }

    void compare_gpus(const json& asked, const json& answer, const decided& ours, gpu_set theirs) {
        const int node = answer["node"];
        bool same = ours.fits(node) && ours.gpus(node) == theirs;
        for (const json& other : answer.value("other_choices", json::array()))
            same = same || (ours.fits(node) && ours.gpus(node) == gpus_in(other));
        if (case_["kind"] == "gpushare-number" && ours.fits(node)) { // any idle ones, in the order of a map
            same = true;
            for_each_gpu(ours.gpus(node), [&](int i) { same = same && is_free_whole(board_.node(node).gpu(i)); });
        }
        counts_.compare(kind_ + " GPUs", same, {}, [&] {
            return sides{asked.dump(), "node " + std::to_string(node) + " " + text_of(theirs),
                         ours.fits(node) ? text_of(ours.gpus(node)) : "does not fit"};
        });
    }

    const json& case_;
    tally& counts_;
    board board_;
    judged_policy policy_;
    std::string kind_;
    std::set<std::int64_t> both_written_; // ids of tasks that wrote memory and percent and are still there
};

} // namespace

void judge_volcano(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
