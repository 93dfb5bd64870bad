// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// MiB of an amount of memory as Slurm writes it.
struct slurm_memory {
    std::int64_t mebibytes = 0; ///< Of the job, or of each node or CPU.
    char each = '\0';           ///< n: of each node; c: of each CPU; 0: of the job.
};

/// Reads 62.50G, 31000M, the old 4Gn and 3000Mc, and numbers without a unit, which are MiB.
[[nodiscard]] inline std::optional<slurm_memory> parse_slurm_memory(std::string_view text) noexcept {
    slurm_memory memory;
    if (text.ends_with('n') || text.ends_with('c')) {
        memory.each = text.back();
        text.remove_suffix(1);
    }
    // Numerator and denominator of MiB in the unit.
    std::int64_t up = 1;
    std::int64_t down = 1;
    if (!text.empty()) {
        constexpr std::string_view units = "KMGTP";
        const std::size_t unit = units.find(text.back());
        if (unit != std::string_view::npos) text.remove_suffix(1);
        if (unit == 0) down = 1024;
        if (unit != std::string_view::npos && unit > 1) up = std::int64_t{1} << (10 * (unit - 1));
    }
    const auto number = parse_decimal(text);
    const auto scaled = number ? number->scaled(up, down, true) : std::nullopt;
    if (!scaled || *scaled < 0) return std::nullopt;
    memory.mebibytes = *scaled;
    return memory;
}

/// What a list of trackable resources or of generic resources says.
struct slurm_resources {
    std::optional<std::int64_t> cpus{};   ///< cpu=
    std::optional<std::int64_t> memory{}; ///< mem=, in MiB.
    std::optional<std::int64_t> nodes{};  ///< node=
    std::int64_t gpus = 0;                ///< All GPUs or MIG instances.
    std::string model{};                  ///< Their type, where one is given; parted by bars where several are.
    std::string mig_profile{};            ///< Their MIG profile, where the type is one.
    std::string models_and_counts{};      ///< Each type with its number, as A100:4+T4:2; empty where some have no type.
    bool shares_gpu = false;              ///< Whether shards or a percentage by MPS are among them.
};

/// Whether a type of GPU is a MIG profile: 1g.5gb, 3g.20gb+me, a100_1g.5gb.
[[nodiscard]] inline std::string mig_profile_of(std::string_view type) {
    const std::size_t g = type.find("g.");
    if (g == std::string_view::npos || g == 0 || type.find("gb", g) == std::string_view::npos) return {};
    std::size_t begin = g;
    while (begin > 0 && type[begin - 1] >= '0' && type[begin - 1] <= '9') --begin;
    return begin < g ? std::string{type.substr(begin)} : std::string{};
}

/// Adds up GPUs of some types: Slurm gives their sum, each type, or both.
class slurm_gpu_sum {
  public:
    void add(std::string_view type, std::int64_t count) {
        if (type.empty()) {
            untyped_ += count;
            return;
        }
        typed_ += count;
        if (auto profile = mig_profile_of(type); !profile.empty()) {
            profile_ = std::move(profile);
            return;
        }
        const auto same =
            std::find_if(models_.begin(), models_.end(), [&](const auto& each) { return each.first == type; });
        if (same != models_.end())
            same->second += count;
        else
            models_.emplace_back(type, count);
    }
    void put_into(slurm_resources& resources) const {
        resources.gpus = std::max(typed_, untyped_);
        resources.mig_profile = profile_;
        std::int64_t counted = 0;
        for (const auto& [type, count] : models_) {
            resources.model.append(resources.model.empty() ? "" : "|").append(type);
            auto& parts = resources.models_and_counts;
            parts.append(parts.empty() ? "" : "+").append(type).append(":").append(std::to_string(count));
            counted += count;
        }
        if (counted != resources.gpus) resources.models_and_counts.clear();
    }

  private:
    std::int64_t untyped_ = 0;
    std::int64_t typed_ = 0;
    std::vector<std::pair<std::string, std::int64_t>> models_;
    std::string profile_;
};

/// A count, which may end in K: 2K is 2,048.
[[nodiscard]] inline std::optional<std::int64_t> parse_slurm_count(std::string_view text) noexcept {
    const bool thousands = text.ends_with('K');
    if (thousands) text.remove_suffix(1);
    const auto number = parse_decimal(text);
    if (!number || (!thousands && !number->is_whole())) return std::nullopt;
    return number->scaled(thousands ? 1024 : 1);
}

/// The parts of a text between separators that are not in parentheses or brackets.
[[nodiscard]] inline std::vector<std::string_view> split_outside(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size()) {
            if (text[i] == '(' || text[i] == '[') ++depth;
            if (text[i] == ')' || text[i] == ']') --depth;
            if (text[i] != separator || depth > 0) continue;
        }
        if (i > begin) parts.push_back(text.substr(begin, i - begin));
        begin = i + 1;
    }
    return parts;
}

