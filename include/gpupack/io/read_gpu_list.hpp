// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// What stands between "(UUID: " and ")" in a line; empty where it is not there.
[[nodiscard]] inline std::string uuid_in(std::string_view line) {
    const std::size_t begin = line.find("UUID:");
    if (begin == std::string_view::npos) return {};
    const std::string_view rest = line.substr(begin + 5);
    return std::string{trimmed(rest.substr(0, rest.find(')')))};
}

/// Whether a text is the name of a GPU and no more.
[[nodiscard]] inline bool is_product(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 7> makers{"NVIDIA ", "Tesla ", "GeForce ", "Quadro ",
                                                     "TITAN ",  "GRID ",  "AMD "};
    const bool known =
        std::any_of(makers.begin(), makers.end(), [&](std::string_view maker) { return text.starts_with(maker); });
    return known && text.size() < 80 && text.find_first_of(":(,;=%") == std::string_view::npos;
}

/// "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6)", or without a UUID, as PyTorch's collect_env prints it; none where the line
/// is another one.
[[nodiscard]] inline std::optional<described_gpu> listed_gpu(std::string_view line) {
    for (std::size_t begin = line.find("GPU "); begin != std::string_view::npos; begin = line.find("GPU ", begin + 4)) {
        const std::string_view rest = trimmed(line.substr(begin + 4));
        const std::size_t digits = digits_at(rest);
        const auto index = small_number(rest.substr(0, digits));
        const std::size_t end = rest.find("(UUID:");
        if (!index || digits == rest.size() || rest[digits] != ':') continue;
        described_gpu gpu;
        gpu.index = *index;
        if (end == std::string_view::npos && !is_product(trimmed(rest.substr(digits + 1)))) continue;
        for (const std::string& word : words_of(rest.substr(digits + 1, std::min(end, rest.size()) - digits - 1)))
            gpu.name.append(gpu.name.empty() ? "" : " ").append(word);
        gpu.uuid = uuid_in(rest);
        return gpu;
    }
    return std::nullopt;
}

/// "MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef)"; none where the line is another one.
[[nodiscard]] inline std::optional<described_instance> listed_instance(std::string_view line) {
    const std::size_t begin = line.find("MIG ");
    const std::size_t device = line.find("Device", begin == std::string_view::npos ? 0 : begin);
    if (begin == std::string_view::npos || device == std::string_view::npos) return std::nullopt;
    described_instance instance;
    instance.profile = std::string{trimmed(line.substr(begin + 4, device - begin - 4))};
    instance.id = uuid_in(line);
    if (instance.profile.empty() || instance.profile.find(' ') != std::string::npos || instance.id.empty())
        return std::nullopt;
    return instance;
}

/// The UUID of a GPU that an earlier list names without one.
inline void add_uuid(described_machine& machine, const described_gpu& gpu) {
    if (static_cast<std::size_t>(gpu.index) >= machine.gpus.size()) return;
    described_gpu& known = machine.gpus[static_cast<std::size_t>(gpu.index)];
    if (known.uuid.empty() && known.name == gpu.name) known.uuid = gpu.uuid;
}

} // namespace detail

/// Reads the GPUs and MIG devices that `nvidia-smi -L` lists, whatever is around the lines. Links are not told, and neither is
/// where a MIG device stands, which `nvidia-smi mig -lgi` tells.
///
/// @param file     named in errors
/// @param content  the text
/// @return the description, or an error with its line: no GPU, a number that is missing or stands twice, a MIG device before
///         the first GPU
[[nodiscard]] inline expected<described_machine, input_error> describe_gpu_list(const std::string& file,
                                                                                std::string_view content) {
    described_machine machine;
    machine.format = "nvidia-smi -L";
    std::optional<input_error> error;
    bool again = false;
    detail::for_each_line(detail::decoded(content), [&](std::size_t number, std::string_view raw) {
        const std::string line = detail::plain_line(raw);
        if (auto gpu = detail::listed_gpu(line)) {
            const std::size_t next = machine.gpus.size();
            if (next > 0 && gpu->index == 0 && !again)
                machine.left_out.push_back({number, line.substr(0, 120), "a second list; only the first is read"});
            again = next > 0 && (again || gpu->index == 0);
            if (again) {
                detail::add_uuid(machine, *gpu);
                return true;
            }
            if (gpu->index != static_cast<int>(next))
                error = input_error{file, number, "GPU", std::to_string(gpu->index),
                                    std::string{"GPU "}.append(std::to_string(next))};
            machine.gpus.push_back(*std::move(gpu));
        } else if (auto instance = again ? std::nullopt : detail::listed_instance(line)) {
            if (machine.gpus.empty())
                error = input_error{file, number, "MIG device", instance->profile, "the line of its GPU before it"};
            else
                machine.gpus.back().instances.push_back(*std::move(instance));
        }
        return !error && machine.gpus.size() < 1024;
    });
    if (machine.gpus.empty() && !error)
        error = input_error{file, 0, "GPUs", "", "lines such as GPU 0: NAME (UUID: ...), as nvidia-smi -L prints them"};
    if (error) return unexpected<input_error>{*std::move(error)};
    return machine;
}

} // namespace gpupack::io
