// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/topology/mig_profile_name.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/model_table.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// The instance that takes, of each model, the profile for which choose(table, index) is true, and what it counts
/// for.
template <class Choose>
[[nodiscard]] instance choose_profiles(const model_table& models, sharing way, bool or_larger, Choose&& choose) {
    instance request{.way = way};
    bool first = true;
    for (std::size_t m = 0; m < models.size(); ++m) {
        const model_table::tables& tables = models.tables_of(model_id{static_cast<std::uint8_t>(m)});
        const partition_table* table = way == sharing::mig ? tables.mig.get() : tables.vgpu.get();
        if (table == nullptr) continue;
        for (int p = 0; p < table->profile_count; ++p) {
            const partition_profile& profile = table->profiles[p];
            if (!choose(*table, profile)) continue;
            request.profiles.insert(table->first_id + p);
            const milli_gpu compute{profile.compute};
            const mebibytes memory{profile.memory};
            if (first || compute < request.compute) request.compute = compute;
            if (first || memory < request.memory) request.memory = memory;
            first = false;
            if (!or_larger) break;
        }
    }
    return request;
}

/// Whether a text names a profile: its name, with one of its variants where it has any.
[[nodiscard]] inline bool names_profile(std::string_view text, const partition_profile& profile) noexcept {
    const std::string_view name = profile.name.view();
    if (profile.variants.empty()) return text == name;
    return text.size() == name.size() + 1 && text.substr(0, name.size()) == name &&
           profile.variants.view().find(text.back()) != std::string_view::npos;
}

[[nodiscard]] inline std::string profile_names(const model_table& models, sharing way) {
    std::string text;
    for (std::size_t m = 0; m < models.size(); ++m) {
        const model_table::tables& tables = models.tables_of(model_id{static_cast<std::uint8_t>(m)});
        const partition_table* table = way == sharing::mig ? tables.mig.get() : tables.vgpu.get();
        for (int p = 0; table != nullptr && p < table->profile_count; ++p) {
            text.append(text.empty() ? "" : ", ").append(table->profiles[p].name.view());
            if (!table->profiles[p].variants.empty())
                text.append("[").append(table->profiles[p].variants.view()).append("]");
        }
    }
    return text.empty() ? "a profile; no model here has any" : text;
}

} // namespace detail

/// Asks for an instance of the profile of that name, on whichever models have it: "1g.10gb" is one slice of an
/// A100-80GB and a slice with double memory of an A100-40GB. Where no model has it in that or another form of the name
/// (mig_profile_name), those count whose gigabytes another driver rounds so: "3g.39gb" is 3g.40gb.
///
/// @param models   of the cluster
/// @param profile  its name
/// @return         the instance, or an error: a name that no model has
[[nodiscard]] inline expected<instance, input_error> mig_profile(const model_table& models, std::string_view profile) {
    const std::string name = mig_profile_name(profile);
    for (const bool rounded : {false, true}) {
        const instance request = detail::choose_profiles(
            models, sharing::mig, false, [&](const partition_table& table, const partition_profile& each) {
                if (!rounded) return each.name.view() == profile || each.name.view() == name;
                const auto found = mig::find_profile(table, profile);
                return found && &table.profiles[*found] == &each;
            });
        if (!request.profiles.empty()) return request;
    }
    return bad_input("MIG profile", std::string{profile},
                     std::string{"one of "}.append(detail::profile_names(models, sharing::mig)));
}

/// Asks for the smallest MIG instance that has at least that memory and compute, on each model: least memory first,
/// then fewest slices; never one with the media extension or graphics to itself. What an instance has is compared,
/// not what its name says: a 1g.5gb has 4864 MiB.
///
/// With `or_larger`, a GPU on which the smallest has no place gives the next larger one that has.
///
/// Errors: amounts that no profile has.
[[nodiscard]] inline expected<instance, input_error> mig_at_least(const model_table& models, mebibytes memory,
                                                                  milli_gpu compute = {}, bool or_larger = false) {
    const instance request = detail::choose_profiles(
        models, sharing::mig, or_larger, [&](const partition_table&, const partition_profile& each) {
            const bool enough =
                (memory.count() == 0 || each.memory >= memory.count()) && each.compute >= compute.count();
            return each.plain && enough;
        });
    if (!request.profiles.empty()) return request;
    return bad_input(
        "MIG instance",
        std::to_string(memory.count()).append(" MiB, ").append(std::to_string(compute.count())).append(" milli-GPUs"),
        "no more than the largest MIG profile has");
}

/// Asks for a vGPU of that type: "A10-4Q".
///
/// Errors: a name that no model of the table has.
[[nodiscard]] inline expected<instance, input_error> vgpu_type(const model_table& models, std::string_view type) {
    const instance request = detail::choose_profiles(
        models, sharing::vgpu, false,
        [&](const partition_table&, const partition_profile& each) { return detail::names_profile(type, each); });
    if (!request.profiles.empty()) return request;
    return bad_input("vGPU type", std::string{type},
                     std::string{"one of "}.append(detail::profile_names(models, sharing::vgpu)));
}

/// Asks for a vGPU with at least that frame buffer, the smallest on each model.
///
/// Errors: more than any type has.
[[nodiscard]] inline expected<instance, input_error> vgpu_at_least(const model_table& models, mebibytes frame_buffer) {
    const instance request = detail::choose_profiles(
        models, sharing::vgpu, false,
        [&](const partition_table&, const partition_profile& each) { return each.memory >= frame_buffer.count(); });
    if (!request.profiles.empty()) return request;
    return bad_input("vGPU frame buffer", std::to_string(frame_buffer.count()),
                     "no more MiB than the largest type has");
}

/// Asks for a fraction of a board, 1 / parts, as clouds sell them: on each model, the type of which that many make
/// the frame buffer exactly.
///
/// Errors: a number of parts that divides no board of the table into types.
[[nodiscard]] inline expected<instance, input_error> vgpu_fraction(const model_table& models, int parts) {
    const instance request = detail::choose_profiles(models, sharing::vgpu, false,
                                                     [&](const partition_table& table, const partition_profile& each) {
                                                         return parts > 0 && each.units * parts == table.units;
                                                     });
    if (!request.profiles.empty()) return request;
    return bad_input("vGPU fraction", std::string{"1/"}.append(std::to_string(parts)),
                     "a part for which a board here has a type: its frame buffer must divide by it");
}

} // namespace gpupack
