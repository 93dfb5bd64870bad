// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/request/share_rule.hpp>
#include <gpupack/request/share_rule_text.hpp>
#include <gpupack/topology/model_table.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
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
        const partition_table* const table =
            way == sharing::mig ? models.tables_of(id).mig.get() : models.tables_of(id).vgpu.get();
        for (int p = 0; table != nullptr && p < table->profile_count; ++p)
            visit(models[id].model.view(), table->profiles[p], table->first_id + p);
    }
}

/// "3g.40gb", or "A100-80GB/3g.40gb" where the profile is meant on some of the models that have it alone.
[[nodiscard]] inline std::string profiles_text(profile_set profiles, const model_table& models, sharing way) {
    std::string text;
    profile_set written;
    for_each_profile(models, way, [&](std::string_view model, const partition_profile& profile, int number) {
        if (!profiles.contains(number) || written.contains(number)) return;
        profile_set all; // of that name
        for_each_profile(models, way, [&](std::string_view, const partition_profile& other, int its_number) {
            if (other.name == profile.name) all.insert(its_number);
        });
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
[[nodiscard]] inline expected<instance, input_error> profiles_from_text(std::string_view text,
                                                                        const model_table& models, sharing way) {
    instance found{.way = way};
    bool first = true;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('|', begin), text.size());
        const std::string_view item = text.substr(begin, end - begin);
        bool known = false;
        const auto add = [&](profile_set profiles, milli_gpu compute, mebibytes memory) {
            known = true;
            found.profiles = found.profiles | profiles;
            if (first || compute < found.compute) found.compute = compute;
            if (first || memory < found.memory) found.memory = memory;
            first = false;
        };
        for_each_profile(models, way, [&](std::string_view model, const partition_profile& profile, int number) {
            const bool on_model = item.size() > model.size() && item.starts_with(model) && item[model.size()] == '/';
            if (!profile.is_named(on_model ? item.substr(model.size() + 1) : item)) return;
            profile_set own;
            own.insert(number);
            add(own, milli_gpu{profile.compute}, mebibytes{profile.memory});
        });
        if (!known && way == sharing::mig) // another form of the name
            if (const auto named = mig_profile(models, item)) add(named->profiles, named->compute, named->memory);
        if (!known)
            return bad_input("share", std::string{item}, std::string{"one of "}.append(profile_names(models, way)));
        begin = end + 1;
    }
    return found;
}

/// Millionths as percent: "33%", "12.5%".
[[nodiscard]] inline std::string percent_text(std::int32_t millionths) {
    std::string text = std::to_string(millionths / share::millionths_a_percent);
    if (std::int32_t rest = millionths % share::millionths_a_percent; rest != 0) {
        std::string digits = std::to_string(share::millionths_a_percent + rest).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        text.append(".").append(digits);
    }
    return text.append("%");
}

/// The millionths of a percentage above 0, at most 100, with at most four decimals; nothing where the text is none.
[[nodiscard]] inline std::optional<std::int32_t> percent_from_text(std::string_view text) {
    const std::size_t point = text.find('.');
    const auto whole = number_from_text(text.substr(0, point), 0, 100);
    std::int64_t rest = 0;
    if (point != std::string_view::npos) {
        std::string digits{text.substr(point + 1)};
        if (digits.empty() || digits.size() > 4) return std::nullopt;
        digits.resize(4, '0');
        const auto parsed = number_from_text(digits, 0, 9999);
        if (!parsed || digits.front() == '-') return std::nullopt;
        rest = *parsed;
    }
    if (!whole || text.starts_with('-')) return std::nullopt;
    const std::int64_t sum = *whole * share::millionths_a_percent + rest;
    return sum >= 1 && sum <= 1'000'000 ? std::optional{static_cast<std::int32_t>(sum)} : std::nullopt;
}

} // namespace detail

