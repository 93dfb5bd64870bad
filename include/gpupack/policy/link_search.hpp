// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/fit/grown_sets.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/topology/link_view.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>

namespace gpupack::inline GPUPACK_ABI::policy {

/// A set of GPUs, its link score, and the most that any set of that size could score.
struct link_set {
    gpu_set gpus{};  ///< The set.
    score value = 0; ///< Its score.
    score bound = 0; ///< No set of this size scores more.

    /// Whether no set is better.
    [[nodiscard]] bool is_exact() const noexcept { return value == bound; }
};

namespace detail {

/// Branch and bound over the sets of some GPUs, the lowest set first.
class link_search {
  public:
    link_search(const link_view& links, gpu_set available, int size, std::int64_t budget)
        : links_{links}, size_{size}, budget_{budget} {
        best_.gpus = available.lowest(size);
        best_.value = links.score(best_.gpus);
        grow(available);
        best_.bound = bound(gpu_set{}, 0, available);
        visit(gpu_set{}, 0, available);
        if (budget_ > 0) best_.bound = best_.value;
        best_.bound = std::max(best_.bound, best_.value);
    }

    [[nodiscard]] link_set result() const noexcept { return best_; }

  private:
    /// Starts from the best of the sets that grow from each GPU.
    void grow(gpu_set available) {
        const auto offer = [&](gpu_set set) {
            if (links_.score(set) <= best_.value) return;
            best_ = {set, links_.score(set), 0};
        };
        fit::for_each_grown_set(links_, available, size_, offer);
    }

    /// No set of `size` that holds `partial`, and otherwise GPUs of `rest`, scores more.
    [[nodiscard]] score bound(gpu_set partial, score value, gpu_set rest) const {
        const int more = size_ - partial.size();
        score gains[max_gpus_per_node];
        int count = 0;
        for_each_gpu(rest, [&](int i) {
            score partners[max_gpus_per_node];
            int others = 0;
            for_each_gpu(rest, [&](int j) {
                if (i != j) partners[others++] = links_.pair(i, j);
            });
            std::partial_sort(partners, partners + std::min(more - 1, others), partners + others, std::greater<>{});
            score within = 0;
            for (int p = 0; p < std::min(more - 1, others); ++p) within += partners[p];
            score to_chosen = 0;
            for_each_gpu(partial, [&](int j) { to_chosen += links_.pair(i, j); });
            gains[count++] = 2 * to_chosen + within; // each pair within counts half at both of its ends
        });
        std::partial_sort(gains, gains + more, gains + count, std::greater<>{});
        score sum = 0;
        for (int g = 0; g < more; ++g) sum += gains[g];
        return value + sum / 2;
    }

    void visit(gpu_set partial, score value, gpu_set rest) {
        if (--budget_ <= 0) return;
        const int more = size_ - partial.size();
        if (more == 0) {
            if (value < best_.value || (proven_ && value == best_.value)) return;
            best_.gpus = partial;
            best_.value = value;
            proven_ = true;
            return;
        }
        while (rest.size() >= more) {
            const score most = bound(partial, value, rest);
            if (most < best_.value || (proven_ && most == best_.value)) return;
            const int next = rest.lowest();
            rest.erase(next);
            score gained = 0;
            for_each_gpu(partial, [&](int j) { gained += links_.pair(next, j); });
            gpu_set grown = partial;
            grown.insert(next);
            visit(grown, value + gained, rest);
        }
    }

    const link_view& links_;
    int size_;
    std::int64_t budget_;
    link_set best_;
    bool proven_ = false; // best_ is the lowest of its value: it was met in order
};

} // namespace detail

/// The set of that many GPUs with the best link score, and a bound on it.
///
/// @param links the links of the node
/// @param available at least `size` GPUs of the node
/// @param size GPUs of the set
/// @param budget partial sets looked at on nodes of more than 16 GPUs
/// @return exact on nodes of up to 16 GPUs, by enumeration; beyond, by branch and bound from the sets that grow from
///   each GPU by the best links: exact where the budget does; else the bound says how far it may be off
///   Ties: lower GPU set; where the budget runs out, among those looked at
[[nodiscard]] inline link_set best_link_set(const link_view& links, gpu_set available, int size,
                                            std::int64_t budget = 20'000) {
    GPUPACK_EXPECTS(size >= 1 && available.size() >= size, "as many GPUs as wanted");
    if (!links.is_tabled()) return detail::link_search{links, available, size, budget}.result();
    link_set best{gpu_set{}, -1, 0};
    for_each_subset(available, size, [&](gpu_set set) {
        if (links.score(set) > best.value) best = {set, links.score(set), 0};
    });
    best.bound = best.value;
    return best;
}

} // namespace gpupack::policy
