// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::search {

/// Gives the request shapes that are asked for most recently a slot each, up to a number of slots.
///
/// When all slots are taken, a new shape must come twice in a short time before the one that was not asked for
/// longest makes room: shapes that come once do not push out those that come again.
class shape_table {
  public:
    /// slots  at least 1
    explicit shape_table(std::size_t slots)
        : slots_{slots}, buckets_(std::bit_ceil(2 * slots), empty), newcomers_(64) {
        GPUPACK_EXPECTS(slots > 0 && slots < empty, "from 1 to 2^32 - 2 slots");
    }

    /// A slot, and whether the shape has just got it: whatever stood there before is of another shape.
    struct found {
        std::size_t slot = 0;
        bool is_new = false;
    };

    /// The slot of the shape; nothing where it gets none yet.
    ///
    /// cost  constant; in the number of slots where another shape makes room
    [[nodiscard]] std::optional<found> look_up(const request& request) {
        const std::uint64_t hash = hash_of(request);
        std::size_t at = hash & (buckets_.size() - 1);
        for (; buckets_[at] != empty; at = (at + 1) & (buckets_.size() - 1)) {
            entry& known = entries_[buckets_[at]];
            if (known.hash != hash || !(known.request == request)) continue;
            known.last_asked = ++clock_;
            return found{buckets_[at], false};
        }
        if (entries_.size() < slots_) {
            entries_.push_back({request, hash, ++clock_});
            buckets_[at] = static_cast<std::uint32_t>(entries_.size() - 1);
            return found{entries_.size() - 1, true};
        }
        std::uint64_t& newcomer = newcomers_[hash >> 58];
        if (newcomer != hash) {
            newcomer = hash;
            return std::nullopt;
        }
        return found{replace_oldest({request, hash, ++clock_}), true};
    }

  private:
    static constexpr std::uint32_t empty = 0xffffffffU;

    struct entry {
        gpupack::request request;
        std::uint64_t hash = 0;
        std::uint64_t last_asked = 0;
    };

    std::size_t replace_oldest(const entry& by) {
        const auto oldest = std::min_element(entries_.begin(), entries_.end(), [](const entry& a, const entry& b) {
            return a.last_asked < b.last_asked;
        });
        *oldest = by;
        std::fill(buckets_.begin(), buckets_.end(), empty);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            std::size_t at = entries_[i].hash & (buckets_.size() - 1);
            while (buckets_[at] != empty) at = (at + 1) & (buckets_.size() - 1);
            buckets_[at] = static_cast<std::uint32_t>(i);
        }
        return static_cast<std::size_t>(oldest - entries_.begin());
    }

    std::size_t slots_;
    std::vector<entry> entries_;
    std::vector<std::uint32_t> buckets_;
    std::vector<std::uint64_t> newcomers_; // hashes of shapes that came once while all slots were taken
    std::uint64_t clock_ = 0;
};

} // namespace gpupack::search
