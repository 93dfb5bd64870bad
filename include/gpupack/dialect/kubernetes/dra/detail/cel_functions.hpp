// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_compare.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_text_functions.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

[[nodiscard]] inline cel_value cel_integer_call(cel_function function, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    switch (function) {
    case cel_function::add:
        return __builtin_add_overflow(a, b, &result) ? cel_failure("integer overflow") : cel_integer(result);
    case cel_function::subtract:
        return __builtin_sub_overflow(a, b, &result) ? cel_failure("integer overflow") : cel_integer(result);
    case cel_function::multiply:
        return __builtin_mul_overflow(a, b, &result) ? cel_failure("integer overflow") : cel_integer(result);
    default: break;
    }
    if (b == 0) return cel_failure("division by zero");
    if (a == std::numeric_limits<std::int64_t>::min() && b == -1) return cel_failure("integer overflow");
    return cel_integer(function == cel_function::divide ? a / b : a % b);
}

[[nodiscard]] inline cel_value cel_natural_call(cel_function function, std::uint64_t a, std::uint64_t b) {
    std::uint64_t result = 0;
    switch (function) {
    case cel_function::add:
        return __builtin_add_overflow(a, b, &result) ? cel_failure("unsigned integer overflow") : cel_natural(result);
    case cel_function::subtract:
        return __builtin_sub_overflow(a, b, &result) ? cel_failure("unsigned integer overflow") : cel_natural(result);
    case cel_function::multiply:
        return __builtin_mul_overflow(a, b, &result) ? cel_failure("unsigned integer overflow") : cel_natural(result);
    default: break;
    }
    if (b == 0) return cel_failure("division by zero");
    return cel_natural(function == cel_function::divide ? a / b : a % b);
}

[[nodiscard]] inline cel_value cel_sum_of(cel_function function, const cel_value& a, const cel_value& b,
                                          cel_arena& arena) {
    if (a.kind == cel_kind::amount && (b.kind == cel_kind::amount || b.kind == cel_kind::integer) &&
        (function == cel_function::add || function == cel_function::subtract)) {
        const wide other = b.kind == cel_kind::amount ? b.amount->nanos() : wide{b.integer} * nanos_in_one;
        return arena.keep_amount(dra::quantity::nanos(
            a.amount->nanos() + (function == cel_function::add ? other : -other), a.amount->style()));
    }
    if (a.kind != b.kind) return cel_failure(cel_no_overload);
    if (a.kind == cel_kind::integer) return cel_integer_call(function, a.integer, b.integer);
    if (a.kind == cel_kind::natural) return cel_natural_call(function, a.natural, b.natural);
    if (a.kind == cel_kind::real) {
        switch (function) {
        case cel_function::add: return cel_real(a.real + b.real);
        case cel_function::subtract: return cel_real(a.real - b.real);
        case cel_function::multiply: return cel_real(a.real * b.real);
        case cel_function::divide: return cel_real(a.real / b.real);
        default: return cel_failure(cel_no_overload);
        }
    }
    if (function != cel_function::add) return cel_failure(cel_no_overload);
    if (a.kind == cel_kind::text || a.kind == cel_kind::bytes) {
        if (!arena.spend((a.text.size() + b.text.size()) / 10)) return cel_failure("too many steps");
        return cel_text(arena.keep(std::string{a.text}.append(b.text)), a.kind);
    }
    if (a.kind != cel_kind::list) return cel_failure(cel_no_overload);
    std::vector<cel_value> items = a.list->items;
    items.insert(items.end(), b.list->items.begin(), b.list->items.end());
    if (!arena.spend(items.size())) return cel_failure("too many steps");
    return arena.keep_list(std::move(items));
}

