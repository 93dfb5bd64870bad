// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_compare.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_functions.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_list_functions.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_text_functions.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>

#include <span>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Calls a function with values that are no failures; the receiver comes first. Regular expressions are called elsewhere.
[[nodiscard]] inline cel_value cel_call(cel_function function, std::span<const cel_value> operands, cel_arena& arena) {
    const auto kind = [&](std::size_t i) { return operands[i].kind; };
    switch (function) {
    case cel_function::equal: return cel_equal(operands[0], operands[1]);
    case cel_function::not_equal: {
        const cel_value same = cel_equal(operands[0], operands[1]);
        return same.kind == cel_kind::failure ? same : cel_boolean(!same.boolean);
    }
    case cel_function::less:
    case cel_function::less_or_equal:
    case cel_function::greater:
    case cel_function::greater_or_equal:
    case cel_function::is_less_than:
    case cel_function::is_greater_than:
    case cel_function::compare_to: return cel_ordered(function, operands[0], operands[1]);
    case cel_function::in: return cel_contains(operands[0], operands[1]);
    case cel_function::includes: return cel_includes(operands[0], operands[1]);
    case cel_function::add:
    case cel_function::subtract:
    case cel_function::multiply:
    case cel_function::divide:
    case cel_function::modulo: return cel_sum_of(function, operands[0], operands[1], arena);
    case cel_function::negate:
        if (kind(0) == cel_kind::real) return cel_real(-operands[0].real);
        return kind(0) == cel_kind::integer ? cel_integer_call(cel_function::subtract, 0, operands[0].integer)
                                            : cel_failure(cel_no_overload);
    case cel_function::invert:
        return kind(0) == cel_kind::boolean ? cel_boolean(!operands[0].boolean) : cel_failure(cel_no_overload);
    case cel_function::size: return cel_size(operands[0]);
    case cel_function::quantity:
    case cel_function::is_quantity:
    case cel_function::semver:
    case cel_function::is_semver: return cel_parse_call(function, operands, arena);
    case cel_function::sets_contains:
    case cel_function::sets_equivalent:
    case cel_function::sets_intersects: return cel_sets_call(function, operands, arena);
    case cel_function::to_int:
    case cel_function::to_uint:
    case cel_function::to_double:
    case cel_function::to_string:
    case cel_function::to_bool:
    case cel_function::to_bytes:
    case cel_function::to_dyn:
    case cel_function::type_of: return cel_convert(function, operands[0], arena);
    case cel_function::range: return cel_range(operands[0], arena);
    case cel_function::option_of:
    case cel_function::option_none:
    case cel_function::option_of_non_zero:
    case cel_function::has_value:
    case cel_function::value:
    case cel_function::or_value:
    case cel_function::or_option: return cel_option_call(function, operands, arena);
    default: break;
    }
    switch (kind(0)) {
    case cel_kind::text: return cel_text_call(function, operands, arena);
    case cel_kind::list: return cel_list_call(function, operands, arena);
    case cel_kind::amount: return cel_amount_call(function, *operands[0].amount);
    case cel_kind::version: return cel_version_call(function, *operands[0].version);
    default: return cel_failure(cel_no_overload);
    }
}

} // namespace gpupack::dialect::dra::detail
