// SPDX-License-Identifier: Apache-2.0
// A prepare() with another signature would never be called.
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
struct far_sighted : gpupack::policy::best_fit {
    static constexpr gpupack::policy::policy_properties properties{.scope = gpupack::policy::reads::cluster};
#if defined(EXPECT_FAIL)
    gpupack::policy::best_fit prepare(const gpupack::cluster&) const {
        return {};
    }
#else
    gpupack::policy::best_fit prepare(const gpupack::policy::decision&) const {
        return {};
    }
#endif
};
void make(gpupack::cluster cluster) {
    gpupack::scheduler scheduler{std::move(cluster), far_sighted{}};
}
