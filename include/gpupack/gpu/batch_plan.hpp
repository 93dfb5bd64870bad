// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A distinct request of a batch: what is taken for it, and how many milli-GPUs of each GPU nobody asked for, where
/// a policy rounds up.
struct batch_shape {
    gpupack::request taken{};
    std::int32_t rounding_overhead = 0;
};

/// A tree that is filled for a shape before a segment starts.
struct batch_fill {
    std::uint32_t tree = 0;
    std::uint32_t shape = 0;
};

/// Requests in a row that are walked at once, as their shapes have a tree each.
///
/// first, last            requests first to last - 1
/// first_fill, last_fill  the trees that are filled before, in batch_plan::fills
struct batch_segment {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t first_fill = 0;
    std::uint32_t last_fill = 0;
};

/// What is known of a batch before it is placed: its shapes, and which of them has a tree when.
///
/// shapes    [distinct requests]
/// shape_of  [requests]  index into shapes
/// tree_of   [requests]  the tree of its shape while it is placed
/// segments  cover the requests in order; one where there is a tree for every shape
/// fills     by segment
/// trees     how many are used at most
struct batch_plan {
    std::vector<batch_shape> shapes;
    std::vector<std::uint32_t> shape_of;
    std::vector<std::uint32_t> tree_of;
    std::vector<batch_segment> segments;
    std::vector<batch_fill> fills;
    std::uint32_t trees = 0;
};

namespace detail {

/// Numbers the distinct requests in the order in which they first come.
template <policy::policy Policy>
void find_shapes(batch_plan& plan, const Policy& by, const std::vector<gpupack::request>& request) {
    struct hash {
        [[nodiscard]] std::size_t operator()(const gpupack::request& each) const noexcept { return hash_of(each); }
    };
    std::unordered_map<gpupack::request, std::uint32_t, hash> known;
    plan.shape_of.reserve(request.size());
    for (const gpupack::request& each : request) {
        const auto [at, is_new] = known.emplace(each, static_cast<std::uint32_t>(plan.shapes.size()));
        if (is_new) {
            GPUPACK_EXPECTS(is_valid(each), "valid requests");
            const gpupack::request& taken = policy::effective_request(by, each);
            const milli_gpu rounding_overhead = taken.share.compute() - each.share.compute();
            plan.shapes.push_back({taken, taken.gpus > 0 ? static_cast<std::int32_t>(rounding_overhead.count()) : 0});
        }
        plan.shape_of.push_back(at->second);
    }
}

/// Which shape has which tree, from one segment to the next.
class tree_table {
  public:
    tree_table(std::size_t shapes, std::uint32_t trees)
        : tree_of_(shapes, none), used_in_(shapes), shape_in_(trees, none) {}

    /// The end of the longest row of requests from `first` on that has a tree for every shape.
    [[nodiscard]] std::uint32_t reach(const std::vector<std::uint32_t>& shape_of, std::uint32_t first) {
        ++segment_;
        std::size_t distinct = 0;
        std::uint32_t last = first;
        for (; last < shape_of.size(); ++last) {
            if (used_in_[shape_of[last]] == segment_) continue;
            if (distinct == shape_in_.size()) break;
            used_in_[shape_of[last]] = segment_;
            wanted_.push_back(shape_of[last]);
            ++distinct;
        }
        return last;
    }
    /// Gives those shapes their trees: the one that it has, or one whose shape does not come in this segment.
    void assign(std::vector<batch_fill>& fills) {
        std::uint32_t next = 0;
        for (const std::uint32_t shape : wanted_) {
            if (tree_of_[shape] != none) continue;
            while (shape_in_[next] != none && used_in_[shape_in_[next]] == segment_) ++next;
            if (shape_in_[next] != none) tree_of_[shape_in_[next]] = none;
            shape_in_[next] = shape;
            tree_of_[shape] = next;
            fills.push_back({next, shape});
        }
        wanted_.clear();
    }
    [[nodiscard]] std::uint32_t operator[](std::uint32_t shape) const noexcept { return tree_of_[shape]; }

  private:
    static constexpr std::uint32_t none = 0xffffffffU;

    std::vector<std::uint32_t> tree_of_;  // [shapes]
    std::vector<std::uint32_t> used_in_;  // [shapes]  the last segment that a shape comes in
    std::vector<std::uint32_t> shape_in_; // [trees]
    std::vector<std::uint32_t> wanted_;
    std::uint32_t segment_ = 0;
};

} // namespace detail

/// Lays a batch out: numbers its shapes, and cuts it where there are not enough trees for all of them.
///
/// Requests stay in order, so that what is placed does not depend on the number of trees; each shape that comes back
/// after its tree has gone to another costs a score of every node.
/// request       valid, fewer than 2^32
/// most_trees  that there is memory for, at least 1
/// cost        linear in the requests, and a look at each shape and segment
template <policy::policy Policy>
[[nodiscard]] batch_plan plan_batch(const Policy& by, const std::vector<gpupack::request>& request, std::size_t most_trees) {
    GPUPACK_EXPECTS(request.size() < 0xffffffffU, "fewer than 2^32 - 1 requests");
    GPUPACK_EXPECTS(most_trees > 0, "room for one tree at least");
    batch_plan plan;
    detail::find_shapes(plan, by, request);
    plan.trees = static_cast<std::uint32_t>(std::min(most_trees, plan.shapes.size()));
    plan.tree_of.resize(request.size());
    detail::tree_table trees{plan.shapes.size(), plan.trees};
    for (std::uint32_t first = 0; first < request.size();) {
        const auto first_fill = static_cast<std::uint32_t>(plan.fills.size());
        const std::uint32_t last = trees.reach(plan.shape_of, first);
        trees.assign(plan.fills);
        for (std::uint32_t r = first; r < last; ++r) plan.tree_of[r] = trees[plan.shape_of[r]];
        plan.segments.push_back({first, last, first_fill, static_cast<std::uint32_t>(plan.fills.size())});
        first = last;
    }
    return plan;
}

} // namespace gpupack::gpu
