// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/io/detail/decoded_text.hpp>
#include <gpupack/io/detail/labelled_matrix.hpp>
#include <gpupack/io/detail/matrix_affinity.hpp>
#include <gpupack/io/detail/numa_numbers.hpp>
#include <gpupack/io/detail/plain_text.hpp>
#include <gpupack/topology/topology_error.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// Turns the tables of rocm-smi or amd-smi into a description.
class rocm_describer {
  public:
    rocm_describer(const std::string& file, std::string_view content)
        : file_{file}, content_{content}, tables_{content} {}

    [[nodiscard]] expected<described_machine, input_error> describe() {
        types_ = table_of("LINK TYPE");
        hops_ = table_of("HOPS");
        bandwidths_ = table_of("BW TABLE");
        weights_ = table_of("WEIGHT");
        if (types_ == nullptr)
            return error(0, "table", "", "the link types that rocm-smi --showtopo or amd-smi topology prints");
        restore_row();
        if (auto wrong = damage_of(file_, *types_)) return unexpected<input_error>{*std::move(wrong)};
        machine_.format = is_gpu(types_->names[0]) ? "rocm-smi --showtopo" : "amd-smi topology";
        add_gpus();
        add_numa_nodes();
        if (auto wrong = add_words()) return unexpected<input_error>{*std::move(wrong)};
        add_links();
        return std::move(machine_);
    }

  private:
    [[nodiscard]] unexpected<input_error> error(std::size_t line, std::string field, std::string value,
                                                std::string expected) const {
        return unexpected<input_error>{
            input_error{file_, line, std::move(field), std::move(value), std::move(expected)}};
    }

