// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/history_collector.hpp>
#include <gpupack/io/detail/philly_jobs.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/time_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A quantity of Kubernetes (500m, 2, 1.5Gi, 1e3, 128974848), times a number, rounded up.
[[nodiscard]] inline std::optional<std::int64_t> parse_quantity(std::string_view text, std::int64_t times) noexcept {
    struct suffix {
        std::string_view text;
        std::int64_t up;
        std::int64_t down;
    };
    constexpr std::int64_t kibi = 1024;
    constexpr std::array<suffix, 12> suffixes{{{"Ki", kibi, 1},
                                               {"Mi", kibi * kibi, 1},
                                               {"Gi", kibi * kibi * kibi, 1},
                                               {"Ti", kibi * kibi * kibi * kibi, 1},
                                               {"m", 1, 1'000},
                                               {"u", 1, 1'000'000},
                                               {"n", 1, 1'000'000'000},
                                               {"k", 1'000, 1},
                                               {"M", 1'000'000, 1},
                                               {"G", 1'000'000'000, 1},
                                               {"T", 1'000'000'000'000, 1},
                                               {"", 1, 1}}};
    for (const suffix& each : suffixes) {
        if (!text.ends_with(each.text)) continue;
        const auto number = parse_decimal(text.substr(0, text.size() - each.text.size()));
        if (!number) return std::nullopt;
        if (each.up == 1) return number->scaled(times, each.down, true);
        const auto whole = number->scaled(each.up, 1, true);
        return whole && *whole <= (std::int64_t{1} << 62) / times ? std::optional{*whole * times} : std::nullopt;
    }
    return std::nullopt;
}

/// Resources of a container, a pod or a node, by standard names; vendors' shares of GPUs are not read here.
struct kubernetes_resources {
    std::int64_t cpu = 0;       ///< Milli-cores.
    std::int64_t memory = 0;    ///< MiB.
    std::int64_t gpus = 0;      ///< nvidia.com/gpu and other vendors' "gpu".
    std::int64_t instances = 0; ///< nvidia.com/mig-...
    std::string mig_profile{};  ///< Of the instances.
};

/// The text of a JSON scalar.
[[nodiscard]] inline std::string scalar_text(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_number() ? value.dump() : std::string{};
}

/// Reads a map of resources; `wrong` receives the first value that is no quantity.
[[nodiscard]] inline kubernetes_resources read_resources(const nlohmann::json& map, std::string& wrong) {
    constexpr std::int64_t mebi = 1024 * 1024;
    kubernetes_resources resources;
    if (!map.is_object()) return resources;
    for (const auto& [name, value] : map.items()) {
        const std::string text = scalar_text(value);
        const auto amount = [&, &key = name](std::int64_t times) { // clang 14 captures no structured binding
            const auto read = parse_quantity(text, times);
            if ((!read || *read < 0) && wrong.empty()) wrong = key + ": " + text;
            return read.value_or(0);
        };
        if (name == "cpu") resources.cpu = amount(1000);
        if (name == "memory") resources.memory = (amount(1) + mebi - 1) / mebi;
        if (name.ends_with("/gpu")) resources.gpus += amount(1);
        const std::size_t mig = name.find("/mig-");
        if (mig == std::string::npos) continue;
        const std::int64_t count = amount(1);
        if (count > 0) resources.mig_profile = name.substr(mig + 5);
        resources.instances += count;
        if (resources.mig_profile.ends_with(".me"))
            resources.mig_profile.replace(resources.mig_profile.size() - 3, 3, "+me");
    }
    return resources;
}

/// A member of an object, or null.
[[nodiscard]] inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
    static const nlohmann::json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

/// What a pod asks for: the larger of its containers together and its largest init container.
[[nodiscard]] inline kubernetes_resources read_pod_resources(const nlohmann::json& spec, std::string& wrong) {
    kubernetes_resources sum;
    const auto requests = [&](const nlohmann::json& container) {
        const nlohmann::json& resources = member(container, "resources");
        kubernetes_resources asks = read_resources(member(resources, "requests"), wrong);
        const kubernetes_resources limits = read_resources(member(resources, "limits"), wrong);
        if (!member(resources, "requests").contains("cpu")) asks.cpu = limits.cpu;
        if (!member(resources, "requests").contains("memory")) asks.memory = limits.memory;
        asks.gpus = std::max(asks.gpus, limits.gpus);
        if (limits.instances > asks.instances) {
            asks.instances = limits.instances;
            asks.mig_profile = limits.mig_profile;
        }
        return asks;
    };
    for (const nlohmann::json& container : member(spec, "containers")) {
        const kubernetes_resources asks = requests(container);
        sum.cpu += asks.cpu;
        sum.memory += asks.memory;
        sum.gpus += asks.gpus;
        sum.instances += asks.instances;
        if (!asks.mig_profile.empty()) sum.mig_profile = asks.mig_profile;
    }
    for (const nlohmann::json& container : member(spec, "initContainers")) {
        const kubernetes_resources asks = requests(container);
        sum.cpu = std::max(sum.cpu, asks.cpu);
        sum.memory = std::max(sum.memory, asks.memory);
        sum.gpus = std::max(sum.gpus, asks.gpus);
    }
    return sum;
}

/// Calls visit(object) for each object of a kind in a list, an array, or alone.
template <class Visit> void for_each_object(const nlohmann::json& document, std::string_view kind, Visit&& visit) {
    const nlohmann::json& items = document.is_array() ? document : member(document, "items");
    // In a PodList the items need not say what they are.
    const std::string list = text_of(document.is_object() ? document : nlohmann::json::object(), "kind");
    const auto is_of_kind = [&](const nlohmann::json& object) {
        if (!object.is_object()) return false;
        const std::string own = text_of(object, "kind");
        return own == kind || (own.empty() && list == std::string{kind} + "List");
    };
    if (items.is_array()) {
        for (const nlohmann::json& each : items)
            if (is_of_kind(each)) visit(each);
    } else if (is_of_kind(document)) {
        visit(document);
    }
}

/// When the last container of a pod ended; nothing while one runs.
[[nodiscard]] inline std::optional<std::int64_t> end_of_pod(const nlohmann::json& status) {
    std::optional<std::int64_t> last;
    for (const nlohmann::json& each : member(status, "containerStatuses")) {
        const nlohmann::json& terminated = member(member(each, "state"), "terminated");
        if (!terminated.is_object()) return std::nullopt;
        const auto time = parse_instant(text_of(terminated, "finishedAt"));
        if (time) last = std::max(last.value_or(*time), *time);
    }
    return last;
}

/// Reads the pods of a Kubernetes list as tasks: created, started, ended.
///
/// @return nothing, or an error: a quantity or a time that is none; no pod
[[nodiscard]] inline expected<void, input_error>
read_kubernetes_pods(const std::string& file, const nlohmann::json& document, history_collector& collector) {
    std::optional<input_error> error;
    std::size_t number = 0;
    for_each_object(document, "Pod", [&](const nlohmann::json& pod) {
        ++number;
        const nlohmann::json& metadata = member(pod, "metadata");
        const nlohmann::json& spec = member(pod, "spec");
        const nlohmann::json& status = member(pod, "status");
        recorded_job recorded;
        recorded.line = number;
        const std::string tenant = metadata.is_object() ? text_of(metadata, "namespace") : "";
        recorded.job.name =
            (tenant.empty() ? "" : tenant + "/") + (metadata.is_object() ? text_of(metadata, "name") : "");
        recorded.job.tenant = tenant;
        std::string wrong;
        const kubernetes_resources asks = read_pod_resources(spec, wrong);
        if (!wrong.empty() && !error)
            error = input_error{file, 0, recorded.job.name, wrong, "a quantity such as 500m or 16Gi"};
        recorded.job.cpu = asks.cpu;
        recorded.job.memory = asks.memory;
        recorded.job.gpus =
            static_cast<int>(std::min<std::int64_t>(asks.instances > 0 ? asks.instances : asks.gpus, 1'000));
        recorded.job.gpu_milli = recorded.job.gpus > 0 ? 1000 : 0;
        recorded.job.mig_profile = asks.mig_profile;
        if (member(spec, "priority").is_number_integer())
            recorded.job.priority = member(spec, "priority").get<std::int64_t>();
        if (spec.is_object() && member(spec, "nodeSelector").is_object())
            recorded.job.models = text_of(member(spec, "nodeSelector"), "nvidia.com/gpu.product");
        if (metadata.is_object()) recorded.submit = parse_instant(text_of(metadata, "creationTimestamp"));
        if (status.is_object()) {
            recorded.state = state_of(text_of(status, "phase"));
            recorded.job.start = parse_instant(text_of(status, "startTime"));
            recorded.job.end = end_of_pod(status);
        }
        ++collector.history().rows;
        collector.add(std::move(recorded));
    });
    if (error) return unexpected<input_error>{*error};
    if (number == 0)
        return unexpected<input_error>{input_error{file, 0, "items", "", "pods of Kubernetes, or jobs of Philly"}};
    return {};
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
