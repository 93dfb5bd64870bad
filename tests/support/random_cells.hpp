// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/virtual_clusters.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// A chain with these radixes from the second level up; its nodes are the cells of one level.
inline gpupack::plan::cell_chain chain_of(const std::vector<std::int64_t>& radixes, std::int64_t top_cells,
                                          int node_level) {
    const std::vector<std::string> names = {"gpu", "pair", "quad", "node", "rack", "row", "hall"};
    std::vector<gpupack::plan::cell_level> levels = {{names[0], 1}};
    std::int64_t gpus = top_cells;
    std::int64_t of_node = 1;
    for (const std::int64_t radix : radixes) {
        if (static_cast<int>(levels.size()) <= node_level) of_node *= radix;
        levels.push_back({names[levels.size()], radix});
        gpus *= radix;
    }
    std::vector<gpupack::plan::gpu_place> places;
    for (std::int64_t gpu = 0; gpu < gpus; ++gpu)
        places.push_back(
            {gpupack::node_id{static_cast<std::uint32_t>(gpu / of_node)}, static_cast<int>(gpu % of_node)});
    return gpupack::plan::cell_chain::make(levels, top_cells, std::move(places)).value();
}

/// A chain of one to six levels, radixes of 1 to 4, and no more GPUs than that.
inline gpupack::plan::cell_chain any_chain(gpupack::random_stream& random, std::int64_t most_gpus) {
    std::vector<std::int64_t> radixes;
    std::int64_t size = 1;
    int node_level = 0;
    for (std::uint64_t more = random.below(6); more > 0; --more) {
        const auto radix = static_cast<std::int64_t>(1 + random.below(4));
        if (size * radix > most_gpus) break;
        size *= radix;
        radixes.push_back(radix);
        if (size <= 32 && random.below(3) != 0) node_level = static_cast<int>(radixes.size());
    }
    const auto most = static_cast<std::uint64_t>(std::min<std::int64_t>(most_gpus / size, 64));
    return chain_of(radixes, static_cast<std::int64_t>(1 + random.below(most)), node_level);
}

/// Tenants whose promises the chain can keep: cells are drawn until what they have together, in percent of the
/// GPUs, is reached. As sizes divide each other, promises that fit in sum fit.
inline std::vector<gpupack::plan::tenant>
any_tenants(gpupack::random_stream& random, const gpupack::plan::cell_chain& chain, int tenants, std::int64_t percent) {
    std::vector<gpupack::plan::tenant> made;
    for (int i = 0; i < tenants; ++i)
        made.push_back(
            {"tenant " + std::to_string(i), std::vector<std::int64_t>(static_cast<std::size_t>(chain.levels()))});
    std::int64_t left = chain.gpus() * percent / 100;
    for (int misses = 0; left > 0 && misses < 20;) {
        const auto level = static_cast<int>(random.below(static_cast<std::uint64_t>(chain.levels())));
        const std::int64_t size = chain.size_of(level);
        misses = size > left ? misses + 1 : 0;
        if (size > left) continue;
        left -= size;
        ++made[random.below(made.size())].promised[static_cast<std::size_t>(level)];
    }
    return made;
}
