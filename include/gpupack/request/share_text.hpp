// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/topology/model_table.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// Calls visit(model, profile, number) for each profile of a way, number being that of profile_set.
template <class Visit> void for_each_profile(const model_table& models, sharing way, Visit&& visit) {
    for (std::size_t m = 0; m < models.size(); ++m) {
        const model_id id{static_cast<std::uint8_t>(m)};
        const partition_table* const table = way == sharing::mig ? models.tables_of(id).mig.get() : models.tables_of(id).vgpu.get();
        for (int p = 0; table != nullptr && p < table->profile_count; ++p)
            visit(models[id].model.view(), table->profiles[p], table->first_id + p);
    }
}

/// "3g.40gb", or "A100-80GB/3g.40gb" where the profile is meant on some of the models that have it alone.
[[nodiscard]] inline std::string profiles_text(profile_set profiles, const model_table& models, sharing way) {
    std::map<std::string_view, profile_set> by_name;
    for_each_profile(models, way, [&](std::string_view, const partition_profile& profile, int number) {
        by_name[profile.name.view()].insert(number);
    });
    std::string text;
    profile_set written;
    for_each_profile(models, way, [&](std::string_view model, const partition_profile& profile, int number) {
        if (!profiles.contains(number) || written.contains(number)) return;
        const profile_set all = by_name[profile.name.view()];
        text.append(text.empty() ? "" : "|");
        if (profiles.contains(all)) {
            written = written | all;
            text.append(profile.name.view());
        } else {
            written.insert(number);
            text.append(model).append("/").append(profile.name.view());
        }
    });
    return text;
}

/// The instance that profiles_text() says.
[[nodiscard]] inline expected<instance, input_error> profiles_from_text(std::string_view text, const model_table& models, sharing way) {
    instance found{.way = way};
    bool first = true;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('|', begin), text.size());
        const std::string_view item = text.substr(begin, end - begin);
        bool known = false;
        for_each_profile(models, way, [&](std::string_view model, const partition_profile& profile, int number) {
            const bool on_model = item.size() > model.size() && item.starts_with(model) && item[model.size()] == '/';
            if (!profile.is_named(on_model ? item.substr(model.size() + 1) : item)) return;
            known = true;
            found.profiles.insert(number);
            const milli_gpu compute{profile.compute};
            const mebibytes memory{profile.memory};
            if (first || compute < found.compute) found.compute = compute;
            if (first || memory < found.memory) found.memory = memory;
            first = false;
        });
        if (!known) return bad_input("share", std::string{item}, std::string{"one of "}.append(profile_names(models, way)));
        begin = end + 1;
    }
    return found;
}

} // namespace detail

/// A share as text, which share_from_text() reads back: "exclusive", "slice:20480MiB,250m", "slice:33%",
/// "split:12288MiB,250m,least=4096MiB", "mig:3g.40gb|4g.40gb", "vgpu:A10-4".
///
/// @param share   the share
/// @param models  what its profiles are numbered by
[[nodiscard]] inline std::string to_text(const share& share, const model_table& models) {
    if (share.way() == sharing::exclusive) return "exclusive";
    if (in_profiles(share.way()))
        return std::string{sharing_name(share.way())}.append(":").append(detail::profiles_text(share.profiles(), models, share.way()));
    std::string amounts;
    if (share.is_split())
        append_item(amounts, to_text(share.total_memory()));
    else if (share.memory_percent() != 0)
        append_item(amounts, std::to_string(share.memory_percent()).append("%"));
    else if (share.memory().count() != 0)
        append_item(amounts, to_text(share.memory()));
    if (share.compute().count() != 0) append_item(amounts, to_text(share.compute()));
    if (share.is_split()) append_item(amounts, std::string{"least="}.append(to_text(share.memory())));
    return std::string{share.is_split() ? "split:" : "slice:"}.append(amounts);
}

/// The share that a text says; checked(request) judges its amounts.
///
/// Errors: another word than those, an amount that is none, a profile that no model has.
[[nodiscard]] inline expected<share, input_error> share_from_text(std::string_view text, const model_table& models) {
    if (text == "exclusive") return share{exclusive{}};
    const std::size_t colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    const std::string_view rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    if (word == "mig" || word == "vgpu") {
        auto found = detail::profiles_from_text(rest, models, word == "mig" ? sharing::mig : sharing::vgpu);
        if (!found) return unexpected<input_error>{std::move(found.error())};
        return share{*found};
    }
    const bool split = word == "split";
    if (!split && word != "slice")
        return bad_input("share", std::string{text}, "exclusive, slice:MEMORY,COMPUTE, split:MEMORY,COMPUTE, mig:PROFILE or vgpu:TYPE");
    slice part;
    split_slice parts;
    for (const std::string& item : items_of(rest)) {
        const auto percent = item.ends_with('%') && !split ? number_from_text(std::string_view{item}.substr(0, item.size() - 1), 1, 100) : std::nullopt;
        const bool least = split && item.starts_with("least=");
        const auto memory = memory_from_text(least ? std::string_view{item}.substr(6) : std::string_view{item});
        const auto compute = least ? std::nullopt : compute_from_text(item);
        if (percent)
            part.memory_percent = static_cast<int>(*percent);
        else if (memory && least)
            parts.least = *memory;
        else if (memory)
            (split ? parts.memory : part.memory) = *memory;
        else if (compute)
            (split ? parts.compute : part.compute) = *compute;
        else
            return bad_input("share", item, split ? "512MiB, 250m or least=64MiB" : "512MiB, 33% or 250m");
    }
    if (split && parts.memory.count() == 0) return bad_input("share", std::string{text}, "memory to split: split:512MiB");
    return split ? share{parts} : share{part};
}

} // namespace gpupack
