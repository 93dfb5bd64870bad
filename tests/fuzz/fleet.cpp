// SPDX-License-Identifier: Apache-2.0
// Calls of a fleet by the bytes that libFuzzer makes.
#include "fleet_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    (void)fleet_fuzz{bytes, size}.run();
    return 0;
}
