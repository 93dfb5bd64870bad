// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tally.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace judge_program {

/// Compares the decisions of one answered case.
using judge_function = void (*)(const nlohmann::json& test_case, tally& counts);

/// A system whose answers can be compared.
struct judged_system {
    std::string_view name; ///< As on the command line.
    judge_function judge;  ///< Compares one case.
};

/// The system of that name; null where there is none.
[[nodiscard]] const judged_system* find_system(std::string_view name);

/// The names of all systems, separated by commas.
[[nodiscard]] std::string system_names();

void judge_device_plugin(const nlohmann::json& test_case, tally& counts);      ///< NVIDIA's device plugin.
void judge_fgd(const nlohmann::json& test_case, tally& counts);                ///< FGD's simulator.
void judge_gpuallocator(const nlohmann::json& test_case, tally& counts);       ///< go-gpuallocator.
void judge_gpushare(const nlohmann::json& test_case, tally& counts);           ///< Alibaba's gpushare extender.
void judge_hami(const nlohmann::json& test_case, tally& counts);               ///< HAMi.
void judge_hami_pods(const nlohmann::json& test_case, tally& counts);          ///< HAMi's pods of several containers.
void judge_kai(const nlohmann::json& test_case, tally& counts);                ///< KAI.
void judge_koordinator(const nlohmann::json& test_case, tally& counts);        ///< Koordinator's DeviceShare.
void judge_kubernetes_scorers(const nlohmann::json& test_case, tally& counts); ///< kube-scheduler's node scores.
void judge_kueue(const nlohmann::json& test_case, tally& counts);              ///< Kueue's topology-aware scheduling.
void judge_ray(const nlohmann::json& test_case, tally& counts);                ///< Ray's placement groups.
void judge_volcano(const nlohmann::json& test_case, tally& counts);            ///< Volcano.

} // namespace judge_program
