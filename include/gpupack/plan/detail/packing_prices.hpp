// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/node_knapsack.hpp>
#include <gpupack/plan/detail/packing_model.hpp>
#include <gpupack/plan/detail/packing_program.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Prices are whole numbers of so many to a milli-GPU.
inline constexpr std::int64_t price_scale = std::int64_t{1} << 20;

/// What things cost, none below 0. Any such prices prove a bound; good ones prove a tight one.
///
/// shape        [shapes]  of one task
/// cpu, memory  [kinds]   of a milli-core and of a MiB on a node of that kind
struct packing_prices {
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> cpu;
    std::vector<std::int64_t> memory;
};

/// Finds good prices by column generation: the linear program over the packings of whole nodes, its columns made when
/// they are worth it.
///
/// source  Gilmore and Gomory 1961 (docs/sources.md#gilmore61)
class price_search {
  public:
    explicit price_search(const packing_model& of)
        : of_{of}, program_{limits_of(of)}, knapsack_{of}, worth_(of.shapes.size()) {}

    [[nodiscard]] packing_prices find() {
        for (std::size_t left = most_work / work_a_round() + 1; left > 0; --left)
            if (!program_.enter_slack() && !enter_best_packing()) break;
        return rounded();
    }

  private:
    static constexpr std::size_t most_work =
        1'000'000'000; // about a second; prices are good for a proof at any time
    static constexpr std::size_t rows_a_kind = 3;

    /// Entries of the inverse and of the knapsacks that a round may change.
    [[nodiscard]] std::size_t work_a_round() const noexcept {
        const std::size_t rows = program_.prices().size();
        std::size_t work = rows * rows + 1;
        for (const packed_kind& type : of_.types) {
            const auto steps = static_cast<std::size_t>(type.compute / of_.step);
            work += steps * std::min(steps, type.fitting.size());
        }
        return work;
    }

    /// Rows: a count a shape; then a kind's nodes, and its CPU and memory in nodes' worth.
    [[nodiscard]] static std::vector<double> limits_of(const packing_model& of) {
        std::vector<double> limits;
        for (const packed_shape& shape : of.shapes) limits.push_back(static_cast<double>(shape.count));
        for (const packed_kind& type : of.types)
            limits.insert(limits.end(), rows_a_kind, static_cast<double>(type.nodes));
        return limits;
    }
    [[nodiscard]] std::size_t row_of(std::size_t type) const noexcept {
        return of_.shapes.size() + rows_a_kind * type;
    }
    /// Part of a node's resource that a piece takes.
    [[nodiscard]] static double part(std::int64_t request, std::int64_t pieces, std::int64_t whole) noexcept {
        return whole == 0 ? 0 : static_cast<double>(request) / static_cast<double>(pieces * whole);
    }

    /// Brings in the packing that earns most beyond its prices, over all nodes of its kind; false where none does.
    bool enter_best_packing() {
        packing_program::column best_column;
        double best_surplus = 0;
        double best_gain = 0;
        for (std::size_t k = 0; k < of_.types.size(); ++k) {
            const packed_kind& type = of_.types[k];
            price_pieces(k);
            const double each = knapsack_.solve(type, worth_) - program_.prices()[row_of(k)];
            const double surplus = each * static_cast<double>(type.nodes);
            if (each <= packing_program::tolerance || surplus <= best_surplus) continue;
            best_surplus = surplus;
            best_gain = make_column(k, best_column);
        }
        return best_surplus > 0 && program_.enter(best_column, best_gain);
    }

    void price_pieces(std::size_t k) {
        const packed_kind& type = of_.types[k];
        const std::vector<double>& price = program_.prices();
        for (const std::size_t s : type.fitting) {
            const packed_shape& shape = of_.shapes[s];
            worth_[s] = (gpus(shape) - price[s]) / static_cast<double>(shape.pieces()) -
                        price[row_of(k) + 1] * part(shape.cpu, shape.pieces(), type.cpu) -
                        price[row_of(k) + 2] * part(shape.memory, shape.pieces(), type.memory);
        }
    }

    /// The column of the packing that the knapsack solved last; returns its gain.
    double make_column(std::size_t k, packing_program::column& made) const {
        const packed_kind& type = of_.types[k];
        made.clear();
        double gain = 0;
        double cpu = 0;
        double memory = 0;
        knapsack_.for_each_piece([&](std::size_t s) {
            const packed_shape& shape = of_.shapes[s];
            const double taken = 1.0 / static_cast<double>(shape.pieces());
            gain += gpus(shape) * taken;
            cpu += part(shape.cpu, shape.pieces(), type.cpu);
            memory += part(shape.memory, shape.pieces(), type.memory);
            for (auto& [row, value] : made)
                if (row == s) {
                    value += taken;
                    return;
                }
            made.emplace_back(s, taken);
        });
        made.emplace_back(row_of(k), 1.0);
        made.emplace_back(row_of(k) + 1, cpu);
        made.emplace_back(row_of(k) + 2, memory);
        return gain;
    }

    [[nodiscard]] static double gpus(const packed_shape& shape) noexcept {
        return static_cast<double>(shape.value()) / static_cast<double>(whole_gpu.count());
    }

    /// The program's prices, in GPUs and in nodes' worth, as whole numbers of our own scale.
    [[nodiscard]] packing_prices rounded() const {
        const double scale = static_cast<double>(whole_gpu.count() * price_scale);
        const auto whole = [&](double price, std::int64_t per) {
            return per == 0 ? 0
                            : std::int64_t{std::llround(std::fmax(price, 0.0) * scale / static_cast<double>(per))};
        };
        packing_prices made;
        const std::vector<double>& price = program_.prices();
        for (std::size_t s = 0; s < of_.shapes.size(); ++s) // beyond its worth, a price only adds to the bound
            made.shape.push_back(std::min(whole(price[s], 1), of_.shapes[s].value() * price_scale));
        for (std::size_t k = 0; k < of_.types.size(); ++k) {
            made.cpu.push_back(whole(price[row_of(k) + 1], of_.types[k].cpu));
            made.memory.push_back(whole(price[row_of(k) + 2], of_.types[k].memory));
        }
        return made;
    }

    const packing_model& of_;
    packing_program program_;
    node_knapsack<double> knapsack_;
    std::vector<double> worth_; // [shapes]
};

} // namespace gpupack::plan::detail
