// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdio>
#include <stdexcept>

std::size_t give_back_off();
std::size_t give_back_throw();
std::size_t give_back_abort();

int main() {
    give_back_off();
    std::puts("off: went on");
    try {
        give_back_throw();
        std::puts("throw: went on");
    } catch (const std::logic_error& error) {
        std::printf("throw: threw %s\n", error.what());
    }
    std::fflush(stdout);
    give_back_abort();
    std::puts("abort: went on");
}
