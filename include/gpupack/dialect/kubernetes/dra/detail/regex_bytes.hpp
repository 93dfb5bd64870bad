// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <bitset>
#include <cstddef>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// A set of bytes.
using byte_set = std::bitset<256>;

[[nodiscard]] inline byte_set one_byte(char c) {
    return byte_set{}.set(static_cast<unsigned char>(c));
}
[[nodiscard]] inline byte_set byte_span(unsigned char low, unsigned char high) {
    byte_set set;
    for (std::size_t i = low; i <= high; ++i) set.set(i);
    return set;
}

[[nodiscard]] inline std::optional<byte_set> letter_class(char c) {
    const byte_set digit = byte_span('0', '9');
    const byte_set word = digit | byte_span('a', 'z') | byte_span('A', 'Z') | one_byte('_');
    const byte_set space = one_byte(' ') | one_byte('\t') | one_byte('\n') | one_byte('\f') | one_byte('\r');
    switch (c) {
    case 'd': return digit;
    case 'D': return ~digit;
    case 'w': return word;
    case 'W': return ~word;
    case 's': return space;
    case 'S': return ~space;
    default: return std::nullopt;
    }
}

} // namespace gpupack::dialect::dra::detail