[[nodiscard]] inline cel_value cel_ordered(cel_function function, const cel_value& a, const cel_value& b) {
    const bool plain = a.kind != cel_kind::amount && a.kind != cel_kind::version;
    const bool named = function == cel_function::compare_to || function == cel_function::is_less_than ||
                       function == cel_function::is_greater_than;
    const auto order = cel_order(a, b);
    if (!order || plain == named) return cel_failure(cel_no_overload);
    switch (function) {
    case cel_function::less:
    case cel_function::is_less_than: return cel_boolean(*order < 0);
    case cel_function::less_or_equal: return cel_boolean(*order <= 0);
    case cel_function::greater:
    case cel_function::is_greater_than: return cel_boolean(*order > 0);
    case cel_function::greater_or_equal: return cel_boolean(*order >= 0);
    default: return cel_integer(*order < 0 ? -1 : *order > 0 ? 1 : 0);
    }
}

[[nodiscard]] inline cel_value cel_contains(const cel_value& item, const cel_value& whole) {
    if (whole.kind == cel_kind::map) return cel_boolean(cel_find(*whole.map, item) != nullptr);
    if (whole.kind != cel_kind::list) return cel_failure(cel_no_overload);
    std::optional<cel_value> failure;
    for (const cel_value& one : whole.list->items) {
        const cel_value same = cel_equal(item, one);
        if (same.kind == cel_kind::failure)
            failure = same;
        else if (same.boolean)
            return same;
    }
    return failure ? *failure : cel_boolean(false);
}

[[nodiscard]] inline cel_value cel_includes(const cel_value& whole, const cel_value& item) {
    if (whole.kind != cel_kind::list) return cel_equal(whole, item);
    if (whole.list->items.size() > 48) return cel_failure("a list of more than 48 values");
    return cel_contains(item, whole);
}

[[nodiscard]] inline cel_value cel_size(const cel_value& value) {
    switch (value.kind) {
    case cel_kind::text: return cel_integer(cel_length(value.text));
    case cel_kind::bytes: return cel_integer(static_cast<std::int64_t>(value.text.size()));
    case cel_kind::list: return cel_integer(static_cast<std::int64_t>(value.list->items.size()));
    case cel_kind::map: return cel_integer(static_cast<std::int64_t>(value.map->entries.size()));
    default: return cel_failure(cel_no_overload);
    }
}

[[nodiscard]] inline cel_value cel_to_number(cel_function function, const cel_value& value) {
    if (function == cel_function::to_double) {
        if (value.kind == cel_kind::text) {
            double real = 0;
            const auto [end, wrong] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), real);
            const bool whole =
                wrong == std::errc{} && end == value.text.data() + value.text.size() && !value.text.empty();
            return whole ? cel_real(real) : cel_failure("no number");
        }
        if (!cel_is_number(value)) return cel_failure(cel_no_overload);
        return cel_real(value.kind == cel_kind::real      ? value.real
                        : value.kind == cel_kind::integer ? static_cast<double>(value.integer)
                                                          : static_cast<double>(value.natural));
    }
    const bool is_signed = function == cel_function::to_int;
    wide number = 0;
    if (value.kind == cel_kind::text) {
        std::string_view digits = value.text;
        const bool negative = digits.starts_with('-');
        if (negative || digits.starts_with('+')) digits.remove_prefix(1);
        if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
            return cel_failure("no number");
        for (const char digit : digits) number = saturated(number * 10 + (digit - '0'));
        if (negative) number = -number;
    } else if (value.kind == cel_kind::real) {
        if (!(value.real > -9.3e18 && value.real < 1.9e19)) return cel_failure("range");
        number = static_cast<wide>(value.real);
    } else if (value.kind == cel_kind::integer) {
        number = value.integer;
    } else if (value.kind == cel_kind::natural) {
        number = value.natural;
    } else {
        return cel_failure(cel_no_overload);
    }
    if (is_signed)
        return number == clamped(number) ? cel_integer(static_cast<std::int64_t>(number)) : cel_failure("range");
    const bool in_range = number >= 0 && number <= wide{std::numeric_limits<std::uint64_t>::max()};
    return in_range ? cel_natural(static_cast<std::uint64_t>(number)) : cel_failure("range");
}

