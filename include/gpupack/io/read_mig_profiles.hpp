// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/mig_lines.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// "9.50" GiB as 9728 MiB, exactly; none where the text is something else.
[[nodiscard]] inline std::optional<mebibytes> gib_text(std::string_view text) noexcept {
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = small_number(text.substr(0, point));
    if (!whole) return std::nullopt;
    std::int64_t hundredths = 0;
    if (point < text.size()) {
        const std::string_view decimals = text.substr(point + 1);
        const auto part = small_number(decimals);
        if (!part || decimals.empty() || decimals.size() > 2) return std::nullopt;
        hundredths = decimals.size() == 1 ? *part * 10 : *part;
    }
    return mebibytes{*whole * std::int64_t{1024} + (hundredths * 1024 + 50) / 100};
}

/// A row of `mig -lgip`: number, free/total, memory, peer-to-peer, multiprocessors.
[[nodiscard]] inline std::optional<described_profile> profile_of(const mig_line& line) {
    if (line.words.size() < 5) return std::nullopt;
    const std::string& counts = line.words[1];
    const std::size_t slash = counts.find('/');
    if (slash == std::string::npos) return std::nullopt;
    const auto id = small_number(line.words[0]);
    const auto free = small_number(std::string_view{counts}.substr(0, slash));
    const auto total = small_number(std::string_view{counts}.substr(slash + 1));
    const auto memory = gib_text(line.words[2]);
    const auto sms = small_number(line.words[4]);
    if (!id || !free || !total || !memory || !sms || *free > *total) return std::nullopt;
    return described_profile{line.profile, *id, *free, *total, *memory, *sms, 0, {}};
}

/// "GPU  0 Profile ID 19 Placements: {0,1,2,3,4,5,6}:1", a line of `mig -lgipp`, added to the profile that it is of.
///
/// @return whether the line is one
[[nodiscard]] inline bool add_starts(described_machine& machine, const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    const auto title = std::find(words.begin(), words.end(), "Profile");
    if (title - words.begin() < 2 || words.end() - title < 5 || title[1] != "ID") return false;
    const auto gpu = small_number(*(title - 1));
    const auto id = small_number(title[2]);
    const std::string& list = words.back();
    const std::size_t colon = list.find("}:");
    if (!gpu || *gpu >= 1024 || !id || list[0] != '{' || colon == std::string::npos) return false;
    const auto size = small_number(std::string_view{list}.substr(colon + 2));
    std::vector<int> starts;
    for (std::size_t begin = 1; begin < colon;) {
        const std::size_t end = std::min(list.find(',', begin), colon);
        const auto start = small_number(std::string_view{list}.substr(begin, end - begin));
        if (!start || *start > 15) return false;
        starts.push_back(*start);
        begin = end + 1;
    }
    if (!size || *size < 1 || *size > 16) return false;
    std::vector<described_profile>& profiles = gpu_of(machine, *gpu).profiles;
    auto known = std::find_if(profiles.begin(), profiles.end(), [&](const auto& each) { return each.id == *id; });
    if (known == profiles.end()) {
        known = profiles.insert(profiles.end(), described_profile{});
        known->id = *id;
    }
    known->size = *size;
    known->starts = std::move(starts);
    return true;
}

} // namespace detail

/// Reads the MIG profiles that the GPUs of a machine offer from the output of `nvidia-smi mig -lgip`, and where their instances
/// may start from that of `nvidia-smi mig -lgipp` behind it.
///
/// @param file     named in errors
/// @param content  the text, with whatever is around the rows
/// @return the description, without links; or an error: no profile
[[nodiscard]] inline expected<described_machine, input_error> describe_mig_profiles(const std::string& file,
                                                                                    std::string_view content) {
    described_machine machine;
    machine.format = "nvidia-smi mig -lgip";
    detail::printings tables;
    detail::for_each_line(detail::decoded(content), [&](std::size_t number, std::string_view raw) {
        const std::string text = detail::plain_line(raw);
        if (detail::add_starts(machine, text)) return true;
        const auto line = detail::mig_line_in(text);
        if (!line || line->words.size() < 2 || line->words[1].find('/') == std::string::npos) {
            tables.see(text);
            return true;
        }
        if (tables.repeats(line->gpu))
            machine.left_out.push_back(
                {number, text.substr(0, 120), "the profiles of this GPU again; only the first table is read"});
        else if (auto profile = detail::profile_of(*line))
            detail::gpu_of(machine, line->gpu).profiles.push_back(*std::move(profile));
        else
            machine.left_out.push_back({number, text.substr(0, 120), "a row of a profile that is cut"});
        return true;
    });
    if (machine.gpus.empty())
        return unexpected<input_error>{
            input_error{file, 0, "profiles", "",
                        "rows such as 0  MIG 1g.10gb  19  7/7  9.50  No  14, as nvidia-smi mig -lgip prints them"}};
    return machine;
}

} // namespace gpupack::io
