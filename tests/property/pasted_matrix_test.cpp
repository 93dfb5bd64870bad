// SPDX-License-Identifier: Apache-2.0
// A clean matrix of `nvidia-smi topo -m`, damaged in the ways in which pasted ones are: never a crash, never a wrong link.
#include <gpupack/io/read_topology_matrix.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

/// What a machine prints, as cells: a header and rows.
struct printed_matrix {
    std::vector<std::vector<std::string>> rows; // the first is the header, whose first cell is empty
    std::size_t gpus = 0;
    std::size_t nics = 0;
    std::vector<int> numa; // [gpus]
};

std::string path_by(std::uint64_t way) {
    constexpr const char* words[] = {"SYS", "NODE", "PHB", "PXB", "PIX"};
    return words[way];
}

/// Paths that are the same both ways, and NVLinks between all GPUs, some, or none.
printed_matrix random_matrix(random_stream& random, std::size_t most_nics) {
    printed_matrix all;
    all.gpus = 1 + random.below(9);
    all.nics = random.below(most_nics + 1);
    const std::size_t devices = all.gpus + all.nics;
    const std::uint64_t links = random.below(3);
    std::vector<std::vector<std::string>> words(devices, std::vector<std::string>(devices, "X"));
    for (std::size_t a = 0; a < devices; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            words[a][b] = path_by(random.below(5));
            if (a < all.gpus && (links == 2 || (links == 1 && random.below(2) == 0)))
                words[a][b] = "NV" + std::to_string(1 + random.below(18));
            words[b][a] = words[a][b];
        }
    all.rows.push_back({""});
    for (std::size_t d = 0; d < devices; ++d)
        all.rows[0].push_back(d < all.gpus ? "GPU" + std::to_string(d) : "NIC" + std::to_string(d - all.gpus));
    for (const char* const title : {"CPU Affinity", "NUMA Affinity", "GPU NUMA ID"}) all.rows[0].push_back(title);
    const int nodes = 1 + static_cast<int>(random.below(4));
    const int threads = 8 << random.below(3);
    for (std::size_t d = 0; d < devices; ++d) {
        std::vector<std::string> row{all.rows[0][1 + d]};
        row.insert(row.end(), words[d].begin(), words[d].end());
        if (d < all.gpus) {
            const int node = static_cast<int>(random.below(static_cast<std::uint64_t>(nodes)));
            all.numa.push_back(node);
            const auto range = [&](int first) {
                return std::to_string(first) + "-" + std::to_string(first + threads - 1);
            };
            row.push_back(range(node * threads) + "," + range((nodes + node) * threads));
            row.push_back(std::to_string(node));
            row.push_back("N/A");
        }
        all.rows.push_back(std::move(row));
    }
    return all;
}

/// The text: cells behind tabs, or padded with blanks. The cells of column `glued` have no gap behind them.
std::string text_of(const printed_matrix& matrix, bool tabs, std::size_t glued) {
    std::string text;
    for (const std::vector<std::string>& row : matrix.rows) {
        for (std::size_t c = 0; c < row.size(); ++c) {
            text += row[c] == "X" && c != glued ? " X " : row[c];
            if (c == glued || c + 1 == row.size()) continue;
            text += tabs ? "\t" : std::string(2 + (row[c].size() < 8 ? 8 - row[c].size() : 0), ' ');
        }
        text += '\n';
    }
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text.append(line).append("\n");
    return text;
}

