// SPDX-License-Identifier: Apache-2.0
// A property that stands outside of policy_properties would be overlooked.
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/then.hpp>
struct far_sighted {
#if defined(EXPECT_FAIL)
    static constexpr bool whole_cluster = true;
#else
    static constexpr gpupack::policy::policy_properties properties{.scope = gpupack::policy::reads::cluster};
#endif
    gpupack::policy::score operator()(const gpupack::node_view&, const gpupack::request&) const {
        return 0;
    }
};
[[maybe_unused]] const auto order = gpupack::then(far_sighted{}, gpupack::policy::best_fit{});
