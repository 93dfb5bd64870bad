// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/models.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// A product name in the form in which names are compared: lower case, without what makers, drivers and labels put around it.
[[nodiscard]] inline std::string plain_product(std::string_view product) {
    std::string text;
    for (const char c : product) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        text += lower == ' ' || lower == '_' ? '-' : lower;
    }
    if (const std::size_t mig = text.find("-mig-"); mig != std::string::npos) text.resize(mig); // a label of GFD
    for (const std::string_view end : {"-shared", "-replicas"})
        if (text.ends_with(end)) text.resize(text.size() - end.size());
    for (bool found = true; found;) {
        found = false;
        for (const std::string_view start : {"nvidia-", "amd-", "tesla-", "geforce-", "instinct-", "quadro-"})
            if (text.starts_with(start)) {
                text.erase(0, start.size());
                found = true;
            }
    }
    return text;
}

/// Product names, plain, of NVML, GPU Feature Discovery, ROCm SMI and clouds, where they are not the catalogue's own.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 60> products{{
    {"p100-pcie-16gb", "P100"},
    {"p100-sxm2-16gb", "P100"},
    {"v100-sxm2-16gb", "V100M16"},
    {"v100-sxm2-32gb", "V100M32"},
    {"v100-sxm3-32gb", "V100M32"},
    {"v100-sxm3-32gb-h", "V100M32"},
    {"v100", "V100M16"},
    {"v100s-pcie-32gb", "V100S-32GB"},
    {"a100-sxm4-40gb", "A100-40GB"},
    {"a100-sxm-40gb", "A100-40GB"},
    {"a100-pcie-40gb", "A100-40GB"},
    {"a100-40gb-pcie", "A100-40GB"},
    {"a100", "A100-40GB"},
    {"a100-sxm4-80gb", "A100-80GB"},
    {"a100-sxm-80gb", "A100-80GB"},
    {"a100-80gb-pcie", "A100-PCIE-80GB"},
    {"a100-pcie-80gb", "A100-PCIE-80GB"},
    {"a800-sxm4-80gb", "A800-80GB"},
    {"h100-80gb-hbm3", "H100-80GB"},
    {"h100-sxm5-80gb", "H100-80GB"},
    {"h100-mega-80gb", "H100-80GB"},
    {"h100", "H100-80GB"},
    {"h100-pcie", "H100-PCIE-80GB"},
    {"h100-64gb-hbm3", "H100-64GB"},
    {"h100-sxm5-94gb", "H100-94GB"},
    {"h800", "H800-80GB"},
    {"h20", "H20-96GB"},
    {"h20-3e", "H20-141GB"},
    {"h200-141gb", "H200"},
    {"h200-141gb-hbm3e", "H200"},
    {"gh200-480gb", "GH200-96GB"},
    {"gh200-144g-hbm3e", "GH200-144GB"},
    {"gb200", "GB200-186GB"},
    {"b300-sxm6-ac", "B300"},
    {"rtx-a6000", "RTX-A6000"},
    {"rtx-6000-ada-generation", "RTX-6000-Ada"},
    {"rtx-pro-6000-blackwell-server-edition", "RTX-PRO-6000"},
    {"rtx-pro-6000", "RTX-PRO-6000"},
    {"rtx-pro-5000-blackwell", "RTX-PRO-5000"},
    {"rtx-pro-4500-blackwell", "RTX-PRO-4500"},
    {"rtx-3090", "RTX-3090"},
    {"rtx-4090", "RTX-4090"},
    {"rtx-4090-d", "RTX-4090"},
    {"l4-vws", "L4"},
    {"t4-vws", "T4"},
    {"mi100-oam", "MI100"},
    {"mi210-oam", "MI210"},
    {"mi250x-oam", "MI250X"},
    {"mi250x/mi250", "MI250X"},
    {"mi300x-oam", "MI300X"},
    {"mi300x-vf", "MI300X"},
    {"mi300x-platform", "MI300X"},
    {"mi325x-oam", "MI325X"},
    {"mi325x-platform", "MI325X"},
    {"mi350x-oam", "MI350X"},
    {"mi355x-oam", "MI355X"},
    {"mi355x-platform", "MI355X"},
    {"mi300a-oam", "MI300A"},
    {"a10g-tensor-core", "A10G"},
    {"b200-180gb", "B200"},
}};

} // namespace detail

/// The model of the catalogue that a product name means, as NVML, GPU Feature Discovery, ROCm SMI, Google's accelerator types or
/// the catalogue itself write it: "NVIDIA A100-SXM4-80GB", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "nvidia-h100-80gb". None where the
/// catalogue does not have it.
///
/// @param product  in any case, with or without the maker's name
[[nodiscard]] inline std::optional<gpu_model> model_of_product(std::string_view product) {
    const std::string plain = detail::plain_product(product);
    const auto named = [](std::string_view name) -> std::optional<gpu_model> {
        for (const gpu_model& model : models::all)
            if (detail::plain_product(model.model.view()) == name) return model;
        return std::nullopt;
    };
    if (auto model = named(plain)) return model;
    for (const auto& [name, model] : detail::products)
        if (name == plain) return named(detail::plain_product(model));
    return std::nullopt;
}

/// The profile of a geometry that a name means: its own name; "1g.10gb.me", which Kubernetes writes for "1g.10gb+me"; or a name
/// whose gigabytes another driver rounds otherwise, "3g.39gb" for "3g.40gb", if only one profile is so close. Null where none is.
[[nodiscard]] inline const mig::profile* profile_of_name(const mig::geometry& geometry, std::string_view text) {
    std::string name{text};
    if (name.starts_with("mig-")) name.erase(0, 4);
    const std::size_t gigabytes = name.find("gb");
    if (gigabytes != std::string::npos && gigabytes + 2 < name.size() && name[gigabytes + 2] == '.') name[gigabytes + 2] = '+';
    const auto size_of = [](std::string_view profile) {
        int size = 0;
        for (std::size_t i = profile.find('.') + 1; i < profile.size() && profile[i] >= '0' && profile[i] <= '9' && size < 10000; ++i)
            size = 10 * size + (profile[i] - '0');
        return size;
    };
    const auto rest_of = [](std::string_view profile) { // what is the same whatever the gigabytes: "3g." and "+me"
        const std::size_t unit = profile.find("gb");
        return std::pair{profile.substr(0, profile.find('.')),
                         unit == std::string_view::npos ? profile : profile.substr(unit)};
    };
    const mig::profile* close = nullptr;
    for (int p = 0; p < geometry.count; ++p) {
        const mig::profile& profile = geometry.profiles[p];
        if (profile.name.view() == name) return &profile;
        const int apart = 20 * (size_of(profile.name.view()) - size_of(name));
        if (gigabytes == std::string::npos || rest_of(profile.name.view()) != rest_of(name)) continue;
        if (apart > size_of(name) || -apart > size_of(name)) continue; // a twentieth
        if (close != nullptr) return nullptr;
        close = &profile;
    }
    return close;
}

} // namespace gpupack
