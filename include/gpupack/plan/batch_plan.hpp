// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Equal requests of a batch.
struct request_class {
    gpupack::request effective{};       ///< What is placed for one of them.
    std::int32_t rounding_overhead = 0; ///< Milli-GPUs of each GPU beyond what they ask for.
};

/// An index tree that is filled for a request class before a segment starts.
struct tree_fill {
    std::uint32_t tree = 0;          ///< Number of the tree.
    std::uint32_t request_class = 0; ///< Number of the request class.
};

/// Consecutive requests that are placed together, because each of their classes has an index tree.
struct batch_segment {
    std::uint32_t first = 0;      ///< First request.
    std::uint32_t last = 0;       ///< One past the last request.
    std::uint32_t first_fill = 0; ///< First tree to fill before the segment, in batch_plan::fills.
    std::uint32_t last_fill = 0;  ///< One past the last tree to fill.
};

/// What is known of a batch before it is placed: its request classes, and which of them has an index tree when.
struct batch_plan {
    std::vector<request_class> classes;  ///< In the order in which they first occur.
    std::vector<std::uint32_t> class_of; ///< [requests] Index into classes.
    std::vector<std::uint32_t> tree_of;  ///< [requests] Tree of the class while the request is placed.
    std::vector<batch_segment> segments; ///< Cover the requests in order; one if there is a tree for every class.
    std::vector<tree_fill> fills;        ///< Segment by segment.
    std::uint32_t trees = 0;             ///< Trees in use at once, at most.
};

namespace detail {

/// Numbers the distinct requests in the order in which they first occur.
inline void find_classes(batch_plan& plan, const std::vector<request>& requests, request_rule rule) {
    std::unordered_map<request, std::uint32_t, request_hash> known;
    plan.class_of.reserve(requests.size());
    for (const request& each : requests) {
        const auto [entry, is_new] = known.emplace(each, static_cast<std::uint32_t>(plan.classes.size()));
        if (is_new) {
            GPUPACK_EXPECTS(is_valid(each), "valid requests");
            const request effective = effective_request(rule, each);
            const milli_gpu overhead = rounding_overhead(effective, each);
            plan.classes.push_back({effective, static_cast<std::int32_t>(overhead.count())});
        }
        plan.class_of.push_back(entry->second);
    }
}

/// Which request class has which tree, from one segment to the next.
class tree_table {
  public:
    tree_table(std::size_t classes, std::uint32_t trees)
        : tree_of_(classes, none), used_in_(classes), class_in_(trees, none) {}

    /// Starts a segment at a request, and makes it as long as there is a tree for each of its classes.
    ///
    /// @return one past its last request
    [[nodiscard]] std::uint32_t start_segment(const std::vector<std::uint32_t>& class_of, std::uint32_t first) {
        ++segment_;
        needed_.clear();
        std::uint32_t last = first;
        for (; last < class_of.size(); ++last) {
            if (used_in_[class_of[last]] == segment_) continue;
            if (needed_.size() == class_in_.size()) break;
            used_in_[class_of[last]] = segment_;
            needed_.push_back(class_of[last]);
        }
        return last;
    }
    /// Gives each class of the segment the tree that it has, or one of a class that is not in the segment.
    void assign_trees(std::vector<tree_fill>& fills) {
        std::uint32_t next = 0;
        for (const std::uint32_t each : needed_) {
            if (tree_of_[each] != none) continue;
            while (class_in_[next] != none && used_in_[class_in_[next]] == segment_) ++next;
            if (class_in_[next] != none) tree_of_[class_in_[next]] = none;
            class_in_[next] = each;
            tree_of_[each] = next;
            fills.push_back({next, each});
        }
    }
    /// The tree of a class of the segment.
    [[nodiscard]] std::uint32_t operator[](std::uint32_t request_class) const noexcept {
        return tree_of_[request_class];
    }

  private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    std::vector<std::uint32_t> tree_of_;  // [classes]
    std::vector<std::uint32_t> used_in_;  // [classes]  the last segment that a class occurs in
    std::vector<std::uint32_t> class_in_; // [trees]
    std::vector<std::uint32_t> needed_;   // the classes of the segment
    std::uint32_t segment_ = 0;
};

} // namespace detail

/// Numbers the request classes of a batch, and divides it into segments if there are fewer index trees than classes.
///
/// Requests keep their order, so the placements do not depend on the number of trees. A class that comes back after its
/// tree went to another class costs a score of every node.
/// Cost: linear in the requests, and once the classes for each segment.
///
/// @param requests    valid, fewer than 2^32 - 1
/// @param rule        what is placed for a request
/// @param most_trees  trees that there is memory for, at least 1
[[nodiscard]] inline batch_plan plan_batch(const std::vector<gpupack::request>& requests, request_rule rule,
                                           std::size_t most_trees) {
    GPUPACK_EXPECTS(requests.size() < std::numeric_limits<std::uint32_t>::max(), "fewer than 2^32 - 1 requests");
    GPUPACK_EXPECTS(most_trees > 0, "one tree at least");
    batch_plan plan;
    detail::find_classes(plan, requests, rule);
    plan.trees = static_cast<std::uint32_t>(std::min(most_trees, plan.classes.size()));
    plan.tree_of.resize(requests.size());
    detail::tree_table trees{plan.classes.size(), plan.trees};
    for (std::uint32_t first = 0; first < requests.size();) {
        const auto first_fill = static_cast<std::uint32_t>(plan.fills.size());
        const std::uint32_t last = trees.start_segment(plan.class_of, first);
        trees.assign_trees(plan.fills);
        for (std::uint32_t r = first; r < last; ++r) plan.tree_of[r] = trees[plan.class_of[r]];
        plan.segments.push_back({first, last, first_fill, static_cast<std::uint32_t>(plan.fills.size())});
        first = last;
    }
    return plan;
}

} // namespace gpupack::plan
