// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/history_collector.hpp>
#include <gpupack/io/detail/kubernetes_quantity.hpp>
#include <gpupack/io/detail/kubernetes_shares.hpp>
#include <gpupack/io/detail/philly_jobs.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/time_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Resources of a container, a pod or a node, by standard names; shares of GPUs are pod_share_reader's.
struct kubernetes_resources {
    std::int64_t cpu = 0;       ///< Milli-cores.
    std::int64_t memory = 0;    ///< MiB.
    std::int64_t gpus = 0;      ///< nvidia.com/gpu and other vendors' "gpu".
    std::int64_t instances = 0; ///< nvidia.com/mig-...
    std::string mig_profile{};  ///< Of the instances.
    std::string not_read{};     ///< The first resource that is a part of a GPU and is not read.
};

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
        const bool is_gpu = name.ends_with("/gpu");
        if (is_gpu) resources.gpus += amount(1);
        const std::size_t mig = name.find("/mig-");
        if (mig == std::string::npos) {
            const std::size_t slash = name.find('/');
            const bool is_part = !is_gpu && slash != std::string::npos && name.find("gpu", slash) != std::string::npos;
            if (is_part && resources.not_read.empty() && amount(1) > 0) resources.not_read = name;
            continue;
        }
        const std::int64_t count = amount(1);
        if (count > 0) resources.mig_profile = name.substr(mig + 5);
        resources.instances += count;
        if (resources.mig_profile.ends_with(".me"))
            resources.mig_profile.replace(resources.mig_profile.size() - 3, 3, "+me");
    }
    return resources;
}

/// What a container asks for: what it requests, else what limits it.
[[nodiscard]] inline kubernetes_resources read_container(const nlohmann::json& container, std::string& wrong) {
    const nlohmann::json& resources = member(container, "resources");
    kubernetes_resources amounts = read_resources(member(resources, "requests"), wrong);
    const kubernetes_resources limits = read_resources(member(resources, "limits"), wrong);
    if (!member(resources, "requests").contains("cpu")) amounts.cpu = limits.cpu;
    if (!member(resources, "requests").contains("memory")) amounts.memory = limits.memory;
    amounts.gpus = std::max(amounts.gpus, limits.gpus);
    if (limits.instances > amounts.instances) {
        amounts.instances = limits.instances;
        amounts.mig_profile = limits.mig_profile;
    }
    if (amounts.not_read.empty()) amounts.not_read = limits.not_read;
    return amounts;
}

/// What a pod asks for: the larger of its containers and sidecars together, and of each init container with the sidecars before it;
/// and its overhead.
[[nodiscard]] inline kubernetes_resources read_pod_resources(const nlohmann::json& spec, std::string& wrong) {
    const auto add = [](kubernetes_resources& sum, const kubernetes_resources& amounts) {
        sum.cpu += amounts.cpu;
        sum.memory += amounts.memory;
        sum.gpus += amounts.gpus;
        sum.instances += amounts.instances;
        if (!amounts.mig_profile.empty()) sum.mig_profile = amounts.mig_profile;
        if (sum.not_read.empty()) sum.not_read = amounts.not_read;
    };
    kubernetes_resources sidecars;
    kubernetes_resources most;
    const auto take_most = [&](const kubernetes_resources& amounts) {
        most.cpu = std::max(most.cpu, amounts.cpu);
        most.memory = std::max(most.memory, amounts.memory);
        most.gpus = std::max(most.gpus, amounts.gpus);
        most.instances = std::max(most.instances, amounts.instances);
        if (!amounts.mig_profile.empty()) most.mig_profile = amounts.mig_profile;
        if (most.not_read.empty()) most.not_read = amounts.not_read;
    };
    for (const nlohmann::json& container : member(spec, "initContainers")) {
        kubernetes_resources amounts = read_container(container, wrong);
        if (container.is_object() && text_of(container, "restartPolicy") == "Always") {
            add(sidecars, amounts);
        } else {
            add(amounts, sidecars);
            take_most(amounts);
        }
    }
    kubernetes_resources sum = sidecars;
    for (const nlohmann::json& container : member(spec, "containers")) add(sum, read_container(container, wrong));
    take_most(sum);
    add(most, read_resources(member(spec, "overhead"), wrong));
    return most;
}

/// Whether an object is of a kind: it says so, its list does, or it has what a pod or a node has.
[[nodiscard]] inline bool is_of_kind(const nlohmann::json& object, std::string_view kind, std::string_view list) {
    if (!object.is_object()) return false;
    const std::string own = text_of(object, "kind");
    if (!own.empty()) return own == kind;
    if (list == std::string{kind} + "List") return true;
    const bool is_pod = member(member(object, "spec"), "containers").is_array();
    const nlohmann::json& status = member(object, "status");
    const bool is_node = member(status, "allocatable").is_object() || member(status, "capacity").is_object();
    return kind == "Pod" ? is_pod : is_node && !is_pod;
}

/// Calls visit(object) for each object of a kind: alone, in a list, in an array, or in lists in an array.
template <class Visit>
void for_each_object(const nlohmann::json& document, std::string_view kind, Visit&& visit, std::string_view list = {}) {
    const nlohmann::json& items = document.is_array() ? document : member(document, "items");
    if (!items.is_array()) {
        if (is_of_kind(document, kind, list)) visit(document);
        return;
    }
    const std::string own = document.is_object() ? text_of(document, "kind") : std::string{};
    for (const nlohmann::json& each : items)
        if (!each.is_array()) for_each_object(each, kind, visit, own);
}

