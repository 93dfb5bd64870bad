// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The slots of the GPUs' tables that a request for instances takes: one for each of its GPUs, lowest GPU first.
///
/// A slot is an index into the partition_table of a GPU: a profile and a start. Order: by the slot on the first GPU,
/// then on the next; it breaks ties between selections of the same GPUs.
class slot_list {
  public:
    slot_list() = default;
    /// The slot on one GPU.
    GPUPACK_HD explicit constexpr slot_list(int slot) noexcept { set(0, slot); }

    /// The slot on the nth of the GPUs chosen.
    [[nodiscard]] GPUPACK_HD constexpr int operator[](int nth) const noexcept { return slots_[nth]; }
    /// Sets the slot on the nth GPU.
    GPUPACK_HD constexpr void set(int nth, int slot) noexcept { slots_[nth] = static_cast<std::uint8_t>(slot); }

    GPUPACK_HD friend constexpr bool operator==(const slot_list& a, const slot_list& b) noexcept {
        for (int i = 0; i < max_instances; ++i)
            if (a.slots_[i] != b.slots_[i]) return false;
        return true;
    }
    GPUPACK_HD friend constexpr bool operator<(const slot_list& a, const slot_list& b) noexcept {
        for (int i = 0; i < max_instances; ++i)
            if (a.slots_[i] != b.slots_[i]) return a.slots_[i] < b.slots_[i];
        return false;
    }

  private:
    std::uint8_t slots_[max_instances] = {};
};

} // namespace gpupack
