// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/numa_alignment.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share.hpp>

#include <cstdint>
#include <string>

namespace gpupack::inline GPUPACK_ABI {

/// The request itself where it is valid, else which amount is out of its range; for requests built from outside
/// data.
[[nodiscard]] inline expected<request, input_error> checked(const request& request) {
    if (is_valid(request)) return request;
    const auto out_of_range = [](std::int64_t amount) { return amount < 0 || amount > max_amount; };
    if (out_of_range(request.cpu.count()))
        return bad_input("cpu", std::to_string(request.cpu.count()), "from 0 to 2147483647 milli-cores");
    if (out_of_range(request.memory.count()))
        return bad_input("memory", std::to_string(request.memory.count()), "from 0 to 2147483647 MiB");
    if (request.gpus < 0 || request.gpus > max_gpus_per_node)
        return bad_input("gpus", std::to_string(request.gpus), "from 0 to 32");
    if (request.numa > numa_alignment::single || (request.share.is_split() && request.numa != numa_alignment::none))
        return bad_input("numa", std::to_string(static_cast<int>(request.numa)),
                         "from 0 (none) to 3 (single); none for split slices");
    if (in_profiles(request.share.way())) {
        if (request.gpus > max_instances)
            return bad_input("gpus", std::to_string(request.gpus), "from 0 to 8 instances");
        return bad_input("profiles", "", "one at least");
    }
    const int percent = request.share.memory_percent();
    if (const std::int32_t part = request.share.memory_part(); part < 0 || part > 1'000'000)
        return bad_input("slice memory", std::to_string(percent).append(" %"), "from 1 to 100 %");
    if (request.share.memory_part() > 0 && request.share.memory().count() != 0)
        return bad_input("slice memory", std::to_string(percent).append(" %"), "MiB or percent, not both");
    if (request.share.is_split() && request.gpus > max_pieces)
        return bad_input("gpus", std::to_string(request.gpus), "from 0 to 8 GPUs to split memory over");
    if (request.share.is_split() && request.share.memory().count() < 1)
        return bad_input("least slice memory", std::to_string(request.share.memory().count()), "1 MiB or more");
    if (request.share.is_split() && request.share.memory().count() <= max_amount)
        if (const mebibytes total = request.share.total_memory();
            total.count() > max_amount || total < request.share.memory() * request.gpus)
            return bad_input("total slice memory", std::to_string(total.count()),
                             "at least what each GPU gives at least, and at most 2147483647 MiB");
    if (out_of_range(request.share.memory().count()))
        return bad_input("slice memory", std::to_string(request.share.memory().count()), "from 0 to 2147483647 MiB");
    return bad_input("slice compute", std::to_string(request.share.compute().count()),
                     "from 0 to 1000 milli-GPUs, and memory or compute above 0");
}

} // namespace gpupack
