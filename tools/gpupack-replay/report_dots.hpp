// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "summary.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// A measure of every policy, drawn as one panel of a figure: a dot a policy, and a line over its seeds.
///
/// heading    above the panel; none where it is empty
/// unit       after each number on the axis
/// decimals   of the values beside the dots
/// from_zero  the axis begins at 0, else near the least value
/// cap        the axis ends there at the latest; anywhere where it is 0
/// limit      drawn across; none where it is 0
/// zero       a line is drawn at 0
/// signs      numbers above 0 get a plus
/// share      of the figure's width, beside the other panels
/// values     [policies]
struct dot_measure {
    std::string heading;
    std::string unit;
    int decimals = 2;
    bool from_zero = false;
    double cap = 0;
    double limit = 0;
    std::string limit_name;
    bool zero = false;
    bool signs = false;
    double share = 1;
    std::vector<seed_range> values;
};

/// Measures side by side, a row a policy.
///
/// note      HTML
/// several   whether there are several seeds, so that the ranges say something
/// policies  names, in the order of their styles
struct dot_figure {
    std::string title;
    std::string note;
    bool several = false;
    std::vector<std::string> policies;
    std::vector<dot_measure> measures;
};

/// The figure; every row has its policy's name and numbers, so that it needs no legend.
///
/// what  with at least one policy
[[nodiscard]] std::string dots_html(const dot_figure& what);

} // namespace replay_program
