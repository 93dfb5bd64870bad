// SPDX-License-Identifier: Apache-2.0
#include "study.hpp"

#include "inputs.hpp"
#include "options.hpp"
#include "output_file.hpp"
#include "outputs.hpp"
#include "refuse.hpp"
#include "runs.hpp"
#include "study_options.hpp"

#include "terminal.hpp"

#include <fmt/format.h>
#include <gpupack/core/random.hpp>
#include <gpupack/io/read_file.hpp>
#include <nlohmann/json.hpp>
#include <oneapi/tbb/parallel_for.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace replay_program {
namespace {

using gpupack::bad_input;
using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;

/// One run of a study.
struct study_cell {
    options chosen;
};

/// The options of one replay of the study.
expected<options, input_error> options_of(const study_options& study, const std::string& size,
                                          const std::string& load) {
    std::vector<const char*> arguments{"gpupack-replay"};
    for (const std::string& each : study.replay) arguments.push_back(each.c_str());
    if (!size.empty()) arguments.insert(arguments.end(), {"--cluster-size", size.c_str()});
    if (!load.empty()) arguments.insert(arguments.end(), {"--load", load.c_str()});
    auto chosen = parse_options(static_cast<int>(arguments.size()), arguments.data());
    if (!chosen && chosen.error().field == "argument") {
        input_error error = chosen.error(); // which knows the flags of a replay only
        const std::string own =
            gpupack_tools::did_you_mean(error.value, {"--out", "--shard", "--loads", "--cluster-sizes"});
        if (!own.empty()) error.expected = "a flag that --help lists" + own;
        return unexpected<input_error>{std::move(error)};
    }
    if (chosen && !chosen->message.empty())
        return bad_input("study", "", "flags of a replay; gpupack-replay --help lists them");
    return chosen;
}

/// All runs, in their order: by cluster size, by load, by policy, by seed.
expected<std::vector<study_cell>, input_error> cells_of(const study_options& study) {
    const std::vector<std::string> one{""};
    std::vector<study_cell> cells;
    for (const std::string& size : study.sizes.empty() ? one : study.sizes)
        for (const std::string& load : study.loads.empty() ? one : study.loads) {
            const auto chosen = options_of(study, size, load);
            if (!chosen) return unexpected<input_error>{chosen.error()};
            for (const std::string& policy : chosen->policies)
                for (std::uint64_t seed = chosen->first_seed; seed <= chosen->last_seed; ++seed) {
                    study_cell cell{*chosen};
                    cell.chosen.policies = {policy};
                    cell.chosen.first_seed = seed;
                    cell.chosen.last_seed = seed;
                    cells.push_back(std::move(cell));
                }
        }
    return cells;
}

/// A number that tells studies apart: of the version, the loads and the arguments, not of the shard or the file.
std::string identity_of(const study_options& study) {
    std::uint64_t hash = 0;
    const auto add = [&](const std::string& text) {
        for (const char c : text + '\n') hash = gpupack::mix_bits(hash ^ static_cast<unsigned char>(c));
    };
    add(program_version());
    for (const auto* const axis : {&study.sizes, &study.loads}) {
        for (const std::string& each : *axis) add(each);
        add("/");
    }
    for (const std::string& each : study.replay) add(each);
    return fmt::format("{:016x}", hash);
}

/// A line of a study: which run, of which study, and what came of it.
using line_key = std::pair<std::size_t, std::size_t>; // cell, cells

std::optional<std::pair<line_key, std::string>> read_line(const std::string& line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("cell") || !json.contains("cells") || !json.contains("study"))
        return std::nullopt;
    if (!json["cell"].is_number_unsigned() || !json["cells"].is_number_unsigned() || !json["study"].is_string())
        return std::nullopt;
    return std::pair{line_key{json["cell"].get<std::size_t>(), json["cells"].get<std::size_t>()},
                     json["study"].get<std::string>()};
}

/// The runs that a file holds already; what an interrupted run has left of its last line is cut off.
expected<std::vector<bool>, input_error> finished_cells(const std::string& path, const std::string& identity,
                                                        std::size_t cells) {
    std::vector<bool> finished(cells, false);
    if (!std::filesystem::exists(path)) return finished;
    const auto text = gpupack::io::read_file(path);
    if (!text) return unexpected<input_error>{text.error()};
    std::size_t begin = 0;
    for (std::size_t line = 1; begin < text->size(); ++line) {
        const std::size_t end = text->find('\n', begin);
        if (end == std::string::npos) break;
        const auto known = read_line(text->substr(begin, end - begin));
        if (!known || known->second != identity || known->first.second != cells || known->first.first >= cells)
            return unexpected<input_error>{
                input_error{path, line, "study", "", "lines of this very study; another file for another one"}};
        finished[known->first.first] = true;
        begin = end + 1;
    }
    std::error_code failed;
    if (begin < text->size()) std::filesystem::resize_file(path, begin, failed);
    if (failed) return bad_input("--out", path, "a file that can be written");
    return finished;
}

/// Says how far a study is, and when it will end, on a terminal.
class study_progress {
  public:
    explicit study_progress(std::size_t all) : all_{all} {}