[[nodiscard]] inline std::string_view cel_name_of_type(cel_kind kind) {
    switch (kind) {
    case cel_kind::boolean: return "bool";
    case cel_kind::integer: return "int";
    case cel_kind::natural: return "uint";
    case cel_kind::real: return "double";
    case cel_kind::text: return "string";
    case cel_kind::bytes: return "bytes";
    case cel_kind::list: return "list";
    case cel_kind::map: return "map";
    case cel_kind::null: return "null_type";
    case cel_kind::type: return "type";
    case cel_kind::option: return "optional_type";
    case cel_kind::amount: return "kubernetes.Quantity";
    case cel_kind::version: return "kubernetes.Semver";
    default: return "kubernetes.DRADevice";
    }
}

[[nodiscard]] inline cel_value cel_convert(cel_function function, const cel_value& value, cel_arena& arena) {
    switch (function) {
    case cel_function::to_int:
    case cel_function::to_uint:
    case cel_function::to_double: return cel_to_number(function, value);
    case cel_function::to_bool:
        if (value.kind == cel_kind::boolean) return value;
        if (value.kind != cel_kind::text) return cel_failure(cel_no_overload);
        if (value.text == "true" || value.text == "True" || value.text == "1" || value.text == "t")
            return cel_boolean(true);
        if (value.text == "false" || value.text == "False" || value.text == "0" || value.text == "f")
            return cel_boolean(false);
        return cel_failure("no bool");
    case cel_function::to_bytes:
        return value.kind == cel_kind::text || value.kind == cel_kind::bytes ? cel_text(value.text, cel_kind::bytes)
                                                                             : cel_failure(cel_no_overload);
    case cel_function::to_string:
        if (value.kind == cel_kind::text) return value;
        if (!cel_is_number(value) && value.kind != cel_kind::boolean && value.kind != cel_kind::bytes)
            return cel_failure(cel_no_overload);
        return arena.keep_text(cel_written(value));
    case cel_function::type_of: return cel_text(cel_name_of_type(value.kind), cel_kind::type);
    default: return value;
    }
}

[[nodiscard]] inline cel_value cel_amount_call(cel_function function, const dra::quantity& amount) {
    const bool is_whole =
        amount.nanos() % nanos_in_one == 0 && amount.nanos() / nanos_in_one == clamped(amount.nanos() / nanos_in_one);
    switch (function) {
    case cel_function::sign: return cel_integer(amount.nanos() < 0 ? -1 : amount.nanos() > 0 ? 1 : 0);
    case cel_function::is_integer: return cel_boolean(is_whole);
    case cel_function::as_integer:
        return is_whole ? cel_integer(static_cast<std::int64_t>(amount.nanos() / nanos_in_one))
                        : cel_failure("cannot convert value to integer");
    case cel_function::as_float: return cel_real(static_cast<double>(amount.nanos()) / 1e9);
    default: return cel_failure(cel_no_overload);
    }
}

[[nodiscard]] inline cel_value cel_version_call(cel_function function, const semantic_version& version) {
    switch (function) {
    case cel_function::major: return cel_integer(static_cast<std::int64_t>(version.major_number()));
    case cel_function::minor: return cel_integer(static_cast<std::int64_t>(version.minor_number()));
    case cel_function::patch: return cel_integer(static_cast<std::int64_t>(version.patch_number()));
    default: return cel_failure(cel_no_overload);
    }
}

/// quantity(), isQuantity(), semver() and isSemver().
[[nodiscard]] inline cel_value cel_parse_call(cel_function function, std::span<const cel_value> operands,
                                              cel_arena& arena) {
    if (operands[0].kind != cel_kind::text || (operands.size() > 1 && operands[1].kind != cel_kind::boolean))
        return cel_failure(cel_no_overload);
    if (function == cel_function::quantity || function == cel_function::is_quantity) {
        const auto amount = dra::quantity::parse(operands[0].text);
        if (function == cel_function::is_quantity) return cel_boolean(amount.has_value());
        return amount ? arena.keep_amount(*amount) : cel_failure("no quantity");
    }
    const bool forgiving = operands.size() > 1 && operands[1].boolean;
    const auto version = semantic_version::parse(forgiving ? semantic_version::normalized(operands[0].text)
                                                           : std::string{operands[0].text});
    if (function == cel_function::is_semver) return cel_boolean(version.has_value());
    return version ? arena.keep_version(*version) : cel_failure("no version");
}

} // namespace gpupack::dialect::dra::detail
