// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <Eigen/Core>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// A linear program that grows by columns: maximise gain * x where A x <= limits and x >= 0, by the revised simplex method.
///
/// The inverse of the basis is updated by each pivot (a row operation for each other row) and computed anew from the basis
/// by an LU factorisation with partial pivoting after every `pivots_between_factorizations`, so that rounding errors do not
/// add up. Degeneracy: ties between rows that could leave are broken lexicographically by the rows of the inverse (Dantzig,
/// Orden and Wolfe 1955), so no basis comes back, whatever columns enter.
/// All is floating point: the prices are a proposal, which is to be evaluated in integers where a proof is needed.
class packing_program {
  public:
    /// The entries of a column that are not 0, as rows and values.
    using column = std::vector<std::pair<std::size_t, double>>;

    static constexpr double tolerance = 1e-9;

    /// @param limits  [rows] above 0
    explicit packing_program(const std::vector<double>& limits)
        : limits_{Eigen::Map<const Eigen::VectorXd>(limits.data(), static_cast<Eigen::Index>(limits.size()))},
          level_{limits_}, price_{Eigen::VectorXd::Zero(limits_.size())},
          inverse_{matrix::Identity(limits_.size(), limits_.size())}, step_{limits_.size()},
          basis_(limits.size()), gain_{Eigen::VectorXd::Zero(limits_.size())} {
        for (std::size_t row = 0; row < basis_.size(); ++row) basis_[row] = {{row, 1.0}}; // its slack
    }

    [[nodiscard]] std::size_t rows() const noexcept { return basis_.size(); }

    /// What one more unit of a limit would gain; below 0 where the row's slack should enter: see enter_slack().
    [[nodiscard]] double price(std::size_t row) const noexcept { return price_[static_cast<Eigen::Index>(row)]; }

    /// What the solution gains.
    [[nodiscard]] double gain() const noexcept { return gain_.dot(level_); }

    /// Brings a column into the basis.
    ///
    /// @param entries  of the column
    /// @param gain     of one unit of it
    /// @return         false where it would not help, as its gain is no more than its price
    bool enter(const column& entries, double gain) {
        double surplus = gain;
        for (const auto& [row, value] : entries) surplus -= price(row) * value;
        if (surplus <= tolerance) return false;
        step_.setZero();
        for (const auto& [row, value] : entries) step_ += value * inverse_.col(static_cast<Eigen::Index>(row));
        const Eigen::Index leaving = leaving_row();
        if (leaving < 0) return false;
        basis_[static_cast<std::size_t>(leaving)] = entries;
        gain_[leaving] = gain;
        pivot(leaving, surplus);
        if (++pivots_ % pivots_between_factorizations == 0) factorize();
        return true;
    }

    /// Brings the slack with the most negative price into the basis; false where none is negative.
    bool enter_slack() {
        Eigen::Index lowest = 0;
        if (rows() == 0 || price_.minCoeff(&lowest) >= -tolerance) return false;
        return enter({{static_cast<std::size_t>(lowest), 1.0}}, 0);
    }

    /// Computes the inverse, the levels and the prices anew from the columns of the basis.
    void factorize() {
        Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(limits_.size(), limits_.size());
        for (std::size_t nth = 0; nth < basis_.size(); ++nth)
            for (const auto& [row, value] : basis_[nth])
                columns(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(nth)) = value;
        inverse_ = Eigen::PartialPivLU<Eigen::MatrixXd>{columns}.inverse();
        level_ = (inverse_ * limits_).cwiseMax(0.0);
        price_ = inverse_.transpose() * gain_;
    }

  private:
    using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    static constexpr std::size_t pivots_between_factorizations = 1000;

    /// The row that first reaches 0 when the entering column grows; -1 where none does.
    [[nodiscard]] Eigen::Index leaving_row() const noexcept {
        Eigen::Index leaving = -1;
        for (Eigen::Index row = 0; row < step_.size(); ++row)
            if (step_[row] > tolerance && (leaving < 0 || leaves_before(row, leaving))) leaving = row;
        return leaving;
    }

    /// Whether a row reaches 0 before another one; ties lexicographically by the rows of the inverse.
    [[nodiscard]] bool leaves_before(Eigen::Index row, Eigen::Index other) const noexcept {
        const double ratio = level_[row] / step_[row];
        const double other_ratio = level_[other] / step_[other];
        if (std::abs(ratio - other_ratio) > tolerance) return ratio < other_ratio;
        for (Eigen::Index j = 0; j < step_.size(); ++j) {
            const double entry = inverse_(row, j) / step_[row];
            const double other_entry = inverse_(other, j) / step_[other];
            if (std::abs(entry - other_entry) > tolerance) return entry < other_entry;
        }
        return false;
    }

    void pivot(Eigen::Index leaving, double surplus) {
        inverse_.row(leaving) /= step_[leaving];
        price_ += surplus * inverse_.row(leaving).transpose();
        level_[leaving] = std::max(level_[leaving] / step_[leaving], 0.0);
        for (Eigen::Index row = 0; row < step_.size(); ++row) {
            if (row == leaving || step_[row] == 0) continue;
            inverse_.row(row) -= step_[row] * inverse_.row(leaving);
            level_[row] = std::max(level_[row] - step_[row] * level_[leaving], 0.0);
        }
    }

    Eigen::VectorXd limits_;
    Eigen::VectorXd level_;     // [rows]  of the variable that is basic there
    Eigen::VectorXd price_;     // [rows]
    matrix inverse_;            // [rows, rows]  of the basis
    Eigen::VectorXd step_;      // [rows]  what one unit of the entering variable takes of each
    std::vector<column> basis_; // [rows]
    Eigen::VectorXd gain_;      // [rows]  of the basic variables
    std::size_t pivots_ = 0;
};

} // namespace gpupack::plan::detail
