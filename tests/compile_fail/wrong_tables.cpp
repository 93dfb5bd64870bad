// SPDX-License-Identifier: Apache-2.0
// A for_each_table() that visits without a count is refused on the host, not first on a GPU.
#include <gpupack/scheduler.hpp>
struct with_table {
    const int* table = nullptr;
    template <class Visit> void for_each_table(Visit&& visit) {
#if defined(EXPECT_FAIL)
        visit(table);
#else
        visit(table, std::size_t{4});
#endif
    }
    gpupack::policy::score operator()(const gpupack::node_view&, const gpupack::request&) const {
        return 0;
    }
};
auto place(gpupack::scheduler<with_table>& scheduler) {
    return scheduler.try_place({});
}
