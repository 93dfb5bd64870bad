// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/plain_text.hpp>
#include <gpupack/io/detail/utf16.hpp>
#include <gpupack/io/read_rocm_topology.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Turns the JSON of amd-smi or rocm-smi into the tables that the same programs print, which describe_rocm_topology() reads.
class amd_json_tables {
  public:
    using json = nlohmann::json;

    /// @return the tables; empty where the document has no link between two GPUs
    [[nodiscard]] std::string tables(const json& document) {
        if (document.is_array())
            for (const json& gpu : document) add_gpu(gpu);
        if (document.is_object() && document.contains("system")) add_rocm_smi(document);
        if (words_["LINK TYPE"].empty()) return {};
        std::string text = table("LINK TYPE") + table("HOPS") + table("WEIGHT") + table("NUMA BW");
        for (const auto& [gpu, node] : numa_)
            text.append("GPU[").append(std::to_string(gpu)).append("] : (Topology) Numa Node: ").append(node) += '\n';
        return text;
    }

  private:
    using pair = std::pair<std::size_t, std::size_t>;

    [[nodiscard]] static std::string word_of(const json& value) {
        return value.is_string() ? value.get<std::string>() : value.dump();
    }

    /// A number at the end of a text, "card12"; -1 where there is none, or a larger one than any machine has GPUs.
    [[nodiscard]] static int number_behind(std::string_view text, std::string_view prefix) {
        if (!text.starts_with(prefix)) return -1;
        const auto number = small_number(text.substr(prefix.size()));
        return number && *number < 1024 ? *number : -1;
    }

    void set(const std::string& title, std::size_t a, std::size_t b, const json& value) {
        gpus_ = std::max({gpus_, a + 1, b + 1});
        words_[title][{a, b}] = word_of(value);
    }

    [[nodiscard]] static std::size_t number_of(const json& object, std::size_t otherwise) {
        const auto gpu = object.find("gpu");
        const bool known = gpu != object.end() && gpu->is_number_unsigned() && *gpu < 1024U;
        return known ? gpu->get<std::size_t>() : otherwise;
    }

    /// One GPU as amd-smi has it: its links as a list of objects, or as objects with a key for each other GPU.
    void add_gpu(const json& gpu) {
        if (!gpu.is_object()) return;
        const std::size_t self = number_of(gpu, next_++);
        if (const auto bdf = gpu.find("bdf"); bdf != gpu.end() && bdf->is_string()) names_[self] = *bdf;
        constexpr const char* keys[][2] = {{"link_type", "LINK TYPE"}, {"num_hops", "HOPS"},
                                           {"hops", "HOPS"},           {"weight", "WEIGHT"},
                                           {"bandwidth", "NUMA BW"},   {"numa_bandwidth", "NUMA BW"}};
        const auto links = gpu.find("links");
        for (const auto& [key, title] : keys) {
            if (links != gpu.end() && links->is_array())
                for (std::size_t i = 0; i < links->size(); ++i)
                    if ((*links)[i].is_object() && (*links)[i].contains(key))
                        set(title, self, number_of((*links)[i], i), (*links)[i][key]);
            if (const auto each = gpu.find(key); each != gpu.end() && each->is_object())
                for (const auto& [name, value] : each->items())
                    if (const int other = number_behind(name, "gpu_"); other >= 0)
                        set(title, self, static_cast<std::size_t>(other), value);
        }
    }

    /// rocm-smi's: {"system": {"(Topology) Link type between DRM devices 0 and 1": "XGMI", ...}, "card0": {...}}.
    void add_rocm_smi(const json& document) {
        rocm_smi_ = true;
        constexpr const char* titles[][2] = {{"(Topology) Link type between DRM devices ", "LINK TYPE"},
                                             {"(Topology) Hops between DRM devices ", "HOPS"},
                                             {"(Topology) Weight between DRM devices ", "WEIGHT"}};
        for (const auto& [key, value] : document["system"].items())
            for (const auto& [prefix, title] : titles) {
                const std::size_t middle = key.find(" and ");
                if (!key.starts_with(prefix) || middle == std::string::npos) continue;
                const int a = number_behind(std::string_view{key}.substr(0, middle), prefix);
                const int b = number_behind(std::string_view{key}.substr(middle), " and ");
                if (a < 0 || b < 0) continue;
                set(title, static_cast<std::size_t>(a), static_cast<std::size_t>(b), value);
                set(title, static_cast<std::size_t>(b), static_cast<std::size_t>(a), value);
            }
        for (const auto& [card, values] : document.items())
            if (const int gpu = number_behind(card, "card"); gpu >= 0 && values.is_object())
                for (const auto& [key, value] : values.items())
                    if (key == "(Topology) Numa Node") numa_[static_cast<std::size_t>(gpu)] = word_of(value);
    }

