// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace judge_program {

/// How often one kind of answer was compared, and how it went.
struct row {
    std::string kind;        ///< What was compared, and under which policy.
    std::int64_t asked = 0;  ///< Comparisons.
    std::int64_t same = 0;   ///< Those with the same answer.
    std::int64_t theirs = 0; ///< Those that differ by a named fault of the original.
};

/// What both sides say to one question.
struct sides {
    std::string question; ///< What was asked.
    std::string theirs;   ///< What the original answers.
    std::string ours;     ///< What gpupack answers.
};

/// A difference that is reported.
struct difference {
    std::string kind;        ///< The kind of its row.
    std::int64_t number = 0; ///< The seed of its case.
    std::string fault;       ///< The fault of the original that explains it; empty: none.
    sides views;             ///< Both answers.
};

/// Counts comparisons by kind and keeps the first differences of each kind.
class tally {
  public:
    /// @param shown  the seed of the case whose every comparison is kept; none: no case
    explicit tally(std::optional<std::int64_t> shown = {}) : shown_{shown} {}

    /// Begins the next case.
    ///
    /// @param seed  its number
    void start_case(std::int64_t seed) {
        seed_ = seed;
        ++cases_;
    }
    /// Counts a decision of the current case.
    void count_decision() { ++decisions_; }
    /// Counts what could not be compared.
    ///
    /// @param reason  why not
    void leave_out(std::string_view reason) { ++left_out_[std::string{reason}]; }

    /// Counts one comparison.
    ///
    /// @param kind      what is compared
    /// @param same      whether both sides agree
    /// @param fault     the fault of the original that explains a difference; empty: none
    /// @param describe  returns the `sides`; called only where they are kept
    template <class Describe>
    void compare(std::string_view kind, bool same, std::string_view fault, const Describe& describe) {
        row& counts = row_of(kind);
        ++counts.asked;
        if (same) ++counts.same;
        const bool explained = !same && !fault.empty();
        if (explained) ++counts.theirs;
        if (shown_ == seed_)
            views_.push_back({counts.kind, seed_, same ? std::string{} : std::string{fault}, describe()});
        if (same || kept_[counts.kind + (explained ? "+" : "")]++ >= most_kept) return;
        first_.push_back({counts.kind, seed_, std::string{fault}, describe()});
    }

    /// The cases that were compared.
    [[nodiscard]] std::int64_t cases() const { return cases_; }
    /// The decisions that were compared.
    [[nodiscard]] std::int64_t decisions() const { return decisions_; }
    /// The rows, in the order in which their kinds came.
    [[nodiscard]] const std::vector<row>& rows() const { return rows_; }
    /// The first differences of each kind.
    [[nodiscard]] const std::vector<difference>& first() const { return first_; }
    /// Every comparison of the case to show.
    [[nodiscard]] const std::vector<difference>& views() const { return views_; }
    /// What could not be compared, with how often.
    [[nodiscard]] const std::map<std::string, std::int64_t>& left_out() const { return left_out_; }
    /// Whether every difference is explained.
    [[nodiscard]] bool agrees() const {
        for (const row& each : rows_)
            if (each.same + each.theirs != each.asked) return false;
        return true;
    }

  private:
    static constexpr int most_kept = 3;

    row& row_of(std::string_view kind) {
        for (row& each : rows_)
            if (each.kind == kind) return each;
        return rows_.emplace_back(row{std::string{kind}});
    }

    std::optional<std::int64_t> shown_;
    std::int64_t seed_ = 0;
    std::int64_t cases_ = 0;
    std::int64_t decisions_ = 0;
    std::vector<row> rows_;
    std::vector<difference> first_;
    std::vector<difference> views_;
    std::map<std::string, int> kept_;
    std::map<std::string, std::int64_t> left_out_;
};

} // namespace judge_program
