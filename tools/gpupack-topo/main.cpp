// SPDX-License-Identifier: Apache-2.0
// gpupack-topo: says what was understood of a text that describes the GPUs of a machine.
#include "json_text.hpp"
#include "machine_input.hpp"
#include "options.hpp"
#include "table_text.hpp"

#include "terminal.hpp"

#include <gpupack/core/input_error.hpp>
#include <gpupack/io/topology_json.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

constexpr int bad_input = 2;

int refuse(const gpupack::input_error& error) {
    fmt::print(stderr, "gpupack-topo: {}\n", gpupack_tools::with_suggestion(error.message()));
    return bad_input;
}

/// Writes a text to a file, or to standard output where its name is -.
bool write(const std::string& path, std::string_view text) {
    std::FILE* const file = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    return (file == stdout ? std::fflush(file) : std::fclose(file)) == 0 && written;
}

} // namespace

int main(int argc, char** argv) {
    using namespace topo_program;
    const auto options = parse_options(argc, argv);
    if (!options) return refuse(options.error());
    if (!options->message.empty()) {
        fmt::print("{}", options->message);
        return 0;
    }
    const auto machine = read_machine(options->file);
    if (!machine) return refuse(machine.error());
    const auto cannot = [](const char* flag, const std::string& path) {
        return refuse({{}, 0, flag, path, "a file that can be written"});
    };
    if (!options->json.empty() && !write(options->json, json_text(options->file, *machine)))
        return cannot("--json", options->json);
    if (!options->topology.empty() && !write(options->topology, gpupack::io::write_topology_json(machine->topology)))
        return cannot("--topology", options->topology);
    if (options->json != "-" && options->topology != "-")
        fmt::print("{}", table_text(*machine, gpupack_tools::terminal_width(STDOUT_FILENO)));
    return 0;
}