/// Reads JSON documents: one, or several one after the other, as `kubectl get -o json` prints them for several calls and jq -c for
/// several objects.
///
/// @return the document, or an array of them; discarded where the text is no JSON
[[nodiscard]] inline nlohmann::json parse_documents(std::string_view content) {
    auto whole = nlohmann::json::parse(content, nullptr, false);
    if (!whole.is_discarded()) return whole;
    nlohmann::json documents = nlohmann::json::array();
    std::size_t begin = 0;
    int depth = 0;
    bool is_text = false;
    for (std::size_t i = 0; i < content.size(); ++i) {
        const char c = content[i];
        if (is_text && c == '\\')
            ++i;
        else if (c == '"')
            is_text = !is_text;
        if (is_text || (c != '{' && c != '[' && c != '}' && c != ']')) continue;
        depth += c == '{' || c == '[' ? 1 : -1;
        if (depth != 0) continue;
        auto next = nlohmann::json::parse(content.substr(begin, i + 1 - begin), nullptr, false);
        if (next.is_discarded()) return next;
        documents.push_back(std::move(next));
        begin = i + 1;
    }
    if (documents.size() < 2 || content.find_first_not_of(" \t\r\n", begin) != std::string_view::npos) return whole;
    return documents;
}

/// When the first container of a pod started; nothing where none has.
[[nodiscard]] inline std::optional<std::int64_t> start_of_pod(const nlohmann::json& status) {
    if (const auto time = parse_instant(text_of(status, "startTime"))) return time;
    std::optional<std::int64_t> first;
    for (const nlohmann::json& each : member(status, "containerStatuses"))
        for (const char* state : {"running", "terminated"}) {
            const nlohmann::json& entered = member(member(each, "state"), state);
            const auto time = entered.is_object() ? parse_instant(text_of(entered, "startedAt")) : std::nullopt;
            if (time) first = std::min(first.value_or(*time), *time);
        }
    return first;
}

/// When the last container of a pod ended; where that is not said of one that has ended, when its conditions last changed or it was
/// deleted. Nothing while it runs.
[[nodiscard]] inline std::optional<std::int64_t> end_of_pod(const nlohmann::json& pod, job_state state) {
    const nlohmann::json& status = member(pod, "status");
    const bool has_ended = state == job_state::done || state == job_state::failed;
    std::optional<std::int64_t> last;
    const auto note = [&](const nlohmann::json& object, const char* key) {
        const auto time = object.is_object() ? parse_instant(text_of(object, key)) : std::nullopt;
        if (time) last = std::max(last.value_or(*time), *time);
    };
    for (const nlohmann::json& each : member(status, "containerStatuses")) {
        const nlohmann::json& terminated = member(member(each, "state"), "terminated");
        if (!terminated.is_object() && !has_ended) return std::nullopt;
        note(terminated, "finishedAt");
    }
    if (last || !has_ended) return last;
    for (const nlohmann::json& each : member(status, "conditions")) note(each, "lastTransitionTime");
    if (!last) note(member(pod, "metadata"), "deletionTimestamp");
    return last;
}

/// Makes a task of the share of GPUs that its pod asks for.
inline void take_share(recorded_job& recorded, const pod_share& share, job_history& history, std::size_t number) {
    const std::string system = share.system;
    if (!share.request) {
        recorded.job.gpus = recorded.job.gpu_milli = 0;
        return history.assume("a share of GPUs that " + system + " would refuse counts as none", number);
    }
    if (share.several) history.assume("of several containers with shares of " + system + ", the first counts", number);
    const gpupack::request& request = *share.request;
    recorded.job.gpus = request.gpus;
    if (request.gpus == 0) recorded.job.gpu_milli = 0;
    if (request.gpus == 0 || request.share.way() == sharing::exclusive) return;
    recorded.job.gpu_milli = static_cast<int>(request.share.compute().count());
    recorded.job.gpu_memory = request.share.memory().count();
    recorded.job.gpu_memory_percent = request.share.memory_percent_up();
    if (request.share.memory_percent() < request.share.memory_percent_up())
        history.assume("a part of a GPU's memory was rounded up to a percent", number);
    if (system == "gpushare") history.assume("aliyun.com/gpu-mem was read as GiB, as gpushare is installed", number);
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
        const kubernetes_resources amounts = read_pod_resources(spec, wrong);
        if (!wrong.empty() && !error)
            error = input_error{file, 0, recorded.job.name, wrong, "a quantity such as 500m or 16Gi"};
        recorded.job.cpu = amounts.cpu;
        recorded.job.memory = amounts.memory;
        recorded.job.gpus =
            static_cast<int>(std::min<std::int64_t>(amounts.instances > 0 ? amounts.instances : amounts.gpus, 1'000));
        recorded.job.gpu_milli = recorded.job.gpus > 0 ? 1000 : 0;
        recorded.job.mig_profile = amounts.mig_profile;
        if (const auto share = pod_share_reader{pod}.read())
            take_share(recorded, *share, collector.history(), number);
        else if (!amounts.not_read.empty())
            collector.history().assume("a part of a GPU, such as " + amounts.not_read + ", is not read", number);
        if (member(spec, "priority").is_number_integer())
            recorded.job.priority = member(spec, "priority").get<std::int64_t>();
        if (spec.is_object() && member(spec, "nodeSelector").is_object())
            recorded.job.models = text_of(member(spec, "nodeSelector"), "nvidia.com/gpu.product");
        if (metadata.is_object()) recorded.submit = parse_instant(text_of(metadata, "creationTimestamp"));
        if (status.is_object()) {
            recorded.state = state_of(text_of(status, "phase"));
            recorded.job.start = start_of_pod(status);
            recorded.job.end = end_of_pod(pod, recorded.state);
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
