// SPDX-License-Identifier: Apache-2.0
// A policy that sees the whole cluster says whether it looks at it, so that a misspelt `properties` is found.
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/quantize.hpp>
struct far_sighted {
#if defined(EXPECT_FAIL)
    static constexpr gpupack::policy::policy_properties propertys{.scope = gpupack::policy::reads::cluster};
#else
    static constexpr gpupack::policy::policy_properties properties{.scope = gpupack::policy::reads::cluster};
#endif
    gpupack::policy::best_fit prepare(const gpupack::policy::decision&) const {
        return {};
    }
};
[[maybe_unused]] const auto coarse = gpupack::quantize(far_sighted{}, 2);
