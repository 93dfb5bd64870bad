// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/selector.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// Selectors, each compiled once. What it hands out stays where it is as long as the library lives.
class selector_library {
  public:
    /// A selector that compiled, or what is wrong with it.
    using entry = expected<selector, input_error>;

    /// The selector of an expression.
    ///
    /// @param expression  in CEL
    [[nodiscard]] const entry& find_or_compile(const std::string& expression) {
        std::unique_ptr<entry>& known = entries_[expression];
        if (!known) known = std::make_unique<entry>(selector::compile(expression));
        return *known;
    }

    /// Expressions seen so far.
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  private:
    std::unordered_map<std::string, std::unique_ptr<entry>> entries_; // only looked up
};

} // namespace gpupack::dialect::dra
