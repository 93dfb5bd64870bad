// SPDX-License-Identifier: Apache-2.0
// gpupack-judge: compares gpupack's imitations, decision by decision, with answers of the systems that they imitate.
#include "case_file.hpp"
#include "limits.hpp"
#include "options.hpp"
#include "report.hpp"
#include "systems.hpp"
#include "tally.hpp"
#include "terminal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace judge_program;

constexpr int disagrees = 1;
constexpr int bad_usage = 2;

int refuse(const gpupack::input_error& error) {
    fmt::print(stderr, "gpupack-judge: {}\n", gpupack_tools::with_suggestion(error.message()));
    return bad_usage;
}

/// Compares all cases of a file; an error where a case lacks something.
gpupack::expected<void, gpupack::input_error> judge_file(const judged_system& system, const std::string& path,
                                                         std::optional<std::int64_t> shown, tally& counts) {
    const auto cases = read_cases(path);
    if (!cases) return gpupack::unexpected<gpupack::input_error>{cases.error()};
    for (const nlohmann::json& each : *cases) {
        const std::int64_t seed = each["seed"];
        if (shown && *shown != seed) continue;
        counts.start_case(seed);
        try {
            if (!each.contains("limits"))
                system.judge(each, counts);
            else if (!judge_limits(system.name, each, counts))
                return gpupack::unexpected<gpupack::input_error>{gpupack::input_error{
                    path, 0, "case " + std::to_string(seed), "limits", "a system that reads limits of pods"}};
        } catch (const std::exception& error) {
            return gpupack::unexpected<gpupack::input_error>{
                gpupack::input_error{path, 0, "case " + std::to_string(seed), error.what(),
                                     "an answered case of " + std::string{system.name}}};
        }
    }
    return {};
}

bool write(const std::string& path, const std::string& text) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    return std::fclose(file) == 0 && written;
}

int judge(const options& chosen) {
    const judged_system& system = *find_system(chosen.system);
    tally counts{chosen.shown};
    for (const std::string& path : chosen.files)
        if (const auto done = judge_file(system, path, chosen.shown, counts); !done) return refuse(done.error());
    if (chosen.shown && counts.cases() == 0)
        return refuse(
            gpupack::bad_input("--case", std::to_string(*chosen.shown), "the seed of a case of the files").value());
    const std::string json = json_text(system.name, counts);
    if (!chosen.json.empty() && chosen.json != "-" && !write(chosen.json, json))
        return refuse(gpupack::bad_input("--json", chosen.json, "a file that can be written").value());
    if (chosen.json == "-")
        fmt::print("{}", json);
    else
        fmt::print("{}", chosen.shown ? case_text(counts) : table_text(system.name, counts));
    return counts.agrees() ? 0 : disagrees;
}

} // namespace

int main(int argc, char** argv) {
    const auto chosen = parse_options(argc, argv);
    if (!chosen) return refuse(chosen.error());
    if (!chosen->message.empty()) {
        fmt::print("{}", chosen->message);
        return 0;
    }
    return judge(*chosen);
}
