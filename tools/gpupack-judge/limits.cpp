// SPDX-License-Identifier: Apache-2.0
// What the systems read in limits and annotations of pods: cases that hold "limits" in place of a cluster.
#include "limits.hpp"

#include <gpupack/dialect/gpushare/request.hpp>
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/dialect/kai/request.hpp>
#include <gpupack/dialect/koordinator/request.hpp>
#include <gpupack/dialect/volcano/request.hpp>
#include <gpupack/request/share_text.hpp>
#include <gpupack/topology/model_table.hpp>

#include <optional>
#include <string>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;
using read_request = expected<request, input_error>;

std::optional<std::int64_t> amount(const json& limits, const char* key) {
    if (!limits.contains(key)) return std::nullopt;
    return limits[key].get<std::int64_t>();
}

std::string text_of(const request& request) {
    return std::to_string(request.gpus) + " GPUs, of each " + to_text(request.share, model_table{});
}

/// Counts one comparison of a request with the one that the system's numbers mean; none: the system refuses it.
void compare_request(std::string_view kind, const json& limits, const std::optional<request>& theirs,
                     const read_request& ours, std::string_view fault, tally& counts) {
    const bool same = theirs ? ours && *ours == *theirs : !ours;
    counts.compare(kind, same, fault, [&] {
        return sides{limits.dump(), theirs ? text_of(*theirs) : "refused",
                     ours ? text_of(*ours) : ours.error().message()};
    });
}

/// The request that HAMi's and Volcano's numbers mean: count, MiB, percent (101: not set), percent of compute.
request vgpu_request(std::int64_t count, std::int64_t memory, std::int64_t percent, std::int64_t cores,
                     bool is_memory_first) {
    request made{.gpus = static_cast<int>(count)};
    if (count == 0) return made;
    slice part{.compute = milli_gpu{10 * (cores < 100 ? cores : 100)}, .rule = {.compute_alone = true}};
    if (percent == 101 || (is_memory_first && memory > 0))
        part.memory = mebibytes{memory};
    else
        part.memory_percent = static_cast<int>(percent);
    made.share = part;
    return made;
}

void judge_hami_limits(const json& limits, tally& counts) {
    const json& made = limits["made"];
    const bool webhook = limits["webhook"];
    const dialect::hami_defaults defaults{.memory = limits["default_memory"],
                                          .cores = limits["default_cores"],
                                          .memory_factor = limits["memory_factor"],
                                          .webhook = webhook,
                                          .count = limits["default_gpus"]};
    const dialect::hami_limits container{amount(limits, "gpus"), amount(limits, "memory"), amount(limits, "percent"),
                                         amount(limits, "cores")};
    std::optional<request> theirs;
    if (!limits["refused"].get<bool>()) {
        theirs = vgpu_request(made[0], made[1], made[2], made[3], true);
        if (made[0] > 0 && made[1] == 0 && made[2] == 100 && made[3] >= 100) theirs->share = exclusive{};
    }
    read_request ours = dialect::hami_request(container, defaults);
    if (ours && ours->gpus == 0) ours = request{};
    const bool no_gpus = theirs && theirs->gpus == 0 && container.memory;
    compare_request("hami request", limits, theirs, ours,
                    no_gpus && !ours ? "memory out of range takes the GPUs away" : "", counts);
}

void judge_volcano_limits(const json& limits, tally& counts) {
    const dialect::volcano_limits container{amount(limits, "gpus"), amount(limits, "gpu_memory_mib"),
                                            amount(limits, "gpu_memory_percent"), amount(limits, "gpu_cores")};
    read_request ours = dialect::volcano_request(container);
    if (ours && ours->gpus == 0) ours = request{};
    std::optional<request> theirs = request{};
    std::string_view fault;
    if (limits.contains("made")) {
        const json& made = limits["made"];
        if (made[0] > max_gpus_per_node) return counts.leave_out("more than 32 GPUs");
        theirs = vgpu_request(made[0], made[1], made[2], made[3], false);
        if (made[3] > 100 || (made[2] > 101 || (made[2] == 101 && made[1] == 0)))
            fault = "a part above all of a GPU is read, and fits nowhere";
        if (container.percent == 101) fault = "101 percent is read as none";
        if (made[2] == 0 && made[3] == 0) fault = "a share of nothing is placed";
        if (made[0] == 0) fault = "amounts beside a number of 0 are not looked at";
    }
    compare_request("volcano request", limits, theirs, ours, ours ? "" : fault, counts);
}

