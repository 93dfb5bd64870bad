// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/share_rule.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// What a rule is written in, for messages.
inline constexpr const char* share_rule_words =
    "compute_alone, unshared, counts_percent, double_rounding or books_profile, joined by +";

namespace detail {

/// Calls visit(name, is_set, set) for each member of a rule; set() makes it true.
template <class Visit> constexpr void for_each_member(share_rule& rule, Visit&& visit) {
    visit("compute_alone", rule.compute_alone, [&] { rule.compute_alone = true; });
    visit("unshared", rule.unshared, [&] { rule.unshared = true; });
    visit("counts_percent", rule.counts_percent, [&] { rule.counts_percent = true; });
    visit("double_rounding", rule.double_rounding, [&] { rule.double_rounding = true; });
    visit("books_profile", rule.books_profile, [&] { rule.books_profile = true; });
}

} // namespace detail

/// A rule as text, which share_rule_from_text() reads back: "compute_alone+unshared"; nothing for the plain rule.
[[nodiscard]] inline std::string to_text(share_rule rule) {
    std::string text;
    detail::for_each_member(rule, [&](std::string_view name, bool is_set, const auto&) {
        if (is_set) text.append(text.empty() ? "" : "+").append(name);
    });
    return text;
}

/// The rule that a text says; nothing where it has another word than those.
[[nodiscard]] inline std::optional<share_rule> share_rule_from_text(std::string_view text) {
    share_rule rule;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = text.find('+', begin);
        const std::string_view word = text.substr(begin, end - begin);
        bool known = false;
        detail::for_each_member(rule, [&](std::string_view name, bool, const auto& set) {
            if (name != word) return;
            set();
            known = true;
        });
        if (!known) return std::nullopt;
        if (end == std::string_view::npos) break;
        begin = end + 1;
    }
    return rule;
}

} // namespace gpupack
