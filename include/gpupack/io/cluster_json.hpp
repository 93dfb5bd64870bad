// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/placement_json.hpp>
#include <gpupack/io/topology_json.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/placement_record.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/gpu_list_text.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// A cluster that was saved, and its tasks.
struct saved_cluster {
    gpupack::cluster cluster;                               ///< In the same state, bit for bit.
    std::vector<std::pair<std::string, placement>> tasks{}; ///< What runs there: the name of the task, and its receipt.
};

namespace detail {

using ordered_json = nlohmann::ordered_json;

/// What a node has, as JSON.
[[nodiscard]] inline ordered_json spec_json(const node_spec& spec) {
    ordered_json all{
        {"cpu_milli", spec.cpu.count()}, {"memory_mib", spec.memory.count()}, {"gpus", to_text(spec.gpus)}};
    if (!spec.labels.empty()) all["labels"] = spec.labels;
    if (spec.topology) all["topology"] = ordered_json::parse(write_topology_json(*spec.topology));
    return all;
}

/// A model that the catalogue does not have so, as JSON.
[[nodiscard]] inline ordered_json model_json(const gpu_model& model) {
    ordered_json all{{"name", model.model.view()},
                     {"memory_mib", model.memory.count()},
                     {"generation", static_cast<int>(model.generation)},
                     {"sms", model.sms}};
    if (!model.mig.empty()) {
        all["mig"] = {{"compute_slices", model.mig.compute_slices}, {"grid", model.mig.grid}};
        for (int p = 0; p < model.mig.count; ++p) {
            const mig::profile& each = model.mig.profiles[p];
            all["mig"]["profiles"].push_back({each.name.view(), each.compute_slices, each.size, each.starts,
                                              each.max_instances, static_cast<int>(each.engines), each.memory.count(),
                                              each.sms});
        }
    }
    if (!model.vgpu.empty()) {
        all["vgpu"] = {{"frame_buffer", model.vgpu.frame_buffer}};
        for (int s = 0; s < model.vgpu.count; ++s) {
            const vgpu::size_class& each = model.vgpu.sizes[s];
            ordered_json starts = ordered_json::array();
            for (int i = 0; i < each.mixed_count; ++i) starts.push_back(each.mixed_starts[i]);
            all["vgpu"]["sizes"].push_back({each.name.view(), each.series.view(), each.size, each.most, starts});
        }
    }
    return all;
}

/// Reads what write_cluster_json() wrote. What nlohmann::json throws is caught by parse_cluster_json().
class cluster_reader {
  public:
    [[nodiscard]] expected<saved_cluster, input_error> read(const nlohmann::json& all) {
        if (all.at("gpupack_cluster") != 1) return bad_input("/gpupack_cluster", all.at("gpupack_cluster").dump(), "1");
        model_table models;
        for (const nlohmann::json& each : all.value("models", nlohmann::json::array()))
            if (const auto added = add_model(models, each); !added) return unexpected<input_error>{added.error()};
        cluster_builder builder{models};
        if (all.contains("domains")) {
            domain_tree_builder tree{all.at("levels").get<std::vector<std::string>>()};
            for (const nlohmann::json& each : all.at("domains"))
                tree.add(each.at(0).get<std::string>(), each.at(1).get<std::string>(), each.at(2).get<std::string>());
            auto built = tree.build();
            if (!built) return unexpected<input_error>{built.error()};
            builder.domains(*std::move(built));
        }
        const nlohmann::json none = nlohmann::json::array();
        const nlohmann::json& nodes = all.at("nodes");
        for (const nlohmann::json& each : nodes) {
            const auto spec = read_spec(each.at("spec"), models);
            if (!spec) return unexpected<input_error>{spec.error()};
            const std::string domain = each.value("domain", std::string{});
            if (each.contains("name"))
                builder.add_node(each.at("name").get<std::string>(), *spec,
                                 each.value("gpu_ids", std::vector<std::string>{}), domain);
            else
                builder.add_nodes(1, *spec, domain);
        }
        auto built = std::move(builder).build();
        if (!built) return unexpected<input_error>{built.error()};
        saved_cluster saved{*std::move(built), {}};
        for (const nlohmann::json& each : all.value("placements", none)) {
            const auto record = placement_from_json(each);
            if (!record) return unexpected<input_error>{record.error()};
            const auto receipt = restore(saved.cluster, *record, true);
            if (!receipt) return unexpected<input_error>{receipt.error()};
            saved.tasks.emplace_back(record->task, *receipt);
        }
        for (std::uint32_t n = 0; n < nodes.size(); ++n)
            if (auto wrong = finish(saved.cluster, node_id{n}, nodes[n], models))
                return unexpected<input_error>{*std::move(wrong)};
        return saved;
    }

