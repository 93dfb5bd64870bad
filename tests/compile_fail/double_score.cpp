// SPDX-License-Identifier: Apache-2.0
// Scores are integers, so that every compiler and processor gives the same order.
#include <gpupack/scheduler.hpp>
struct half_point {
#if defined(EXPECT_FAIL)
    double operator()(const gpupack::node_view&, const gpupack::request&) const {
        return 0.5;
    }
#else
    gpupack::policy::score operator()(const gpupack::node_view&, const gpupack::request&) const {
        return 500;
    }
#endif
};
void make(gpupack::cluster cluster) {
    gpupack::scheduler scheduler{std::move(cluster), half_point{}};
}
