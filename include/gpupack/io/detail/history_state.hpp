// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What became of a job.
enum class job_state : std::uint8_t { unknown, waiting, running, done, failed, cancelled };

/// Reads the state of a job, in the words of Slurm, Kubernetes, Philly, Helios and PAI: the first word decides, as in
/// "CANCELLED by 1000".
[[nodiscard]] inline job_state state_of(std::string_view text) {
    struct word {
        std::string_view text;
        job_state state;
    };
    constexpr std::array<word, 40> words{{
        {"completed", job_state::done},
        {"completing", job_state::done},
        {"pass", job_state::done},
        {"succeeded", job_state::done},
        {"terminated", job_state::done},
        {"cd", job_state::done},
        {"failed", job_state::failed},
        {"node_fail", job_state::failed},
        {"timeout", job_state::failed},
        {"out_of_memory", job_state::failed},
        {"out_of_me+", job_state::failed},
        {"boot_fail", job_state::failed},
        {"deadline", job_state::failed},
        {"preempted", job_state::failed},
        {"revoked", job_state::failed},
        {"requeued", job_state::failed},
        {"f", job_state::failed},
        {"to", job_state::failed},
        {"nf", job_state::failed},
        {"cancelled", job_state::cancelled},
        {"cancelled+", job_state::cancelled},
        {"canceled", job_state::cancelled},
        {"killed", job_state::cancelled},
        {"ca", job_state::cancelled},
        {"pending", job_state::waiting},
        {"waiting", job_state::waiting},
        {"pd", job_state::waiting},
        {"running", job_state::running},
        {"suspended", job_state::running},
        {"stopped", job_state::running},
        {"signaling", job_state::running},
        {"r", job_state::running},
        {"s", job_state::running},
        {"configuring", job_state::waiting},
        {"requeue_hold", job_state::waiting},
        {"resv_del_hold", job_state::waiting},
        {"launch_failed", job_state::failed},
        {"oom", job_state::failed},
        {"pr", job_state::failed},
        {"resizing", job_state::running},
    }};
    std::string first{text.substr(0, text.find(' '))};
    for (char& c : first)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto found = std::find_if(words.begin(), words.end(), [&](const word& each) { return each.text == first; });
    return found == words.end() ? job_state::unknown : found->state;
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
