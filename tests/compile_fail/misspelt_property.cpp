// SPDX-License-Identifier: Apache-2.0
// A property is a member of policy_properties, and no other name compiles.
#include <gpupack/scheduler.hpp>
struct far_sighted {
#if defined(EXPECT_FAIL)
    static constexpr gpupack::policy::policy_properties properties{.scopes = gpupack::policy::reads::cluster};
#else
    static constexpr gpupack::policy::policy_properties properties{.scope = gpupack::policy::reads::cluster};
#endif
    gpupack::policy::score operator()(const gpupack::node_view&, const gpupack::request&) const {
        return 0;
    }
};
void make(gpupack::cluster cluster) {
    gpupack::scheduler scheduler{std::move(cluster), far_sighted{}};
}
