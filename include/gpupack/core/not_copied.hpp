// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <utility>

namespace gpupack::inline GPUPACK_ABI {

/// A member that a copy of its owner starts without: the identity of a thing, or who listens to it. Moves take it along.
template <class Value> struct not_copied {
    Value value{}; ///< The value; the default in a copy.

    not_copied() = default;
    /// A copy has the default.
    not_copied(const not_copied&) noexcept {}
    /// Leaves the other with the default.
    not_copied(not_copied&& other) noexcept : value{std::exchange(other.value, Value{})} {}
    not_copied& operator=(const not_copied& other) noexcept {
        if (this != &other) value = Value{};
        return *this;
    }
    not_copied& operator=(not_copied&& other) noexcept {
        value = std::exchange(other.value, Value{});
        return *this;
    }
    ~not_copied() = default;
};

} // namespace gpupack
