// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/replay/discipline.hpp>

#include <string>

namespace CLI {
class App;
}

namespace replay_program {

/// What the flags of the queue say, as text; empty where they are not given.
struct queue_options {
    std::string queue;       ///< --queue
    std::string depth;       ///< --depth
    std::string ageing;      ///< --ageing
    std::string estimates;   ///< --estimates
    std::string preempt;     ///< --preempt
    std::string evicted;     ///< --evicted
    std::string moves;       ///< --moves
    std::string quota;       ///< --quota
    bool reclaim = false;    ///< --reclaim
    bool fair_share = false; ///< --fair-share

    /// The first flag that is given; empty where none is.
    [[nodiscard]] std::string first_flag() const;
};

/// Adds the flags of the queue.
void describe_queue(CLI::App& app, queue_options& chosen);

/// The discipline that the flags say, or the first that is wrong.
[[nodiscard]] gpupack::expected<gpupack::replay::discipline, gpupack::input_error>
read_queue(const queue_options& chosen);

} // namespace replay_program
