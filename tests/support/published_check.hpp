// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/// Checks against published numbers. A check is a function, so that a test can run it on a changed table as well; the
/// table outlives every row, and a check that saw no row has failed.
namespace published {

using nlohmann::json;

/// The published numbers, by family: tests/data/conformance.json.
inline const json& numbers() {
    static const json table = [] {
        std::ifstream file{std::string{GPUPACK_SOURCE_DIR} + "/tests/data/conformance.json"};
        return json::parse(file);
    }();
    return table;
}

/// One row of a table, in what a check is called with.
struct row {
    const json& value;
    const json& family; ///< all tables of the family, for what rows refer to
    std::string key;    ///< where the table is an object: the row's name

    [[nodiscard]] const json& operator[](std::size_t column) const { return value.at(column); }
    [[nodiscard]] const json& at(const char* column) const { return value.at(column); }
    [[nodiscard]] bool contains(const char* column) const { return value.contains(column); }
};

/// What a check found to be otherwise than published, a line each.
class differences {
  public:
    template <class Ours, class Expected>
    void expect_equal(const Ours& ours, const Expected& expected, const row& row) {
        if (ours == expected) return;
        std::ostringstream text;
        text << row.key << row.value << ": ours is " << testing::PrintToString(ours) << ", published is "
             << testing::PrintToString(expected);
        lines_.push_back(text.str());
    }
    void expect_near(double ours, double expected, double tolerance, const row& row) {
        if (!(std::abs(ours - expected) <= tolerance)) expect_equal(ours, expected, row);
    }
    void add(std::string line) { lines_.push_back(std::move(line)); }

    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

  private:
    std::vector<std::string> lines_;
};

/// What a table is to a check.
enum class table {
    of_rows, ///< the check is called with each row
    as_a_row ///< the check is called once, with all of it
};

/// A check of one table; a global of this type is also a GoogleTest, named by the family and the check.
class check {
  public:
    using function = void (*)(const row&, differences&);

    /// @param family of the numbers
    /// @param part   the table in it; "" for the whole family as a row
    /// @param form   whether the check sees rows or the table
    /// @param name   of the test
    /// @param body   compares a row
    check(const char* family, const char* part, table form, const char* name, function body);

    [[nodiscard]] const std::string& family() const noexcept { return family_; }

    /// Runs the check on the numbers of its family.
    [[nodiscard]] std::vector<std::string> run(const json& family) const {
        return run_on(part_.empty() ? family : family.at(part_), family);
    }

    /// What it finds in a table without rows: at least that.
    [[nodiscard]] std::vector<std::string> of_no_rows() const { return run_on(json::array(), json::object()); }

    /// All checks of the program.
    static std::vector<check>& all() {
        static std::vector<check> checks;
        return checks;
    }

  private:
    class test;

    [[nodiscard]] std::vector<std::string> run_on(const json& rows, const json& family) const {
        differences found;
        if (rows.empty())
            found.add("no row in " + family_ + "." + part_);
        else if (form_ == table::as_a_row)
            body_({rows, family, part_}, found);
        else
            for (const auto& [key, value] : rows.items()) body_({value, family, rows.is_object() ? key : ""}, found);
        return found.lines();
    }

    std::string family_;
    std::string part_;
    table form_;
    function body_;
};

class check::test : public testing::Test {
  public:
    explicit test(check run) : check_{std::move(run)} {}
    void TestBody() override {
        for (const std::string& line : check_.run(numbers().at(check_.family()))) ADD_FAILURE() << line;
    }

  private:
    check check_;
};

inline check::check(const char* family, const char* part, table form, const char* name, function body)
    : family_{family}, part_{part}, form_{form}, body_{body} {
    all().push_back(*this);
    testing::RegisterTest(family, name, nullptr, nullptr, __FILE__, __LINE__,
                          [copy = *this]() -> testing::Test* { return new test{copy}; });
}

} // namespace published
