// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/mig_profile_name.hpp>
#include <gpupack/topology/models.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// The words of a product's name in capitals, without the maker's, and without what GPU Feature Discovery puts behind them.
[[nodiscard]] inline std::vector<std::string> product_words(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter)
            words.back().push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    words.erase(std::find(words.begin(), words.end(), "MIG"), words.end()); // "-MIG-1g.5gb"
    constexpr std::array<std::string_view, 9> around{"NVIDIA", "AMD",    "TESLA",    "GEFORCE", "INSTINCT",
                                                     "QUADRO", "SHARED", "REPLICAS", "GRID"};
    std::erase_if(
        words, [&](const std::string& word) { return std::find(around.begin(), around.end(), word) != around.end(); });
    return words;
}

/// Which names mean a model of the catalogue.
struct product_rule {
    std::string_view words;  ///< All must be in the name.
    std::string_view model;  ///< The name in the catalogue.
    bool only_these = false; ///< Whether the name must have no other words.
};

/// The products whose names differ from the catalogue's, as NVML, GPU Feature Discovery, ROCm SMI and clouds write them. The more
/// specific first.
inline constexpr std::array product_rules{
    product_rule{"A100X", "A100X-40GB"},
    product_rule{"A100 80GB PCIE", "A100-PCIE-80GB"},
    product_rule{"A100 80GB", "A100-80GB"},
    product_rule{"A100 40GB", "A100-40GB"},
    product_rule{"A100", "A100-40GB", true},
    product_rule{"A800 80GB", "A800-80GB"},
    product_rule{"H100 NVL", "H100-NVL"},
    product_rule{"H100 PCIE", "H100-PCIE-80GB"},
    product_rule{"H100 64GB", "H100-64GB"},
    product_rule{"H100 94GB", "H100-94GB"},
    product_rule{"H100 80GB", "H100-80GB"},
    product_rule{"H100", "H100-80GB", true},
    product_rule{"H800 80GB", "H800-80GB"},
    product_rule{"H800", "H800-80GB", true},
    product_rule{"H200 NVL", "H200-NVL"},
    product_rule{"H200", "H200"},
    product_rule{"GH200 144G", "GH200-144GB"},
    product_rule{"GH200 144GB", "GH200-144GB"},
    product_rule{"GH200", "GH200-96GB"},
    product_rule{"H20 3E", "H20-141GB"},
    product_rule{"H20 141GB", "H20-141GB"},
    product_rule{"H20", "H20-96GB"},
    product_rule{"GB300", "GB300"},
    product_rule{"GB200 189GB", "GB200-189GB"},
    product_rule{"GB200", "GB200-186GB"},
    product_rule{"B300", "B300"},
    product_rule{"B200", "B200"},
    product_rule{"V100S", "V100S-32GB"},
    product_rule{"V100 FHHL", "V100-FHHL-16GB"},
    product_rule{"V100 PCIE 32GB", "V100-PCIE-32GB"},
    product_rule{"V100 PCIE", "V100-PCIE-16GB"},
    product_rule{"V100 32GB", "V100M32"},
    product_rule{"V100 16GB", "V100M16"},
    product_rule{"V100", "V100M16", true},
    product_rule{"P100", "P100"},
    product_rule{"T4", "T4"},
    product_rule{"A2", "A2"},
    product_rule{"A10", "A10"},
    product_rule{"A10G", "A10G"},
    product_rule{"A16", "A16"},
    product_rule{"A30", "A30"},
    product_rule{"A40", "A40"},
    product_rule{"L4", "L4"},
    product_rule{"L20", "L20"},
    product_rule{"L40", "L40"},
    product_rule{"L40S", "L40S"},
    product_rule{"RTX A6000", "RTX-A6000"},
    product_rule{"RTX 6000 ADA", "RTX-6000-Ada"},
    product_rule{"RTX PRO 6000", "RTX-PRO-6000"},
    product_rule{"RTX PRO 5000", "RTX-PRO-5000"},
    product_rule{"RTX PRO 4500", "RTX-PRO-4500"},
    product_rule{"RTX 3090", "RTX-3090", true},
    product_rule{"RTX 4090", "RTX-4090", true},
    product_rule{"RTX 4090 D", "RTX-4090", true},
    product_rule{"MI100", "MI100"},
    product_rule{"MI210", "MI210"},
    product_rule{"MI250X", "MI250X"},
    product_rule{"MI300A", "MI300A"},
    product_rule{"MI300X", "MI300X"},
    product_rule{"MI325X", "MI325X"},
    product_rule{"MI350X", "MI350X"},
    product_rule{"MI355X", "MI355X"},
};

