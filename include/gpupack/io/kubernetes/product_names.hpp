// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/models.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

struct product_rule {
    std::string_view words; ///< All must be in the name.
    std::string_view model; ///< The name in the catalogue.
};

/// The more specific first.
inline constexpr std::array product_rules{
    product_rule{"A100X", "A100X-40GB"},
    product_rule{"A100 80GB PCIE", "A100-PCIE-80GB"},
    product_rule{"A100 80GB", "A100-80GB"},
    product_rule{"A100 40GB", "A100-40GB"},
    product_rule{"H100 NVL", "H100-NVL"},
    product_rule{"H100 PCIE", "H100-PCIE-80GB"},
    product_rule{"H100 64GB", "H100-64GB"},
    product_rule{"H100 94GB", "H100-94GB"},
    product_rule{"H100 80GB", "H100-80GB"},
    product_rule{"H200 NVL", "H200-NVL"},
    product_rule{"H200", "H200"},
    product_rule{"GH200 144G", "GH200-144GB"},
    product_rule{"GH200 144GB", "GH200-144GB"},
    product_rule{"GH200", "GH200-96GB"},
    product_rule{"H20 3E", "H20-141GB"},
    product_rule{"H20 141GB", "H20-141GB"},
    product_rule{"H20", "H20-96GB"},
    product_rule{"GB300", "GB300"},
    product_rule{"GB200", "GB200-189GB"},
    product_rule{"B300", "B300"},
    product_rule{"B200", "B200"},
    product_rule{"V100S", "V100S-32GB"},
    product_rule{"V100 FHHL", "V100-FHHL-16GB"},
    product_rule{"V100 PCIE 32GB", "V100-PCIE-32GB"},
    product_rule{"V100 PCIE", "V100-PCIE-16GB"},
    product_rule{"V100 32GB", "V100M32"},
    product_rule{"V100 16GB", "V100M16"},
    product_rule{"P100", "P100"},
    product_rule{"T4", "T4"},
    product_rule{"A2", "A2"},
    product_rule{"A10", "A10"},
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
};

/// The words of a product's name in capitals, without signs.
[[nodiscard]] inline std::vector<std::string> product_words(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter) words.back().push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
        else if (!words.back().empty()) words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

} // namespace detail

/// The model of a product as NVML ("NVIDIA A100-SXM4-40GB") or GPU feature discovery ("NVIDIA-H100-80GB-HBM3-SHARED")
/// writes it, or as the catalogue names it.
///
/// @param product  the name
/// @param memory   what the driver reports, which tells sizes apart that the name leaves open; 0: not known
/// @return the model of the catalogue, or nothing
[[nodiscard]] inline std::optional<gpu_model> model_of_product(std::string_view product, mebibytes memory = {}) {
    for (const gpu_model& known : models::all)
        if (known.model.view() == product) return known;
    const std::vector<std::string> words = detail::product_words(product);
    const auto has = [&](std::string_view list, bool sizes) {
        const std::vector<std::string> needed = detail::product_words(list);
        return std::ranges::all_of(needed, [&](const std::string& word) {
            return std::ranges::find(words, word) != words.end() || (!sizes && word.ends_with("GB"));
        });
    };
    for (const detail::product_rule& rule : detail::product_rules)
        if (has(rule.words, true)) return models::named(rule.model);
    // "A100-SXM4" and the like: the size is in the memory alone.
    for (const detail::product_rule& rule : detail::product_rules) {
        const gpu_model model = models::named(rule.model);
        const std::int64_t distance = model.memory.count() - memory.count();
        if (memory.count() > 0 && has(rule.words, false) && distance * distance < 4096 * 4096) return model;
    }
    return std::nullopt;
}

} // namespace gpupack::io
