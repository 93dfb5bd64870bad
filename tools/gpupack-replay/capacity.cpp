// SPDX-License-Identifier: Apache-2.0
#include "capacity.hpp"

#include "capacity_growth.hpp"
#include "capacity_options.hpp"
#include "capacity_room.hpp"
#include "capacity_state.hpp"
#include "capacity_text.hpp"
#include "output_file.hpp"
#include "refuse.hpp"

#include "terminal.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <unistd.h>

namespace replay_program {
namespace {

using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;

expected<capacity_answers, input_error> find_answers(const capacity_options& chosen) {
    const auto input = read_capacity_inputs(chosen);
    if (!input) return unexpected<input_error>{input.error()};
    for (const std::string& absent : {absent_models_text(input->workload), absent_labels_text(input->workload)})
        if (!absent.empty()) fmt::print(stderr, "gpupack-replay: {}\n", absent);
    capacity_answers answers{.workload = input->workload.name};
    const auto scheduler = make_state(chosen, *input);
    if (!scheduler) return unexpected<input_error>{scheduler.error()};
    auto room = find_room(chosen, *input, *scheduler);
    if (!room) return unexpected<input_error>{room.error()};
    answers.room = *std::move(room);
    if (chosen.wait_under) {
        auto wait = find_growth(chosen, *input);
        if (!wait) return unexpected<input_error>{wait.error()};
        answers.wait = *std::move(wait);
    }
    if (chosen.savings) {
        auto savings = find_savings(chosen, *input);
        if (!savings) return unexpected<input_error>{savings.error()};
        answers.savings = *std::move(savings);
    }
    return answers;
}

} // namespace

int tell_capacity(int argc, const char* const* argv) {
    const auto chosen = parse_capacity(argc, argv);
    if (!chosen) return refuse(chosen.error());
    if (!chosen->replay.message.empty()) {
        fmt::print("{}", chosen->replay.message);
        return 0;
    }
    std::optional<output_file> file;
    if (!chosen->json.empty() && chosen->json != "-") {
        auto opened = output_file::open("--json", chosen->json);
        if (!opened) return refuse(opened.error());
        file.emplace(std::move(*opened));
    }
    const auto answers = find_answers(*chosen);
    if (!answers) return refuse(answers.error());
    if (file)
        if (auto done = file->commit(capacity_json(*chosen, *answers)); !done) return refuse(done.error());
    fmt::print("{}", chosen->json == "-" ? capacity_json(*chosen, *answers)
                                         : gpupack_tools::fitted_for(capacity_text(*chosen, *answers), STDOUT_FILENO));
    return 0;
}

} // namespace replay_program
