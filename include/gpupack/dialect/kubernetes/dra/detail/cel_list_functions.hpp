// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_compare.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_functions.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_text_functions.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Whether all items have an order among each other.
[[nodiscard]] inline bool cel_sortable(const std::vector<cel_value>& items) {
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!cel_order(items[0], items[i])) return false;
    return true;
}

[[nodiscard]] inline cel_value cel_extreme(const std::vector<cel_value>& items, bool least) {
    if (items.empty()) return cel_failure("min and max of an empty list");
    if (!cel_sortable(items)) return cel_failure(cel_no_overload);
    cel_value best = items[0];
    for (const cel_value& item : items) {
        const auto order = *cel_order(item, best);
        if (least ? order < 0 : order > 0) best = item;
    }
    return best;
}

[[nodiscard]] inline cel_value cel_total(const std::vector<cel_value>& items, cel_arena& arena) {
    if (items.empty()) return cel_integer(0);
    cel_value total = items[0];
    for (std::size_t i = 1; i < items.size() && total.kind != cel_kind::failure; ++i)
        total = cel_sum_of(cel_function::add, total, items[i], arena);
    return cel_is_number(total) || total.kind == cel_kind::failure ? total : cel_failure(cel_no_overload);
}

[[nodiscard]] inline cel_value cel_position(const std::vector<cel_value>& items, const cel_value& item, bool last) {
    std::int64_t found = -1;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!cel_same(items[i], item)) continue;
        found = static_cast<std::int64_t>(i);
        if (!last) break;
    }
    return cel_integer(found);
}

inline bool cel_flatten(const std::vector<cel_value>& items, std::int64_t depth, std::vector<cel_value>& result,
                        cel_arena& arena) {
    for (const cel_value& item : items) {
        if (!arena.spend(1)) return false;
        if (item.kind == cel_kind::list && depth > 0) {
            if (!cel_flatten(item.list->items, depth - 1, result, arena)) return false;
        } else {
            result.push_back(item);
        }
    }
    return true;
}

[[nodiscard]] inline cel_value cel_distinct(const std::vector<cel_value>& items, cel_arena& arena) {
    std::vector<cel_value> result;
    for (const cel_value& item : items) {
        if (!arena.spend(result.size() + 1)) return cel_failure("too many steps");
        if (std::ranges::none_of(result, [&](const cel_value& other) { return cel_same(other, item); }))
            result.push_back(item);
    }
    return arena.keep_list(std::move(result));
}

/// Whether each item of b is in a.
[[nodiscard]] inline bool cel_covers(const std::vector<cel_value>& a, const std::vector<cel_value>& b) {
    return std::ranges::all_of(b, [&](const cel_value& item) {
        return std::ranges::any_of(a, [&](const cel_value& other) { return cel_same(other, item); });
    });
}

[[nodiscard]] inline cel_value cel_sets_call(cel_function function, std::span<const cel_value> operands,
                                             cel_arena& arena) {
    if (operands[0].kind != cel_kind::list || operands[1].kind != cel_kind::list) return cel_failure(cel_no_overload);
    const auto& a = operands[0].list->items;
    const auto& b = operands[1].list->items;
    if (!arena.spend(a.size() * b.size())) return cel_failure("too many steps");
    if (function == cel_function::sets_contains) return cel_boolean(cel_covers(a, b));
    if (function == cel_function::sets_equivalent) return cel_boolean(cel_covers(a, b) && cel_covers(b, a));
    return cel_boolean(std::ranges::any_of(b, [&](const cel_value& item) { return cel_covers(a, {item}); }));
}

[[nodiscard]] inline cel_value cel_slice(const std::vector<cel_value>& items, std::int64_t start, std::int64_t end,
                                         cel_arena& arena) {
    if (start < 0 || end < start || end > static_cast<std::int64_t>(items.size()))
        return cel_failure("index out of range");
    return arena.keep_list({items.begin() + start, items.begin() + end});
}

[[nodiscard]] inline cel_value cel_sorted(const std::vector<cel_value>& items, cel_arena& arena) {
    if (!items.empty() && !cel_sortable(items)) return cel_failure(cel_no_overload);
    std::vector<cel_value> sorted = items;
    std::ranges::stable_sort(sorted, [](const cel_value& a, const cel_value& b) { return *cel_order(a, b) < 0; });
    return arena.keep_list(std::move(sorted));
}

