// SPDX-License-Identifier: Apache-2.0
#include "systems.hpp"

#include <array>

namespace judge_program {
namespace {

constexpr std::array systems{judged_system{"device-plugin", judge_device_plugin},
                             judged_system{"fgd", judge_fgd},
                             judged_system{"gpuallocator", judge_gpuallocator},
                             judged_system{"gpushare", judge_gpushare},
                             judged_system{"hami", judge_hami},
                             judged_system{"kai", judge_kai},
                             judged_system{"koordinator", judge_koordinator},
                             judged_system{"kubernetes-scorers", judge_kubernetes_scorers},
                             judged_system{"kueue", judge_kueue},
                             judged_system{"ray", judge_ray},
                             judged_system{"volcano", judge_volcano}};

} // namespace

const judged_system* find_system(std::string_view name) {
    for (const judged_system& each : systems)
        if (each.name == name) return &each;
    return nullptr;
}

std::string system_names() {
    std::string names;
    for (const judged_system& each : systems) {
        if (!names.empty()) names += ", ";
        names += each.name;
    }
    return names;
}

} // namespace judge_program
