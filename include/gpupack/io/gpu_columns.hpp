// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// The parts of a text between separators; none of an empty text.
[[nodiscard]] inline std::vector<std::string_view> split_text(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return parts;
}

/// A vGPU as a recorded task names it: a type, "A10-4Q", or a part of a board, "1/4".
///
/// @return the instance, or an error: a type that no model has, a part that no board has
[[nodiscard]] inline expected<instance, input_error> read_vgpu(const model_table& models, std::string_view text) {
    if (!text.starts_with("1/")) return vgpu_type(models, text);
    const auto parts = parse_whole(text.substr(2));
    if (!parts || *parts < 1 || *parts > 64)
        return bad_input("vgpu", std::string{text}, "a vGPU type or 1/N of a board");
    return vgpu_fraction(models, static_cast<int>(*parts));
}

/// The GPUs of a node as recorded: a model for all of them, "T4", or several groups, "A100:4+T4:2".
///
/// @param text   of the column
/// @param count  GPUs of the node
/// @return groups of `count` GPUs in all, not set up; or an error: no model, a name that is too long, another count
[[nodiscard]] inline expected<std::vector<gpu_group>, input_error> read_models(std::string_view text, int count) {
    const auto wrong = [&](const char* expected) { return bad_input("model", std::string{text}, expected); };
    if (count == 0) return std::vector<gpu_group>{};
    std::vector<gpu_group> groups;
    int rest = count;
    for (const std::string_view part : split_text(text, '+')) {
        const std::size_t colon = part.find(':');
        const std::string_view model = part.substr(0, colon);
        if (model.empty() || !name::fits(model)) return wrong("the name of a GPU model, of at most 63 characters");
        const auto gpus =
            colon == std::string_view::npos ? std::int64_t{rest} : parse_whole(part.substr(colon + 1)).value_or(0);
        if (gpus < 1 || gpus > rest) return wrong("MODEL, or MODEL:COUNT+MODEL:COUNT for as many GPUs as the node has");
        groups.push_back({static_cast<int>(gpus), models::named(model), {}});
        rest -= static_cast<int>(gpus);
    }
    if (groups.empty()) return wrong("the name of a GPU model, of at most 63 characters");
    if (rest > 0) return wrong("MODEL, or MODEL:COUNT+MODEL:COUNT for as many GPUs as the node has");
    return groups;
}

/// The MIG instances that stand on each GPU of a node, as recorded: "3g.40gb@0+1g.10gb@4", each at the start of its
/// memory slices.
///
/// @return the instances, or an error: no profile, no start
[[nodiscard]] inline expected<std::vector<mig::gpu_instance>, input_error> read_mig_layout(std::string_view text) {
    std::vector<mig::gpu_instance> layout;
    for (const std::string_view part : split_text(text, '+')) {
        const std::size_t sign = part.find('@');
        const auto start = sign == std::string_view::npos ? std::nullopt : parse_whole(part.substr(sign + 1));
        if (!start || *start < 0 || *start > 15 || !name::fits(part.substr(0, sign)))
            return bad_input("mig_layout", std::string{text}, "PROFILE@START+PROFILE@START");
        layout.push_back({part.substr(0, sign), static_cast<int>(*start)});
    }
    return layout;
}

} // namespace gpupack::io
