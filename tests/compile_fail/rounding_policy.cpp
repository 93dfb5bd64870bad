// SPDX-License-Identifier: Apache-2.0
// What is placed for a request is a rule of the scheduler; a policy that changes it would lose it in a combination.
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
struct rounding : gpupack::policy::best_fit {
#if defined(EXPECT_FAIL)
    gpupack::request effective_request(const gpupack::request& request) const {
        return request;
    }
#endif
};
void make(gpupack::cluster cluster) {
    gpupack::scheduler scheduler{std::move(cluster), rounding{}, {}, gpupack::request_rule::whole_gpus};
}
