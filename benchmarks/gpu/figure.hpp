// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace cuda_benchmark {

/// What the card can do at most, measured in the same run.
///
/// copy      bytes read and written a second by a large copy on the device
/// integers  simple integer operations a second, over all lanes
struct ceilings {
    double copy = 0;
    double integers = 0;
};

/// One measured figure beside the ceiling that bounds it.
///
/// name     what was measured
/// seconds  the median of `repeats`
/// floor    seconds that the ceiling allows; 0 where there is none to compare with
/// bound    which ceiling, and what was counted: "copy: 24 bytes a node"
/// beside   the same work by other means: seconds by name
struct figure {
    struct other {
        std::string name;
        double seconds = 0;
    };

    std::string name;
    double seconds = 0;
    int repeats = 0;
    double floor = 0;
    std::string bound;
    std::vector<other> beside;
};

/// The card, as the report names it.
struct card {
    std::string name;
    int capability = 0;
    int multiprocessors = 0;
    double memory_gib = 0;
};

/// A table for a person.
void print(const card& on, const ceilings& limits, const std::vector<figure>& figures);
/// The same as one JSON object; "-" is standard output. False where the file cannot be written.
[[nodiscard]] bool write_json(const std::string& path, const card& on, const ceilings& limits,
                              const std::vector<figure>& figures);

} // namespace cuda_benchmark
