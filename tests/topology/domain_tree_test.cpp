// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/domain_tree.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;

TEST(domain_tree, finds_the_narrowest_common_domain) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const std::vector<std::string> levels{"a", "b", "c", "d"};
        domain_tree_builder builder{levels};
        std::vector<std::pair<std::string, std::size_t>> known;
        for (int n = 0; n < 20; ++n) {
            const std::size_t level = random.below(4);
            std::string parent;
            if (!known.empty() && random.below(4) != 0) {
                const auto& [name, wider] = known[random.below(known.size())];
                if (wider < level) parent = name;
            }
            known.emplace_back(std::string{"d"}.append(std::to_string(n)), level);
            builder.add(known.back().first, levels[level], parent);
        }
        const domain_tree tree = builder.build().value();
        const auto ancestors = [&](domain_id of) {
            std::set<std::uint32_t> all{of.number()};
            while (!(of == domain_id{})) all.insert((of = tree[of].parent).number());
            return all;
        };
        const domain_id a{static_cast<std::uint32_t>(random.below(tree.size()))};
        const domain_id b{static_cast<std::uint32_t>(random.below(tree.size()))};
        std::set<std::uint32_t> both;
        for (const std::uint32_t d : ancestors(a))
            if (ancestors(b).contains(d)) both.insert(d);
        RC_ASSERT(tree.common(a, b).number() == *both.rbegin()); // parents have the lower ids
        RC_ASSERT(tree[tree.common(a, b)].level <= tree[a].level);
    });
}
