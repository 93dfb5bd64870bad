// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/history_collector.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/time_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// The text of a member of an object; empty where it is missing, null or no text.
[[nodiscard]] inline std::string text_of(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The same, and a number as its text.
[[nodiscard]] inline std::string scalar_of(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->dump() : text_of(object, key);
}

/// Reads the jobs of Microsoft's Philly trace: a JSON array of jobs with their attempts.
///
/// A job is one task: it runs as long as its attempts together, from the start of the first one, in the shape of the
/// last; its members are the machines of that attempt.
/// @return nothing, or an error: a job that is no object, a time that is none
[[nodiscard]] inline expected<void, input_error> read_philly_jobs(const std::string& file, const nlohmann::json& jobs,
                                                                  history_collector& collector) {
    std::size_t number = 0;
    for (const nlohmann::json& each : jobs) {
        ++number;
        const auto wrong = [&](std::string field, std::string value, std::string expected) {
            return unexpected<input_error>{input_error{file, 0,
                                                       "job " + std::to_string(number) + ": " + std::move(field),
                                                       std::move(value), std::move(expected)}};
        };
        if (!each.is_object())
            return wrong("job", each.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(0, 40),
                         "an object with jobid, submitted_time and attempts");
        recorded_job recorded;
        recorded.line = number;
        recorded.job.name = scalar_of(each, "jobid");
        recorded.job.user = scalar_of(each, "user");
        recorded.job.tenant = scalar_of(each, "vc");
        recorded.state = state_of(text_of(each, "status"));
        const std::string submitted = scalar_of(each, "submitted_time");
        recorded.submit = is_missing(submitted) ? std::nullopt : parse_instant(submitted);
        if (!recorded.submit && !is_missing(submitted))
            return wrong("submitted_time", submitted, "a time such as 2017-10-07 01:11:39");

        std::int64_t ran = 0;
        bool ended = true;
        const auto attempts = each.find("attempts");
        if (attempts != each.end() && attempts->is_array())
            for (const nlohmann::json& attempt : *attempts) {
                if (!attempt.is_object()) return wrong("attempts", "", "objects with start_time, end_time and detail");
                const std::string begin = scalar_of(attempt, "start_time");
                const std::string end = scalar_of(attempt, "end_time");
                const auto started = is_missing(begin) ? std::nullopt : parse_instant(begin);
                const auto finished = is_missing(end) ? std::nullopt : parse_instant(end);
                if ((!started && !is_missing(begin)) || (!finished && !is_missing(end)))
                    return wrong("attempts", begin + " to " + end, "times such as 2017-10-07 01:12:09");
                for (const auto& time : {started, finished})
                    if (time && (*time < 0 || *time > history_collector::latest))
                        return wrong("attempts", begin + " to " + end, "times from 0 to 2^52 seconds");
                if (!started) continue;
                if (!recorded.job.start) recorded.job.start = started;
                ended = finished.has_value();
                ran += std::max<std::int64_t>(finished.value_or(*started) - *started, 0);
                std::int64_t gpus = 0;
                std::int64_t machines = 0;
                if (const auto detail = attempt.find("detail"); detail != attempt.end() && detail->is_array())
                    for (const nlohmann::json& machine : *detail) {
                        const auto list = machine.is_object() ? machine.find("gpus") : machine.end();
                        ++machines;
                        if (!machine.is_object() || list == machine.end()) continue;
                        if (list->is_number_integer())
                            gpus += std::clamp<std::int64_t>(list->get<std::int64_t>(), 0, 1'000);
                        else if (list->is_array())
                            gpus += static_cast<std::int64_t>(list->size());
                    }
                if (machines > 0 && part_over_members(recorded.job, gpus, machines, 1))
                    collector.history().assume("GPUs do not part evenly over its machines: rounded up on each", number);
            }
        if (recorded.job.start && ended) recorded.job.end = *recorded.job.start + ran;
        collector.add(std::move(recorded));
    }
    return {};
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
