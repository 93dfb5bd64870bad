// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/request/checked_request.hpp>
#include <gpupack/request/label_selector.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share_text.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/label_choice.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/model_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// How far over NUMA nodes, in words; by numa_alignment.
inline constexpr std::array<std::string_view, 4> numa_words{"none", "best_effort", "restricted", "single"};

/// "GPU-1" where its owner gave it an id, else "n1#0".
[[nodiscard]] inline std::string gpu_text(const cluster& cluster, node_id node, int gpu) {
    if (!cluster.contains(node)) return "?";
    const std::vector<std::string>& ids = cluster.identity(node).gpu_ids;
    if (static_cast<std::size_t>(gpu) < ids.size()) return ids[static_cast<std::size_t>(gpu)];
    return cluster.name(node).append("#").append(std::to_string(gpu));
}

[[nodiscard]] inline std::optional<std::pair<node_id, int>> gpu_named(const cluster& cluster, std::string_view text) {
    if (const auto found = cluster.gpu_ids().find(text)) return std::pair{found->node, found->gpu};
    const std::size_t mark = text.rfind('#');
    if (mark == std::string_view::npos) return std::nullopt;
    const auto node = cluster.find_node(text.substr(0, mark));
    const auto gpu = number_from_text(text.substr(mark + 1), 0, max_gpus_per_node - 1);
    if (!node || !gpu || *gpu >= cluster[*node].gpu_count()) return std::nullopt;
    return std::pair{*node, static_cast<int>(*gpu)};
}

/// Reads the ids of GPUs: those that will do, or with a ! those that will not.
[[nodiscard]] inline std::optional<input_error> read_gpu_ids(const text_field& field, const cluster& cluster,
                                                             gpu_choice& choice) {
    bool first = true;
    bool denies = false;
    for (const std::string& item : items_of(field.value)) {
        const bool deny = item.starts_with('!');
        if (first) {
            choice = gpu_choice{!deny};
            denies = deny;
        }
        first = false;
        const auto found = gpu_named(cluster, deny ? std::string_view{item}.substr(1) : std::string_view{item});
        if (!found || deny != denies)
            return wrong_field({field.name, item, field.column, true},
                               "GPUs of this cluster, all or none with a ! before it");
        if (!choice.add(found->first, gpu_set::of(found->second)))
            return wrong_field({field.name, item, field.column, true}, "GPUs of at most 8 nodes");
    }
    return std::nullopt;
}

[[nodiscard]] inline std::optional<input_error> read_request_field(const text_field& field, const cluster& cluster,
                                                                   request& request) {
    const auto set = [&](auto& target, const auto& parsed, const char* expected) -> std::optional<input_error> {
        if (!parsed) return wrong_field(field, expected);
        target = static_cast<std::remove_reference_t<decltype(target)>>(*parsed);
        return std::nullopt;
    };
    const std::string_view name = field.name;
    if (name == "gpus") return set(request.gpus, number_from_text(field.value, 0, max_gpus_per_node), "from 0 to 32");
    if (name == "cpu") return set(request.cpu, cpu_from_text(field.value), "an amount of CPU: 2500m, 2.5");
    if (name == "memory")
        return set(request.memory, memory_from_text(field.value), "an amount of memory: 512MiB, 2GiB");
    if (name == "ids") return read_gpu_ids(field, cluster, request.ids);
    if (name == "share") {
        const auto share = share_from_text(field.value, cluster.models());
        if (!share) return wrong_field({field.name, share.error().value, field.column, true}, share.error().expected);
        request.share = *share;
        return std::nullopt;
    }
    if (name == "models") {
        const auto models = cluster.models().select(field.value);
        if (!models)
            return wrong_field({field.name, models.error().value, field.column, true}, models.error().expected);
        request.models = *models;
        return std::nullopt;
    }
    if (name == "labels") {
        label_selector selector;
        for (const std::string& item : items_of(field.value)) {
            if (item.starts_with('!'))
                selector.none_of.push_back(item.substr(1));
            else
                selector.all_of.push_back(item);
        }
        const auto wrong = choose_by_labels(selector, cluster, request);
        return wrong ? std::optional{wrong_field({field.name, wrong->value, field.column, true}, wrong->expected)}
                     : std::nullopt;
    }
    for (std::size_t word = 0; name == "numa" && word < numa_words.size(); ++word)
        if (numa_words[word] == field.value) {
            request.numa = static_cast<numa_alignment>(word);
            return std::nullopt;
        }
    return wrong_field(field, name == "numa" ? "none, best_effort, restricted or single"
                                             : "gpus, share, cpu, memory, models, labels, ids or numa");
}

} // namespace detail

/// A request as one line, which request_from_text() reads back in a cluster with the same names:
/// `gpus=2 share=slice:20480MiB,250m cpu=4000m memory=8192MiB models=T4|A10 labels=zone=a,!spot ids=!GPU-1 numa=single`.
///
/// @param request  a valid request
/// @param cluster  what its models, labels and GPUs are numbered by
[[nodiscard]] inline std::string to_text(const request& request, const cluster& cluster) {
    std::string line;
    const auto add = [&](std::string_view name, std::string_view value) {
        line.append(line.empty() ? "" : " ").append(name).append("=").append(quoted_value(value));
    };
    add("gpus", std::to_string(request.gpus));
    add("share", to_text(request.share, cluster.models()));
    if (request.cpu.count() != 0) add("cpu", to_text(request.cpu));
    if (request.memory.count() != 0) add("memory", to_text(request.memory));
    if (!(request.models == model_set::any())) {
        std::string models;
        for (std::size_t m = 0; m < cluster.models().size(); ++m)
            if (const model_id id{static_cast<std::uint8_t>(m)}; request.models.contains(id))
                models.append(models.empty() ? "" : "|").append(cluster.models()[id].model.view());
        add("models", models);
    }
    std::string labels;
    for (std::size_t l = 0; l < cluster.labels().size(); ++l) {
        const std::string text{cluster.labels().text(static_cast<int>(l))};
        if (request.labels.all_of.contains(static_cast<int>(l))) append_item(labels, text);
        if (request.labels.none_of.contains(static_cast<int>(l))) append_item(labels, std::string{"!"}.append(text));
    }
    if (!labels.empty()) add("labels", labels);
    std::string ids;
    request.ids.for_each([&](node_id node, gpu_set gpus) {
        for_each_gpu(gpus, [&](int gpu) {
            append_item(ids,
                        std::string{request.ids.is_only() ? "" : "!"}.append(detail::gpu_text(cluster, node, gpu)));
        });
    });
    if (!ids.empty()) add("ids", ids);
    if (request.numa != numa_alignment::none) add("numa", detail::numa_words[static_cast<std::size_t>(request.numa)]);
    return line;
}

/// The request that a line says, in a cluster.
///
/// Errors: a field that is not known or stands twice, a value that is wrong, a model, label or GPU that the cluster has not,
/// a request that is not valid; the error names the field and its column.
[[nodiscard]] inline expected<request, input_error> request_from_text(std::string_view line, const cluster& cluster) {
    const auto fields = parse_fields(line);
    if (!fields) return unexpected<input_error>{fields.error()};
    request request;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if ((*fields)[j].name == (*fields)[i].name)
                return unexpected<input_error>{wrong_field((*fields)[i], "each field once")};
    }
    for (const bool labels : {false, true}) // labels last: they may narrow the ids
        for (const text_field& field : *fields)
            if ((field.name == "labels") == labels)
                if (auto wrong = detail::read_request_field(field, cluster, request))
                    return unexpected<input_error>{*std::move(wrong)};
    return checked(request);
}

} // namespace gpupack
