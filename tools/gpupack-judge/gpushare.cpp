// SPDX-License-Identifier: Apache-2.0
// Alibaba's gpushare scheduler extender: which nodes pass, the GPU that each would give, and the node.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/gpushare/presets.hpp>
#include <gpupack/dialect/gpushare/request.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <map>
#include <sstream>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

board make_board(const json& test_case) {
    const std::int64_t unit = test_case["unit_mib"];
    cluster_builder builder;
    for (const json& node : test_case["nodes"]) {
        const mebibytes memory{node["units_per_gpu"].get<std::int64_t>() * unit}; // what the extender counts
        const gpu_model model{.model = name{"GPU " + std::to_string(memory.count())}, .memory = memory};
        builder.add_nodes(1, {.cpu = milli_cpu{1'000'000},
                              .memory = mebibytes{1'000'000},
                              .gpus = {node["gpus"].get<int>(), model, {.max_sharers = 65535}}});
    }
    return board{std::move(builder).build().value()};
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, unit_{test_case["unit_mib"].get<std::int64_t>()},
          board_{make_board(test_case)}, policy_{preset_of(dialect::gpushare_presets, "gpushare")} {}

    void run() {
        for (const json& each : case_["standing"]) {
            const auto part = dialect::gpushare_request({each["units"].get<std::int64_t>()}, unit_);
            if (!part || !board_.take(each["id"], each["node"], gpu_set::of(each["gpu"]), *part))
                return cannot_follow();
        }
        for (const json& event : case_["events"]) {
            const std::string kind = event["kind"];
            if (kind == "leave")
                board_.leave(event["id"]);
            else if (kind == "health")
                set_health(event);
            else if (!arrive(event))
                return cannot_follow();
        }
    }

  private:
    void cannot_follow() { counts_.leave_out("the rest of a case: gpupack's cluster cannot follow"); }

    void set_health(const json& event) {
        const int node = event["node"];
        board_.set_closed(node, closed_[node], false);
        gpu_set broken;
        std::stringstream list{event.value("unhealthy", "")};
        for (std::string each; std::getline(list, each, ',');) broken.insert(std::stoi(each));
        board_.set_closed(node, broken, true);
        closed_[node] = broken;
    }

    [[nodiscard]] bool arrive(const json& event) {
        counts_.count_decision();
        const auto made = dialect::gpushare_request(event["containers"].get<std::vector<std::int64_t>>(), unit_);
        const decided ours = made ? policy_(board_, *made) : decide_nowhere(board_);
        const json options = event.value("options", json::array());
        const std::string asked = event["containers"].dump();
        std::map<int, int> gpu_of;
        for (const json& option : options) gpu_of[option["node"]] = option["gpu"];
        for (int n = 0; n < board_.size(); ++n) {
            const bool theirs = gpu_of.count(n) > 0;
            counts_.compare("gpushare node fits", theirs == ours.fits(n), {}, [&] {
                const std::string where = "node " + std::to_string(n);
                return sides{asked, where + (theirs ? " fits" : " does not fit"),
                             where + (ours.fits(n) ? " fits" : " does not fit")};
            });
            if (!theirs || !ours.fits(n)) continue;
            counts_.compare("gpushare GPU", ours.gpus(n) == gpu_set::of(gpu_of[n]), {}, [&] {
                return sides{asked, "node " + std::to_string(n) + " GPU " + std::to_string(gpu_of[n]),
                             text_of(ours.gpus(n))};
            });
        }
        counts_.compare("gpushare node", gpu_of.empty() ? ours.node < 0 : gpu_of.count(ours.node) > 0, {}, [&] {
            return sides{asked, options.dump(), std::to_string(ours.node)};
        });
        if (!event.contains("node")) return true;
        return made && board_.take(event["id"], event["node"], gpu_set::of(event["gpu"]), *made);
    }

    const json& case_;
    tally& counts_;
    std::int64_t unit_;
    board board_;
    judged_policy policy_;
    std::map<int, gpu_set> closed_;
};

} // namespace

void judge_gpushare(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