/// Reads trackable resources: billing=12,cpu=12,gres/gpu:p100=2,mem=31000M,node=1. Resources of other kinds are passed
/// over.
///
/// @return the resources, or nothing where the text is no such list
[[nodiscard]] inline std::optional<slurm_resources> parse_tres(std::string_view text) {
    slurm_resources resources;
    slurm_gpu_sum gpus;
    for (const std::string_view part : split_outside(text, ',')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view name = part.substr(0, equals);
        const std::string_view value = part.substr(equals + 1);
        if (name == "mem") {
            const auto memory = parse_slurm_memory(value);
            if (!memory) return std::nullopt;
            resources.memory = memory->mebibytes;
            continue;
        }
        const bool is_gpu = name == "gres/gpu" || name.starts_with("gres/gpu:");
        if (name.starts_with("gres/shard") || name.starts_with("gres/mps")) resources.shares_gpu = true;
        if (name != "cpu" && name != "node" && !is_gpu) continue;
        const auto count = parse_slurm_count(value);
        if (!count || *count < 0) return std::nullopt;
        if (name == "cpu") resources.cpus = *count;
        if (name == "node") resources.nodes = *count;
        if (is_gpu) gpus.add(name.substr(std::min<std::size_t>(name.size(), 9)), *count);
    }
    gpus.put_into(resources);
    return resources;
}

/// Reads generic resources: gpu:2, gpu:a100:4(S:0-1), gres:gpu:2, gpu, (null), and 7696487:2, which is what old versions
/// wrote for gpu:2. Resources other than GPUs are passed over.
///
/// @return the GPUs of a node, or nothing where the text is no such list
[[nodiscard]] inline std::optional<slurm_resources> parse_gres(std::string_view text) {
    slurm_resources resources;
    slurm_gpu_sum gpus;
    if (text == "(null)") return resources;
    for (std::string_view part : split_outside(text, ',')) {
        part = part.substr(0, part.find('('));
        if (part.starts_with("gres:")) part.remove_prefix(5);
        if (part.starts_with("gres/")) part.remove_prefix(5);
        std::vector<std::string_view> words = split_outside(part, ':');
        if (words.empty() || (words.front() != "gpu" && words.front() != "7696487")) continue;
        std::int64_t count = 1;
        if (words.size() > 1)
            if (const auto number = parse_whole(words.back())) {
                count = *number;
                words.pop_back();
            }
        if (words.size() == 3 && words.back() == "no_consume") words.pop_back();
        if (words.size() == 2 && words.back() == "no_consume") words.pop_back();
        if (count < 0 || words.size() > 2) return std::nullopt;
        gpus.add(words.size() == 2 ? words[1] : std::string_view{}, count);
    }
    gpus.put_into(resources);
    return resources;
}

/// The hosts of a list such as r[1-2]n[01-04],login.
///
/// @return their names in the order of the list, or nothing where a range is none, or there are more than a million
[[nodiscard]] inline std::optional<std::vector<std::string>> expand_hosts(std::string_view list) {
    constexpr std::size_t most = 1'000'000;
    std::vector<std::string> hosts;
    for (const std::string_view part : split_outside(list, ',')) {
        std::vector<std::string> names{std::string{}};
        for (std::string_view rest = part; !rest.empty();) {
            const std::size_t open = std::min(rest.find('['), rest.size());
            for (std::string& name : names) name.append(rest.substr(0, open));
            if (open == rest.size()) break;
            const std::size_t close = rest.find(']', open);
            if (close == std::string_view::npos) return std::nullopt;
            std::vector<std::string> longer;
            for (const std::string_view range : split_outside(rest.substr(open + 1, close - open - 1), ',')) {
                const std::size_t dash = range.find('-');
                const std::string_view low = range.substr(0, dash);
                const auto first = parse_whole(low);
                const auto last = dash == std::string_view::npos ? first : parse_whole(range.substr(dash + 1));
                if (!first || !last || *first < 0 || *last < *first || static_cast<std::size_t>(*last - *first) >= most)
                    return std::nullopt;
                for (std::int64_t n = *first; n <= *last; ++n) {
                    std::string number = std::to_string(n);
                    if (number.size() < low.size()) number.insert(0, low.size() - number.size(), '0');
                    for (const std::string& name : names) longer.push_back(name + number);
                    if (longer.size() > most) return std::nullopt;
                }
            }
            names = std::move(longer);
            rest.remove_prefix(close + 1);
        }
        hosts.insert(hosts.end(), names.begin(), names.end());
        if (hosts.size() > most) return std::nullopt;
    }
    return hosts;
}

} // namespace gpupack::inline GPUPACK_ABI::io::detail
