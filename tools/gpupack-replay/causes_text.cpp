// SPDX-License-Identifier: Apache-2.0
#include "causes_text.hpp"

#include "summary_measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>

namespace replay_program {

namespace {

constexpr int name_width = 25; // of the longest preset

/// A table with a row a policy and a column a measure.
///
/// cell  the text of one policy's measure, by its number
using cell_text = std::function<std::string(const policy_summary&, std::size_t)>;

std::string block(const std::string& title, const std::vector<measure>& columns,
                  const std::vector<policy_summary>& policies, const cell_text& cell) {
    std::vector<std::size_t> widths;
    std::vector<std::vector<std::string>> cells;
    for (const measure& each : columns) widths.push_back(each.name.size());
    for (const policy_summary& policy : policies) {
        auto& row = cells.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            row.push_back(cell(policy, i));
            widths[i] = std::max(widths[i], row.back().size());
        }
    }
    std::string text = fmt::format("\n{}\n\n{:<{}}", title, "policy", name_width);
    for (std::size_t i = 0; i < columns.size(); ++i) text += fmt::format("  {:>{}}", columns[i].name, widths[i]);
    for (std::size_t p = 0; p < policies.size(); ++p) {
        text += fmt::format("\n{:<{}}", policies[p].name, name_width);
        for (std::size_t i = 0; i < columns.size(); ++i) text += fmt::format("  {:>{}}", cells[p][i], widths[i]);
    }
    return text + "\n";
}

std::string range_text(const seed_range& over, bool several, int decimals) {
    if (!several) return fmt::format("{:.{}f}", over.mean, decimals);
    return fmt::format("{:.{}f} ({:.{}f} - {:.{}f})", over.mean, decimals, over.least, decimals, over.most, decimals);
}

std::string difference_text(const seed_range& over, int decimals) {
    return fmt::format("{:+.{}f} ({:+.{}f}, {:+.{}f})", over.mean, decimals, over.least, decimals, over.most, decimals);
}

/// The policies less the one that they are compared with.
std::string differences(const std::string& title, const std::vector<measure>& columns,
                        const std::vector<policy_summary>& policies, const policy_summary& against, int decimals) {
    std::vector<policy_summary> others;
    for (const policy_summary& each : policies)
        if (each.name != against.name) others.push_back(each);
    return block(title, columns, others, [&](const policy_summary& policy, std::size_t i) {
        return difference_text(paired(policy, against, columns[i]), decimals);
    });
}

} // namespace

std::string causes_text(const std::vector<run_record>& runs, const std::vector<policy_summary>& policies) {
    const bool several = runs.front().seed != runs.back().seed;
    const policy_summary* const against = paired_with(policies);
    std::string text;
    if (const auto idle = idle_measures(runs); !idle.empty()) {
        text += block("Idle at the end by cause, % of the GPUs:", idle, policies,
                      [&](const policy_summary& policy, std::size_t i) {
                          return range_text(over_seeds(policy, idle[i]), several, 2);
                      });
        std::vector<measure> compared{
            {"allocated", [](const run_record& run) { return run.result.allocated_percent; }}};
        compared.insert(compared.end(), idle.begin(), idle.end());
        if (against != nullptr)
            text += differences("The same less that of fgd, seed by seed, in points: mean (least, most):", compared,
                                policies, *against, 2);
    }
    const auto failed = failed_measures(runs);
    const auto counts = failed_counts(runs);
    text += block("Failed by size, tasks and % of those that arrived:", failed, policies,
                  [&](const policy_summary& policy, std::size_t i) {
                      return fmt::format("{:.0f}: {}", over_seeds(policy, counts[i]).mean,
                                         range_text(over_seeds(policy, failed[i]), several, 1));
                  });
    if (const auto waited = waited_measures(runs); !waited.empty())
        text += block("Waited by size, % of the tasks that arrived:", waited, policies,
                      [&](const policy_summary& policy, std::size_t i) {
                          return range_text(over_seeds(policy, waited[i]), several, 1);
                      });
    if (against != nullptr)
        text += differences("Failed % less that of fgd, seed by seed, in points: mean (least, most):", failed, policies,
                            *against, 1);
    return text;
}

} // namespace replay_program
