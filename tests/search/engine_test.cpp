// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/engine.hpp>

#include <gpupack/policy/random.hpp>
#include <gpupack/search/scan.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

struct forgetful { // finds, but is never told of changes
    template <class Policy> struct searcher {
        std::optional<selection> find(const Policy&, const policy::decision&) { return {}; }
    };
    template <class Policy> searcher<Policy> make_searcher(const cluster&) const { return {}; }
};

} // namespace

TEST(engine, must_search_and_must_listen) {
    static_assert(search::engine<search::scan>);
    static_assert(search::searcher<search::scan::searcher, policy::random>);
    static_assert(!search::engine<forgetful> && !search::engine<int>);
}
