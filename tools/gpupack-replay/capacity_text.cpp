// SPDX-License-Identifier: Apache-2.0
#include "capacity_text.hpp"

#include <fmt/format.h>
#include <gpupack/replay/measure.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace replay_program {

using json = nlohmann::ordered_json;

namespace {

/// The causes with their milli-GPUs, in the order in which a task meets them.
std::vector<std::pair<std::string, std::int64_t>> causes_of(const gpupack::replay::idle_causes& idle) {
    return {{"too_small", idle.too_small.count()},
            {"wrong_model", idle.wrong_model.count()},
            {"host_short", idle.host_short.count()},
            {"rounding_overhead", idle.rounding_overhead.count()},
            {"fits", idle.fits.count()}};
}

/// What the causes mean.
constexpr std::array<const char*, 5> cause_texts{
    "no request finds enough on the GPU, and on as many GPUs of the node as it wants",
    "those that do want other models or labels", "those that still do lack CPU or memory on the node",
    "held by a rule that rounds up, and not requested", "some request could be placed there now"};

std::string rooms_text(const capacity_room& room, const std::string& policy) {
    std::size_t width = 7;
    for (const request_room& each : room.rooms) width = std::max(width, each.text.size());
    std::string text = fmt::format("{:<{}}  {:>9}  {:>9}  {:>10}  {:>12}  node\n", "request", width, "at least",
                                   "at most", "placed", "largest GPUs");
    for (const request_room& each : room.rooms)
        text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>10}  {:>12}  {}\n", each.text, width, each.room.least,
                            each.room.most, fmt::format("{}{}", each.placed, each.stopped ? "+" : ""),
                            each.request.gpus == 0 ? "" : std::to_string(each.largest_gpus), each.largest_node);
    return text +
           fmt::format(
               "\nWhere at least and at most are equal, so many fit. Placed: what {} has placed one after the other.\n"
               "Largest GPUs: of one request with as much CPU and memory a GPU, and where.\n",
               policy);
}

std::string models_text(const capacity_room& room) {
    std::string text =
        fmt::format("\nlargest that fits, by model\n{:<20}  {:>7}  {:>7}  {:>10}  {:>10}  {:>10}  MIG profile\n", "",
                    "GPUs", "idle", "whole GPUs", "milli-GPUs", "MiB");
    for (const model_room& each : room.models)
        text += fmt::format("{:<20}  {:>7}  {:>7}  {:>10}  {:>10}  {:>10}  {}\n", each.model, each.gpus, each.idle,
                            each.largest_gpus, each.compute, each.gpu_memory, each.profile);
    return text;
}

std::string idle_text(const capacity_room& room) {
    std::string text = fmt::format("\nidle by cause\n{:<18}  {:>9}  {:>7}\n", "", "GPUs", "%");
    const auto causes = causes_of(room.idle);
    for (std::size_t i = 0; i < causes.size(); ++i)
        text += fmt::format("{:<18}  {:>9.1f}  {:>7.2f}  {}\n", causes[i].first,
                            static_cast<double>(causes[i].second) / 1000.0,
                            gpupack::replay::percent(causes[i].second, room.compute), cause_texts[i]);
    return text;
}

std::string wait_text(const wait_answer& wait, std::int64_t aim) {
    std::string text = fmt::format("\n{} tasks start; 95 % of them wait at most {} s. For at most {} s:\n", wait.placed,
                                   wait.p95, aim);
    for (const node_growth& each : wait.growth)
        text += each.nodes ? fmt::format("  {:<20}  {} nodes of {}: {} GPUs; then {} s\n", each.model, *each.nodes,
                                         each.gpus_per_node, *each.nodes * each.gpus_per_node, each.p95)
                           : fmt::format("  {:<20}  more than {} nodes of {}; with those {} s\n", each.model,
                                         each.tried, each.gpus_per_node, each.p95);
    return text;
}

