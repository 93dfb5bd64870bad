// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/shortfall.hpp>

#include <cstdint>
#include <string>

namespace gpupack::inline GPUPACK_ABI::fit {

/// 2048 MiB as "2 GiB", 2049 as "2049 MiB".
[[nodiscard]] inline std::string memory_text(mebibytes memory) {
    const std::int64_t mebi = memory.count();
    return mebi % 1024 == 0 ? std::to_string(mebi / 1024) + " GiB" : std::to_string(mebi) + " MiB";
}

/// 2500 milli-cores as "2.5 cores".
[[nodiscard]] inline std::string cores_text(milli_cpu cpu) {
    std::string text = std::to_string(cpu.count() / 1000);
    if (const std::int64_t rest = cpu.count() % 1000; rest != 0) {
        text.append(".").append(std::to_string(1000 + rest), 1, 3);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + (cpu.count() == 1000 ? " core" : " cores");
}

/// What is missing, as a list: "2 GiB of GPU memory, 1.5 cores".
[[nodiscard]] inline std::string shortfall_text(const shortfall& lack) {
    std::string text;
    const auto add = [&](bool missing, const std::string& what) {
        if (missing) text.append(text.empty() ? "" : ", ").append(what);
    };
    add(lack.gpus > 0, std::to_string(lack.gpus) + (lack.gpus == 1 ? " GPU" : " GPUs"));
    add(lack.compute.count() > 0, std::to_string(lack.compute.count()) + " milli-GPUs");
    add(lack.gpu_memory.count() > 0, memory_text(lack.gpu_memory) + " of GPU memory");
    add(lack.cpu.count() > 0, cores_text(lack.cpu));
    add(lack.memory.count() > 0, memory_text(lack.memory) + " of memory");
    return text;
}

} // namespace gpupack::fit
