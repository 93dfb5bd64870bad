// SPDX-License-Identifier: Apache-2.0
// Every public name of the library has a /// comment directly above it. Line by line, without parsing C++: enough
// for code that is laid out as ours is.

#include "source_tree.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace {

using house::complaints;
using house::source;

/// The line without its comment and its texts, whose braces do not count.
std::string code_of(const std::string& line) {
    std::string code;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quote == 0 && line.compare(i, 2, "//") == 0) break;
        const bool digit_separator =
            line[i] == '\'' && i > 0 && std::isdigit(static_cast<unsigned char>(line[i - 1]));
        if (quote != 0) {
            if (line[i] == '\\')
                ++i;
            else if (line[i] == quote)
                quote = 0;
        } else if (line[i] == '"' || (line[i] == '\'' && !digit_separator)) {
            quote = line[i];
        } else {
            code += line[i];
        }
    }
    return std::string{house::trimmed(code)};
}

/// Whether the statement declares nothing new, so that it needs no comment.
bool is_exempt(const std::string& statement) {
    for (const char* start :
         {"static_assert", "using namespace", "template <>", "template class", "extern template"})
        if (statement.starts_with(start)) return true;
    if (statement.starts_with("using ") && statement.find('=') == std::string::npos) return true;
    // A member defined outside its class, where its comment stands: "inline std::string no_fit::message() const {"
    const std::size_t parameters = statement.find('(');
    const std::size_t name = parameters == std::string::npos ? parameters : statement.rfind(' ', parameters) + 1;
    if (name < parameters && statement.substr(name, parameters - name).find("::") != std::string::npos) return true;
    // A declaration ahead of its definition: "template <class Score> class ranked;"
    const bool type = statement.find("struct ") != std::string::npos ||
                      statement.find("class ") != std::string::npos || statement.find("enum ") != std::string::npos;
    return type && statement.find_first_of("{=(") == std::string::npos;
}

/// Follows the braces of a file from statement to statement at namespace scope.
class reader {
  public:
    explicit reader(const source& file) : file_{file} {}

    complaints missing() {
        bool continued = false;
        for (std::size_t i = 0; i < file_.lines.size(); ++i) {
            const std::string_view line = house::trimmed(file_.lines[i]);
            const bool directive = continued || line.starts_with('#');
            continued = directive && line.ends_with('\\');
            if (directive) continue;
            for (const char c : code_of(file_.lines[i])) take(c, i);
            if (!statement_.empty()) statement_ += ' ';
        }
        return std::move(found_);
    }

  private:
    bool at_namespace_scope() const { return open_.find('o') == std::string::npos; }

    void take(char c, std::size_t line) {
        if (at_namespace_scope()) {
            if (statement_.empty()) first_line_ = line;
            statement_ += c;
        }
        if (c == '{' || c == '(') open(c);
        if ((c == '}' || c == ')') && !open_.empty()) open_.pop_back();
        if ((c == ';' || c == '}') && at_namespace_scope()) finish();
    }

    void open(char brace) {
        const bool name_space = brace == '{' && at_namespace_scope() &&
                                (statement_.starts_with("namespace") || statement_.starts_with("inline namespace"));
        const bool detail = statement_.find("detail") != std::string::npos;
        open_ += !name_space ? 'o' : detail ? 'd' : documented(first_line_) ? 't' : 'n';
        if (name_space) statement_.clear();
    }

    void finish() {
        const std::string statement = std::exchange(statement_, {});
        const bool in_detail = open_.find('d') != std::string::npos;
        // What is left of "};" and of the end of a namespace.
        const bool rest = statement.size() <= 1;
        const bool in_table = open_.ends_with('t') && statement.starts_with("using ");
        if (!rest && !in_detail && !in_table && !is_exempt(statement) && !documented(first_line_))
            found_.push_back(house::at_line(file_, first_line_, "no /// above: " + statement.substr(0, 60)));
    }

    /// Whether a comment stands above the line, or above the neighbours it follows without a blank line.
    bool documented(std::size_t line) const {
        for (; line > 0 && !house::trimmed(file_.lines[line - 1]).empty(); --line)
            if (house::trimmed(file_.lines[line - 1]).starts_with("///")) return true;
        return false;
    }

    const source& file_;
    complaints found_;
    std::string open_; // one letter a brace: n a namespace, t one with a comment of its own, whose aliases
                       // that comment covers, d a namespace detail, o any other
    std::string statement_;
    std::size_t first_line_ = 0;
};

TEST(docstrings, stand_above_every_public_name) {
    complaints all;
    for (const source& file : house::headers()) {
        if (file.path.find("/detail/") != std::string::npos || file.path.ends_with(".inc")) continue;
        const complaints found = reader{file}.missing();
        all.insert(all.end(), found.begin(), found.end());
    }
    EXPECT_TRUE(all.empty()) << house::joined(all);
}

std::size_t complaints_about(const std::string& text) {
    return reader{house::made_up("a.hpp", text)}.missing().size();
}

TEST(docstrings, are_not_asked_of_what_declares_nothing_new) {
    EXPECT_EQ(complaints_about("#pragma once\nnamespace a {\nstruct b;\nusing c::d;\nstatic_assert(e({1}));\n}\n"),
              0U);
    EXPECT_EQ(complaints_about("namespace a::detail {\nint help() { return 1; }\n}\n"), 0U);
    EXPECT_EQ(complaints_about("inline std::string a::text(int b) const { return {}; }\n"), 0U);
    EXPECT_EQ(complaints_about("/// A table.\nnamespace a {\n\nusing b = c::d;\n}\n"), 0U);
    EXPECT_EQ(complaints_about("/// One.\nint f(int a) { return a; }\nint f(char a) { return '{'; }\n"), 0U);
}

TEST(docstrings, are_asked_of_every_kind_of_name) {
    EXPECT_EQ(complaints_about("namespace a {\nstruct b {\n    int c;\n};\n}\n"), 1U);
    EXPECT_EQ(complaints_about("namespace a {\n/// One.\nstruct b {};\n\nint f(b x);\n}\n"), 1U);
    EXPECT_EQ(complaints_about("inline std::string text(a::b c) { return {}; }\n"), 1U);
    EXPECT_EQ(complaints_about("// not a docstring\ntemplate <class Type> concept c = true;\n"), 1U);
    EXPECT_EQ(complaints_about("using number = int;\n\ninline constexpr int one{1};\n"), 2U);
    EXPECT_EQ(complaints_about("template <class Type>\n    requires true\nclass c {};\n"), 1U);
}

} // namespace