/// Whatever was read is what was printed: links between GPUs, adapters that were kept, NUMA nodes that are known.
void expect_no_wrong_word(const printed_matrix& matrix, const io::described_machine& machine, const std::string& text) {
    RC_ASSERT(machine.gpus.size() == matrix.gpus);
    for (std::size_t a = 0; a < matrix.gpus; ++a) {
        for (std::size_t b = 0; b < matrix.gpus; ++b) RC_ASSERT(machine.links[a][b] == matrix.rows[1 + a][1 + b]);
        if (machine.gpus[a].numa) RC_ASSERT(*machine.gpus[a].numa == matrix.numa[a]);
    }
    for (const io::described_nic& nic : machine.nics) {
        const auto column = std::find(matrix.rows[0].begin(), matrix.rows[0].end(), nic.label) - matrix.rows[0].begin();
        if (column == static_cast<std::ptrdiff_t>(matrix.rows[0].size())) RC_FAIL(nic.label + " in\n" + text);
        for (std::size_t g = 0; g < matrix.gpus; ++g)
            if (nic.to_gpus[g] != matrix.rows[1 + g][static_cast<std::size_t>(column)])
                RC_FAIL(nic.label + " to GPU" + std::to_string(g) + " in\n" + text);
    }
}

io::described_machine read_whole(const std::string& text) {
    const auto machine = io::describe_topology_matrix("topo.txt", text);
    if (!machine) RC_FAIL(machine.error().message() + " in\n" + text);
    return *machine;
}

} // namespace

TEST(pasted_matrix, is_read_whole_where_a_terminal_has_glued_a_column) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const printed_matrix matrix = random_matrix(random, 20);
        const std::size_t devices = matrix.gpus + matrix.nics;
        const std::size_t glued = 1 + random.below(devices); // up to the last link and the processors
        const std::string text = text_of(matrix, random.below(2) == 0, glued);
        const io::described_machine machine = read_whole(text);
        expect_no_wrong_word(matrix, machine, text);
        RC_ASSERT(machine.nics.size() == matrix.nics);
        for (const io::described_gpu& gpu : machine.gpus) RC_ASSERT(gpu.numa.has_value());
    });
}

TEST(pasted_matrix, is_read_whole_behind_colours_and_log_prefixes) {
    const std::vector<std::string> colours{"\x1b[4m", "\xef\xbf\xbd[4m", "[4m", "^[[4m", "\\033[4m", "\x1b[1;32m", ""};
    const std::vector<std::string> prefixes{"",
                                            "> ",
                                            "node7: ",
                                            "INFO 2025-04-06T03:02:45.843487262Z ",
                                            "[rank0]: ",
                                            "(RayWorker pid=1234, ip=10.0.0.1) ",
                                            "worker-0  | ",
                                            "2025-01-01 10:00:00,123 - INFO - ",
                                            "\xc2\xa0",
                                            "# "};
    for_all([&](std::uint64_t seed) {
        random_stream random{seed};
        const printed_matrix matrix = random_matrix(random, 12);
        std::vector<std::string> lines = lines_of(text_of(matrix, random.below(2) == 0, 0));
        const std::string& colour = colours[random.below(colours.size())];
        const std::string& prefix = prefixes[random.below(prefixes.size())];
        lines[0] = colour + lines[0] + (colour.empty() ? "" : colour.substr(0, colour.find('[') + 1) + "0m");
        for (std::string& line : lines) line = prefix + line + (random.below(2) == 0 ? "\r" : "");
        const std::string text = joined(lines);
        const io::described_machine machine = read_whole(text);
        expect_no_wrong_word(matrix, machine, text);
        RC_ASSERT(machine.nics.size() == matrix.nics);
        for (const io::described_gpu& gpu : machine.gpus) RC_ASSERT(gpu.numa.has_value());
    });
}

TEST(pasted_matrix, is_read_whole_where_lines_are_broken) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const printed_matrix matrix = random_matrix(random, 12);
        const bool tabs = random.below(2) == 0;
        const std::size_t width = 40 + random.below(160);
        std::vector<std::string> lines;
        for (const std::string& line : lines_of(text_of(matrix, tabs, 0)))
            for (std::size_t begin = 0; begin == 0 || begin < line.size(); begin += width)
                lines.push_back(line.substr(begin, width));
        const std::string text = joined(lines);
        const auto machine = io::describe_topology_matrix("topo.txt", text);
        if (machine) expect_no_wrong_word(matrix, *machine, text);
    });
}

