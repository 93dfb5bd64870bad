// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace topo_program {
namespace {

using json = nlohmann::ordered_json;

/// Grows when a field changes its meaning; new fields may come at any time.
constexpr int schema = 1;

json or_null(const std::string& text) {
    return text.empty() ? json{} : json(text);
}

json or_null(std::optional<int> number) {
    return number ? json(*number) : json{};
}

json gpu_json(const gpupack::io::described_gpu& gpu) {
    json object{{"index", gpu.index},
                {"name", or_null(gpu.name)},
                {"numa", or_null(gpu.numa)},
                {"bus_id", or_null(gpu.bus_id)}};
    if (!gpu.uuid.empty()) object["uuid"] = gpu.uuid;
    for (const auto& each : gpu.instances)
        object["instances"].push_back({{"profile", each.profile},
                                       {"start", or_null(each.start)},
                                       {"size", each.size == 0 ? json{} : json(each.size)},
                                       {"id", or_null(each.id)}});
    for (const auto& each : gpu.profiles)
        object["profiles"].push_back({{"name", each.name},
                                      {"id", each.id},
                                      {"free", each.free},
                                      {"total", each.total},
                                      {"memory_mib", each.memory.count()},
                                      {"sms", each.sms},
                                      {"size", each.size == 0 ? json{} : json(each.size)},
                                      {"starts", each.starts}});
    return object;
}

} // namespace

std::string json_text(const std::string& file, const gpupack::io::described_machine& machine) {
    json all{{"schema", schema}, {"file", file}, {"format", machine.format}};
    all["gpus"] = json::array();
    for (const auto& gpu : machine.gpus) all["gpus"].push_back(gpu_json(gpu));
    all["links"] = machine.links;
    all["nics"] = json::array();
    for (const auto& nic : machine.nics)
        all["nics"].push_back({{"label", nic.label},
                               {"name", nic.name},
                               {"numa", or_null(nic.numa)},
                               {"bus_id", or_null(nic.bus_id)},
                               {"to_gpus", nic.to_gpus}});
    all["nvswitch"] = machine.topology.switched;
    all["inferred"] = json::array();
    for (const auto& [a, b] : machine.inferred) all["inferred"].push_back({a, b});
    all["left_out"] = json::array();
    for (const auto& each : machine.left_out)
        all["left_out"].push_back({{"line", each.line}, {"text", each.text}, {"why", each.why}});
    return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace topo_program
