// SPDX-License-Identifier: Apache-2.0
// A policy returns a score; one that returns nothing is refused where the scheduler is made.
#include <gpupack/scheduler.hpp>
struct silent {
#if defined(EXPECT_FAIL)
    void operator()(const gpupack::node_view&, const gpupack::request&) const {}
#else
    gpupack::policy::score operator()(const gpupack::node_view&, const gpupack::request&) const {
        return 0;
    }
#endif
};
void make(gpupack::cluster on) {
    gpupack::scheduler by{std::move(on), silent{}};
}
