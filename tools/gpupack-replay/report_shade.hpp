// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace replay_program {

/// Points away from the best that are drawn strongest, the same in every report so that two can be compared.
inline constexpr double strongest_shade = 40;

/// How strong the colour of a cell is, from 0 to 1. The root shows two points, where most policies differ, and still
/// tells ten from forty.
[[nodiscard]] inline double shade(double points) {
    return std::sqrt(std::clamp(points / strongest_shade, 0.0, 1.0));
}

/// What the shades mean.
///
/// what  HTML: "points behind the best"
[[nodiscard]] inline std::string shade_key(std::string_view what) {
    std::string html = fmt::format("<div class=\"kinds-key\" aria-hidden=\"true\">{}", what);
    for (const double points : {0.0, 2.0, 5.0, 10.0, 20.0, strongest_shade})
        html += fmt::format("<i style=\"--p:{:.2f}\">{:.0f}{}</i>", shade(points), points,
                            points == strongest_shade ? "+" : "");
    return html + "</div>\n";
}

} // namespace replay_program
