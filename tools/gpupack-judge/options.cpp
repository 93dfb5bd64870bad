// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "systems.hpp"

#include <CLI/CLI.hpp>
#include <gpupack/core/version.hpp>

#include <charconv>
#include <string_view>

namespace judge_program {
namespace {

using gpupack::bad_input;

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

} // namespace

gpupack::expected<options, gpupack::input_error> parse_options(int argc, char** argv) {
    CLI::App app{"Compares gpupack's imitations with answers of the systems that they imitate.", "gpupack-judge"};
    options chosen;
    std::string number;
    bool version = false;
    app.set_help_flag("-h,--help", "print this");
    app.add_flag("--version", version, "print the version");
    app.add_option("SYSTEM", chosen.system, "whose answers the files hold: " + system_names());
    app.add_option("FILE", chosen.files, "answered cases, JSON, plain or .gz");
    app.add_option("--json", chosen.json, "write the result to that file; - is standard output");
    app.add_option("--case", number, "show what both sides say in the case of that seed");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        chosen.message = app.help();
        return chosen;
    } catch (const CLI::ParseError& error) {
        return bad_input("command line", error.what(), "what --help tells");
    }
    if (version) {
        chosen.message = "gpupack-judge " + std::to_string(GPUPACK_VERSION_MAJOR) + "." +
                         std::to_string(GPUPACK_VERSION_MINOR) + "." + std::to_string(GPUPACK_VERSION_PATCH) + "\n";
        return chosen;
    }
    if (find_system(chosen.system) == nullptr)
        return bad_input("system", chosen.system, "one of " + system_names());
    if (chosen.files.empty()) return bad_input("files", "", "one file with answered cases at least");
    if (number.empty()) return chosen;
    chosen.shown = whole_number(number);
    if (!chosen.shown) return bad_input("--case", number, "the seed of a case");
    return chosen;
}

} // namespace judge_program
