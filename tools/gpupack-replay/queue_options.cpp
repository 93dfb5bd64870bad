// SPDX-License-Identifier: Apache-2.0
#include "queue_options.hpp"

#include <CLI/CLI.hpp>
#include <gpupack/io/number_text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace replay_program {
namespace {

using gpupack::bad_input;
using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;
namespace replay = gpupack::replay;

/// The value of a name, or an error that lists all of them.
template <class Value, std::size_t count> expected<Value, input_error>
value_of(const std::string& flag, const std::string& text, const std::array<std::string_view, count>& names) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) return static_cast<Value>(found - names.begin());
    std::string known;
    for (const std::string_view name : names) known.append(known.empty() ? "one of " : ", ").append(name);
    return bad_input(flag, text, known);
}

/// Reads one flag into a member, where it is given.
template <class Value, std::size_t count>
std::optional<input_error> read_into(Value& member, const std::string& flag, const std::string& text,
                                     const std::array<std::string_view, count>& names) {
    if (text.empty()) return std::nullopt;
    const auto value = value_of<Value>(flag, text, names);
    if (!value) return value.error();
    member = *value;
    return std::nullopt;
}

std::optional<input_error> read_number(std::int64_t& member, const std::string& flag, const std::string& text,
                                       std::int64_t lowest) {
    if (text.empty()) return std::nullopt;
    const auto number = gpupack::io::parse_whole(text);
    if (!number || *number < lowest || *number > 1'000'000'000)
        return input_error{{}, 0, flag, text, "a whole number from " + std::to_string(lowest) + " to 1000000000"};
    member = *number;
    return std::nullopt;
}

} // namespace

std::string queue_options::first_flag() const {
    for (const auto& [flag, text] : {std::pair{"--queue", &queue},
                                     {"--depth", &depth},
                                     {"--ageing", &ageing},
                                     {"--estimates", &estimates},
                                     {"--preempt", &preempt},
                                     {"--evicted", &evicted},
                                     {"--moves", &moves},
                                     {"--quota", &quota}})
        if (!text->empty()) return flag;
    return reclaim ? "--reclaim" : fair_share ? "--fair-share" : "";
}

void describe_queue(CLI::App& app, queue_options& chosen) {
    app.add_option("--queue", chosen.queue,
                   "which waiting tasks may start: overtake (the default), strict, easy, conservative, or drain");
    app.add_option("--depth", chosen.depth,
                   "conservative: how many waiting tasks reserve their places (default 100; 0: all)");
    app.add_option("--ageing", chosen.ageing,
                   "seconds of waiting that are worth one step of priority (default 0: priorities never age)");
    app.add_option(
        "--estimates", chosen.estimates,
        "how long easy and conservative expect tasks to run: exact (the default), noisy[:N], times or over 1 to N, "
        "or limit, their time limit, at which they are ended");
    app.add_option("--preempt", chosen.preempt,
                   "whom priorities end: none (the default), least-lost, newest, fewest-gpus or fewest-victims");
    app.add_option("--evicted", chosen.evicted, "what becomes of whom they end: restart (the default), resume or drop");
    app.add_option(
        "--moves", chosen.moves,
        "how many running tasks may be moved for the first that waits, where nothing else makes room (default 0)");
    app.add_option("--quota", chosen.quota,
                   "what tenants may use: tenant,cohort,gpus,cpu_milli,memory_mib, borrow_..., lend_..., limit_..., "
                   "weight (docs/io.md)");
    app.add_flag("--reclaim", chosen.reclaim,
                 "tasks within their tenant's quota end those of tenants that have borrowed it");
    app.add_flag("--fair-share", chosen.fair_share, "those go first who have borrowed least for their weight");
}

expected<replay::discipline, input_error> read_queue(const queue_options& chosen) {
    replay::discipline queue;
    std::string estimates = chosen.estimates;
    if (estimates.starts_with("noisy:")) {
        if (const auto wrong = read_number(queue.noise, "--estimates", estimates.substr(6), 2))
            return unexpected<input_error>{*wrong};
        estimates = "noisy";
    }
    auto depth = static_cast<std::int64_t>(queue.depth);
    for (const auto& wrong :
         {read_into(queue.order, "--queue", chosen.queue, replay::queue_rule_names),
          read_number(depth, "--depth", chosen.depth, 0), read_number(queue.ageing, "--ageing", chosen.ageing, 0),
          read_into(queue.estimates, "--estimates", estimates, replay::estimate_rule_names),
          read_into(queue.victims, "--preempt", chosen.preempt, replay::victim_rule_names),
          read_into(queue.eviction, "--evicted", chosen.evicted, replay::eviction_rule_names)})
        if (wrong) return unexpected<input_error>{*wrong};
    queue.depth = static_cast<std::size_t>(depth);
    std::int64_t moves = 0;
    if (const auto wrong = read_number(moves, "--moves", chosen.moves, 0)) return unexpected<input_error>{*wrong};
    if (moves > 16) return bad_input("--moves", chosen.moves, "at most 16");
    if (moves > 0 && queue.reserves())
        return bad_input("--moves", chosen.moves,
                         "none beside --queue " + chosen.queue + ": who moves would be in the way of reservations");
    queue.moves = static_cast<int>(moves);
    if (chosen.quota.empty() && (chosen.reclaim || chosen.fair_share))
        return bad_input(chosen.reclaim ? "--reclaim" : "--fair-share", "", "--quota beside it");
    return queue;
}

} // namespace replay_program
