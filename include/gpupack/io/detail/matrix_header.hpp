// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/detail/plain_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What the header of `nvidia-smi topo -m` names, from left to right.
struct matrix_header {
    std::vector<std::string> devices; ///< GPUs, then adapters.
    std::size_t gpus = 0;             ///< How many of them are GPUs.
    int titles = 0;                   ///< Columns behind the devices.
    bool cpu = false;                 ///< Whether one lists the processors near a GPU.
    bool numa = false;                ///< Whether one has their NUMA node.
    bool gpu_numa = false;            ///< Whether one, the last, has the NUMA node of the GPU's own memory.
    std::string damage; ///< What is there that is neither a device nor a title, or a name out of order; empty: nothing.

    /// Whether the names of all adapters can be trusted.
    [[nodiscard]] bool whole() const noexcept { return damage.empty(); }
};

/// How long a phrase is at the start of a text, with any blanks between its words; 0 where it is not there.
[[nodiscard]] inline std::size_t phrase_at(std::string_view text, std::string_view phrase) noexcept {
    std::size_t i = 0;
    for (const char c : phrase) {
        if (c == ' ') {
            if (i >= text.size() || !is_blank(text[i])) return 0;
            while (i < text.size() && is_blank(text[i])) ++i;
        } else {
            if (i >= text.size() || text[i] != c) return 0;
            ++i;
        }
    }
    return i;
}

/// How long a name with a number is at the start of a text: GPU12, NIC3; 0 where there is none.
[[nodiscard]] inline std::size_t numbered_at(std::string_view text, std::string_view word) noexcept {
    if (!text.starts_with(word)) return 0;
    const std::size_t digits = digits_at(text.substr(word.size()));
    return digits == 0 ? 0 : word.size() + digits;
}

/// Whether a text may be the start of a name or title that the edge of a terminal has cut.
[[nodiscard]] constexpr bool is_cut_name(std::string_view text) noexcept {
    for (const std::string_view whole : {"NIC", "GPU", "CPU", "NUMA", "mlx"})
        if (!text.empty() && text.size() <= whole.size() && whole.starts_with(text)) return true;
    return false;
}

/// Reads headers.
class header_scanner {
  public:
    /// @param text  from GPU0 on
    /// @return the header; none where the text is something else, such as a row or a sentence
    [[nodiscard]] static std::optional<matrix_header> scan(std::string_view text) {
        header_scanner scanner{text};
        while (scanner.take_next()) {
        }
        matrix_header& found = scanner.found_;
        while (found.gpus < found.devices.size() && is_gpu(found.devices[found.gpus])) ++found.gpus;
        // Damage behind a single GPU is a sentence, or its row.
        if (found.gpus == 0 || found.devices[0] != "GPU0" || (found.gpus == 1 && !found.whole())) return std::nullopt;
        scanner.check_names();
        return std::move(found);
    }

  private:
    explicit header_scanner(std::string_view text) : rest_{text} {}

    [[nodiscard]] static std::size_t title_at(std::string_view text) noexcept {
        for (const std::string_view title : titles)
            if (const std::size_t length = phrase_at(text, title); length > 0) return length;
        return 0;
    }

    /// Where a name ends: at a blank, or where the next name or title is glued to it.
    [[nodiscard]] static std::size_t name_end(std::string_view text) noexcept {
        std::size_t end = 1;
        while (end < text.size() && !is_blank(text[end])) {
            const std::string_view rest = text.substr(end);
            if (numbered_at(rest, "GPU") > 0 || numbered_at(rest, "NIC") > 0 || title_at(rest) > 0 ||
                numbered_at(rest, "mlx") > 0)
                break;
            ++end;
        }
        return end;
    }

    void damaged(std::string_view text) {
        if (found_.damage.empty()) found_.damage = std::string{text.substr(0, 40)};
    }

    [[nodiscard]] bool take_next() {
        rest_ = trimmed(rest_);
        if (rest_.empty()) return false;
        for (const std::string_view title : titles)
            if (const std::size_t length = phrase_at(rest_, title); length > 0) return take_title(title, length);
        const std::size_t end = name_end(rest_);
        const std::string_view name = rest_.substr(0, end);
        rest_.remove_prefix(end);
        const bool has_digit = std::any_of(name.begin(), name.end(), is_digit);
        const bool plain = std::all_of(name.begin(), name.end(),
                                       [](char c) { return is_word_character(c) || c == '.' || c == '-' || c == ':'; });
        if (found_.titles > 0) return true; // nothing behind the titles names a device
        if (name == "CPU" || name == "NUMA" || name == "GPU")
            ++found_.titles; // a title that was cut
        else if (has_digit && plain && name.back() != ':' && !is_digit(name[0]) && found_.whole())
            found_.devices.emplace_back(name);
        else
            damaged(name);
        return true;
    }

    [[nodiscard]] bool take_title(std::string_view title, std::size_t length) {
        ++found_.titles;
        found_.cpu = found_.cpu || title == titles[0];
        found_.numa = found_.numa || title == titles[1];
        found_.gpu_numa = found_.gpu_numa || title == titles[2];
        rest_.remove_prefix(length);
        return true;
    }

    /// Adapters are all numbered, and in a row, or none is; and no name stands twice.
    void check_names() {
        std::size_t next = 0;
        const bool first_is_numbered =
            found_.gpus < found_.devices.size() && numbered_at(found_.devices[found_.gpus], "NIC") > 0;
        for (std::size_t n = found_.gpus; n < found_.devices.size(); ++n) {
            const std::string& name = found_.devices[n];
            const bool numbered = numbered_at(name, "NIC") == name.size();
            const bool twice =
                std::find(found_.devices.begin(), found_.devices.begin() + static_cast<std::ptrdiff_t>(n), name) !=
                found_.devices.begin() + static_cast<std::ptrdiff_t>(n);
            if (twice || numbered != first_is_numbered ||
                (numbered && name != std::string{"NIC"}.append(std::to_string(next))))
                damaged(name);
            if (numbered) ++next;
        }
    }

    static constexpr std::array<std::string_view, 3> titles{"CPU Affinity", "NUMA Affinity", "GPU NUMA ID"};

    std::string_view rest_;
    matrix_header found_;
};

/// The header that a line holds behind whatever a log has put before it; none where it is another line.
[[nodiscard]] inline std::optional<matrix_header> header_in(std::string_view line) {
    for (std::size_t begin = line.find("GPU0"); begin != std::string_view::npos; begin = line.find("GPU0", begin + 4)) {
        if (begin > 0 && is_word_character(line[begin - 1])) continue;
        if (begin + 4 < line.size() && is_digit(line[begin + 4])) continue;
        if (auto found = header_scanner::scan(line.substr(begin))) return found;
    }
    return std::nullopt;
}

} // namespace gpupack::io::detail
