// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace judge_program {
namespace {

/// The part that is alike or explained, in percent to three decimals, rounded down.
std::string part_alike(const row& counts) {
    const auto thousandths = counts.asked == 0 ? 100'000 : 100'000 * (counts.same + counts.theirs) / counts.asked;
    return fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
}

std::string difference_text(const difference& each) {
    std::string text =
        fmt::format("case {}  {}{}{}\n", each.number, each.kind, each.fault.empty() ? "" : "  theirs: ", each.fault);
    text += fmt::format("    asked   {}\n    theirs  {}\n    ours    {}\n", each.views.question, each.views.theirs,
                        each.views.ours);
    return text;
}

} // namespace

std::string table_text(std::string_view system, const tally& counts) {
    std::string text = fmt::format("{}: {} cases, {} decisions\n\n", system, counts.cases(), counts.decisions());
    std::size_t width = 4;
    for (const row& each : counts.rows()) width = std::max(width, each.kind.size());
    text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>9}  {:>9}\n", "kind", width, "asked", "same", "theirs", "alike %");
    for (const row& each : counts.rows())
        text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>9}  {:>9}\n", each.kind, width, each.asked, each.same,
                            each.theirs, part_alike(each));
    for (const auto& [reason, times] : counts.left_out())
        text += fmt::format("not compared: {} times {}\n", times, reason);
    if (!counts.first().empty()) text += "\nfirst differences\n";
    for (const difference& each : counts.first()) text += difference_text(each);
    return text;
}

std::string json_text(std::string_view system, const tally& counts) {
    nlohmann::ordered_json all{{"system", system}, {"cases", counts.cases()}, {"decisions", counts.decisions()}};
    all["rows"] = nlohmann::ordered_json::array();
    for (const row& each : counts.rows())
        all["rows"].push_back(
            {{"kind", each.kind}, {"asked", each.asked}, {"same", each.same}, {"theirs", each.theirs}});
    all["first"] = nlohmann::ordered_json::array();
    for (const difference& each : counts.first())
        all["first"].push_back({{"kind", each.kind},
                                {"case", each.number},
                                {"fault", each.fault},
                                {"question", each.views.question},
                                {"theirs", each.views.theirs},
                                {"ours", each.views.ours}});
    all["left_out"] = nlohmann::ordered_json::object();
    for (const auto& [reason, times] : counts.left_out()) all["left_out"][reason] = times;
    return all.dump(2) + "\n";
}

std::string case_text(const tally& counts) {
    std::string text;
    for (const difference& each : counts.views()) {
        const bool same = each.views.theirs == each.views.ours;
        text += fmt::format("{} {}\n", same ? "alike " : "      ", each.kind);
        text += fmt::format("    asked   {}\n    theirs  {}\n    ours    {}\n", each.views.question, each.views.theirs,
                            each.views.ours);
    }
    return text;
}

} // namespace judge_program
