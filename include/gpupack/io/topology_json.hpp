// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/detail/plain_text.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/topology/topology_error.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// The words for PCIe paths, as `nvidia-smi topo -m` has them.
inline constexpr std::array<std::string_view, 6> path_words{"SYS", "NODE", "PHB", "PXB", "PIX", "PSB"};

[[nodiscard]] inline std::optional<pcie_path> path_named(std::string_view word) noexcept {
    for (std::size_t i = 0; i < path_words.size(); ++i)
        if (path_words[i] == word) return static_cast<pcie_path>(i);
    return std::nullopt;
}

/// "PIX", or "NV2 PHB" where NVLinks stand beside the path.
[[nodiscard]] inline std::string link_text(const gpu_link& link) {
    const std::string path{path_words[static_cast<std::size_t>(link.pcie)]};
    return link.nvlinks == 0 ? path : std::string{"NV"}.append(std::to_string(link.nvlinks)).append(" ").append(path);
}

[[nodiscard]] inline std::optional<gpu_link> link_named(const std::string& text) {
    const std::vector<std::string> words = words_of(text);
    if (words.empty() || words.size() > 2) return std::nullopt;
    const auto path = path_named(words.back());
    if (!path) return std::nullopt;
    if (words.size() == 1) return gpu_link{*path, 0};
    if (!words[0].starts_with("NV")) return std::nullopt;
    const auto links = parse_number({}, 0, {}, std::string_view{words[0]}.substr(2), 1, max_nvlinks);
    return links ? std::optional{gpu_link{*path, static_cast<std::uint8_t>(*links)}} : std::nullopt;
}

/// Reads one document, and keeps the first error.
class topology_reader {
  public:
    using json = nlohmann::json;

    explicit topology_reader(std::string file) : file_{std::move(file)} {}

    [[nodiscard]] expected<node_topology, input_error> read(const json& all) {
        node_topology read;
        keys(all, "", {"gpupack_topology", "gpus", "links", "nvswitch", "nics", "partitions"});
        if (number(at(all, "", "gpupack_topology"), "/gpupack_topology", 1, 1) != 1) return failure();
        for (const auto& [gpu, where] : elements(at(all, "", "gpus"), "/gpus")) {
            keys(*gpu, where, {"numa"});
            read.numa.push_back(numa_node(*gpu, where));
        }
        for (const auto& [row, where] : elements(at(all, "", "links"), "/links")) {
            std::vector<gpu_link> links;
            for (const auto& [cell, place] : elements(*row, where)) {
                const std::string text = word(*cell, place);
                const bool self = links.size() == read.links.size();
                const auto link = self && text == "X" ? std::optional{gpu_link{}} : link_named(text);
                if (!link) wrong(place, text, "a path (SYS, NODE, PHB, PXB, PIX, PSB), or \"NV2 PHB\"; X for itself");
                links.push_back(link.value_or(gpu_link{}));
            }
            read.links.push_back(std::move(links));
        }
        const json& switched = at(all, "", "nvswitch");
        if (!switched.is_boolean()) wrong("/nvswitch", switched.dump(), "true or false");
        read.switched = switched.is_boolean() && switched.get<bool>();
        for (const auto& [adapter, where] : elements(at(all, "", "nics"), "/nics")) read_nic(read, *adapter, where);
        for (const auto& [part, where] : elements(at(all, "", "partitions"), "/partitions")) {
            gpu_set set;
            for (const auto& [gpu, place] : elements(*part, where))
                set.insert(number(*gpu, place, 0, std::max(0, read.gpus() - 1)));
            read.partitions.push_back(set);
        }
        if (error_) return failure();
        if (auto wrong = topology_error(read)) {
            wrong->file = file_;
            return unexpected<input_error>{*std::move(wrong)};
        }
        return read;
    }

  private:
    [[nodiscard]] unexpected<input_error> failure() const { return unexpected<input_error>{*error_}; }

    void wrong(const std::string& where, std::string value, std::string expected) {
        if (!error_) error_ = input_error{file_, 0, where, std::move(value), std::move(expected)};
    }

    void keys(const json& object, const std::string& where, std::initializer_list<std::string_view> known) {
        if (!object.is_object()) return wrong(where.empty() ? "/" : where, object.dump().substr(0, 40), "an object");
        for (const auto& [key, value] : object.items())
            if (std::find(known.begin(), known.end(), key) == known.end())
                wrong(where + "/" + key, value.dump().substr(0, 40), "no such key");
    }

    /// The value of a key; null where there is none.
    [[nodiscard]] const json& at(const json& object, const std::string& where, const char* key) {
        static const json none;
        const auto found = object.is_object() ? object.find(key) : object.end();
        if (object.is_object() && found != object.end()) return *found;
        wrong(where + "/" + key, "", "this key");
        return none;
    }

    /// The elements of an array and their JSON pointers.
    [[nodiscard]] std::vector<std::pair<const json*, std::string>> elements(const json& array,
                                                                            const std::string& where) {
        std::vector<std::pair<const json*, std::string>> all;
        if (!array.is_array()) wrong(where, array.dump().substr(0, 40), "an array");
        for (std::size_t i = 0; array.is_array() && i < array.size(); ++i)
            all.emplace_back(&array[i], where + "/" + std::to_string(i));
        return all;
    }

