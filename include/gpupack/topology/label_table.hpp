// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/label_set.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The labels of one cluster, numbered in the order in which they are met: any texts, "zone=a" or "spot".
class label_table {
  public:
    /// The number of labels.
    [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }

    /// The number of a label, added where it is new.
    ///
    /// Errors: an empty text, or one label more than 64.
    expected<int, input_error> add(std::string_view text) {
        if (const auto known = find(text)) return *known;
        if (text.empty()) return bad_input("label", "", "a text");
        if (texts_.size() == max_labels)
            return bad_input("label", std::string{text}, "at most 64 labels in one cluster");
        texts_.emplace_back(text);
        return static_cast<int>(texts_.size() - 1);
    }

    /// The number of a label that is known.
    [[nodiscard]] std::optional<int> find(std::string_view text) const noexcept {
        const auto found = std::find(texts_.begin(), texts_.end(), text);
        if (found == texts_.end()) return std::nullopt;
        return static_cast<int>(found - texts_.begin());
    }

    /// The text of a label.
    [[nodiscard]] std::string_view text(int number) const { return texts_[static_cast<std::size_t>(number)]; }

    /// All of them, comma separated.
    [[nodiscard]] std::string names() const {
        std::string text;
        for (const std::string& each : texts_) text.append(text.empty() ? "" : ", ").append(each);
        return text;
    }

  private:
    std::vector<std::string> texts_;
};

} // namespace gpupack
