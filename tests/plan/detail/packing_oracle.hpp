// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/request/share.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

/// A node type and classes of tasks, small enough to try every packing.
struct small_packing {
    gpupack::plan::detail::packing_model model;
    std::vector<std::int64_t> worth;        ///< [classes] Of one piece.
    std::vector<std::int64_t> steps;        ///< [classes] That a piece takes of a GPU; all for a whole one.
    static constexpr std::int64_t most = 3; ///< Steps of a GPU.

    /// @param amounts  of CPU and memory that tasks take are below this
    static small_packing from(std::uint64_t seed, std::uint64_t amounts) {
        gpupack::random_stream random{seed};
        small_packing drawn;
        const auto draw = [&](std::uint64_t below) { return static_cast<std::int64_t>(random.below(below)); };
        gpupack::plan::detail::packed_node_type type{
            .nodes = 1, .cpu = draw(3 * amounts), .memory = draw(3 * amounts), .gpus = 1 + draw(3)};
        gpupack::plan::detail::packed_fill slices{.columns = most};
        for (std::int64_t left = 1 + draw(4); left > 0; --left) {
            const bool whole = draw(2) == 0;
            gpupack::plan::detail::packed_class each{.cpu = draw(amounts), .memory = draw(amounts)};
            each.gpus = whole ? 1 + draw(static_cast<std::uint64_t>(type.gpus)) : 1;
            if (!whole) each.request.share = gpupack::slice{.compute = gpupack::milli_gpu{1}};
            each.cpu = std::min(each.cpu, type.cpu); // a single task fits, as in packed_node_type::fitting
            each.memory = std::min(each.memory, type.memory);
            drawn.steps.push_back(whole ? most : 1 + draw(3));
            const std::size_t number = drawn.model.classes.size();
            type.fitting.push_back(number);
            if (whole)
                type.wholes.push_back({.number = number, .rows = each.gpus});
            else
                slices.items.push_back({.number = number, .columns = drawn.steps.back()});
            drawn.model.classes.push_back(each);
            drawn.worth.push_back(draw(20));
        }
        std::sort(slices.items.begin(), slices.items.end(),
                  [](const auto& a, const auto& b) { return a.columns < b.columns; });
        type.fills.push_back(slices);
        drawn.model.types.push_back(type);
        return drawn;
    }

    /// What an item is worth.
    [[nodiscard]] auto worth_of() const {
        return [this](const gpupack::plan::detail::packed_item& each) { return worth[each.number]; };
    }

    /// The most that a packing of one node is worth, by trying each class on each GPU, one piece after the other.
    ///
    /// @param resource  that the pieces take, or null
    /// @param left      of that resource
    [[nodiscard]] std::int64_t best(std::int64_t gpupack::plan::detail::packed_class::*resource,
                                    std::int64_t left) const {
        const auto& type = model.types.front();
        return best_of(std::vector<std::int64_t>(static_cast<std::size_t>(type.gpus), most), resource, left, 0);
    }

  private:
    [[nodiscard]] std::int64_t best_of(const std::vector<std::int64_t>& free,
                                       std::int64_t gpupack::plan::detail::packed_class::*resource, std::int64_t left,
                                       std::size_t first) const {
        std::int64_t best = 0;
        for (std::size_t c = first; c < model.classes.size(); ++c) { // the order of the pieces does not matter
            const auto& each = model.classes[c];
            const std::int64_t taken = resource == nullptr ? 0 : each.*resource;
            if (taken > left) continue;
            if (each.whole()) {
                std::vector<std::int64_t> after = free;
                std::int64_t missing = each.gpus;
                for (std::int64_t& gpu : after)
                    if (missing > 0 && gpu == small_packing::most) {
                        gpu = 0;
                        --missing;
                    }
                if (missing == 0) best = std::max(best, worth[c] + best_of(after, resource, left - taken, c));
                continue;
            }
            for (std::size_t gpu = 0; gpu < free.size(); ++gpu) {
                const auto here = free.begin() + static_cast<std::ptrdiff_t>(gpu);
                const bool is_alike = std::find(free.begin(), here, free[gpu]) != here; // an earlier GPU
                if (free[gpu] < steps[c] || is_alike) continue;
                std::vector<std::int64_t> after = free;
                after[gpu] -= steps[c];
                best = std::max(best, worth[c] + best_of(after, resource, left - taken, c));
            }
        }
        return best;
    }
};
