// SPDX-License-Identifier: Apache-2.0
#include "audit.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace audit_program {

namespace {

using nlohmann::json;

std::string system_and_model(const io::inventory_node& node) {
    std::string text{name_of(node.system)};
    if (!node.model.empty())
        text += ", " + node.model;
    else if (!node.product.empty())
        text += ", " + node.product;
    if (node.replicas > 1) text += fmt::format(", {} replicas", node.replicas);
    return text;
}

void add_nodes(const report& made, std::string& text) {
    for (const io::inventory_node& node : made.inventory.nodes) {
        text += fmt::format("node {} ({})\n", node.name, system_and_model(node));
        for (std::size_t i = 0; i < node.gpus.size(); ++i) {
            const io::inventory_gpu& gpu = node.gpus[i];
            text += fmt::format("  GPU {:<3} memory {:>7} of {:<7} cores {:>3} of {:<3} tasks {:>2}{}{}\n", i,
                                gpu.used_memory, gpu.memory, gpu.used_cores, gpu.cores, gpu.used_slots,
                                gpu.healthy ? "" : "  unhealthy", gpu.cordoned ? "  cordoned" : "");
        }
        for (const io::inventory_count& count : node.counts)
            text += fmt::format("  {:<24} {:>4} of {}\n", count.resource, count.used, count.total);
    }
}

void add_totals(const report& made, std::string& text) {
    for (const auto& [system, totals] : made.memory) {
        text +=
            fmt::format("{}: {} GPUs with a task; GPU memory {} in use of {}, {} free, largest request that fits {}\n",
                        system, totals.occupied, totals.used, totals.total, totals.free, totals.largest);
        for (const auto& [cause, amount] : totals.stranded) text += fmt::format("  stranded {}: {}\n", amount, cause);
    }
    for (const auto& [resource, totals] : made.counts)
        text += fmt::format("{}: {} in use of {}, largest request that fits {}\n", resource, totals.used, totals.total,
                            totals.largest);
    for (const dra_node& node : made.dra)
        text +=
            fmt::format("DRA node {} driver {}: {} devices in use, {} can be taken, {} blocked by counters, of {}\n",
                        node.name, node.driver, node.used, node.takeable, node.blocked, node.devices);
}

} // namespace

std::string table_text(const report& made) {
    std::string text;
    add_nodes(made, text);
    add_totals(made, text);
    for (const waiting_pod& pod : made.waiting)
        text +=
            fmt::format("waits: {} ({}): {}\n", pod.name, pod.request,
                        pod.reason.empty() ? fmt::format("its GPUs fit on {} nodes", pod.fitting_nodes) : pod.reason);
    if (!made.repackings.empty())
        text += fmt::format("the same shares placed anew, in {} random orders:\n", made.repackings[0].orders);
    for (const repacking& one : made.repackings)
        text += fmt::format("  {:<20} {:.1f} +- {:.1f} GPUs, {:.1f} shares without a place\n", one.policy, one.mean,
                            one.deviation, one.lost);
    for (const std::string& remark : made.inventory.remarks) text += "remark: " + remark + "\n";
    return text;
}

std::string json_text(const report& made) {
    json document{{"format", "gpupack-audit 1"},
                  {"nodes", json::array()},
                  {"waiting", json::array()},
                  {"dra", json::array()},
                  {"repackings", json::array()}};
    for (const io::inventory_node& node : made.inventory.nodes) {
        json one{{"name", node.name},   {"system", name_of(node.system)}, {"product", node.product},
                 {"model", node.model}, {"replicas", node.replicas},      {"gpus", json::array()}};
        for (const io::inventory_gpu& gpu : node.gpus)
            one["gpus"].push_back({{"uuid", gpu.uuid},
                                   {"memory", gpu.memory},
                                   {"used_memory", gpu.used_memory},
                                   {"cores", gpu.cores},
                                   {"used_cores", gpu.used_cores},
                                   {"slots", gpu.slots},
                                   {"used_slots", gpu.used_slots},
                                   {"healthy", gpu.healthy},
                                   {"cordoned", gpu.cordoned}});
        for (const io::inventory_count& count : node.counts)
            one["counts"][count.resource] = {{"total", count.total}, {"used", count.used}};
        document["nodes"].push_back(std::move(one));
    }
    for (const auto& [system, totals] : made.memory)
        document["memory"][system] = {{"total", totals.total},
                                      {"used", totals.used},
                                      {"free", totals.free},
                                      {"occupied_gpus", totals.occupied},
                                      {"largest_request", totals.largest},
                                      {"stranded", totals.stranded}};
    for (const auto& [resource, totals] : made.counts)
        document["counts"][resource] = {
            {"total", totals.total}, {"used", totals.used}, {"largest_request", totals.largest}};
    for (const waiting_pod& pod : made.waiting)
        document["waiting"].push_back({{"name", pod.name},
                                       {"request", pod.request},
                                       {"fitting_nodes", pod.fitting_nodes},
                                       {"reason", pod.reason}});
    for (const dra_node& node : made.dra)
        document["dra"].push_back({{"node", node.name},
                                   {"driver", node.driver},
                                   {"devices", node.devices},
                                   {"used", node.used},
                                   {"takeable", node.takeable},
                                   {"blocked", node.blocked}});
    for (const repacking& one : made.repackings)
        document["repackings"].push_back({{"policy", one.policy},
                                          {"mean_gpus", one.mean},
                                          {"deviation", one.deviation},
                                          {"orders", one.orders},
                                          {"lost", one.lost}});
    document["remarks"] = made.inventory.remarks;
    return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace audit_program
