// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/quantity_text.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/wide.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity_style.hpp>

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// An amount as Kubernetes writes it ("4Gi", "500m", "1e3"): exact, in units of 10^-9.
///
/// What is finer than 10^-9 is rounded away from zero, as Kubernetes does. Amounts beyond 10^26 saturate, where
/// Kubernetes goes on with numbers of any length. Amounts compare by value, not by how they are written.
/// Source: k8s.io/apimachinery pkg/api/resource (docs/sources.md#kubernetes-dra).
class quantity {
  public:
    /// Nothing, written as a decimal.
    quantity() = default;

    /// Reads the text of an amount.
    ///
    /// @param text  the amount, without space around it
    /// @return the amount, or what was expected
    [[nodiscard]] static expected<quantity, input_error> parse(std::string_view text) {
        const auto read = detail::read_quantity(text);
        if (!read) return bad_input("quantity", std::string{text}, "a number with a suffix such as m, k, M, Gi or e3");
        return quantity{*read};
    }

    /// A whole number.
    ///
    /// @param value  the number
    /// @param style  how it is written
    [[nodiscard]] static quantity whole(std::int64_t value, quantity_style style = quantity_style::decimal) {
        return quantity{
            detail::quantity_parts{detail::wide{value} * detail::nanos_in_one, style, value, 0, false, true}};
    }

    /// A number of thousandths.
    ///
    /// @param value  the number of thousandths
    /// @param style  how it is written
    [[nodiscard]] static quantity thousandths(std::int64_t value, quantity_style style = quantity_style::decimal) {
        return quantity{
            detail::quantity_parts{detail::wide{value} * (detail::nanos_in_one / 1000), style, value, -3, false, true}};
    }

    /// An amount of 10^-9.
    ///
    /// @param value  the number of 10^-9
    /// @param style  how it is written
    [[nodiscard]] static quantity nanos(detail::wide value, quantity_style style = quantity_style::decimal) {
        return quantity{detail::quantity_parts{value, style, 0, 0, false, false}};
    }

    /// The amount in 10^-9.
    [[nodiscard]] detail::wide nanos() const noexcept { return parts_.nanos; }

    /// How the amount is written.
    [[nodiscard]] quantity_style style() const noexcept { return parts_.style; }

    /// The least whole number that is not below the amount; at the ends of 64 bits where it does not fit.
    [[nodiscard]] std::int64_t ceiling() const noexcept {
        return detail::clamped(detail::ceiling(parts_.nanos, detail::nanos_in_one));
    }

    /// The amount in thousandths, if it is a whole number of them and fits.
    [[nodiscard]] std::optional<std::int64_t> exact_thousandths() const noexcept {
        const detail::wide unit = detail::nanos_in_one / 1000;
        const detail::wide value = parts_.nanos / unit;
        if (parts_.nanos % unit != 0 || value != detail::clamped(value)) return std::nullopt;
        return static_cast<std::int64_t>(value);
    }

    /// Whether two amounts are the same and written alike, which is what Kubernetes compares a default by.
    ///
    /// @param other  the other amount
    [[nodiscard]] bool identical(const quantity& other) const noexcept {
        return parts_.compact && other.parts_.compact && parts_.style == other.parts_.style &&
               parts_.mantissa == other.parts_.mantissa && parts_.scale == other.parts_.scale &&
               parts_.canonical == other.parts_.canonical;
    }

    /// The canonical text: "4Gi", "500m", "1e3".
    [[nodiscard]] std::string text() const { return detail::write_quantity(parts_.nanos, parts_.style); }

    friend bool operator==(const quantity& a, const quantity& b) noexcept { return a.parts_.nanos == b.parts_.nanos; }
    friend std::strong_ordering operator<=>(const quantity& a, const quantity& b) noexcept {
        return a.parts_.nanos < b.parts_.nanos   ? std::strong_ordering::less
               : a.parts_.nanos > b.parts_.nanos ? std::strong_ordering::greater
                                                 : std::strong_ordering::equal;
    }

  private:
    explicit quantity(const detail::quantity_parts& parts) : parts_{parts} {}

    detail::quantity_parts parts_{};
};

} // namespace gpupack::dialect::dra
