// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// A request that needs some devices out of those that it may take.
struct matching_row {
    std::size_t need = 0;
    std::vector<std::size_t> candidates{};
};

/// Whether each row can have its number of devices, each device going to one row: augmenting paths.
class device_matching {
  public:
    explicit device_matching(std::size_t devices) : owners_(devices, nobody), seen_(devices, 0) {}

    [[nodiscard]] bool complete(const std::vector<matching_row>& rows) {
        for (const matching_row& row : rows)
            if (row.candidates.size() < row.need) return false;
        owners_.assign(owners_.size(), nobody);
        for (std::size_t row = 0; row < rows.size(); ++row)
            for (std::size_t i = 0; i < rows[row].need; ++i) {
                ++round_;
                if (!grow(rows, row)) return false;
            }
        return true;
    }

  private:
    static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

    bool grow(const std::vector<matching_row>& rows, std::size_t row) {
        for (const std::size_t device : rows[row].candidates) {
            if (seen_[device] == round_) continue;
            seen_[device] = round_;
            if (owners_[device] != nobody && !grow(rows, owners_[device])) continue;
            owners_[device] = row;
            return true;
        }
        return false;
    }

    std::vector<std::size_t> owners_;
    std::vector<std::size_t> seen_;
    std::size_t round_ = 0;
};

} // namespace gpupack::dialect::dra::detail