/// A share as text, which share_from_text() reads back: "exclusive", "slice:20480MiB,250m", "slice:33%",
/// "split:12288MiB,250m,least=4096MiB", "mig:3g.40gb|4g.40gb", "vgpu:A10-4"; after the amounts or profiles the rule, where it is
/// not the plain one: "slice:12.5%,rule=compute_alone".
///
/// @param share   the share
/// @param models  what its profiles are numbered by
[[nodiscard]] inline std::string to_text(const share& share, const model_table& models) {
    if (share.way() == sharing::exclusive)
        return share.rule().is_plain() ? "exclusive" : std::string{"exclusive:rule="}.append(to_text(share.rule()));
    if (in_profiles(share.way())) {
        std::string text{sharing_name(share.way())};
        text.append(":").append(detail::profiles_text(share.profiles(), models, share.way()));
        return share.rule().is_plain() ? text : text.append(",rule=").append(to_text(share.rule()));
    }
    std::string amounts;
    if (share.is_split())
        append_item(amounts, to_text(share.total_memory()));
    else if (share.memory_part() != 0)
        append_item(amounts, detail::percent_text(share.memory_part()));
    else if (share.memory().count() != 0)
        append_item(amounts, to_text(share.memory()));
    if (share.compute().count() != 0) append_item(amounts, to_text(share.compute()));
    if (share.is_split()) append_item(amounts, std::string{"least="}.append(to_text(share.memory())));
    if (!share.rule().is_plain()) append_item(amounts, std::string{"rule="}.append(to_text(share.rule())));
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
        const std::size_t comma = rest.find(",rule=");
        auto found =
            detail::profiles_from_text(rest.substr(0, comma), models, word == "mig" ? sharing::mig : sharing::vgpu);
        if (!found) return unexpected<input_error>{std::move(found.error())};
        if (comma == std::string_view::npos) return share{*found};
        const auto rule = share_rule_from_text(rest.substr(comma + 6));
        if (!rule) return bad_input("share", std::string{rest.substr(comma + 6)}, share_rule_words);
        return share{*found}.with(*rule);
    }
    if (word == "exclusive" && rest.starts_with("rule=")) {
        const auto rule = share_rule_from_text(rest.substr(5));
        if (!rule) return bad_input("share", std::string{rest.substr(5)}, share_rule_words);
        return share{exclusive{}}.with(*rule);
    }
    const bool split = word == "split";
    if (!split && word != "slice")
        return bad_input("share", std::string{text},
                         "exclusive, slice:MEMORY,COMPUTE, split:MEMORY,COMPUTE, mig:PROFILE or vgpu:TYPE");
    slice part;
    split_slice parts;
    share_rule rule;
    for (const std::string& item : items_of(rest)) {
        if (item.starts_with("rule=")) {
            const auto read = share_rule_from_text(std::string_view{item}.substr(5));
            if (!read) return bad_input("share", item.substr(5), share_rule_words);
            rule = *read;
            continue;
        }
        const auto percent = item.ends_with('%') && !split
                                 ? detail::percent_from_text(std::string_view{item}.substr(0, item.size() - 1))
                                 : std::nullopt;
        const bool least = split && item.starts_with("least=");
        const auto memory = memory_from_text(least ? std::string_view{item}.substr(6) : std::string_view{item});
        const auto compute = least ? std::nullopt : compute_from_text(item);
        if (percent)
            part.memory_millionths = *percent;
        else if (memory && least)
            parts.least = *memory;
        else if (memory)
            (split ? parts.memory : part.memory) = *memory;
        else if (compute)
            (split ? parts.compute : part.compute) = *compute;
        else
            return bad_input("share", item, split ? "512MiB, 250m or least=64MiB" : "512MiB, 33% or 250m");
    }
    if (split && parts.memory.count() == 0)
        return bad_input("share", std::string{text}, "memory to split: split:512MiB");
    return (split ? share{parts} : share{part}).with(rule);
}

} // namespace gpupack
