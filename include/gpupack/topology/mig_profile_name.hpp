// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

/// The name of a MIG profile as the catalogue and the driver write it, from a form in which others do: "nvidia.com/mig-1g.10gb.me",
/// "mig-1g.10gb", "MIG 1g.10gb" and "1G.10GB".
[[nodiscard]] inline std::string mig_profile_name(std::string_view text) {
    std::string name{text};
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const std::string_view prefix : {"nvidia.com/", "mig-", "mig "})
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
    // Kubernetes has no + in names: "1g.10gb.me" is "1g.10gb+me".
    const std::size_t unit = name.find("gb");
    if (unit != std::string::npos && unit + 2 < name.size() && name[unit + 2] == '.') name[unit + 2] = '+';
    return name;
}

namespace detail {

/// The gigabytes in the name of a profile; 0 where there are none.
[[nodiscard]] inline int gigabytes_of(std::string_view profile) {
    int size = 0;
    for (std::size_t i = profile.find('.') + 1;
         i < profile.size() && profile[i] >= '0' && profile[i] <= '9' && size < 10000; ++i)
        size = 10 * size + (profile[i] - '0');
    return size;
}

/// What is the same in the name of a profile whatever the gigabytes: "3g" and "gb+me".
[[nodiscard]] inline std::pair<std::string_view, std::string_view> besides_gigabytes(std::string_view profile) {
    const std::size_t unit = profile.find("gb");
    return {profile.substr(0, profile.find('.')), unit == std::string_view::npos ? profile : profile.substr(unit)};
}

/// Whether two names differ in their gigabytes alone, by no more than drivers round: a twentieth.
[[nodiscard]] inline bool differs_by_rounding(std::string_view name, std::string_view text) {
    if (text.find("gb") == std::string_view::npos || besides_gigabytes(name) != besides_gigabytes(text)) return false;
    const int apart = 20 * (gigabytes_of(name) - gigabytes_of(text));
    return apart <= gigabytes_of(text) && -apart <= gigabytes_of(text);
}

} // namespace detail

/// Which of the profiles of one GPU model a text means: that of its name in any form (mig_profile_name); else the one whose
/// gigabytes another driver rounds otherwise, "3g.39gb" for "3g.40gb", if only one is so close.
///
/// @param text   a name
/// @param count  number of profiles
/// @param name   called with 0 to count - 1: the name of that profile, as the catalogue writes it
/// @return       its number; nothing where there is none
template <class Name>
[[nodiscard]] std::optional<int> find_mig_profile(std::string_view text, int count, const Name& name) {
    const std::string own = mig_profile_name(text);
    std::optional<int> close;
    bool several = false;
    for (int p = 0; p < count; ++p) {
        if (name(p) == text || name(p) == own) return p;
        if (!detail::differs_by_rounding(name(p), own)) continue;
        several = close.has_value();
        close = p;
    }
    return several ? std::nullopt : close;
}

} // namespace gpupack
