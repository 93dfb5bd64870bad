// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "terminal.hpp"

#include <CLI/CLI.hpp>
#include <gpupack/core/version.hpp>

#include <string>
#include <unistd.h>
#include <vector>

namespace topo_program {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  nvidia-smi topo -m | gpupack-topo -\n"
    "  gpupack-topo --json - machine.xml\n"
    "  (nvidia-smi topo -mp; nvidia-smi -L; nvidia-smi mig -lgi) | gpupack-topo -\n"
    "\n"
    "Exit status: 0 if all GPUs were read, 2 and one line on standard error if not.\n";

void describe(CLI::App& app, options& chosen, bool& version) {
    app.set_help_flag("-h,--help", "print this help");
    app.add_flag("--version", version, "print the version");
    app.add_option("FILE", chosen.file,
                   "the file, or - for standard input: nvidia-smi topo -m, topo -mp, topo -p2p, -L, mig -lgi, mig -lgip; "
                   "rocm-smi --showtopo; amd-smi topology; XML of hwloc or NCCL; gpupack's own JSON")
        ->option_text(" ");
    app.add_option("--json", chosen.json, "write what was understood as JSON; - is standard output")
        ->option_text("FILE")
        ->group("Output");
    app.add_option("--topology", chosen.topology, "write the links as the JSON that gpupack reads; - is standard output")
        ->option_text("FILE")
        ->group("Output");
    app.footer(examples);
}

} // namespace

gpupack::expected<options, gpupack::input_error> parse_options(int argc, const char* const* argv) {
    options chosen;
    bool version = false;
    CLI::App app{"Says what was understood of a text that describes the GPUs of a machine.", "gpupack-topo"};
    describe(app, chosen, version);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        chosen.message = gpupack_tools::wrapped_help(app.help(), gpupack_tools::terminal_width(STDOUT_FILENO));
        return chosen;
    } catch (const CLI::ExtrasError&) {
        const std::vector<std::string> known{"--help", "--version", "--json", "--topology"};
        for (const std::string& argument : app.remaining())
            if (argument.starts_with("-") && argument != "-")
                return gpupack::bad_input("argument", argument,
                                          "a flag that --help lists" + gpupack_tools::did_you_mean(argument, known));
        return gpupack::bad_input("argument", app.remaining().empty() ? "" : app.remaining().back(), "one file");
    } catch (const CLI::ParseError& error) {
        return gpupack::bad_input("arguments", error.what(), "arguments as --help lists them");
    }
    if (version)
        chosen.message = "gpupack-topo " + std::to_string(GPUPACK_VERSION_MAJOR) + "." +
                         std::to_string(GPUPACK_VERSION_MINOR) + "." + std::to_string(GPUPACK_VERSION_PATCH) + "\n";
    else if (chosen.file.empty())
        return gpupack::bad_input("FILE", "", "a file, or - for standard input");
    return chosen;
}

} // namespace topo_program
