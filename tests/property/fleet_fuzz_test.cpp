// SPDX-License-Identifier: Apache-2.0
// The fuzz target on random bytes, for every compiler; tests/fuzz/fleet.cpp is the one for libFuzzer.
#include "fuzz/fleet_fuzz.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

// GPUPACK_FUZZ_CALLS sets how many calls are made; without it, as many as take a second or two.
TEST(fleet_fuzz, no_call_aborts_and_nothing_is_given_twice) {
    const char* const wanted = std::getenv("GPUPACK_FUZZ_CALLS");
    const std::size_t most = wanted == nullptr ? 20'000 : std::strtoull(wanted, nullptr, 10);
    std::size_t calls = 0;
    for (std::uint64_t seed = 0; calls < most; ++seed) {
        gpupack::random_stream random{seed};
        std::vector<std::uint8_t> bytes(8'000);
        for (std::uint8_t& each : bytes) each = static_cast<std::uint8_t>(random.below(256));
        calls += fleet_fuzz{bytes.data(), bytes.size()}.run();
    }
    EXPECT_GE(calls, most);
}