std::string savings_text(const capacity_options& chosen, const std::vector<policy_saving>& savings) {
    const bool timed = chosen.replay.timeline;
    std::string text = fmt::format(
        "\nGPUs that do as well as all of them under {}, by {}:\n{:<25}  {:>6}  {:>12}  {:>7}  {:>7}  {:>8}\n",
        chosen.replay.policies.front(), timed ? "the wait of 95 %" : "what is allocated", "policy", "seed",
        timed ? "wait s" : "allocated", "nodes", "GPUs", "saved");
    for (const policy_saving& each : savings)
        text += fmt::format("{:<25}  {:>6}  {:>12.{}f}  {:>7}  {:>7}  {:>8}\n", each.policy, each.seed, each.reached,
                            timed ? 0 : 1, each.nodes, each.gpus,
                            each.does_as_well ? std::to_string(each.all_gpus - each.gpus) : "not");
    return text;
}

json json_of(const request_room& each) {
    json object{{"request", each.text},       {"members", each.members},       {"at_least", each.room.least},
                {"at_most", each.room.most},  {"exact", each.room.is_exact()}, {"placed", each.placed},
                {"placed_all", !each.stopped}};
    if (each.request.gpus > 0) {
        object["largest_gpus"] = each.largest_gpus;
        object["largest_node"] = each.largest_node;
    }
    return object;
}

json json_of(const model_room& each) {
    json object{{"model", each.model},           {"gpus", each.gpus},
                {"idle_gpus", each.idle},        {"largest_gpus", each.largest_gpus},
                {"largest_milli", each.compute}, {"largest_mib", each.gpu_memory}};
    if (!each.profile.empty()) object["largest_mig_profile"] = each.profile;
    return object;
}

json json_of(const node_growth& each) {
    json object{{"model", each.model},
                {"gpus_per_node", each.gpus_per_node},
                {"tried_nodes", each.tried},
                {"p95_wait_seconds", each.p95}};
    object["nodes"] = each.nodes ? json(*each.nodes) : json(nullptr);
    object["gpus"] = each.nodes ? json(*each.nodes * each.gpus_per_node) : json(nullptr);
    return object;
}

json json_of(const policy_saving& each) {
    return {{"policy", each.policy},
            {"seed", each.seed},
            {"reached", each.reached},
            {"does_as_well", each.does_as_well},
            {"nodes", each.nodes},
            {"gpus", each.gpus},
            {"saved_gpus", each.does_as_well ? each.all_gpus - each.gpus : 0}};
}

template <class Each> json json_of(const std::vector<Each>& all) {
    json list = json::array();
    for (const Each& each : all) list.push_back(json_of(each));
    return list;
}

} // namespace

std::string capacity_text(const capacity_options& chosen, const capacity_answers& answers) {
    const capacity_room& room = answers.room;
    const std::string& policy = chosen.replay.policies.front();
    std::string text = fmt::format("{}: {} nodes, {} GPUs; {} tasks run, {:.1f} % of the GPUs allocated\n\n",
                                   answers.workload, room.nodes, room.gpus, room.running,
                                   gpupack::replay::percent(room.compute - room.idle.total().count(), room.compute));
    text += rooms_text(room, policy);
    if (!room.models.empty()) text += models_text(room) + idle_text(room);
    if (answers.wait) text += wait_text(*answers.wait, *chosen.wait_under);
    if (chosen.savings) text += savings_text(chosen, answers.savings);
    return text;
}

std::string capacity_json(const capacity_options& chosen, const capacity_answers& answers) {
    const capacity_room& room = answers.room;
    json object{
        {"schema", 1},
        {"workload", answers.workload},
        {"policy", chosen.replay.policies.front()},
        {"seed", chosen.replay.first_seed},
        {"nodes", room.nodes},
        {"gpus", room.gpus},
        {"running", room.running},
        {"allocated_gpu_percent", gpupack::replay::percent(room.compute - room.idle.total().count(), room.compute)},
        {"requests", json_of(room.rooms)},
        {"models", json_of(room.models)}};
    auto& idle = object["idle_milli_gpus"] = json::object();
    for (const auto& [name, milli] : causes_of(room.idle)) idle[name] = milli;
    if (answers.wait)
        object["wait"] = {{"aim_seconds", *chosen.wait_under},
                          {"p95_wait_seconds", answers.wait->p95},
                          {"started", answers.wait->placed},
                          {"added", json_of(answers.wait->growth)}};
    if (chosen.savings) object["savings"] = json_of(answers.savings);
    return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace replay_program
