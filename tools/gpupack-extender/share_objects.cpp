// SPDX-License-Identifier: Apache-2.0
#include "share_objects.hpp"

#include "objects.hpp"

#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace extender {

namespace {

using gpupack::io::json_fields;
using nlohmann::json;

/// The whole units of an amount as Kubernetes writes it; nothing where it is none.
std::optional<std::int64_t> units_of(const json& value) {
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return std::nullopt;
    const auto amount = gpupack::dialect::dra::quantity::parse(value.get<std::string>());
    if (!amount) return std::nullopt;
    return amount->ceiling();
}

/// A decimal number from 0 to 2^31 - 1, all of the text.
std::optional<std::int64_t> number_of(std::string_view text) {
    std::int32_t value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (wrong != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<std::string> text_of(const json& object, const char* name) {
    const json* const field = json_fields::find(object, name);
    if (field == nullptr) return std::nullopt;
    return field->is_string() ? field->get<std::string>() : json_fields::brief(*field);
}

const json& nested(const json& object, const char* name) {
    static const json nothing = json::object();
    const json* const field = json_fields::find(object, name);
    return field != nullptr && field->is_object() ? *field : nothing;
}

void read_annotations(const json& annotations, share_pod& pod) {
    pod.gpu_text = text_of(annotations, share_names::gpu);
    pod.units_text = text_of(annotations, share_names::pod);
    pod.assumed_node = text_of(annotations, share_names::node).value_or("");
}

} // namespace

share_node read_share_node(const json& object, std::string& error) {
    share_node made{.name = key_of(object)};
    const json& capacity = nested(nested(object, "status"), "capacity");
    const auto amount = [&](const char* name) -> std::int64_t {
        const json* const field = json_fields::find(capacity, name);
        if (field == nullptr) return 0;
        const auto units = units_of(*field);
        if (!units || *units < 0)
            error =
                made.name + ": " + name + ": \"" + json_fields::brief(*field) + "\": expected an amount of 0 or more";
        return units.value_or(0);
    };
    const std::int64_t units = amount(share_names::memory);
    const std::int64_t gpus = amount(share_names::count);
    if (gpus > 32)
        error = made.name + ": " + share_names::count + ": \"" + std::to_string(gpus) + "\": expected at most 32";
    if (!error.empty() || units <= 0 || gpus <= 0) return made;
    made.units = units;
    made.gpus = static_cast<int>(gpus);
    return made;
}

share_pod read_share_pod(const json& object) {
    share_pod made{.key = key_of(object)};
    const json& meta = nested(object, "metadata");
    made.uid = text_of(meta, "uid").value_or("");
    made.version = text_of(meta, "resourceVersion").value_or("");
    read_annotations(nested(meta, "annotations"), made);
    const json& spec = nested(object, "spec");
    made.node = text_of(spec, "nodeName").value_or("");
    const std::string phase = text_of(nested(object, "status"), "phase").value_or("");
    made.ended = phase == "Succeeded" || phase == "Failed";
    const json* const containers = json_fields::find(spec, "containers");
    if (containers == nullptr || !containers->is_array()) return made;
    for (const json& container : *containers) {
        const json* const limit =
            json_fields::find(nested(nested(container, "resources"), "limits"), share_names::memory);
        if (limit == nullptr) continue;
        constexpr std::int64_t most = INT32_MAX; // what a GPU can have
        made.units = std::min(most, made.units + std::clamp<std::int64_t>(units_of(*limit).value_or(0), 0, most));
    }
    return made;
}

std::set<int> read_sick_gpus(const json& object) {
    std::set<int> made;
    const std::string text = text_of(nested(object, "data"), "gpus").value_or("");
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        std::string_view part = std::string_view{text}.substr(start, end - start);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        if (const auto gpu = number_of(part); gpu && *gpu < 32) made.insert(static_cast<int>(*gpu));
        start = end + 1;
    }
    return made;
}

std::optional<share_claim> claim_of(const share_pod& pod) {
    if (!pod.gpu_text) return std::nullopt;
    share_claim made{.units = pod.units};
    const auto wrong = [&](const char* name, const std::string& value) {
        if (made.remark.empty())
            made.remark = pod.key + ": " + name + ": \"" + value.substr(0, 60) + "\": expected a number of 0 or more";
    };
    if (const auto gpu = number_of(*pod.gpu_text))
        made.gpu = static_cast<int>(*gpu);
    else
        wrong(share_names::gpu, *pod.gpu_text);
    const auto units = pod.units_text ? number_of(*pod.units_text) : std::nullopt;
    if (units)
        made.units = std::max(made.units, *units);
    else
        wrong(share_names::pod, pod.units_text.value_or(""));
    if (!units && made.units == 0) made.units = share_claim::whole_gpu;
    return made;
}

} // namespace extender
