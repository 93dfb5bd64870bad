// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// A version after Semantic Versioning 2.0.0: "1.2.3", "1.0.0-rc.1+build".
///
/// Versions are ordered by precedence, so build metadata is ignored. Source: docs/sources.md#kubernetes-dra.
class semantic_version {
  public:
    /// Reads a version.
    ///
    /// @param text  the version
    /// @return the version, or nothing where the text is none
    [[nodiscard]] static std::optional<semantic_version> parse(std::string_view text) {
        semantic_version version;
        if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
            if (!parts_are_valid(text.substr(plus + 1), true)) return std::nullopt;
            text = text.substr(0, plus);
        }
        if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
            if (!parts_are_valid(text.substr(dash + 1), false)) return std::nullopt;
            version.label_ = std::string{text.substr(dash + 1)};
            text = text.substr(0, dash);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            const std::size_t point = i < 2 ? text.find('.') : text.size();
            if (point == std::string_view::npos) return std::nullopt;
            const auto number = whole_number(text.substr(0, point));
            if (!number) return std::nullopt;
            version.numbers_[i] = *number;
            text.remove_prefix(std::min(point + 1, text.size()));
        }
        return version;
    }

    /// Makes a version out of what is almost one: a leading v, missing parts and leading zeros are forgiven.
    ///
    /// @param text  the version
    /// @return the version as it should have been written; the same text where it is no version
    [[nodiscard]] static std::string normalized(std::string_view text) {
        if (text.starts_with('v')) text.remove_prefix(1);
        const std::size_t end = std::min(text.find_first_of("+-"), text.size());
        std::string_view numbers = text.substr(0, end);
        std::string made;
        for (int i = 0; i < 3; ++i) {
            const std::size_t point = std::min(numbers.find('.'), numbers.size());
            std::string_view number = i == 2 ? numbers : numbers.substr(0, point);
            while (number.size() > 1 && number[0] == '0') number.remove_prefix(1);
            if (number.empty()) number = "0";
            made.append(i == 0 ? "" : ".").append(number);
            numbers.remove_prefix(i == 2 ? numbers.size() : std::min(point + 1, numbers.size()));
        }
        return made.append(text.substr(end));
    }

    [[nodiscard]] std::uint64_t major_number() const noexcept { return numbers_[0]; } ///< The first number.
    [[nodiscard]] std::uint64_t minor_number() const noexcept { return numbers_[1]; } ///< The second number.
    [[nodiscard]] std::uint64_t patch_number() const noexcept { return numbers_[2]; } ///< The third number.

    friend bool operator==(const semantic_version& a, const semantic_version& b) noexcept { return a.order(b) == 0; }
    friend std::strong_ordering operator<=>(const semantic_version& a, const semantic_version& b) noexcept {
        return a.order(b) <=> 0;
    }

  private:
    [[nodiscard]] static std::optional<std::uint64_t> whole_number(std::string_view text) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool padded = text.size() > 1 && text[0] == '0';
        if (text.empty() || padded || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        return number;
    }

    [[nodiscard]] static bool is_number(std::string_view text) {
        return text.find_first_not_of("0123456789") == std::string_view::npos;
    }

    /// Whether the parts between points are made of letters, digits and hyphens, without leading zeros.
    [[nodiscard]] static bool parts_are_valid(std::string_view text, bool zeros) {
        while (true) {
            const std::size_t point = std::min(text.find('.'), text.size());
            const std::string_view part = text.substr(0, point);
            const bool letters =
                part.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") ==
                std::string_view::npos;
            if (part.empty() || !letters) return false;
            if (!zeros && is_number(part) && part.size() > 1 && part[0] == '0') return false;
            if (point == text.size()) return true;
            text.remove_prefix(point + 1);
        }
    }

    [[nodiscard]] static int compare_parts(std::string_view a, std::string_view b) {
        const bool a_number = is_number(a);
        const bool b_number = is_number(b);
        if (a_number != b_number) return a_number ? -1 : 1; // numbers come before words
        if (a_number && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
        const int order = a.compare(b);
        return order < 0 ? -1 : order > 0 ? 1 : 0;
    }

    [[nodiscard]] int order(const semantic_version& other) const noexcept {
        if (numbers_ != other.numbers_) return numbers_ < other.numbers_ ? -1 : 1;
        if (label_.empty() || other.label_.empty())
            return static_cast<int>(label_.empty()) - static_cast<int>(other.label_.empty());
        std::string_view a = label_;
        std::string_view b = other.label_;
        while (true) {
            const std::size_t a_point = std::min(a.find('.'), a.size());
            const std::size_t b_point = std::min(b.find('.'), b.size());
            if (const int part = compare_parts(a.substr(0, a_point), b.substr(0, b_point)); part != 0) return part;
            const bool a_end = a_point == a.size();
            const bool b_end = b_point == b.size();
            if (a_end || b_end) return static_cast<int>(b_end) - static_cast<int>(a_end);
            a.remove_prefix(a_point + 1);
            b.remove_prefix(b_point + 1);
        }
    }

    std::array<std::uint64_t, 3> numbers_{};
    std::string label_; // the pre-release; a version with one comes before the release
};

} // namespace gpupack::dialect::dra
