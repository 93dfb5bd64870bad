// SPDX-License-Identifier: Apache-2.0
// Flags about the cluster without the scope that says so would be overlooked.
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/best_fit.hpp>
struct flagged : gpupack::policy::best_fit {
#if !defined(EXPECT_FAIL)
    static constexpr gpupack::policy::policy_properties properties{.scope = gpupack::policy::reads::cluster_flags};
#endif
    std::uint32_t cluster_flags() const {
        return 0;
    }
    bool affected_by(std::uint32_t, const gpupack::node_view&) const {
        return true;
    }
};
[[maybe_unused]] const auto order = gpupack::then(flagged{}, gpupack::policy::best_fit{});