    [[nodiscard]] int number(const json& value, const std::string& where, int least, int most) {
        if (value.is_number_integer() && value >= least && value <= most) return value.get<int>();
        std::string expected = std::to_string(least);
        if (most > least) expected.insert(0, "a whole number from ").append(" to ").append(std::to_string(most));
        wrong(where, value.dump().substr(0, 40), std::move(expected));
        return least;
    }

    /// Null: unknown.
    [[nodiscard]] int numa_node(const json& device, const std::string& where) {
        const json& value = at(device, where, "numa");
        if (device.is_object() && device.contains("numa") && value.is_null()) return unknown_numa;
        return number(value, where + "/numa", 0, max_numa_node);
    }

    [[nodiscard]] std::string word(const json& value, const std::string& where) {
        if (value.is_string()) return value.get<std::string>();
        wrong(where, value.dump().substr(0, 40), "a text");
        return {};
    }

    void read_nic(node_topology& topology, const json& adapter, const std::string& where) {
        keys(adapter, where, {"name", "numa", "to_gpus"});
        nic added{word(at(adapter, where, "name"), where + "/name"), numa_node(adapter, where), {}};
        for (const auto& [cell, place] : elements(at(adapter, where, "to_gpus"), where + "/to_gpus")) {
            const std::string text = word(*cell, place);
            const auto path = path_named(text);
            if (!path) wrong(place, text, "a path: SYS, NODE, PHB, PXB, PIX or PSB");
            added.to_gpus.push_back(path.value_or(pcie_path::cross_cpu));
        }
        topology.nics.push_back(std::move(added));
    }

    std::string file_;
    std::optional<input_error> error_;
};

} // namespace detail

/// Reads what connects the GPUs of a node from gpupack's own JSON, as write_topology_json() writes it.
///
/// @param file     named in errors
/// @param content  the text
/// @return the topology, or an error: text that is not JSON, with its line; a key that is missing, unknown or of another
///         type, with its JSON pointer; what topology_error() finds
[[nodiscard]] inline expected<node_topology, input_error> parse_topology_json(const std::string& file,
                                                                              std::string_view content) {
    const auto all = nlohmann::json::parse(content.begin(), content.end(), nullptr, false);
    if (!all.is_discarded()) return detail::topology_reader{file}.read(all);
    std::size_t line = 1; // parse again for the line: the parser reports it only by an exception
    try {
        [[maybe_unused]] const auto never = nlohmann::json::parse(content.begin(), content.end());
    } catch (const nlohmann::json::parse_error& error) {
        const std::size_t end = std::min(content.size(), error.byte == 0 ? 0 : error.byte - 1);
        line += static_cast<std::size_t>(
            std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    } catch (const nlohmann::json::exception&) {
        line = 0; // a number that no double holds, which has no place
    }
    return unexpected<input_error>{input_error{file, line, "document", "", "JSON"}};
}

/// parse_topology_json() of a file; a file that cannot be read is an error too.
[[nodiscard]] inline expected<node_topology, input_error> read_topology_json(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_topology_json(file, *content);
}

/// A topology as JSON that a person can read and change, with a row of links in each line.
///
/// @param topology  checked
/// @return  {"gpupack_topology": 1, "gpus": [{"numa": 0}, ...], "links": [["X", "NV2 PHB", ...], ...], "nvswitch": false,
///          "nics": [{"name": "mlx5_0", "numa": 0, "to_gpus": ["PIX", ...]}, ...], "partitions": [[0, 1], ...]}
[[nodiscard]] inline std::string write_topology_json(const node_topology& topology) {
    const auto list = [](const char* key, const std::vector<std::string>& rows) {
        std::string text = std::string{" \""}.append(key).append("\": [");
        for (std::size_t i = 0; i < rows.size(); ++i) text.append(i == 0 ? "\n  " : ",\n  ").append(rows[i]);
        return text.append(rows.empty() ? "]" : "\n ]");
    };
    std::vector<std::string> gpus, links, nics, partitions;
    const auto numa_of = [](int node) { return node == unknown_numa ? nlohmann::json{} : nlohmann::json(node); };
    for (const int numa : topology.numa) gpus.push_back(nlohmann::json{{"numa", numa_of(numa)}}.dump());
    for (std::size_t a = 0; a < topology.links.size(); ++a) {
        auto row = nlohmann::json::array();
        for (std::size_t b = 0; b < topology.links[a].size(); ++b)
            row.push_back(a == b ? std::string{"X"} : detail::link_text(topology.links[a][b]));
        links.push_back(row.dump());
    }
    for (const nic& each : topology.nics) {
        nlohmann::ordered_json adapter{{"name", each.name}, {"numa", numa_of(each.numa)}};
        auto& paths = adapter["to_gpus"] = nlohmann::ordered_json::array();
        for (const pcie_path path : each.to_gpus) paths.push_back(detail::path_words[static_cast<std::size_t>(path)]);
        nics.push_back(adapter.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    }
    for (const gpu_set part : topology.partitions) {
        auto members = nlohmann::json::array();
        for_each_gpu(part, [&](int gpu) { members.push_back(gpu); });
        partitions.push_back(members.dump());
    }
    return std::string{"{\n \"gpupack_topology\": 1,\n"}
        .append(list("gpus", gpus).append(",\n"))
        .append(list("links", links).append(",\n"))
        .append(" \"nvswitch\": ")
        .append(topology.switched ? "true,\n" : "false,\n")
        .append(list("nics", nics).append(",\n"))
        .append(list("partitions", partitions))
        .append("\n}\n");
}

} // namespace gpupack::io
