// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// A row of a table of `nvidia-smi mig`: "0  MIG 1g.10gb  19  7/7  9.50 ...".
struct mig_line {
    int gpu = 0;
    std::string profile;
    std::vector<std::string> words; ///< Those behind the profile.
};

/// The row that a line holds, its bars taken off; none where it is another line.
[[nodiscard]] inline std::optional<mig_line> mig_line_in(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
        if (words[i] != "MIG") continue;
        const auto gpu = small_number(words[i - 1]);
        if (!gpu || *gpu >= 1024 || words[i + 1].find('g') == std::string::npos) continue;
        if (i + 2 < words.size() && words[i + 2] == "Device") continue; // of nvidia-smi -L, behind the number of a line
        return mig_line{*gpu, words[i + 1], {words.begin() + static_cast<std::ptrdiff_t>(i) + 2, words.end()}};
    }
    return std::nullopt;
}

/// Tells the rows of a table that is printed again from those of its first printing: by GPU, as `-i` prints one each.
class printings {
  public:
    /// Takes a line that is no row.
    void see(std::string_view line) { titled_ = titled_ || line.find("ID") != std::string_view::npos; }

    /// @return whether a row of that GPU belongs to a table that is printed again
    [[nodiscard]] bool repeats(int gpu) {
        if (titled_) ++printing_;
        titled_ = false;
        return first_.try_emplace(gpu, printing_).first->second != printing_;
    }

  private:
    std::map<int, int> first_; // GPU, and the table that shows it first
    int printing_ = 0;
    bool titled_ = false; // a title came since the last row
};

/// The GPU of that number, in the order of numbers; added where it is not there yet.
[[nodiscard]] inline described_gpu& gpu_of(described_machine& machine, int index) {
    const auto place = std::lower_bound(machine.gpus.begin(), machine.gpus.end(), index,
                                        [](const described_gpu& gpu, int number) { return gpu.index < number; });
    if (place != machine.gpus.end() && place->index == index) return *place;
    described_gpu gpu;
    gpu.index = index;
    return *machine.gpus.insert(place, std::move(gpu));
}

} // namespace gpupack::io::detail
