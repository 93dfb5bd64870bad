#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::policy {

/// The GPUs of a node that a system takes which picks them one by one: of those that fit, as many as are asked for,
/// by the highest value_of(index). For scores of nodes that depend on the GPUs picked; the request must fit the
/// node.
///
/// ties  lower index
/// cost  a value a fitting GPU and pick
template <class ValueOf> [[nodiscard]] GPUPACK_HD constexpr gpu_set
best_gpus(const node_view& node, const request& asked, ValueOf&& value_of) noexcept {
    gpu_set left = fit::fitting_gpus(node, asked);
    gpu_set picked;
    for (int taken = 0; taken < asked.gpus && !left.empty(); ++taken) {
        int best = -1;
        score highest = 0;
        for_each_gpu(left, [&](int i) {
            const score value = value_of(i);
            if (best >= 0 && value <= highest) return;
            best = i;
            highest = value;
        });
        picked.insert(best);
        left.erase(best);
    }
    return picked;
}

} // namespace gpupack::policy
