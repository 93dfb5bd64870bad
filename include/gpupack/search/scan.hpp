#pragma once

#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/choice.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/state_memo.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>
#include <optional>

namespace gpupack::search {

/// Looks at every node for every decision, on one thread; keeps nothing. The engine that the others are held to.
///
/// cost  a fit test a node, and a score a node that fits, or under dear policies a score a state met; no allocation
struct scan {
    /// The searcher of a scan, for any policy.
    struct searcher {
        template <policy::policy Policy>
        [[nodiscard]] std::optional<choice> find(const Policy& policy, const policy::decision& question) const {
            const auto scorer = policy::prepare(policy, question);
            using key_type = decltype(policy::rank(scorer, node_view{}, question.asked));
            state_memo<key_type> memo;
            key_type best_key{};
            std::optional<node_id> best;
            const auto nodes = static_cast<std::uint32_t>(question.on.size());
            for (std::uint32_t i = 0; i < nodes; ++i) {
                const node_view node = question.on[node_id{i}];
                if (!fit::fits(node, question.asked)) continue;
                const key_type key = key_of(question.on, node, scorer, question.asked, memo);
                if (best && !(best_key < key)) continue;
                best_key = key;
                best = node_id{i};
            }
            if (!best) return std::nullopt;
            return choice{*best, policy::pick(scorer, question.on[*best], question.asked)};
        }

        void changed(const cluster&, node_id) const noexcept {}

      private:
        template <class Scorer, class Key> static Key key_of(const cluster& on, const node_view& node,
                                                             const Scorer& scorer, const request& asked,
                                                             state_memo<Key>& memo) {
            if constexpr (policy::is_dear<Scorer>())
                return memo.look_up(on, node, [&] { return policy::rank(scorer, node, asked); });
            else
                return policy::rank(scorer, node, asked);
        }
    };

    template <policy::policy Policy> [[nodiscard]] searcher make_searcher(const cluster&) const noexcept {
        return {};
    }

    friend bool operator==(const scan&, const scan&) = default;
};

static_assert(engine<scan>);

} // namespace gpupack::search
