// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace replay_program {

/// One place on a line: the mean over seeds, and the band around it.
struct plot_point {
    double x = 0;
    double mean = 0;
    double least = 0;
    double most = 0;
};

/// One policy's line. `style` numbers its colour and dash, and its marks on the rest of the page.
struct plot_series {
    std::size_t style = 0;
    std::string name;
    bool band = false;
    std::vector<plot_point> points;
};

/// The part of a measure that a plot shows.
struct plot_axis {
    std::string label;
    std::string unit;
    double from = 0;
    double to = 1;
};

/// note   HTML
/// ideal  draws y = x, level at 100
/// most   [points]  ascending in x: draws that line instead, after y = x up to its first point
/// ends   labels each line where it ends, with its value there
struct plot {
    std::string title;
    std::string note;
    plot_axis x;
    plot_axis y;
    bool ideal = false;
    std::vector<std::pair<double, double>> most;
    bool ends = true;
    int decimals = 1;
    std::vector<plot_series> series;
};

/// The attributes that give an element the colour and dash of a style: class and custom property.
[[nodiscard]] std::string style_attributes(std::size_t style, const std::string& classes);

/// A short sample of a style's line, as SVG.
[[nodiscard]] std::string line_sample(std::size_t style);

/// A round step that cuts `range` into about `parts`.
[[nodiscard]] double round_step(double range, int parts);

/// The plot as a figure: one drawing for a wide window with a label at each line, and one for a phone.
[[nodiscard]] std::string plot_html(const plot& what);

} // namespace replay_program
