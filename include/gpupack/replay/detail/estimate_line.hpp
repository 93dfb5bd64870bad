// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Arrivals of one class in their order, which finds the first one that runs shorter than some time.
///
/// A binary tree of least estimates over the arrivals. Cost: the logarithm of the number of arrivals.
class estimate_line {
  public:
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max(); ///< More than any estimate.
    static constexpr std::size_t none = static_cast<std::size_t>(-1);               ///< No arrival.

    /// How many arrivals wait.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Adds an arrival; one that was ended and waits again may come before others.
    void push(std::size_t arrival, std::int64_t estimate) {
        if (!arrivals_.empty() && arrival <= arrivals_.back()) return insert(arrival, estimate);
        if (arrivals_.size() == leaves_) rebuild();
        arrivals_.push_back(arrival);
        set(arrivals_.size() - 1, std::min(estimate, never - 1));
        ++size_;
    }

    /// Takes an arrival out.
    void erase(std::size_t arrival) {
        const auto found = std::lower_bound(arrivals_.begin(), arrivals_.end(), arrival);
        set(static_cast<std::size_t>(found - arrivals_.begin()), never);
        --size_;
    }

    /// The first arrival whose estimate is below a bound; none where there is no such one.
    [[nodiscard]] std::size_t first_below(std::int64_t bound) const noexcept {
        if (leaves_ == 0 || tree_[1] >= bound) return none;
        std::size_t node = 1;
        while (node < leaves_) {
            node *= 2;
            if (tree_[node] >= bound) ++node;
        }
        return arrivals_[node - leaves_];
    }

    /// The first arrival; none where nobody waits.
    [[nodiscard]] std::size_t front() const noexcept { return first_below(never); }
    /// The first arrival behind another one, which need not wait itself; none where nobody waits behind it.
    [[nodiscard]] std::size_t next_after(std::size_t arrival) const noexcept {
        const auto next = std::upper_bound(arrivals_.begin(), arrivals_.end(), arrival);
        std::size_t node = leaves_ + static_cast<std::size_t>(next - arrivals_.begin());
        if (next == arrivals_.end()) return none;
        while (tree_[node] == never) { // the next part of the tree to the right
            while (node % 2 == 1) node /= 2;
            if (node == 0) return none;
            ++node;
        }
        while (node < leaves_) {
            node *= 2;
            if (tree_[node] == never) ++node;
        }
        return arrivals_[node - leaves_];
    }

  private:
    void set(std::size_t index, std::int64_t estimate) noexcept {
        std::size_t node = leaves_ + index;
        tree_[node] = estimate;
        for (node /= 2; node > 0; node /= 2) tree_[node] = std::min(tree_[2 * node], tree_[2 * node + 1]);
    }

    /// Makes a tree of those who wait, with room for as many again.
    void rebuild() {
        std::vector<std::int64_t> estimates;
        std::vector<std::size_t> arrivals;
        for (std::size_t i = 0; i < arrivals_.size(); ++i) {
            if (tree_[leaves_ + i] == never) continue;
            arrivals.push_back(arrivals_[i]);
            estimates.push_back(tree_[leaves_ + i]);
        }
        assign(std::move(arrivals), estimates);
    }

    void insert(std::size_t arrival, std::int64_t estimate) {
        const auto index =
            static_cast<std::size_t>(std::lower_bound(arrivals_.begin(), arrivals_.end(), arrival) - arrivals_.begin());
        ++size_;
        if (arrivals_[index] == arrival) return set(index, std::min(estimate, never - 1));
        std::vector<std::size_t> arrivals = arrivals_;
        std::vector<std::int64_t> estimates(tree_.begin() + static_cast<std::ptrdiff_t>(leaves_),
                                            tree_.begin() + static_cast<std::ptrdiff_t>(leaves_ + arrivals_.size()));
        arrivals.insert(arrivals.begin() + static_cast<std::ptrdiff_t>(index), arrival);
        estimates.insert(estimates.begin() + static_cast<std::ptrdiff_t>(index), std::min(estimate, never - 1));
        assign(std::move(arrivals), estimates);
    }

    void assign(std::vector<std::size_t> arrivals, const std::vector<std::int64_t>& estimates) {
        arrivals_ = std::move(arrivals);
        leaves_ = 16;
        while (leaves_ < 2 * arrivals_.size()) leaves_ *= 2;
        tree_.assign(2 * leaves_, never);
        std::copy(estimates.begin(), estimates.end(), tree_.begin() + static_cast<std::ptrdiff_t>(leaves_));
        for (std::size_t node = leaves_ - 1; node > 0; --node)
            tree_[node] = std::min(tree_[2 * node], tree_[2 * node + 1]);
    }

    std::vector<std::size_t> arrivals_; // ascending; those that left stay until the tree is rebuilt
    std::vector<std::int64_t> tree_;    // [2 * leaves]  node 1 is the root
    std::size_t leaves_ = 0;
    std::size_t size_ = 0;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
