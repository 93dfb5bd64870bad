// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// A short text held in place, so that a table of models is constexpr and a model is a plain value.
///
/// It has at most 63 characters, as Kubernetes labels have; a longer text is a programming error (ask name::fits first).
class name {
  public:
    static constexpr std::size_t max_length = 63; ///< Characters of the longest name.

    constexpr name() noexcept = default;
    /// The name of that text, of at most max_length characters.
    constexpr name(std::string_view text) { // NOLINT(google-explicit-constructor): a name is written as text
        GPUPACK_EXPECTS(fits(text), "a name has at most 63 characters");
        for (std::size_t i = 0; i < text.size(); ++i) characters_[i] = text[i];
    }
    /// The name of that text, of at most max_length characters.
    constexpr name(const char* text) : name{std::string_view{text}} {} // NOLINT(google-explicit-constructor)

    /// Whether text is short enough to be a name.
    [[nodiscard]] static constexpr bool fits(std::string_view text) noexcept { return text.size() <= max_length; }

    /// The text.
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_.data()}; }
    /// Whether there is no text.
    [[nodiscard]] constexpr bool empty() const noexcept { return characters_[0] == '\0'; }

    friend constexpr bool operator==(const name&, const name&) = default;

  private:
    std::array<char, max_length + 1> characters_{};
};

} // namespace gpupack
