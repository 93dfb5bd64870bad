// SPDX-License-Identifier: Apache-2.0
// Ray's placement groups: where bundles go, and the GPUs that they get there.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/ray/bundles.hpp>
#include <gpupack/dialect/ray/presets.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <algorithm>
#include <map>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view refused_fault = "Ray chose by sums of fractions, and the node refused";

dialect::ray_bundle bundle_in(const json& bundle) {
    return {milli_cpu{bundle["cpu"].get<std::int64_t>()}, milli_gpu{bundle["gpu"].get<std::int64_t>()},
            mebibytes{bundle["memory_gib"].get<std::int64_t>() * 1024}};
}

dialect::ray_strategy strategy_of(const std::string& name) {
    if (name == "PACK") return dialect::ray_strategy::pack;
    if (name == "STRICT_PACK") return dialect::ray_strategy::strict_pack;
    return name == "SPREAD" ? dialect::ray_strategy::spread : dialect::ray_strategy::strict_spread;
}

/// Takes, of equally good nodes, the one that Ray took for the bundle: Ray draws.
struct as_ray {
    const std::vector<std::size_t>* answer;

    [[nodiscard]] std::size_t operator()(std::size_t bundle, const std::vector<std::size_t>& nodes) const {
        const std::size_t theirs = bundle < answer->size() ? (*answer)[bundle] : nodes.front();
        return std::find(nodes.begin(), nodes.end(), theirs) == nodes.end() ? nodes.front() : theirs;
    }
};

/// The request of a bundle that is a part of one GPU, or whole ones; nothing where it is neither.
std::optional<request> request_of(const json& bundle) {
    const std::int64_t gpu = bundle["gpu"];
    request made{.cpu = milli_cpu{bundle["cpu"].get<std::int64_t>()},
                 .memory = mebibytes{bundle["memory_gib"].get<std::int64_t>() * 1024}};
    if (gpu > 1000 && gpu % 1000 != 0) return std::nullopt;
    made.gpus = gpu == 0 ? 0 : gpu < 1000 ? 1 : static_cast<int>(gpu / 1000);
    if (gpu > 0 && gpu < 1000) made.share = slice{.compute = milli_gpu{gpu}};
    return made;
}

