// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include "terminal.hpp"

#include <gpupack/core/version.hpp>

#include <algorithm>
#include <cstddef>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace gpupack_tools {
namespace {

/// The text of --help: of the subcommand that it stands behind, if any.
std::string help_of(const CLI::App& app) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    std::string text = command->help(command == &app ? "" : app.get_name(), CLI::AppFormatMode::All);
    for (const auto& [type, name] :
         {std::pair{" TEXT", " NAME"}, {" INT", " NUMBER"}, {" UINT", " NUMBER"}, {" REQUIRED", ""}})
        for (std::size_t begin = text.find(type); begin != std::string::npos; begin = text.find(type, begin + 1)) {
            const std::size_t end = begin + std::string_view{type}.size();
            if (end == text.size() || std::string_view{" :=\n"}.find(text[end]) != std::string_view::npos)
                text.replace(begin, end - begin, name);
        }
    return wrapped_help(text, terminal_width(STDOUT_FILENO));
}

/// What CLI11 says of a value that is not in a list, or of anything else, as an error of ours.
gpupack::unexpected<gpupack::input_error> parse_error(std::string why) {
    std::replace(why.begin(), why.end(), '\n', ' ');
    // "--failed: kep not in {keep,drop}", "--system: Check gpu value in {dra->0,gpushare->1} OR {0,1} FAILED"
    static const std::regex list{R"(([^ :]+): (?:Check )?(\S*) (?:value in|not in) \{([^}]*)\}.*)"};
    static const std::regex separator{"(->[^,]*)?(,|$)"};
    if (std::smatch parts; std::regex_match(why, parts, list)) {
        std::string names = std::regex_replace(parts[3].str(), separator, "$2");
        names = std::regex_replace(names, std::regex{","}, ", ");
        return gpupack::bad_input(parts[1].str(), parts[2].str(), "one of " + names);
    }
    return gpupack::bad_input("arguments", why, "arguments as --help lists them");
}

} // namespace

std::vector<std::string> known_arguments(const CLI::App& app) {
    std::vector<std::string> known;
    for (const CLI::Option* const option : app.get_options())
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    for (const CLI::App* const command : app.get_subcommands({})) {
        known.push_back(command->get_name());
        for (std::string& each : known_arguments(*command)) known.push_back(std::move(each));
    }
    return known;
}

std::string version_text(const std::string& name) {
    return name + " " + std::to_string(GPUPACK_VERSION_MAJOR) + "." + std::to_string(GPUPACK_VERSION_MINOR) + "." +
           std::to_string(GPUPACK_VERSION_PATCH) + "\n";
}

gpupack::expected<std::string, gpupack::input_error> parse_command_line(CLI::App& app, int argc,
                                                                        const char* const* argv) {
    bool version = false;
    app.set_help_flag("-h,--help", "print this help");
    for (CLI::App* const command : app.get_subcommands({})) command->set_help_flag("-h,--help", "print this help");
    app.add_flag("--version", version, "print the version");
    // --version asks for nothing else
    for (int i = 1; i < argc; ++i)
        if (std::string_view{argv[i]} == "--version") return version_text(app.get_name());
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return help_of(app);
    } catch (const CLI::ParseError& error) {
        const std::vector<std::string> left = app.remaining(true); // also where something else is missing
        for (const std::string& argument : left)
            if (argument.starts_with("-") && argument != "-")
                return gpupack::bad_input("argument", argument,
                                          "a flag that --help lists" + did_you_mean(argument, known_arguments(app)));
        const std::string last = left.empty() ? "" : left.back();
        if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
            return gpupack::bad_input("argument", last,
                                      "as many as --help lists" + did_you_mean(last, known_arguments(app)));
        if (argc > 1 && !app.get_subcommands({}).empty() && app.get_subcommands().empty())
            return gpupack::bad_input("argument", argv[1],
                                      "a command that --help lists" + did_you_mean(argv[1], known_arguments(app)));
        if (argc == 1 && app.get_require_subcommand_min() > 0)
            return gpupack::bad_input("argument", "", "a command that --help lists");
        return parse_error(error.what());
    }
    return std::string{};
}

} // namespace gpupack_tools