    [[nodiscard]] std::string name(std::size_t gpu) const {
        const auto known = names_.find(gpu);
        return known != names_.end() && names_.size() == gpus_ ? known->second : "GPU" + std::to_string(gpu);
    }

    [[nodiscard]] std::string table(const std::string& title) {
        const std::map<pair, std::string>& words = words_[title];
        if (words.empty()) return {};
        std::string text = title + " TABLE:\n";
        for (std::size_t gpu = 0; gpu < gpus_; ++gpu) text.append(" ").append(name(gpu));
        for (std::size_t a = 0; a < gpus_; ++a) {
            text.append("\n").append(name(a));
            for (std::size_t b = 0; b < gpus_; ++b) {
                const auto word = words.find({a, b});
                const bool self = a == b && (rocm_smi_ || word == words.end());
                text.append(" ").append(self ? "0" : word == words.end() ? "N/A" : word->second);
            }
        }
        return text.append("\n\n");
    }

    std::size_t gpus_ = 0;
    std::size_t next_ = 0; // the number of a GPU that has none
    bool rocm_smi_ = false;
    std::map<std::size_t, std::string> names_;                 // addresses on the PCI bus
    std::map<std::string, std::map<pair, std::string>> words_; // by title
    std::map<std::size_t, std::string> numa_;
};

/// JSON without the commas before a closing bracket, as the examples in AMD's documentation have them.
[[nodiscard]] inline std::string without_last_commas(std::string text) {
    for (std::size_t comma = text.find(','); comma != std::string::npos; comma = text.find(',', comma + 1)) {
        const std::size_t next = text.find_first_not_of(" \t\r\n", comma + 1);
        if (next != std::string::npos && (text[next] == '}' || text[next] == ']')) text[comma] = ' ';
    }
    return text;
}

} // namespace detail

/// Reads the links of AMD's GPUs from `amd-smi topology --json`, in its form since ROCm 6.3 and in the one before, and from
/// `rocm-smi --showtopo --json`.
///
/// @param file     named in errors
/// @param content  the text; what stands before the document, such as a warning, is passed over
/// @return the description, as describe_rocm_topology() makes it, whose lines are 0; or an error: no JSON, no link types,
///         an unknown word
///
/// Source: docs/sources.md#rocm-smi.
[[nodiscard]] inline expected<described_machine, input_error> describe_amd_json(const std::string& file,
                                                                                std::string_view content) {
    const std::string text = detail::is_utf16(content) ? detail::utf8_of_utf16(content) : std::string{content};
    std::size_t begin = std::min(text.find_first_of("[{"), text.size());
    while (begin > 0 && begin < text.size() && text[begin - 1] != '\n' && !text.starts_with("\xef\xbb\xbf"))
        begin = std::min(text.find_first_of("[{", begin + 1), text.size());
    auto document =
        nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), nullptr, false);
    if (document.is_discarded())
        document = nlohmann::json::parse(detail::without_last_commas(text.substr(begin)), nullptr, false);
    if (document.is_discarded())
        return unexpected<input_error>{input_error{file, 0, "document", text.substr(begin, 40), "whole JSON"}};
    const std::string tables = detail::amd_json_tables{}.tables(document);
    if (tables.empty())
        return unexpected<input_error>{
            input_error{file, 0, "document", text.substr(begin, 40), "the links that amd-smi topology --json prints"}};
    auto machine = detail::rocm_describer{file, tables}.describe();
    if (!machine) {
        machine.error().line = 0;
        return machine;
    }
    machine->format = document.is_array() ? "amd-smi topology --json" : "rocm-smi --showtopo --json";
    for (auto& each : machine->left_out) each.line = 0;
    return machine;
}

} // namespace gpupack::io
