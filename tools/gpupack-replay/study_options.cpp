// SPDX-License-Identifier: Apache-2.0
#include "study_options.hpp"

#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <gpupack/io/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace replay_program {
namespace {

using gpupack::bad_input;
using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;

constexpr const char* study_examples =
    "All other flags are those of a replay. A study that is started again with the same arguments goes on where it "
    "stopped.\n"
    "\n"
    "Examples:\n"
    "  gpupack-replay study --policy fgd,best-fit --seed 1:10 --out study.ndjson\n"
    "  gpupack-replay study --arrivals poisson --loads 0.9,1 --out come-and-go.ndjson\n"
    "  gpupack-replay study --seed 1:100 --shard 3/8 --out shard-3.ndjson\n"
    "  gpupack-replay merge --out study.ndjson shard-*.ndjson\n";

expected<void, input_error> read_shard(const std::string& text, study_options& study) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto index = gpupack::io::parse_whole(text.substr(0, slash));
    const auto count = gpupack::io::parse_whole(slash < text.size() ? text.substr(slash + 1) : "");
    if (!index || !count || *count < 1 || *count > 1'000'000 || *index < 0 || *index >= *count)
        return bad_input("--shard", text, "I/N with I from 0 to N - 1");
    study.shard = *index;
    study.shards = *count;
    return {};
}

} // namespace

expected<study_options, input_error> parse_study(int argc, const char* const* argv) {
    study_options study;
    std::string shard = "0/1";
    CLI::App app{"Replays policies x loads x seeds x cluster sizes on all cores.", "gpupack-replay study"};
    app.allow_extras();
    app.add_option("--out", study.out, "the file that takes a line of JSON for each run")->option_text("FILE");
    app.add_option("--loads", study.loads, "as --load of a replay, several")->option_text("LOADS")->delimiter(',');
    app.add_option("--cluster-sizes", study.sizes, "as --cluster-size of a replay, several")
        ->option_text("SIZES")
        ->delimiter(',');
    app.add_option("--shard", shard, "run the I-th of N parts only, counted from 0; merge makes one file of them")
        ->option_text("I/N");
    app.footer(study_examples);
    const auto message = gpupack_tools::parse_command_line(app, argc - 1, argv + 1);
    if (!message) return unexpected<input_error>{message.error()};
    study.message = *message;
    if (!study.message.empty()) return study;
    if (study.out.empty()) return bad_input("--out", "", "the file that takes a line for each run");
    if (auto done = read_shard(shard, study); !done) return unexpected<input_error>{done.error()};
    study.replay = app.remaining();
    return study;
}

expected<merge_options, input_error> parse_merge(int argc, const char* const* argv) {
    merge_options merge;
    CLI::App app{"Makes one file of the shards of a study, the same byte for byte however it was divided.",
                 "gpupack-replay merge"};
    app.add_option("files", merge.files, "what study --shard has written")->option_text("FILES");
    app.add_option("--out", merge.out, "file; - (the default) is standard output")->option_text("FILE");
    app.footer("Example:\n  gpupack-replay merge --out study.ndjson shard-*.ndjson\n");
    const auto message = gpupack_tools::parse_command_line(app, argc - 1, argv + 1);
    if (!message) return unexpected<input_error>{message.error()};
    merge.message = *message;
    if (merge.message.empty() && merge.files.empty()) return bad_input("merge", "", "the files of all shards");
    return merge;
}

} // namespace replay_program
