// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

enum class cel_form : std::uint8_t {
    literal,
    variable, ///< `slot` says which.
    type_name,
    select, ///< operand 0, `name`
    optional_select,
    presence, ///< has(operand 0 . name)
    index,    ///< operand 0 [operand 1]
    optional_index,
    conjunction,
    disjunction,
    conditional,
    call, ///< `name`, operands; the receiver first where there is one
    list,
    map, ///< keys and values in turn
    every, ///< operand 0: what is walked through; the variables are `slot` and, where `pair`, `slot` + 1; operand 1: the test
    any,
    exactly_one,
    filter,
    transform, ///< operand 1: the test, or none; operand 2: the item
    transform_map,
    bind,        ///< operand 0 is `slot` in operand 1
    bind_option, ///< operand 1 of the content of operand 0
    bind_option_flat
};

/// A part of an expression; its operands are numbers of parts.
struct cel_node {
    cel_form form = cel_form::literal;
    bool receiver = false;      ///< A call with a receiver.
    bool pair = false;          ///< Two variables.
    std::uint16_t function = 0; ///< Of a call: filled in by the check.
    std::uint32_t slot = 0;
    std::string_view name{};
    std::vector<std::uint32_t> operands{};
    cel_value value{};
};

/// An expression that was read.
struct cel_tree {
    std::vector<cel_node> nodes;
    std::uint32_t root = 0;
    std::uint32_t slots = 1;                         ///< Variables alive at one time; the first is the device.
    std::vector<std::unique_ptr<std::string>> texts; ///< What names and literals point to.

    [[nodiscard]] std::string_view keep(std::string text) {
        return *texts.emplace_back(std::make_unique<std::string>(std::move(text)));
    }
};

} // namespace gpupack::dialect::dra::detail
