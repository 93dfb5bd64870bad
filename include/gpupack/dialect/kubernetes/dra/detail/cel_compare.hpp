// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

inline constexpr std::string_view cel_no_overload = "no such overload";

[[nodiscard]] inline bool cel_is_number(const cel_value& value) noexcept {
    return value.kind == cel_kind::integer || value.kind == cel_kind::natural || value.kind == cel_kind::real;
}

/// The order of two numbers of any type; unordered where one is no number.
[[nodiscard]] inline std::partial_ordering cel_number_order(const cel_value& a, const cel_value& b) noexcept {
    if (a.kind == cel_kind::real || b.kind == cel_kind::real) {
        const auto real = [](const cel_value& value) {
            return value.kind == cel_kind::real      ? value.real
                   : value.kind == cel_kind::integer ? static_cast<double>(value.integer)
                                                     : static_cast<double>(value.natural);
        };
        return real(a) <=> real(b);
    }
    if (a.kind == b.kind) return a.kind == cel_kind::integer ? a.integer <=> b.integer : a.natural <=> b.natural;
    if (a.kind == cel_kind::integer)
        return a.integer < 0 ? std::partial_ordering::less : static_cast<std::uint64_t>(a.integer) <=> b.natural;
    return 0 <=> cel_number_order(b, a);
}

/// a == b as a value: a bool, or a failure.
///
/// Quirk: a quantity or version on the left and another type on the right is a failure, the other way round false.
[[nodiscard]] inline cel_value cel_equal(const cel_value& a, const cel_value& b) {
    if (cel_is_number(a) && cel_is_number(b)) return cel_boolean(cel_number_order(a, b) == 0);
    const bool rare = a.kind == cel_kind::amount || a.kind == cel_kind::version;
    if (a.kind != b.kind) return rare ? cel_failure(cel_no_overload) : cel_boolean(false);
    switch (a.kind) {
    case cel_kind::null: return cel_boolean(true);
    case cel_kind::boolean: return cel_boolean(a.boolean == b.boolean);
    case cel_kind::text:
    case cel_kind::bytes:
    case cel_kind::type: return cel_boolean(a.text == b.text);
    case cel_kind::amount: return cel_boolean(*a.amount == *b.amount);
    case cel_kind::version: return cel_boolean(*a.version == *b.version);
    case cel_kind::option:
        if (a.option == nullptr || b.option == nullptr) return cel_boolean(a.option == b.option);
        return cel_equal(*a.option, *b.option);
    case cel_kind::list: {
        if (a.list->items.size() != b.list->items.size()) return cel_boolean(false);
        for (std::size_t i = 0; i < a.list->items.size(); ++i)
            if (const cel_value same = cel_equal(a.list->items[i], b.list->items[i]);
                same.kind == cel_kind::failure || !same.boolean)
                return same;
        return cel_boolean(true);
    }
    case cel_kind::map: {
        if (a.map->entries.size() != b.map->entries.size()) return cel_boolean(false);
        for (const auto& [key, value] : a.map->entries) {
            bool found = false;
            for (const auto& [other_key, other_value] : b.map->entries) {
                if (!cel_equal(key, other_key).boolean) continue;
                const cel_value same = cel_equal(value, other_value);
                if (same.kind == cel_kind::failure || !same.boolean) return same;
                found = true;
            }
            if (!found) return cel_boolean(false);
        }
        return cel_boolean(true);
    }
    default: return cel_boolean(false);
    }
}

/// Whether a == b, where a failure counts as no.
[[nodiscard]] inline bool cel_same(const cel_value& a, const cel_value& b) {
    const cel_value same = cel_equal(a, b);
    return same.kind == cel_kind::boolean && same.boolean;
}

/// The order of two values; nothing where they have none.
[[nodiscard]] inline std::optional<std::partial_ordering> cel_order(const cel_value& a, const cel_value& b) {
    if (cel_is_number(a) && cel_is_number(b)) return cel_number_order(a, b);
    if (a.kind != b.kind) return std::nullopt;
    switch (a.kind) {
    case cel_kind::boolean: return static_cast<int>(a.boolean) <=> static_cast<int>(b.boolean);
    case cel_kind::text:
    case cel_kind::bytes: return a.text <=> b.text;
    case cel_kind::amount: return *a.amount <=> *b.amount;
    case cel_kind::version: return *a.version <=> *b.version;
    default: return std::nullopt;
    }
}

/// The value of a key, or nullptr.
[[nodiscard]] inline const cel_value* cel_find(const cel_map& map, const cel_value& key) {
    for (const auto& [name, value] : map.entries)
        if (cel_same(name, key)) return &value;
    return nullptr;
}

} // namespace gpupack::dialect::dra::detail