/// How many words of a rule are in a name, sizes not counted; 0 where the rule does not hold.
///
/// @param rule          the rule
/// @param words         the name's, as product_words() returns them
/// @param ignore_sizes  whether the rule's gigabytes need not be in the name
[[nodiscard]] inline std::size_t words_held(const product_rule& rule, const std::vector<std::string>& words,
                                            bool ignore_sizes) {
    const std::vector<std::string> needed = product_words(rule.words);
    if (rule.only_these && needed.size() != words.size()) return 0;
    std::size_t held = 0;
    for (const std::string& word : needed) {
        const bool is_size = word.ends_with("GB");
        if (std::find(words.begin(), words.end(), word) == words.end() && !(is_size && ignore_sizes)) return 0;
        held += is_size ? 0 : 1;
    }
    return held;
}

} // namespace detail

/// The model of the catalogue that a product name means, as NVML, GPU Feature Discovery, ROCm SMI, Google's accelerator types or
/// the catalogue itself write it: "NVIDIA A100-SXM4-80GB", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "nvidia-h100-80gb".
///
/// @param product  in any case, with or without the maker's name; words are compared whole
/// @param memory   what the driver reports, which tells sizes apart that the name leaves open: of the models that its words
///                 fit best, the one whose memory is closest, if it is within 4 GiB; 0: not known
/// @return the model, or nothing where the catalogue does not have it
[[nodiscard]] inline std::optional<gpu_model> model_of_product(std::string_view product, mebibytes memory = {}) {
    const std::vector<std::string> words = detail::product_words(product);
    if (words.empty()) return std::nullopt;
    for (const gpu_model& known : models::all)
        if (detail::product_words(known.model.view()) == words) return known;
    constexpr std::int64_t close = 4096;
    std::optional<gpu_model> named;
    std::optional<gpu_model> fitting;
    std::pair<std::size_t, std::int64_t> best{0, close}; // words of the rule, and how far its model is from the memory
    for (const detail::product_rule& rule : detail::product_rules) {
        const std::size_t matched = detail::words_held(rule, words, true);
        if (matched == 0) continue;
        const gpu_model model = models::named(rule.model);
        if (!named && detail::words_held(rule, words, false) > 0) named = model;
        if (memory.count() <= 0 || matched < best.first) continue;
        const std::int64_t apart = std::abs(model.memory.count() - memory.count());
        if (apart >= close) continue;
        if (matched == best.first && apart >= best.second) continue;
        best = {matched, apart};
        fitting = model;
    }
    return fitting ? fitting : named;
}

/// The profile of a geometry that a name means: its own name; "1g.10gb.me", which Kubernetes writes for "1g.10gb+me"; or a name
/// whose gigabytes another driver rounds otherwise, "3g.39gb" for "3g.40gb", if only one profile is so close. Null where none is.
[[nodiscard]] inline const mig::profile* profile_of_name(const mig::geometry& geometry, std::string_view text) {
    const auto found = find_mig_profile(text, geometry.count, [&](int p) { return geometry.profiles[p].name.view(); });
    return found ? &geometry.profiles[*found] : nullptr;
}

} // namespace gpupack
