// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// How close together tasks were placed.
struct locality {
    std::int64_t sets = 0;        ///< Tasks of several GPUs on one node whose links are known, of at most 16 GPUs.
    std::int64_t on_best = 0;     ///< Of those, the ones on a set as good as the best of that size on an empty node.
    std::int64_t thousandths = 0; ///< Of the best link score that they have, added up, each rounded down.
    /// [levels of domains + 1]  Gangs by the level of their narrowest common domain; the last is a node.
    std::vector<std::int64_t> by_level;

    /// Counts a task on these GPUs of a node of that type.
    void count_set(const node_type& type, gpu_set gpus) {
        if (type.links == nullptr || gpus.size() < 2) return;
        const auto best = type.links->best(gpus.size());
        const auto score = type.links->score(gpus);
        if (best == 0) return;
        ++sets;
        on_best += score == best ? 1 : 0;
        thousandths += std::int64_t{1000} * score / best;
    }

    /// Counts a gang whose narrowest common domain is of that level.
    void count_gang(int level) {
        const auto index = static_cast<std::size_t>(level);
        if (by_level.size() <= index) by_level.resize(index + 1);
        ++by_level[index];
    }

    /// Adds what was counted elsewhere.
    locality& operator+=(const locality& more) {
        sets += more.sets;
        on_best += more.on_best;
        thousandths += more.thousandths;
        if (by_level.size() < more.by_level.size()) by_level.resize(more.by_level.size());
        for (std::size_t l = 0; l < more.by_level.size(); ++l) by_level[l] += more.by_level[l];
        return *this;
    }

    /// Tasks of several GPUs on their best set, in percent; 0 where there were none.
    [[nodiscard]] double on_best_percent() const noexcept {
        return sets == 0 ? 0.0 : 100.0 * static_cast<double>(on_best) / static_cast<double>(sets);
    }
    /// The mean link score in percent of the best; 0 where there were none.
    [[nodiscard]] double link_percent() const noexcept {
        return sets == 0 ? 0.0 : 0.1 * static_cast<double>(thousandths) / static_cast<double>(sets);
    }
    /// Gangs within one domain of that level or narrower, in percent; 0 where there were none.
    [[nodiscard]] double within_percent(std::size_t level) const noexcept {
        std::int64_t all = 0;
        std::int64_t within = 0;
        for (std::size_t l = 0; l < by_level.size(); ++l) {
            all += by_level[l];
            within += l >= level ? by_level[l] : 0;
        }
        return all == 0 ? 0.0 : 100.0 * static_cast<double>(within) / static_cast<double>(all);
    }

    friend bool operator==(const locality&, const locality&) = default;
};

} // namespace gpupack::replay
