// SPDX-License-Identifier: Apache-2.0
// gpupack-dra: what kube-scheduler's device allocator would answer.
#include "allocate.hpp"
#include "answer.hpp"
#include "options.hpp"
#include "terminal.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    try {
        const auto chosen = dra_program::parse_options(argc, argv);
        if (!chosen) {
            std::fprintf(stderr, "gpupack-dra: %s\n", gpupack_tools::with_suggestion(chosen.error().message()).c_str());
            return dra_program::exit_error;
        }
        if (!chosen->message.empty()) {
            std::fputs(chosen->message.c_str(), stdout);
            return dra_program::exit_allocated;
        }
        return chosen->command == "answer" ? dra_program::answer(*chosen) : dra_program::allocate(*chosen);
    } catch (const std::exception& error) { // memory that runs out, a disk that is full
        std::fprintf(stderr, "gpupack-dra: %s\n", error.what());
        return dra_program::exit_error;
    }
}
