// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/search/column_scores.hpp>
#include <gpupack/search/node_columns.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/ranked.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::search {

/// The scores of several requests on all nodes of a cluster, as one array: `score_matrix matrix{cluster, policy, requests}`.
///
/// Each row is what a scan for that request would see, in the cluster as it is: nothing is placed between the rows. Nodes of one
/// type in one state are scored once, and equal requests once; policies for nodes that have column_scores score all states at
/// once, others state by state. Needs Eigen.
template <policy::policy Policy> class score_matrix {
  public:
    /// What the policy ranks nodes by.
    using score_type = key_of<policy::scorer_of<Policy>>;
    /// [requests, nodes]
    using score_array = Eigen::Array<score_type, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    /// [requests, nodes]
    using mask_array = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    /// Scores the requests.
    ///
    /// @param cluster   the cluster as it is; not needed afterwards
    /// @param policy    the policy that scores
    /// @param requests  valid requests, as they are placed: see effective_request
    /// @param ordinal   how many decisions came before the first request; random policies draw by it
    score_matrix(const cluster& cluster, const Policy& policy, const std::vector<request>& requests,
                 std::uint64_t ordinal = 0)
        : scores_(static_cast<Eigen::Index>(requests.size()), static_cast<Eigen::Index>(cluster.size())),
          fits_(scores_.rows(), scores_.cols()) {
        ids_.reserve(cluster.size());
        for (std::uint32_t n = 0; n < cluster.size(); ++n) ids_.push_back(cluster.id_at(n));
        const node_columns columns{cluster};
        for (std::size_t r = 0; r < requests.size(); ++r) {
            GPUPACK_EXPECTS(is_valid(requests[r]), "valid requests");
            if constexpr (policy::policy_traits<Policy>::keeps_scores) { // so that equal requests have equal scores
                const auto equal =
                    std::find(requests.begin(), requests.begin() + static_cast<std::ptrdiff_t>(r), requests[r]);
                if (const auto e = equal - requests.begin(); e < static_cast<std::ptrdiff_t>(r)) {
                    copy_row(e, static_cast<Eigen::Index>(r));
                    continue;
                }
            }
            fill(static_cast<Eigen::Index>(r), columns, policy, policy::decision{cluster, requests[r], ordinal + r});
        }
    }

    /// The score of each request on each node; a score without a meaning where the request does not fit.
    [[nodiscard]] const score_array& scores() const noexcept { return scores_; }
    /// Whether each request fits each node.
    [[nodiscard]] const mask_array& fits() const noexcept { return fits_; }

    /// The best nodes for a request.
    ///
    /// @param row    the index of the request
    /// @param count  how many nodes at most
    /// @return       the nodes that it fits, best first: higher score, then lower node
    [[nodiscard]] std::vector<ranked_node<score_type>> best(std::size_t row, std::size_t count) const {
        const auto r = static_cast<Eigen::Index>(row);
        GPUPACK_EXPECTS(r < scores_.rows(), "the index of a request");
        const auto comes_before = [](const auto& a, const auto& b) { return a.precedes(b); };
        std::vector<ranked_node<score_type>> best;
        if (count == 0) return best;
        const bool* const fits = fits_.data() + r * fits_.cols();
        const score_type* const scores = scores_.data() + r * scores_.cols();
        const auto nodes = static_cast<std::uint32_t>(scores_.cols());
        bool is_full = false;
        score_type worst{}; // of the best ones, once they are full
        for (std::uint32_t n = 0; n < nodes; ++n) {
            // Nodes come in their order, so one of the same score as the worst comes after it. One branch, rarely taken.
            if (!(fits[n] & (!is_full | (worst < scores[n])))) continue;
            const ranked_node<score_type> next{scores[n], ids_[n]};
            if (is_full) best.pop_back();
            best.insert(std::upper_bound(best.begin(), best.end(), next, comes_before), next);
            is_full = best.size() == count;
            worst = best.back().score;
        }
        return best;
    }

  private:
    /// Scores the states of nodes, and gives each node the score of its state.
    void fill(Eigen::Index row, const node_columns& columns, const Policy& policy, const policy::decision& decision) {
        const auto scorer = policy::prepare(policy, decision);
        constexpr bool node_ids_count = policy::policy_traits<Policy>::properties.node_id_sensitive;
        if (node_ids_count || !decision.request.ids.is_any()) return fill_node_by_node(row, scorer, decision);
        columns.find_fitting(decision.request, fitting_);
        state_scores_.assign(columns.nodes().size(), score_type{});
        if (!score_at_once(columns, policy, decision.request))
            for (std::size_t s = 0; s < state_scores_.size(); ++s)
                if (fitting_.data()[s] != 0)
                    state_scores_[s] = policy::node_score(scorer, decision.cluster.node_at(columns.nodes()[s].number()),
                                                          decision.request);
        const std::uint32_t* const state_of = columns.row_of().data();
        const std::uint8_t* const fitting = fitting_.data();
        const score_type* const state_scores = state_scores_.data();
        bool* const fits = fits_.data() + row * fits_.cols();
        score_type* const scores = scores_.data() + row * scores_.cols();
        for (std::size_t n = 0; n < columns.row_of().size(); ++n) {
            fits[n] = fitting[state_of[n]] != 0;
            scores[n] = state_scores[state_of[n]];
        }
    }

    /// Scores all states in one expression, where the policy can.
    bool score_at_once(const node_columns& columns, const Policy& policy, const request& request) {
        if constexpr (has_column_scores<Policy>) {
            // What a request for GPU memory takes differs from node type to node type.
            if (!column_scores<Policy>::is_exact(policy) || policy::wants_gpu_memory(request)) return false;
            column_scores<Policy>::score(policy, columns, request, numbers_);
            const double* const numbers = numbers_.data();
            const std::uint8_t* const fitting = fitting_.data();
            for (std::size_t s = 0; s < state_scores_.size(); ++s)
                state_scores_[s] = static_cast<score_type>(fitting[s] != 0 ? numbers[s] : 0.0);
            return true;
        }
        return false;
    }

    template <class Scorer>
    void fill_node_by_node(Eigen::Index row, const Scorer& scorer, const policy::decision& decision) {
        for (std::uint32_t n = 0; n < decision.cluster.size(); ++n) {
            const node_view node = decision.cluster.node_at(n);
            const bool fits = fit::fits(node, decision.request);
            fits_(row, n) = fits;
            scores_(row, n) = fits ? policy::node_score(scorer, node, decision.request) : score_type{};
        }
    }

    /// Copies the row of an equal request.
    void copy_row(Eigen::Index source, Eigen::Index row) {
        scores_.row(row) = scores_.row(source);
        fits_.row(row) = fits_.row(source);
    }

    std::vector<node_id> ids_; // [nodes]
    score_array scores_;
    mask_array fits_;
    node_columns::mask fitting_;           // of one request, by state
    node_columns::numbers numbers_;        // its scores, by state
    std::vector<score_type> state_scores_; // the same as scores
};

} // namespace gpupack::search