TEST(pasted_matrix, keeps_its_gpus_where_adapters_are_damaged) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        printed_matrix matrix = random_matrix(random, random.below(50) == 0 ? 140 : 20);
        if (matrix.nics == 0) return;
        std::vector<std::string> lines = lines_of(text_of(matrix, random.below(2) == 0, 0));
        std::size_t shown = matrix.nics;
        for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
            const std::size_t nic = 1 + matrix.gpus + random.below(matrix.nics);
            const std::uint64_t way = random.below(5);
            if (way == 0) lines[nic].clear();
            if (way == 1) lines[nic].resize(lines[nic].size() / 2);
            if (way == 2) lines[nic].insert(lines[nic].size() / 3, "\nWARNING 05-07 [worker.py:12] slow\n");
            if (way == 3) lines[nic] += " (Worker pid=12) INFO starting";
            if (way == 4) shown = std::min(shown, static_cast<std::size_t>(random.below(matrix.nics)));
        }
        if (shown < matrix.nics) // rows end at the edge of the screen
            for (std::size_t g = 1; g <= matrix.gpus; ++g) {
                std::string row = matrix.rows[g][0];
                for (std::size_t c = 1; c <= matrix.gpus + shown; ++c) row += "  " + matrix.rows[g][c];
                lines[g] = row;
            }
        const std::string text = joined(lines);
        expect_no_wrong_word(matrix, read_whole(text), text);
    });
}

// One change anywhere cannot turn a link into another: each stands there twice.
TEST(pasted_matrix, is_refused_or_right_after_any_small_change) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const printed_matrix matrix = random_matrix(random, 6);
        if (matrix.gpus < 2) return;
        std::string text = text_of(matrix, random.below(2) == 0, 0);
        const std::size_t place = random.below(text.size());
        const std::uint64_t way = random.below(4);
        if (way == 0) text[place] = "GX01 NV|\tPISYBOD\n"[random.below(16)];
        if (way == 1) text.erase(place, 1 + random.below(30));
        if (way == 2) text.insert(place, random.below(2) == 0 ? "NV2\t" : " PIX ");
        if (way == 3) text.insert(place, "\nINFO 12:00:01 loading\n");
        const auto machine = io::describe_topology_matrix("topo.txt", text);
        if (!machine) {
            RC_ASSERT(!machine.error().expected.empty());
            return;
        }
        RC_ASSERT(!topology_error(machine->topology).has_value());
        // A change of the header may take GPUs away, or of their names, but no link is wrong.
        RC_ASSERT(machine->gpus.size() <= matrix.gpus);
        for (std::size_t a = 0; a < machine->gpus.size(); ++a)
            for (std::size_t b = 0; b < machine->gpus.size(); ++b)
                if (machine->links[a][b] != matrix.rows[1 + a][1 + b]) RC_FAIL(text);
    });
}

TEST(pasted_matrix, survives_any_bytes) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        std::string text;
        for (std::uint64_t n = random.below(300); n > 0; --n) {
            constexpr const char* pieces[] = {
                "GPU0",  "GPU1",         "NIC0", "NIC12", "X",   "NV12", "SYS",          "PIX",           "\t",
                " ",     "\n",           "N/A",  "0-3",   ",",   "1",    "CPU Affinity", "NUMA Affinity", "GPU NUMA ID",
                "\x1b[", "\xef\xbf\xbd", ":",    "OK",    "\\t", "\r"};
            text += random.below(8) == 0 ? std::string(1, static_cast<char>(random.below(256)))
                                         : pieces[random.below(std::size(pieces))];
        }
        const auto machine = io::describe_topology_matrix("topo.txt", text);
        if (machine) RC_ASSERT(!topology_error(machine->topology).has_value());
    });
}
