// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::replay {

/// In which order waiting tasks may start.
enum class queue_rule : std::uint8_t {
    overtake,     ///< A task that does not fit holds up nobody.
    strict,       ///< Nobody starts before the first task of the queue.
    easy,         ///< The first task reserves its place at the earliest time it can start; others must not delay it.
    conservative, ///< The first discipline::depth tasks reserve their places so, each without delaying those before it.
    drain         ///< The first task reserves nodes, which take nobody else until it starts. Needs no estimates.
};

/// The rules by name, in their order.
inline constexpr std::array<std::string_view, 5> queue_rule_names{"overtake", "strict", "easy", "conservative",
                                                                  "drain"};

/// What a scheduler knows of how long a task will run.
enum class estimate_rule : std::uint8_t {
    exact, ///< How long it runs.
    noisy, ///< That times, or over, a whole number from 1 to noise, drawn for each arrival.
    limit  ///< Its limit, at which it is ended; how long it runs where it has none.
};

/// The estimates by name, in their order.
inline constexpr std::array<std::string_view, 3> estimate_rule_names{"exact", "noisy", "limit"};

/// Which tasks of lower priority are ended for one that does not fit.
enum class victim_rule : std::uint8_t {
    none,          ///< Nobody is ended.
    least_lost,    ///< Those who lose least: GPUs times the time that they have run.
    newest,        ///< Those who started last.
    fewest_gpus,   ///< Those with the fewest GPUs together.
    fewest_victims ///< As few as possible.
};

/// The victims by name, in their order.
inline constexpr std::array<std::string_view, 5> victim_rule_names{"none", "least-lost", "newest", "fewest-gpus",
                                                                   "fewest-victims"};

/// What becomes of a task that was ended for another one.
enum class eviction_rule : std::uint8_t {
    restart, ///< It waits again, with its first arrival, and starts anew.
    resume,  ///< It waits again, and runs for what was left: it has checkpoints.
    drop     ///< It is gone.
};

/// The evictions by name, in their order.
inline constexpr std::array<std::string_view, 3> eviction_rule_names{"restart", "resume", "drop"};

/// A queue discipline. Tasks wait in the order of their priority, then of their arrival.
struct discipline {
    queue_rule order = queue_rule::overtake; ///< Who may start.
    std::size_t depth = 100;                 ///< conservative: how many waiting tasks hold reservations; 0: all.
    /// Seconds of waiting that are worth one step of priority; 0: priorities never age.
    std::int64_t ageing = 0;
    estimate_rule estimates = estimate_rule::exact; ///< What easy and conservative know of the tasks.
    std::int64_t noise = 2;                  ///< noisy: the largest factor, from 2; more than 2^32 counts as that.
    std::uint64_t seed = 0;                  ///< noisy: what the factors are drawn from.
    victim_rule victims = victim_rule::none; ///< Whether priorities preempt, and whom.
    eviction_rule eviction = eviction_rule::restart; ///< What becomes of the victims.
    /// Tasks that may be moved to make room for the first in line, where nothing else does; not where places are reserved.
    int moves = 0;

    /// Whether tasks reserve places or nodes.
    [[nodiscard]] constexpr bool reserves() const noexcept { return plans_ahead() || order == queue_rule::drain; }
    /// Whether they reserve them in time, so that it must be known who runs until when.
    [[nodiscard]] constexpr bool plans_ahead() const noexcept {
        return order == queue_rule::easy || order == queue_rule::conservative;
    }
    /// How many tasks reserve places at a time.
    [[nodiscard]] constexpr std::size_t reservations() const noexcept {
        if (order != queue_rule::conservative) return 1;
        return depth == 0 ? static_cast<std::size_t>(-1) : depth;
    }

    friend bool operator==(const discipline&, const discipline&) = default;
};

} // namespace gpupack::inline GPUPACK_ABI::replay