/// The functions of lists; operands[0] is a list.
[[nodiscard]] inline cel_value cel_list_call(cel_function function, std::span<const cel_value> operands,
                                             cel_arena& arena) {
    const std::vector<cel_value>& items = operands[0].list->items;
    if (!arena.spend(items.size())) return cel_failure("too many steps");
    switch (function) {
    case cel_function::join:
        if (operands.size() > 1 && operands[1].kind != cel_kind::text) return cel_failure(cel_no_overload);
        return cel_join(items, operands.size() > 1 ? operands[1].text : std::string_view{}, arena);
    case cel_function::is_sorted: {
        if (!items.empty() && !cel_sortable(items)) return cel_failure(cel_no_overload);
        return cel_boolean(
            std::ranges::is_sorted(items, [](const cel_value& a, const cel_value& b) { return *cel_order(a, b) < 0; }));
    }
    case cel_function::sum: return cel_total(items, arena);
    case cel_function::min: return cel_extreme(items, true);
    case cel_function::max: return cel_extreme(items, false);
    case cel_function::index_of: return cel_position(items, operands[1], false);
    case cel_function::last_index_of: return cel_position(items, operands[1], true);
    case cel_function::slice:
        if (operands[1].kind != cel_kind::integer || operands[2].kind != cel_kind::integer)
            return cel_failure(cel_no_overload);
        return cel_slice(items, operands[1].integer, operands[2].integer, arena);
    case cel_function::flatten: {
        if (operands.size() > 1 && operands[1].kind != cel_kind::integer) return cel_failure(cel_no_overload);
        std::vector<cel_value> result;
        const std::int64_t depth = operands.size() > 1 ? operands[1].integer : 1;
        if (depth < 0 || !cel_flatten(items, depth, result, arena))
            return cel_failure("a depth below 0, or too many steps");
        return arena.keep_list(std::move(result));
    }
    case cel_function::distinct: return cel_distinct(items, arena);
    case cel_function::reverse: return arena.keep_list({items.rbegin(), items.rend()});
    case cel_function::sort: return cel_sorted(items, arena);
    case cel_function::first: return items.empty() ? cel_option(nullptr) : arena.keep_option(items.front());
    case cel_function::last: return items.empty() ? cel_option(nullptr) : arena.keep_option(items.back());
    default: return cel_failure(cel_no_overload);
    }
}

[[nodiscard]] inline cel_value cel_range(const cel_value& size, cel_arena& arena) {
    if (size.kind != cel_kind::integer) return cel_failure(cel_no_overload);
    if (size.integer > 0 && !arena.spend(static_cast<std::uint64_t>(size.integer)))
        return cel_failure("too many steps");
    std::vector<cel_value> items;
    for (std::int64_t i = 0; i < size.integer; ++i) items.push_back(cel_integer(i));
    return arena.keep_list(std::move(items));
}

[[nodiscard]] inline bool cel_is_zero(const cel_value& value) {
    switch (value.kind) {
    case cel_kind::null: return true;
    case cel_kind::boolean: return !value.boolean;
    case cel_kind::integer: return value.integer == 0;
    case cel_kind::natural: return value.natural == 0;
    case cel_kind::real: return value.real == 0;
    case cel_kind::text:
    case cel_kind::bytes: return value.text.empty();
    case cel_kind::list: return value.list->items.empty();
    case cel_kind::map: return value.map->entries.empty();
    default: return false;
    }
}

[[nodiscard]] inline cel_value cel_option_call(cel_function function, std::span<const cel_value> operands,
                                               cel_arena& arena) {
    if (function == cel_function::option_none) return cel_option(nullptr);
    if (function == cel_function::option_of) return arena.keep_option(operands[0]);
    if (function == cel_function::option_of_non_zero)
        return cel_is_zero(operands[0]) ? cel_option(nullptr) : arena.keep_option(operands[0]);
    if (operands[0].kind != cel_kind::option) return cel_failure(cel_no_overload);
    const cel_value* const content = operands[0].option;
    switch (function) {
    case cel_function::has_value: return cel_boolean(content != nullptr);
    case cel_function::value: return content != nullptr ? *content : cel_failure("optional.none() dereference");
    case cel_function::or_value: return content != nullptr ? *content : operands[1];
    default: return content != nullptr ? operands[0] : operands[1];
    }
}

} // namespace gpupack::dialect::dra::detail
