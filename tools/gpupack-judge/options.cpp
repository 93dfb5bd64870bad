// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "systems.hpp"

#include "command_line.hpp"
#include "terminal.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace judge_program {
namespace {

using gpupack::bad_input;

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// The words of a list that commas separate.
std::vector<std::string> words_of(const std::string& list) {
    std::vector<std::string> words;
    std::istringstream text{list};
    for (std::string word; std::getline(text >> std::ws, word, ',');) words.push_back(word);
    return words;
}

} // namespace

gpupack::expected<options, gpupack::input_error> parse_options(int argc, char** argv) {
    CLI::App app{"Compares gpupack's imitations with answers of the systems that they imitate.", "gpupack-judge"};
    options chosen;
    std::string number;
    app.add_option("SYSTEM", chosen.system, "whose answers the files hold: " + system_names())->option_text(" ");
    app.add_option("FILE", chosen.files, "answered cases, JSON, plain or .gz")->option_text("...");
    app.add_option("--json", chosen.json, "write the result to that file; - is standard output")
        ->option_text("FILE")
        ->group("Output");
    app.add_option("--case", number, "show what both sides say in the case of that seed")
        ->option_text("SEED")
        ->group("Output");
    app.footer("Example:\n  gpupack-judge hami cases.json.gz\n\nExit status: 0 if all answers agree, 1 if not, 2 and "
               "one line on standard error if the input is wrong.\n");
    const auto message = gpupack_tools::parse_command_line(app, argc, argv);
    if (!message) return gpupack::unexpected<gpupack::input_error>{message.error()};
    chosen.message = *message;
    if (!chosen.message.empty()) return chosen;
    if (find_system(chosen.system) == nullptr)
        return bad_input("SYSTEM", chosen.system,
                         "one of " + system_names() +
                             gpupack_tools::did_you_mean(chosen.system, words_of(system_names())));
    if (chosen.files.empty()) return bad_input("files", "", "one file with answered cases at least");
    if (number.empty()) return chosen;
    chosen.shown = whole_number(number);
    if (!chosen.shown) return bad_input("--case", number, "the seed of a case");
    return chosen;
}

} // namespace judge_program
