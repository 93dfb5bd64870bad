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

/// Gives the request classes that come most often a slot each, up to a number of slots.
///
/// When all slots are taken, a new class must come twice in a short time before it replaces the class that came least
/// recently: classes that come once do not replace those that come again.
class request_class_table {
  public:
    /// @param slots  how many, 1 at least
    explicit request_class_table(std::size_t slots)
        : slots_{slots}, buckets_(std::bit_ceil(2 * slots), empty), newcomers_(64) {
        GPUPACK_EXPECTS(slots > 0 && slots < empty, "from 1 to 2^32 - 2 slots");
    }

    /// A slot of the table.
    struct found {
        std::size_t slot = 0; ///< From 0 to the number of slots less one.
        bool is_new = false;  ///< The class has just got the slot: what is kept there is of another class.
    };

    /// The slot of a request's class, if it has one; changes nothing.
    [[nodiscard]] std::optional<std::size_t> find(const request& request) const {
        const std::uint64_t hash = hash_of(request);
        for (std::size_t bucket = hash & (buckets_.size() - 1); buckets_[bucket] != empty; bucket = next(bucket)) {
            const entry& known = entries_[buckets_[bucket]];
            if (known.hash == hash && known.request == request) return buckets_[bucket];
        }
        return std::nullopt;
    }

    /// The slot of a request's class; nothing where it has none yet.
    ///
    /// Cost: constant; linear in the number of slots where another class is replaced.
    [[nodiscard]] std::optional<found> look_up(const request& request) {
        const std::uint64_t hash = hash_of(request);
        std::size_t bucket = hash & (buckets_.size() - 1);
        for (; buckets_[bucket] != empty; bucket = next(bucket)) {
            entry& known = entries_[buckets_[bucket]];
            if (known.hash != hash || !(known.request == request)) continue;
            known.last_use = ++clock_;
            return found{buckets_[bucket], false};
        }
        if (entries_.size() < slots_) {
            entries_.push_back({request, hash, ++clock_});
            buckets_[bucket] = static_cast<std::uint32_t>(entries_.size() - 1);
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
        std::uint64_t last_use = 0; // by clock_
    };

    [[nodiscard]] std::size_t next(std::size_t bucket) const noexcept { return (bucket + 1) & (buckets_.size() - 1); }

    std::size_t replace_oldest(const entry& replacement) {
        const auto oldest = std::min_element(entries_.begin(), entries_.end(),
                                             [](const entry& a, const entry& b) { return a.last_use < b.last_use; });
        *oldest = replacement;
        std::fill(buckets_.begin(), buckets_.end(), empty);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            std::size_t bucket = entries_[i].hash & (buckets_.size() - 1);
            while (buckets_[bucket] != empty) bucket = next(bucket);
            buckets_[bucket] = static_cast<std::uint32_t>(i);
        }
        return static_cast<std::size_t>(oldest - entries_.begin());
    }

    std::size_t slots_;
    std::vector<entry> entries_;
    std::vector<std::uint32_t> buckets_;   // indices of entries_
    std::vector<std::uint64_t> newcomers_; // hashes of classes that came once while all slots were taken
    std::uint64_t clock_ = 0;
};

} // namespace gpupack::search