void judge_gpushare_limits(const json& limits, tally& counts) {
    const std::int64_t units = limits["units"];
    const auto ours = dialect::gpushare_request(limits["containers"].get<std::vector<std::int64_t>>(), 1);
    std::optional<request> theirs = request{};
    if (units > 0 && units <= max_amount) theirs = request{.gpus = 1, .share = slice{.memory = mebibytes{units}}};
    if (units > max_amount) theirs.reset(); // no GPU has so much
    compare_request("gpushare request", limits, theirs, ours, "", counts);
    counts.compare("gpushare pod", limits["shares"].get<bool>() == (!ours || ours->gpus > 0), "", [&] {
        return sides{limits.dump(), limits["shares"].dump(), ours ? text_of(*ours) : ours.error().message()};
    });
}

void judge_kai_limits(const json& limits, tally& counts) {
    const auto text = [&](const char* key) -> std::optional<std::string_view> {
        if (!limits.contains(key)) return std::nullopt;
        return std::string_view{limits[key].get_ref<const std::string&>()};
    };
    const auto ours = dialect::kai_request({amount(limits, "gpus"), text("fraction"), text("memory"), text("devices")});
    std::optional<request> theirs;
    std::string_view fault;
    if (!limits.value("refused", false)) {
        const std::int64_t memory = limits["mib"];
        const bool asks = memory > 0 || limits["portion"] != 0; // nothing of each GPU is a task without GPUs
        const std::int64_t count = asks ? limits["count"].get<std::int64_t>() : 0;
        const double portion = limits["portion"].is_number() ? limits["portion"].get<double>() : -1;
        if (count < 0 || count > max_gpus_per_node) return counts.leave_out("more than 32 GPUs");
        if (memory > max_amount) return counts.leave_out("more memory than a GPU has");
        theirs = request{.gpus = static_cast<int>(count)};
        const auto millionths = static_cast<int>(portion * 1e6 + 0.5);
        if (limits.contains("fraction") && (millionths == 0 || millionths / 1e6 != portion))
            return counts.leave_out("a fraction finer than a millionth");
        if (limits.contains("fraction"))
            theirs->share = slice{.memory_millionths = millionths, .rule = {.double_rounding = true}};
        else if (memory > 0)
            theirs->share = slice{.memory = mebibytes{memory}};
        if (limits.contains("memory") && memory == 0) fault = "gpu-memory above 2^63 is taken for none";
        if (limits.contains("fraction") && portion < 0) fault = "no number is taken for a fraction";
        if (limits.contains("devices") && limits["devices"].get_ref<const std::string&>().size() > 18)
            fault = "devices above 2^63 are taken for one";
    }
    compare_request("kai request", limits, theirs, ours, ours ? "" : fault, counts);
}

void judge_koordinator_limits(const json& limits, tally& counts) {
    const dialect::koordinator_resources container{amount(limits, "core"),   amount(limits, "ratio"),
                                                   amount(limits, "shared"), amount(limits, "memory_mib"),
                                                   amount(limits, "gpu"),    amount(limits, "nvidia")};
    const auto split = dialect::koordinator_split(container);
    const bool legal = limits["legal"];
    bool same = legal == split.has_value();
    std::string theirs = legal ? "no GPUs" : "refused";
    if (legal) same = split && split->count == 0;
    if (legal && limits.contains("per_gpu")) {
        const json& each = limits["per_gpu"];
        const dialect::koordinator_demand demand{limits["count"], each.value("core", 0), each.value("ratio", 0),
                                                 each.value("bytes", std::int64_t{0}) >> 20,
                                                 limits.value("is_shared", false)};
        theirs = limits["count"].dump() + " x " + each.dump();
        same = split && *split == demand;
    }
    counts.compare("koordinator request", same, "", [&] {
        return sides{limits.dump(), theirs,
                     split ? std::to_string(split->count) + " x core " + std::to_string(split->core) + " ratio " +
                                 std::to_string(split->ratio) + " MiB " + std::to_string(split->memory) +
                                 (split->is_shared ? " shared" : "")
                           : split.error().message()};
    });
}

} // namespace

bool judge_limits(std::string_view system, const json& test_case, tally& counts) {
    const auto judge = system == "hami"          ? judge_hami_limits
                       : system == "volcano"     ? judge_volcano_limits
                       : system == "gpushare"    ? judge_gpushare_limits
                       : system == "kai"         ? judge_kai_limits
                       : system == "koordinator" ? judge_koordinator_limits
                                                 : nullptr;
    if (judge == nullptr) return false;
    for (const json& each : test_case["limits"]) {
        counts.count_decision();
        judge(each, counts);
    }
    return true;
}

} // namespace judge_program