  private:
    [[nodiscard]] static std::optional<input_error> finish(cluster& cluster, node_id node, const nlohmann::json& saved,
                                                           const model_table& models) {
        if (saved.contains("shrinks_to")) {
            const auto spec = read_spec(saved.at("shrinks_to"), models);
            if (!spec) return spec.error();
            if (auto wrong = cluster.change_node(node, *spec)) return wrong;
        }
        const auto gpus = gpus_from_text(saved.value("closed_gpus", std::string{"none"}));
        if (!gpus || !gpu_set::first(cluster[node].gpu_count()).contains(*gpus))
            return input_error{{}, 0, "closed_gpus", saved.value("closed_gpus", std::string{}), "GPUs of the node"};
        if (!gpus->empty()) cluster.set_closed(node, *gpus, true);
        if (saved.value("closed", false)) cluster.set_closed(node, true);
        return std::nullopt;
    }

    [[nodiscard]] static expected<node_spec, input_error> read_spec(const nlohmann::json& saved,
                                                                    const model_table& models) {
        node_spec spec{.cpu = milli_cpu{saved.at("cpu_milli").get<std::int64_t>()},
                       .memory = mebibytes{saved.at("memory_mib").get<std::int64_t>()}};
        auto gpus = gpu_list_from_text(saved.at("gpus").get<std::string>(), models);
        if (!gpus) return unexpected<input_error>{gpus.error()};
        spec.gpus = *std::move(gpus);
        spec.labels = saved.value("labels", std::vector<std::string>{});
        if (!saved.contains("topology")) return spec;
        auto topology = parse_topology_json({}, saved.at("topology").dump());
        if (!topology) return unexpected<input_error>{topology.error()};
        spec.topology = *std::move(topology);
        return spec;
    }

    [[nodiscard]] static expected<model_id, input_error> add_model(model_table& models, const nlohmann::json& saved) {
        if (saved.is_string()) {
            const auto known = models::find(saved.get<std::string>());
            if (!known) return bad_input("/models", saved.get<std::string>(), "a model of the catalogue");
            return models.add(*known);
        }
        const auto named = [](const nlohmann::json& text) {
            return gpupack::name{text.get<std::string>().substr(0, gpupack::name::max_length)};
        };
        gpu_model model{named(saved.at("name")), mebibytes{saved.at("memory_mib").get<std::int64_t>()}};
        model.generation = static_cast<architecture>(saved.at("generation").get<std::uint8_t>());
        model.sms = saved.at("sms").get<int>();
        std::vector<mig::profile> profiles;
        if (saved.contains("mig")) {
            for (const nlohmann::json& each : saved.at("mig").at("profiles"))
                profiles.push_back({named(each.at(0)), each.at(1).get<std::uint8_t>(), each.at(2).get<std::uint8_t>(),
                                    each.at(3).get<std::uint16_t>(), each.at(4).get<std::uint8_t>(),
                                    static_cast<mig::media>(each.at(5).get<std::uint8_t>()),
                                    mebibytes{each.at(6).get<std::int64_t>()}, each.at(7).get<int>()});
            model.mig = {profiles.data(), static_cast<int>(profiles.size()),
                         saved.at("mig").at("compute_slices").get<int>(), saved.at("mig").at("grid").get<int>()};
        }
        std::vector<std::vector<std::uint8_t>> starts;
        std::vector<vgpu::size_class> sizes;
        if (saved.contains("vgpu")) {
            for (const nlohmann::json& each : saved.at("vgpu").at("sizes"))
                starts.push_back(each.at(4).get<std::vector<std::uint8_t>>());
            for (const nlohmann::json& each : saved.at("vgpu").at("sizes")) {
                const auto& own = starts[sizes.size()];
                sizes.push_back({named(each.at(0)), named(each.at(1)), each.at(2).get<std::uint16_t>(),
                                 each.at(3).get<std::uint8_t>(), static_cast<std::uint8_t>(own.size()), own.data()});
            }
            model.vgpu = {sizes.data(), static_cast<int>(sizes.size()), saved.at("vgpu").at("frame_buffer").get<int>()};
        }
        return models.add(model);
    }
};

} // namespace detail