    /// The table under a title with these words, in capitals or not; nullptr where there is none.
    [[nodiscard]] const labelled_matrix* table_of(std::string_view words) const {
        for (const labelled_matrix& each : tables_.all()) {
            std::string title = each.title;
            std::transform(title.begin(), title.end(), title.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            if (title.find(words) != std::string::npos) return &each;
        }
        // rocm-smi's own title may be cut off; its words are still those of links
        for (const labelled_matrix& each : tables_.all())
            for (const labelled_matrix::row& row : each.rows)
                for (const std::string& word : row.words)
                    if (words == "LINK TYPE" && (word == "XGMI" || word == "PCIE")) return &each;
        return nullptr;
    }

    [[nodiscard]] static const std::string& word(const labelled_matrix* table, std::size_t a, std::size_t b) {
        static const std::string none;
        if (table == nullptr || a >= table->rows.size() || b >= table->rows[a].words.size()) return none;
        return table->rows[a].words[b];
    }

    /// The words of one GPU whose row is too short or too long, from its column: they are all printed twice.
    void restore_row() {
        const std::size_t gpus = types_->names.size();
        const auto is_whole = [&](const labelled_matrix::row& row) {
            return row.line != 0 && row.words.size() == gpus;
        };
        const auto damaged = std::find_if_not(types_->rows.begin(), types_->rows.end(), is_whole);
        if (damaged == types_->rows.end() || damaged->line == 0 ||
            !std::all_of(damaged + 1, types_->rows.end(), is_whole))
            return;
        restored_ = *types_;
        const auto self = static_cast<std::size_t>(damaged - types_->rows.begin());
        labelled_matrix::row& row = restored_.rows[self];
        row.words.assign(gpus, "0");
        for (std::size_t gpu = 0; gpu < gpus; ++gpu)
            if (gpu != self) row.words[gpu] = types_->rows[gpu].words[self];
        machine_.left_out.push_back({row.line, types_->names[self], "its row is damaged; its column was used"});
        types_ = &restored_;
    }

    void add_gpus() {
        for (std::size_t g = 0; g < types_->names.size(); ++g) {
            described_gpu gpu;
            gpu.index = static_cast<int>(g);
            if (!is_gpu(types_->names[g])) gpu.bus_id = types_->names[g];
            machine_.gpus.push_back(std::move(gpu));
        }
    }

    /// "GPU[0] : (Topology) Numa Node: 0", and GPU 0 in older versions.
    void add_numa_nodes() {
        for_each_line(content_, [&](std::size_t number, std::string_view line) {
            const std::string text = plain_line(line);
            const std::size_t begin = std::min(text.find("GPU["), text.find("GPU "));
            const std::size_t title = std::min(text.find("Numa Node:"), text.find("NUMA NODE:"));
            if (begin == std::string::npos || title == std::string::npos) return true;
            const std::string_view number_text = std::string_view{text}.substr(begin + 4);
            const auto gpu = small_number(number_text.substr(0, digits_at(number_text)));
            const auto node = small_number(trimmed(std::string_view{text}.substr(title + 10)));
            if (gpu && node && static_cast<std::size_t>(*gpu) < machine_.gpus.size())
                machine_.gpus[static_cast<std::size_t>(*gpu)].numa = *node;
            else
                machine_.left_out.push_back({number, text.substr(0, 120), "no NUMA node of a GPU of the table"});
            return true;
        });
    }

    [[nodiscard]] std::optional<input_error> add_words() {
        const std::size_t gpus = machine_.gpus.size();
        machine_.links.assign(gpus, std::vector<std::string>(gpus, "X"));
        for (std::size_t a = 0; a < gpus; ++a)
            for (std::size_t b = 0; b < gpus; ++b) {
                const std::string& text = word(types_, a, b);
                const bool self = text == "0" || text == "SELF" || text == "X" || (a == b && text == "N/A");
                const std::string pair = std::string{types_->names[a]}.append(" to ").append(types_->names[b]);
                if (self != (a == b))
                    return input_error{file_, types_->rows[a].line, pair, text,
                                       "0 or SELF on the diagonal, and nowhere else"};
                if (self) continue;
                if (text != "XGMI" && text != "PCIE" && text != "N/A" && text != "UNKNOWN")
                    return input_error{file_, types_->rows[a].line, pair, text, "XGMI or PCIE"};
                if (b < a && text != machine_.links[b][a])
                    return input_error{file_, types_->rows[a].line, pair, text,
                                       std::string{"the same as the other way, "}.append(machine_.links[b][a])};
                machine_.links[a][b] = text;
            }
        return std::nullopt;
    }

    /// What a pair weighs, 15 for each hop over Infinity Fabric; nothing where that is not told.
    [[nodiscard]] std::optional<int> weight(std::size_t a, std::size_t b) const {
        return weights_ == types_ ? std::nullopt : small_number(word(weights_, a, b));
    }

    /// Whether a pair over Infinity Fabric weighs more than the lightest: a third GPU is between them.
    [[nodiscard]] bool is_indirect(std::size_t a, std::size_t b) const {
        const auto own = weight(a, b);
        return own && least_weight_ && *own > *least_weight_;
    }

    void find_least_weight() {
        for (std::size_t a = 0; a < machine_.gpus.size(); ++a)
            for (std::size_t b = 0; b < a; ++b)
                if (const auto each = weight(a, b); each && *each > 0 && machine_.links[a][b] == "XGMI")
                    least_weight_ = std::min(least_weight_.value_or(*each), *each);
    }

    /// Links between two GPUs over Infinity Fabric. amd-smi prints the bandwidth of one link, and that of all.
    [[nodiscard]] int fabric_links(std::size_t a, std::size_t b) const {
        if (machine_.links[a][b] != "XGMI" || is_indirect(a, b)) return 0;
        const std::string& range = word(bandwidths_, std::max(a, b), std::min(a, b));
        const std::size_t dash = std::min(range.find('-'), range.size());
        const auto one = small_number(std::string_view{range}.substr(0, dash));
        const auto all = dash == range.size() ? one : small_number(std::string_view{range}.substr(dash + 1));
        if (!one || !all || *one == 0 || *all % *one != 0) return 1;
        return std::clamp(*all / *one, 1, max_nvlinks);
    }

    /// Two hops are within a NUMA node, three cross between two; where hops are not told, NUMA nodes tell.
    [[nodiscard]] pcie_path path(std::size_t a, std::size_t b) const {
        if (machine_.links[a][b] == "PCIE" && word(hops_, a, b) == "2") return pcie_path::same_cpu;
        if (machine_.links[a][b] == "PCIE" && word(hops_, a, b) == "3") return pcie_path::cross_cpu;
        const bool same = machine_.gpus[a].numa && machine_.gpus[a].numa == machine_.gpus[b].numa;
        return same ? pcie_path::same_cpu : pcie_path::cross_cpu;
    }

    void add_links() {
        const std::size_t gpus = machine_.gpus.size();
        if (gpus > max_gpus_per_node) {
            machine_.left_out.push_back({types_->line, std::to_string(gpus).append(" GPUs"),
                                         "a topology has at most 32; partitions of a GPU are its instances"});
            return;
        }
        find_least_weight();
        machine_.topology.numa = numa_numbers(machine_.gpus);
        machine_.topology.links.assign(gpus, std::vector<gpu_link>(gpus));
        for (std::size_t a = 0; a < gpus; ++a)
            for (std::size_t b = 0; b < gpus; ++b) {
                if (a == b) continue;
                const auto [low, high] = std::minmax(a, b);
                machine_.topology.links[a][b] = {path(low, high), static_cast<std::uint8_t>(fabric_links(low, high))};
                const bool shown = machine_.links[a][b] == "PCIE" && !word(hops_, low, high).empty();
                if (a < b && !shown) machine_.inferred.emplace_back(static_cast<int>(a), static_cast<int>(b));
            }
    }

    const std::string& file_;
    std::string_view content_;
    labelled_matrices tables_;
    const labelled_matrix* types_ = nullptr;
    labelled_matrix restored_; // types_, with a row that was damaged
    const labelled_matrix* hops_ = nullptr;
    const labelled_matrix* bandwidths_ = nullptr;
    const labelled_matrix* weights_ = nullptr;
    std::optional<int> least_weight_; // of a pair over Infinity Fabric
    described_machine machine_;
};

} // namespace detail

/// Reads the links of AMD's GPUs from the output of `rocm-smi --showtopo`, `rocm-smi --showtopotype` or `amd-smi topology`.
///
/// XGMI stands for Infinity Fabric, which counts like NVLinks: as many as the table of bandwidths tells, else one; none where the
/// table of weights says that the way leads through a third GPU. Both programs print 1 hop for every XGMI, 2 for PCIe within a
/// NUMA node and 3 between two, and nothing of the PCIe tree.
/// @param file     named in errors
/// @param content  the text
/// @return the description; its topology is empty beyond 32 GPUs. Or an error with its line: no table of link types, a
///         missing or ragged row, an unknown word, a link that differs between its two directions
///
/// Source: docs/sources.md#rocm-smi.
[[nodiscard]] inline expected<described_machine, input_error> describe_rocm_topology(const std::string& file,
                                                                                     std::string_view content) {
    const std::string text = detail::decoded(content);
    return detail::rocm_describer{file, text}.describe();
}

} // namespace gpupack::io
