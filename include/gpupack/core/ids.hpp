// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/node_id.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace gpupack::inline GPUPACK_ABI {

/// A number that names one thing of a kind; ids with different tags neither compare nor convert.
///
/// @tparam Tag an empty type that tells what is named
/// @tparam Number an unsigned integer
template <class Tag, class Number> class id {
  public:
    using number_type = Number; ///< The integer behind the id.

    id() = default;
    /// The id of that number.
    GPUPACK_HD explicit constexpr id(Number number) noexcept : number_{number} {}

    /// The id of no thing: the largest number, which none has.
    [[nodiscard]] GPUPACK_HD static constexpr id none() noexcept { return id{static_cast<Number>(~Number{0})}; }

    /// The bare number, from 0.
    [[nodiscard]] GPUPACK_HD constexpr Number number() const noexcept { return number_; }

    GPUPACK_HD friend constexpr bool operator==(id a, id b) noexcept { return a.number_ == b.number_; }
    GPUPACK_HD friend constexpr bool operator<(id a, id b) noexcept { return a.number_ < b.number_; }
    /// The same order, on the host: for what is ordered member by member.
    friend constexpr std::strong_ordering operator<=>(id a, id b) noexcept { return a.number_ <=> b.number_; }

  private:
    Number number_ = 0;
};

namespace tag {
/// Tag of GPU model ids.
struct model {};
} // namespace tag

/// The index of a GPU model in a model_table.
using model_id = id<tag::model, std::uint8_t>;

} // namespace gpupack

/// For the unordered containers of the standard library.
template <class Tag, class Number> struct std::hash<gpupack::id<Tag, Number>> {
    [[nodiscard]] std::size_t operator()(gpupack::id<Tag, Number> id) const noexcept {
        return std::hash<Number>{}(id.number());
    }
};