    void add() {
        ++done_;
        if (!shown_) return;
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        const double rest = seconds / static_cast<double>(done_) * static_cast<double>(all_ - done_);
        fmt::print(stderr, "\r\033[K{} of {} runs; {:.0f} s to go", done_, all_, rest);
        if (done_ == all_) fmt::print(stderr, "\r\033[K");
        std::fflush(stderr);
    }

  private:
    std::size_t all_;
    std::size_t done_ = 0;
    bool shown_ = gpupack_tools::can_redraw(STDERR_FILENO);
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Runs one cell, and makes its line. Times are left out: they differ from machine to machine.
expected<std::string, input_error> line_of(const study_cell& cell, const inputs& input, const std::string& identity,
                                           line_key key) {
    auto records = run_all(
        cell.chosen, input, [](const run_record&, double) {}, [] { return false; });
    if (!records) return unexpected<input_error>{records.error()};
    for (run_record& each : *records) each.result.seconds = 0;
    nlohmann::ordered_json line{{"study", identity}, {"cell", key.first}, {"cells", key.second}};
    const auto told = nlohmann::ordered_json::parse(json_text(*records, json_layout::lines));
    for (const auto& [name, value] : told.items()) line[name] = value;
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace

int run_study(int argc, const char* const* argv) {
    const auto study = parse_study(argc, argv);
    if (!study) return refuse(study.error());
    if (!study->message.empty()) {
        fmt::print("{}", study->message);
        return 0;
    }
    const auto cells = cells_of(*study);
    if (!cells) return refuse(cells.error());
    if (cells->empty()) return 0;
    std::map<std::int64_t, inputs> input; // by cluster size
    for (const study_cell& each : *cells) {
        if (input.contains(each.chosen.cluster_size)) continue;
        auto read = read_inputs(each.chosen);
        if (!read) return refuse(read.error());
        input.emplace(each.chosen.cluster_size, *std::move(read));
    }
    const std::string identity = identity_of(*study);
    const auto finished = finished_cells(study->out, identity, cells->size());
    if (!finished) return refuse(finished.error());
    std::vector<std::size_t> rest;
    for (std::size_t cell = 0; cell < cells->size(); ++cell)
        if (!(*finished)[cell] && static_cast<std::int64_t>(cell) % study->shards == study->shard) rest.push_back(cell);

    std::ofstream out{study->out, std::ios::binary | std::ios::app};
    if (!out) return refuse(input_error{{}, 0, "--out", study->out, "a file that can be written"});
    std::mutex mutex;
    std::optional<input_error> failed;
    study_progress progress{rest.size()};
    oneapi::tbb::parallel_for(std::size_t{0}, rest.size(), [&](std::size_t i) {
        {
            const std::lock_guard lock{mutex};
            if (failed) return;
        }
        const study_cell& cell = (*cells)[rest[i]];
        auto line = line_of(cell, input.at(cell.chosen.cluster_size), identity, {rest[i], cells->size()});
        const std::lock_guard lock{mutex};
        if (!line) {
            failed = line.error();
            return;
        }
        out << *line << std::flush;
        progress.add();
    });
    if (failed) return refuse(*failed);
    if (!out) return refuse(input_error{{}, 0, "--out", study->out, "a file that can be written to its end"});
    return 0;
}

int merge_study(int argc, const char* const* argv) {
    const auto merge = parse_merge(argc, argv);
    if (!merge) return refuse(merge.error());
    if (!merge->message.empty()) {
        fmt::print("{}", merge->message);
        return 0;
    }
    std::map<std::size_t, std::string> lines;
    std::optional<std::string> identity;
    std::size_t cells = 0;
    for (const std::string& file : merge->files) {
        const auto text = gpupack::io::read_file(file);
        if (!text) return refuse(text.error());
        std::size_t number = 0;
        for (std::size_t begin = 0; begin < text->size();) {
            const std::size_t end = std::min(text->find('\n', begin), text->size());
            const std::string line = text->substr(begin, end - begin);
            begin = end + 1;
            ++number;
            const auto known = read_line(line);
            if (!known || (identity && (*identity != known->second || cells != known->first.second)))
                return refuse(input_error{file, number, "study", line.substr(0, 40), "whole lines of one study"});
            identity = known->second;
            cells = known->first.second;
            lines.emplace(known->first.first, line);
        }
    }
    if (lines.empty()) return refuse(input_error{merge->files.front(), 0, "study", "", "a run at least"});
    for (std::size_t cell = 0; cell < cells; ++cell)
        if (!lines.contains(cell))
            return refuse(input_error{{},
                                      0,
                                      "merge",
                                      fmt::format("{} of {} runs", lines.size(), cells),
                                      fmt::format("all of them; run {} is missing", cell)});
    std::string text;
    for (const auto& [cell, line] : lines) text += line + "\n";
    if (merge->out == "-") {
        fmt::print("{}", text);
        return 0;
    }
    auto file = output_file::open("--out", merge->out);
    if (!file) return refuse(file.error());
    if (auto done = file->commit(text); !done) return refuse(done.error());
    return 0;
}

} // namespace replay_program