board make_board(const json& test_case) {
    const gpu_model card{.model = name{"card"}, .memory = mebibytes{16384}};
    cluster_builder builder;
    for (const json& node : test_case["nodes"]) {
        const int gpus = node["gpus"];
        builder.add_nodes(1, {.cpu = milli_cpu{node["cpu"].get<std::int64_t>() * 1000},
                              .memory = mebibytes{node["memory_gib"].get<std::int64_t>() * 1024},
                              .gpus = gpus > 0 ? gpu_list{gpus, card} : gpu_list{}});
    }
    return board{std::move(builder).build().value()};
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, board_{make_board(test_case)}, free_{dialect::ray_free(board_.cluster())},
          gpus_by_{preset_of(dialect::ray_presets, "ray-pack")} {}

    void run() {
        for (const json& bundle : case_["standing"]) {
            free_[bundle["pin"].get<std::size_t>()].take(bundle_in(bundle));
            if (!follows_) continue;
            if (bundle["gpus"].is_null())
                follow_no_more();
            else
                take(-1, bundle, bundle["pin"], bundle["gpus"]);
        }
        for (const json& group : case_["groups"]) {
            for (const json& id : group["leave_first"]) leave(id);
            decide_group(group);
            if (group.contains("kept")) keep(group);
        }
    }

  private:
    void leave(std::int64_t id) {
        board_.leave(id);
        for (const auto& [bundle, node] : kept_[id]) {
            free_[node].cpu += bundle.cpu;
            free_[node].gpu += bundle.gpu;
            free_[node].memory += bundle.memory;
        }
        kept_.erase(id);
    }

    void follow_no_more() {
        follows_ = false;
        counts_.leave_out("GPUs that were not seen, and what comes after them");
    }

    void decide_group(const json& group) {
        counts_.count_decision();
        const std::string strategy = group["strategy"];
        std::vector<dialect::ray_bundle> bundles;
        for (const json& bundle : group["bundles"]) bundles.push_back(bundle_in(bundle));
        bool refused = false;
        for (const json& answer : group["answers"])
            refused = refused || answer["attempts"].get<int>() > 1 || contains_text(answer["states"], "REFUSED");
        const std::string_view fault = refused ? refused_fault : std::string_view{};
        for (const json& answer : group["answers"]) {
            if (answer["states"] == json::array({"QUEUED"})) {
                counts_.leave_out("a group that Ray left in its queue");
                continue;
            }
            std::vector<std::size_t> theirs;
            if (!answer["nodes"].is_null()) theirs = answer["nodes"].get<std::vector<std::size_t>>();
            const auto ours = dialect::ray_bundles(free_, bundles, strategy_of(strategy), as_ray{&theirs});
            const bool same = ours ? *ours == theirs : theirs.empty();
            if (ours && theirs.empty() && !refused && !follows_) {
                counts_.leave_out("no room, where GPUs were not seen");
                continue;
            }
            std::string_view reason = fault;
            if (ours && theirs.empty() && must_refuse(group["bundles"], *ours)) reason = refused_fault;
            counts_.compare("ray " + strategy + " nodes", same, reason, [&] {
                return sides{group["bundles"].dump(), answer["nodes"].dump(), ours ? json(*ours).dump() : "no room"};
            });
            if (bundles.size() == 1) compare_preset(group, strategy, theirs, fault);
        }
    }

    [[nodiscard]] static bool contains_text(const json& texts, std::string_view text) {
        return std::any_of(texts.begin(), texts.end(), [&](const json& each) { return each == text; });
    }

    /// Whether some node cannot hold its bundles GPU by GPU, though the sums say so: the node refuses then, seen by the oracle or not.
    [[nodiscard]] bool must_refuse(const json& bundles, const std::vector<std::size_t>& nodes) const {
        if (!follows_) return false;
        board filled = board_;
        for (std::size_t b = 0; b < nodes.size(); ++b) {
            const auto made = request_of(bundles[b]);
            if (!made) return false;
            const decided ours = gpus_by_(filled, *made);
            const int node = static_cast<int>(nodes[b]);
            if (!ours.fits(node) || !filled.take(0, node, ours.gpus(node), *made)) return true;
        }
        return false;
    }

    /// The preset for a group of one bundle.
    void compare_preset(const json& group, const std::string& strategy, const std::vector<std::size_t>& theirs,
                        std::string_view fault) {
        const auto made = request_of(group["bundles"][0]);
        if (!made || !follows_) return counts_.leave_out("a bundle above one GPU and not whole, for the preset");
        const bool packs = strategy == "PACK" || strategy == "STRICT_PACK";
        const std::string preset = packs ? "ray-pack" : "ray-spread";
        const decided ours = preset_of(dialect::ray_presets, preset)(board_, *made);
        const json best = ours.best;
        const bool same = theirs.empty() ? ours.node < 0 : contains(best, static_cast<int>(theirs.front()));
        counts_.compare(preset + " node", same, fault, [&] {
            return sides{group["bundles"].dump(), theirs.empty() ? "no room" : std::to_string(theirs.front()),
                         best.dump()};
        });
    }

    /// Follows a group that stays, and compares the GPUs of its bundles.
    void keep(const json& group) {
        const std::int64_t id = group["id"];
        const json& kept = group["kept"];
        for (std::size_t b = 0; b < group["bundles"].size(); ++b) {
            const auto bundle = bundle_in(group["bundles"][b]);
            const std::size_t node = kept["nodes"][b];
            free_[node].take(bundle);
            kept_[id].emplace_back(bundle, node);
            if (!follows_) continue;
            if (kept["gpus"][b].is_null()) {
                follow_no_more();
                continue;
            }
            compare_gpus(group["bundles"][b], static_cast<int>(node), kept["gpus"][b]);
            take(id, group["bundles"][b], static_cast<int>(node), kept["gpus"][b]);
        }
    }

    void compare_gpus(const json& bundle, int node, const json& theirs) {
        const auto made = request_of(bundle);
        if (!made || made->gpus == 0) return;
        gpu_set gpus;
        for (const json& each : theirs) gpus.insert(each[0].get<int>());
        const decided ours = gpus_by_(board_, *made);
        counts_.compare("ray GPUs", ours.fits(node) && ours.gpus(node) == gpus, {}, [&] {
            return sides{bundle.dump(), "node " + std::to_string(node) + " " + theirs.dump(),
                         ours.fits(node) ? text_of(ours.gpus(node)) : "does not fit"};
        });
    }

    /// Books a bundle GPU by GPU, as it may take unequal parts.
    void take(std::int64_t id, const json& bundle, int node, const json& gpus) {
        request host{.cpu = milli_cpu{bundle["cpu"].get<std::int64_t>()},
                     .memory = mebibytes{bundle["memory_gib"].get<std::int64_t>() * 1024}};
        follows_ = follows_ && board_.take(id, node, {}, host);
        for (const json& each : gpus) {
            const std::int64_t part = each[1];
            request gpu{.gpus = 1};
            if (part < 1000) gpu.share = slice{.compute = milli_gpu{part}};
            follows_ = follows_ && board_.take(id, node, gpu_set::of(each[0]), gpu);
        }
        if (!follows_) counts_.leave_out("GPUs of a case that gpupack's cluster cannot follow");
    }

    const json& case_;
    tally& counts_;
    board board_;
    std::vector<dialect::ray_bundle> free_; // [nodes] as Ray adds them up
    judged_policy gpus_by_;
    bool follows_ = true; // whether the GPUs of all that runs are known
    std::map<std::int64_t, std::vector<std::pair<dialect::ray_bundle, std::size_t>>> kept_;
};

} // namespace

void judge_ray(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
