// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace topo_program {
namespace {

constexpr const char* examples = "Examples:\n"
                                 "  nvidia-smi topo -m | gpupack-topo -\n"
                                 "  gpupack-topo --json - machine.xml\n"
                                 "  (nvidia-smi topo -mp; nvidia-smi -L; nvidia-smi mig -lgi) | gpupack-topo -\n"
                                 "\n"
                                 "Exit status: 0 if all GPUs were read, 2 and one line on standard error if not.\n";

void describe(CLI::App& app, options& chosen) {
    app.add_option(
           "FILE", chosen.file,
           "the file, or - for standard input: nvidia-smi topo -m, topo -mp, topo -p2p, -L, mig -lgi, mig -lgip; "
           "rocm-smi --showtopo and amd-smi topology, also with --json; XML of hwloc or NCCL; gpupack's own JSON")
        ->option_text(" ");
    app.add_option("--json", chosen.json, "write what was understood as JSON; - is standard output")
        ->option_text("FILE")
        ->group("Output");
    app.add_option("--topology", chosen.topology,
                   "write the links as the JSON that gpupack reads; - is standard output")
        ->option_text("FILE")
        ->group("Output");
    app.footer(examples);
}

} // namespace

gpupack::expected<options, gpupack::input_error> parse_options(int argc, const char* const* argv) {
    options chosen;
    CLI::App app{"Says what was understood of a text that describes the GPUs of a machine.", "gpupack-topo"};
    describe(app, chosen);
    const auto message = gpupack_tools::parse_command_line(app, argc, argv);
    if (!message) return gpupack::unexpected<gpupack::input_error>{message.error()};
    chosen.message = *message;
    if (chosen.message.empty() && chosen.file.empty())
        return gpupack::bad_input("FILE", "", "a file, or - for standard input");
    return chosen;
}

} // namespace topo_program
