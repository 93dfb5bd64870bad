// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/history_columns.hpp>
#include <gpupack/io/history.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// The parts of a text between separators.
[[nodiscard]] inline std::vector<std::string_view> split_at(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

/// A GPU model as it is compared: a100 and NVIDIA-A100 are one.
[[nodiscard]] inline std::string plain_model(std::string_view model) {
    std::string plain = plain_name(model);
    constexpr std::string_view vendor = "nvidia";
    if (plain.starts_with(vendor) && plain.size() > vendor.size()) plain.erase(0, vendor.size());
    return plain;
}

} // namespace detail

/// Names the GPU models of jobs as the machines name them, whatever the case, with or without NVIDIA before it. A job all of whose
/// models no machine has may have any; how many these are is noted.
///
/// @param jobs   gets the names
/// @param nodes  the machines
inline void match_models(job_history& jobs, const std::vector<history_node>& nodes) {
    std::vector<std::pair<std::string, std::string>> known; // as compared, as named
    for (const history_node& node : nodes)
        for (const std::string_view part : detail::split_at(node.model, '+')) {
            const std::string name{part.substr(0, part.find(':'))};
            std::pair<std::string, std::string> each{detail::plain_model(name), name};
            if (std::find(known.begin(), known.end(), each) == known.end()) known.push_back(std::move(each));
        }
    for (history_job& job : jobs.records) {
        if (job.models.empty()) continue;
        std::string models;
        for (const std::string_view model : detail::split_at(job.models, '|'))
            for (const auto& [plain, name] : known)
                if (plain == detail::plain_model(model)) models.append(models.empty() ? "" : "|").append(name);
        if (models.empty() && job.gpus > 0) jobs.assume("no machine has its GPU models: any will do", 0);
        job.models = std::move(models);
    }
}

} // namespace gpupack::inline GPUPACK_ABI::io
