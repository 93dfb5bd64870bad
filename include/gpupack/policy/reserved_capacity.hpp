// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Expected tasks that few nodes have room for: those for several whole GPUs of one node.
struct scarce_class {
    model_set models{};      ///< The models that they accept.
    std::int32_t gpus = 0;   ///< GPUs of one task.
    std::int32_t cpu = 0;    ///< Milli-cores of one task.
    std::int32_t memory = 0; ///< MiB of the host of one task.
    /// The places that `reserved_capacity_view::scale` arrivals of the mix are expected to want, times the reserve.
    /// Tasks that ask for more of the same are counted in.
    std::int64_t wanted = 0;
};

/// The scarce classes of a mix as flat rows, and what a placement takes from them.
struct reserved_capacity_view {
    /// The most classes that are told apart.
    static constexpr int most_classes = 32;
    static constexpr std::int64_t scale = 1 << 20; ///< Parts into which a place is divided.

    const scarce_class* classes = nullptr; ///< [count].
    std::int32_t count = 0;                ///< Number of scarce classes.

    /// Calls visit(pointer, count) for the table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(classes, static_cast<std::size_t>(count));
    }

    /// Whether a request asks for what the class asks for, or for more: it may take the class's room.
    [[nodiscard]] GPUPACK_HD static constexpr bool is_of(const request& request, const scarce_class& scarce) noexcept {
        return request.gpus >= scarce.gpus && request.cpu.count() >= scarce.cpu &&
               request.memory.count() >= scarce.memory && (request.models & scarce.models) == request.models;
    }

    /// The places of a class on a node with that free.
    [[nodiscard]] GPUPACK_HD static constexpr std::int64_t places(const scarce_class& scarce, int idle_gpus,
                                                                  milli_cpu cpu, mebibytes memory) noexcept {
        std::int64_t most = idle_gpus / scarce.gpus;
        if (scarce.cpu > 0 && cpu.count() / scarce.cpu < most) most = cpu.count() / scarce.cpu;
        if (scarce.memory > 0 && memory.count() / scarce.memory < most) most = memory.count() / scarce.memory;
        return most;
    }

    /// How many places of the classes in `tight`, as bits by index, a request ends on a node; those of classes that it
    /// is of do not count.
    ///
    /// @param tight the classes, as bits by index
    /// @param node where the request goes
    /// @param request what is placed
    /// @param idle_taken the idle GPUs among those that it takes
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t taken(std::uint32_t tight, const node_view& node,
                                                          const request& request, int idle_taken) const noexcept {
        std::int64_t lost = 0;
        for_each_bit(tight, [&](int index) {
            const scarce_class& scarce = classes[index];
            if ((node.type().models & scarce.models).empty() || is_of(request, scarce)) return;
            lost += places(scarce, node.idle_gpus(), node.cpu_free(), node.memory_free()) -
                    places(scarce, node.idle_gpus() - idle_taken, node.cpu_free() - request.cpu,
                           node.memory_free() - request.memory);
        });
        return lost;
    }

    /// Whether taken() on a node may change when these classes become tight, or cease to be.
    [[nodiscard]] GPUPACK_HD constexpr bool matters(std::uint32_t changed, const node_view& node) const noexcept {
        for (std::uint32_t rest = changed; rest != 0; rest &= rest - 1) {
            const scarce_class& scarce = classes[lowest_bit(rest)];
            if ((node.type().models & scarce.models).empty()) continue;
            if (places(scarce, node.idle_gpus(), node.cpu_free(), node.memory_free()) > 0) return true;
        }
        return false;
    }
};

} // namespace gpupack::policy