/// A cluster as JSON, which parse_cluster_json() makes the same cluster of: models, domains, nodes with what is closed, and
/// placements. Numbers of nodes that are gone are not saved; the others move up, in their order.
///
/// @param cluster  not a snapshot, whose placements are left out
/// @param task_of  what the owner of a placement knows it by
[[nodiscard]] inline std::string write_cluster_json(cluster& cluster,
                                                    const std::function<std::string(const placement&)>& task_of = {}) {
    detail::ordered_json all{{"gpupack_cluster", 1}};
    for (std::size_t m = 0; m < cluster.models().size(); ++m) {
        const gpu_model& model = cluster.models()[model_id{static_cast<std::uint8_t>(m)}];
        const auto listed = models::find(model.model.view());
        all["models"].push_back(listed && *listed == model ? detail::ordered_json(model.model.view())
                                                           : detail::model_json(model));
    }
    const domain_tree& tree = cluster.domains();
    if (tree.size() > 1) {
        all["levels"] = std::vector<std::string>(tree.levels().begin() + 1, tree.levels().end());
        for (std::uint32_t d = 1; d < tree.size(); ++d) {
            const domain& each = tree[domain_id{d}];
            const std::string parent = each.parent == domain_id{} ? std::string{} : tree[each.parent].name;
            all["domains"].push_back({each.name, tree.levels()[static_cast<std::size_t>(each.level)], parent});
        }
    }
    all["nodes"] = detail::ordered_json::array();
    std::uint32_t number = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_id id = cluster.id_at(n);
        if (!cluster.contains(id)) continue;
        const node_identity& known = cluster.identity(id);
        detail::ordered_json node;
        if (!known.name.empty()) node["name"] = known.name;
        const auto present = present_spec(cluster, id);
        node["spec"] = detail::spec_json(*present);
        if (!(*present == *known.spec)) node["shrinks_to"] = detail::spec_json(*known.spec);
        if (!known.gpu_ids.empty() && *present == *known.spec) node["gpu_ids"] = known.gpu_ids;
        if (!(known.domain == domain_id{})) node["domain"] = tree[known.domain].name;
        if (cluster.is_closed(id)) node["closed"] = true;
        gpu_set closed;
        for (int i = 0; i < cluster[id].gpu_count(); ++i)
            if (cluster[id].gpu(i).closed) closed.insert(i);
        if (!closed.empty()) node["closed_gpus"] = to_text(closed);
        all["nodes"].push_back(std::move(node));
        cluster.for_each_placement_on(id, [&](const placement& each) {
            placement_record record = record_of(cluster, each, task_of ? task_of(each) : std::string{});
            if (known.name.empty()) record.node = std::string{"node "}.append(std::to_string(number)); // it moves up
            record.gpu_ids.clear();
            all["placements"].push_back(placement_json(record));
        });
        ++number;
    }
    return all.dump(1, ' ', false, detail::ordered_json::error_handler_t::replace);
}

/// The cluster that write_cluster_json() wrote, in the same state, bit for bit.
///
/// @param file  named in errors
/// @param text  the JSON
/// @return the cluster and its tasks; or an error: no JSON, a key that is missing or of another type, a node, model or
///         placement that is wrong
[[nodiscard]] inline expected<saved_cluster, input_error> parse_cluster_json(const std::string& file,
                                                                             std::string_view text) {
    const auto all = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    if (all.is_discarded()) return unexpected<input_error>{input_error{file, 0, "document", "", "JSON"}};
    try {
        auto saved = detail::cluster_reader{}.read(all);
        if (!saved) saved.error().file = file;
        return saved;
    } catch (const nlohmann::json::exception& error) {
        return unexpected<input_error>{
            input_error{file, 0, "document", error.what(), "what write_cluster_json() writes"}};
    }
}

} // namespace gpupack::io
