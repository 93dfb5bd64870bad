// SPDX-License-Identifier: Apache-2.0
// HAMi's pods of several containers: fit by node, node, what each container gets, and what the pod counts for.
#include "board.hpp"
#include "hami_board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/hami/device_policy.hpp>
#include <gpupack/dialect/hami/place_pod.hpp>
#include <gpupack/dialect/hami/pod.hpp>
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/dialect/models_by_type.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace judge_program {
namespace {

using namespace gpupack;
using dialect::hami_demand;
using dialect::hami_pod;
using dialect::hami_pod_option;
using nlohmann::json;

std::vector<hami_demand> demands_in(const json& containers) {
    std::vector<hami_demand> demands;
    for (const json& each : containers) {
        const dialect::hami_limits limits{hami::amount(each, "gpus"), hami::amount(each, "memory_mib"),
                                          hami::amount(each, "percent"), hami::amount(each, "cores")};
        demands.push_back(dialect::hami_normalise(dialect::hami_admit(limits).value()).value());
    }
    return demands;
}

std::vector<std::string> ids_in(const json& asked, const char* key) {
    std::vector<std::string> ids;
    for (const json& each : asked.value(key, json::array())) ids.push_back(hami::gpu_name(each[0], each[1]));
    return ids;
}

hami_pod pod_of(const json& test_case, const json& asked, const model_table& models) {
    hami_pod pod{.init = demands_in(asked.value("init", json::array())), .containers = demands_in(asked["containers"])};
    const auto policy = [&](const char* key) { return asked.value(key, test_case[key].get<std::string>()); };
    pod.numa_bind = asked.value("numa_bind", false);
    pod.nodes = dialect::hami_node_policy_of(policy("node_policy"));
    pod.devices = dialect::hami_device_policy_of(policy("gpu_policy"), pod.numa_bind);
    if (asked.contains("weights")) pod.weights = {asked["weights"][0], asked["weights"][1], asked["weights"][2]};
    pod.use_ids = ids_in(asked, "use_gpus");
    pod.no_use_ids = ids_in(asked, "no_use_gpus");
    const std::string wanted = asked.value("use_type", "");
    const std::string refused = asked.value("no_use_type", "");
    if (!wanted.empty() || !refused.empty()) pod.models = dialect::models_by_type(models, wanted, refused);
    if (asked.contains("mode")) pod.mode = asked["mode"].get<std::string>();
    pod.miscounts_init = true;
    return pod;
}

/// What HAMi's containers got, as gpupack writes it; containers without GPUs get nothing.
hami_pod_option option_in(const node_view& node, const hami_pod& pod, const json& answer) {
    hami_pod_option option{.node = node.id()};
    std::size_t nth = 0;
    const auto read = [&](const hami_demand& demand) {
        std::vector<dialect::hami_grant> grants;
        if (demand.count == 0) return grants;
        for (const json& each : answer["containers"][nth++]) {
            const int gpu = each["gpu"];
            grants.push_back({gpu, mebibytes{each["memory_mib"].get<int>()}, milli_gpu{each["cores"].get<int>() * 10}});
            if (!each.contains("profile")) continue;
            const auto slot = node.capacity(gpu).mig->find(each["profile"].get<std::string>(), each["start"]);
            grants.back().slot = slot.value();
        }
        return grants;
    };
    for (const hami_demand& each : pod.init) option.init.push_back(read(each));
    for (const hami_demand& each : pod.containers) option.containers.push_back(read(each));
    return option;
}

std::string text_of(const hami_pod_option& option) {
    std::string text;
    const auto add = [&](const std::vector<dialect::hami_grant>& grants) {
        text += "(";
        for (const auto& each : grants)
            text += " " + std::to_string(each.gpu) + ": " + std::to_string(each.memory.count()) + " MiB " +
                    std::to_string(each.compute.count() / 10) + " cores";
        text += " )";
    };
    for (const auto& each : option.init) add(each);
    text += " then ";
    for (const auto& each : option.containers) add(each);
    return text;
}

class replayed_pods {
  public:
    replayed_pods(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, cluster_{hami::make_board(test_case).cluster()} {
        if (!case_.contains("quota")) return;
        quota_ = dialect::hami_quota{hami::amount(case_["quota"], "memory_mib"), hami::amount(case_["quota"], "cores")};
    }

    void run() {
        for (const json& asked : case_["pods"]) {
            if (asked["op"] == "leave")
                leave(asked["id"]);
            else if (asked["op"] == "init_done")
                end_init(asked);
            else if (!arrive(asked))
                return counts_.leave_out("the rest of a case: MIG instances of init containers");
        }
    }

  private:
    struct live_pod {
        std::vector<placement> placements;
        hami_pod_option option;
        hami_pod pod;
    };

    void leave(std::int64_t id) {
        const auto found = live_.find(id);
        if (found == live_.end()) return;
        release(found->second);
        live_.erase(found);
    }

    void release(const live_pod& pod) {
        for (const placement& each : pod.placements) cluster_.give_back(each);
        count_usage(dialect::hami_usage_of(pod.option), -1);
    }

    /// Its init containers have ended: from now on it counts for its other containers alone.
    void end_init(const json& asked) {
        live_pod pod = live_.at(asked["id"]);
        release(pod);
        pod.option.bookings =
            dialect::hami_bookings_after_init(cluster_.node_at(pod.option.node.number()), pod.pod, pod.option);
        take(asked, pod.option, pod.pod);
    }

    void count_usage(const dialect::hami_usage& usage, int sign) {
        if (!quota_) return;
        quota_->memory_used += sign * usage.memory;
        quota_->cores_used += sign * usage.cores;
    }

    [[nodiscard]] bool arrive(const json& asked) {
        counts_.count_decision();
        const json& answer = asked["answer"];
        hami_pod pod = pod_of(case_, asked, cluster_.models());
        pod.quota = quota_;
        const std::vector<hami_pod_option> options = dialect::hami_pod_options(cluster_, pod);
        const bool fit = answer["fit"];
        for (std::uint32_t n = 0; n < cluster_.size(); ++n) {
            const bool theirs = fit && !answer["scores"][n].is_null();
            const bool ours = on(options, n) != nullptr;
            counts_.compare(kind("node fits"), theirs == ours, {}, [&] {
                const std::string where = "node " + std::to_string(n);
                return describe(asked, where + (theirs ? " fits" : " does not fit"),
                                where + (ours ? " fits" : " does not fit"));
            });
        }
        if (!fit) return true;
        compare_node(asked, dialect::hami_place_pod(cluster_, pod));
        const std::uint32_t node = answer["node"];
        hami_pod_option theirs = option_in(cluster_.node_at(node), pod, answer);
        const hami_pod_option* const ours = on(options, node);
        const bool same = is_same(ours, theirs);
        counts_.compare(kind("GPUs"), same, same ? std::string_view{} : rounding_fault(pod, theirs), [&] {
            return describe(asked, "node " + std::to_string(node) + " " + text_of(theirs),
                            ours == nullptr ? "does not fit" : text_of(*ours));
        });
        if (!pod.init.empty() && has_instances(theirs)) return false;
        theirs.bookings = dialect::hami_bookings(cluster_.node_at(node), pod, theirs);
        take(asked, theirs, pod);
        return true;
    }

    [[nodiscard]] static bool is_same(const hami_pod_option* ours, const hami_pod_option& theirs) {
        return ours != nullptr && ours->init == theirs.init && ours->containers == theirs.containers;
    }

    /// The fault where HAMi's scores, in its floating point, give its GPUs.
    [[nodiscard]] std::string_view rounding_fault(hami_pod pod, const hami_pod_option& theirs) const {
        pod.rounds_scores = true;
        const std::vector<hami_pod_option> options = dialect::hami_pod_options(cluster_, pod);
        return is_same(on(options, theirs.node.number()), theirs) ? "32-bit rounding splits a tie" : std::string_view{};
    }

    [[nodiscard]] static bool has_instances(const hami_pod_option& option) {
        for (const auto* const containers : {&option.init, &option.containers})
            for (const auto& each : *containers)
                for (const dialect::hami_grant& grant : each)
                    if (grant.slot >= 0) return true;
        return false;
    }

    [[nodiscard]] static const hami_pod_option* on(const std::vector<hami_pod_option>& options, std::uint32_t node) {
        for (const hami_pod_option& each : options)
            if (each.node.number() == node) return &each;
        return nullptr;
    }

    void compare_node(const json& asked, const std::optional<hami_pod_option>& ours) {
        const json& answer = asked["answer"];
        const json& best = answer["best"];
        const int node = ours ? static_cast<int>(ours->node.number()) : -1;
        std::string_view fault;
        if (node >= 0 && !answer["scores"][static_cast<std::size_t>(node)].is_null()) {
            const double mine = answer["scores"][static_cast<std::size_t>(node)];
            const double highest = answer["scores"][best[0].get<std::size_t>()];
            if (std::abs(mine - highest) <= 1e-6 * std::max(1.0, std::abs(highest)))
                fault = "32-bit rounding splits a tie";
        }
        counts_.compare(kind("node"), contains(best, node), fault,
                        [&] { return describe(asked, best.dump(), std::to_string(node)); });
    }

    /// Takes what HAMi chose, and compares what that counts for.
    void take(const json& asked, const hami_pod_option& option, const hami_pod& pod) {
        std::map<int, std::tuple<std::int64_t, std::int64_t, int>> sums;
        for (const dialect::hami_booking& each : option.bookings) {
            auto& [memory, cores, slots] = sums[each.gpu];
            memory += each.part.memory().count();
            cores += each.part.compute().count() / 10;
            ++slots;
        }
        auto ours = json::array();
        for (const auto& [gpu, sum] : sums)
            ours.push_back({{"gpu", gpu},
                            {"memory_mib", std::get<0>(sum)},
                            {"cores", std::get<1>(sum)},
                            {"slots", std::get<2>(sum)}});
        const json booked = asked["answer"].value("booked", json::array());
        counts_.compare(kind("counts for"), ours == booked, {},
                        [&] { return describe(asked, booked.dump(), ours.dump()); });
        const std::vector<placement> placed = dialect::hami_take(cluster_, option, pod);
        counts_.compare(kind("is taken"), placed.size() == option.bookings.size(), {},
                        [&] { return describe(asked, "taken", "not taken"); });
        count_usage(dialect::hami_usage_of(option), 1);
        live_[asked["id"]] = {placed, option, pod};
    }

    [[nodiscard]] std::string kind(const char* what) const {
        return "hami " + case_["family"].get<std::string>() + " " + what;
    }
    [[nodiscard]] static sides describe(const json& asked, const std::string& theirs, const std::string& ours) {
        json question = asked;
        question.erase("answer");
        return {question.dump(), theirs, ours};
    }

    const json& case_;
    tally& counts_;
    cluster cluster_;
    std::map<std::int64_t, live_pod> live_{};
    std::optional<dialect::hami_quota> quota_{};
};

} // namespace

void judge_hami_pods(const json& test_case, tally& counts) {
    replayed_pods{test_case, counts}.run();
}

} // namespace judge_program
