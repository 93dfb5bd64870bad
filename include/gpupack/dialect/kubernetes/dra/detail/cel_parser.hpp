// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_lexer.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_syntax.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Reads an expression by recursive descent. Source: the CEL language definition (docs/sources.md#cel).
class cel_parser {
  public:
    /// Deeper expressions are refused: the parser and the evaluation recurse.
    static constexpr int deepest = 200;

    [[nodiscard]] static expected<cel_tree, std::string> parse(std::string_view text) {
        cel_lexer lexer{text};
        auto words = lexer.words();
        if (!words) return unexpected<std::string>{lexer.error()};
        cel_parser parser{std::move(*words)};
        const std::uint32_t root = parser.ternary();
        if (parser.error_.empty() && parser.word().kind != cel_token_kind::end) parser.fail("an operator or the end");
        if (!parser.error_.empty()) return unexpected<std::string>{parser.error_};
        parser.tree_.root = root;
        return std::move(parser.tree_);
    }

  private:
    explicit cel_parser(std::vector<cel_token> words) : words_{std::move(words)} { names_.emplace_back("device"); }

    [[nodiscard]] const cel_token& word(std::size_t ahead = 0) const {
        return words_[std::min(at_ + ahead, words_.size() - 1)];
    }
    [[nodiscard]] bool is(std::string_view sign) const {
        return word().kind == cel_token_kind::sign && word().text == sign;
    }
    bool take(std::string_view sign) {
        if (!is(sign)) return false;
        ++at_;
        return true;
    }
    void expect(std::string_view sign) {
        if (!take(sign)) fail(std::string{sign});
    }
    void fail(std::string expectation) {
        if (!error_.empty()) return;
        error_ = "expected " + std::move(expectation) + " at character " + std::to_string(word().at + 1);
        at_ = words_.size() - 1;
    }

    std::uint32_t add(cel_node node) {
        tree_.nodes.push_back(std::move(node));
        return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
    }
    std::uint32_t add_call(std::string_view name, std::vector<std::uint32_t> operands, bool receiver = false) {
        cel_node node;
        node.form = cel_form::call;
        node.receiver = receiver;
        node.name = tree_.keep(std::string{name});
        node.operands = std::move(operands);
        return add(std::move(node));
    }
    std::uint32_t add_form(cel_form form, std::vector<std::uint32_t> operands) {
        cel_node node;
        node.form = form;
        node.operands = std::move(operands);
        return add(std::move(node));
    }
    std::uint32_t add_value(const cel_value& value) {
        cel_node node;
        node.value = value;
        return add(std::move(node));
    }

    std::uint32_t ternary() {
        if (++depth_ > deepest) fail("a less deeply nested expression");
        if (!error_.empty()) return add({});
        const std::uint32_t condition = binary(0);
        std::uint32_t whole = condition;
        if (take("?")) {
            const std::uint32_t first = binary(0);
            expect(":");
            whole = add_form(cel_form::conditional, {condition, first, ternary()});
        }
        --depth_;
        return whole;
    }

    [[nodiscard]] std::string_view operator_at(int level) const {
        static constexpr std::array<std::array<std::string_view, 7>, 5> levels{
            {{"||"}, {"&&"}, {"==", "!=", "<", "<=", ">", ">=", "in"}, {"+", "-"}, {"*", "/", "%"}}};
        for (const std::string_view sign : levels[static_cast<std::size_t>(level)])
            if (!sign.empty() &&
                (is(sign) || (sign == "in" && word().kind == cel_token_kind::name && word().text == "in")))
                return sign;
        return {};
    }

    std::uint32_t binary(int level) {
        if (level == 5) return unary();
        std::uint32_t left = binary(level + 1);
        for (std::string_view sign = operator_at(level); !sign.empty() && error_.empty(); sign = operator_at(level)) {
            ++at_;
            const std::uint32_t second = binary(level + 1);
            left = level == 0   ? add_form(cel_form::disjunction, {left, second})
                   : level == 1 ? add_form(cel_form::conjunction, {left, second})
                                : add_call(sign, {left, second});
        }
        return left;
    }

    std::uint32_t unary() {
        if (is("!") || is("-")) {
            const bool minus = is("-");
            const cel_token_kind next = word(1).kind;
            if (minus && (next == cel_token_kind::integer || next == cel_token_kind::real)) {
                ++at_;
                return postfix(number(true));
            }
            if (++depth_ > deepest) fail("a less deeply nested expression");
            if (!error_.empty()) return add({});
            ++at_;
            const std::uint32_t operand = unary();
            --depth_;
            return add_call(minus ? "-" : "!", {operand});
        }
        return postfix(primary());
    }

    std::uint32_t postfix(std::uint32_t operand) {
        while (error_.empty()) {
            if (is(".") || is(".?")) {
                const bool optional = is(".?");
                ++at_;
                operand = member(operand, optional);
            } else if (is("[") || is("[?")) {
                const bool optional = is("[?");
                ++at_;
                const std::uint32_t key = ternary();
                expect("]");
                operand = add_form(optional ? cel_form::optional_index : cel_form::index, {operand, key});
            } else {
                break;
            }
        }
        return operand;
    }

    std::uint32_t member(std::uint32_t operand, bool optional) {
        if (word().kind != cel_token_kind::name) {
            fail("a name");
            return operand;
        }
        const std::string name = word().text;
        ++at_;
        if (optional || !is("(")) {
            cel_node node;
            node.form = optional ? cel_form::optional_select : cel_form::select;
            node.name = tree_.keep(name);
            node.operands = {operand};
            return add(std::move(node));
        }
        ++at_;
        if (const auto macro = macro_call(operand, name)) return *macro;
        std::vector<std::uint32_t> operands = arguments(")");
        // sets.contains(a, b), cel.bind and optional.of belong to a namespace, not to a value.
        const cel_node& receiver = tree_.nodes[operand];
        if (receiver.form == cel_form::type_name &&
            (receiver.name == "sets" || receiver.name == "optional" || receiver.name == "lists"))
            return add_call(std::string{receiver.name}.append(".").append(name), std::move(operands));
        operands.insert(operands.begin(), operand);
        return add_call(name, std::move(operands), true);
    }

    [[nodiscard]] std::vector<std::uint32_t> arguments(std::string_view close) {
        std::vector<std::uint32_t> operands;
        while (error_.empty() && !is(close)) {
            operands.push_back(ternary());
            if (!take(",")) break;
        }
        expect(close);
        return operands;
    }

    /// The variable in front of a comma, as a new slot.
    std::uint32_t variable() {
        if (word().kind != cel_token_kind::name) fail("the name of a variable");
        names_.push_back(word().text);
        ++at_;
        expect(",");
        tree_.slots = std::max(tree_.slots, static_cast<std::uint32_t>(names_.size()));
        return static_cast<std::uint32_t>(names_.size() - 1);
    }

    struct macro_form {
        std::string_view name;
        cel_form form;
    };

    std::optional<std::uint32_t> macro_call(std::uint32_t operand, std::string_view name) {
        static constexpr std::array<macro_form, 11> macros{{{"all", cel_form::every},
                                                            {"exists", cel_form::any},
                                                            {"exists_one", cel_form::exactly_one},
                                                            {"existsOne", cel_form::exactly_one},
                                                            {"filter", cel_form::filter},
                                                            {"map", cel_form::transform},
                                                            {"transformList", cel_form::transform},
                                                            {"transformMap", cel_form::transform_map},
                                                            {"bind", cel_form::bind},
                                                            {"optMap", cel_form::bind_option},
                                                            {"optFlatMap", cel_form::bind_option_flat}}};
        const auto* const macro = std::ranges::find(macros, name, &macro_form::name);
        const bool named =
            word().kind == cel_token_kind::name && word(1).kind == cel_token_kind::sign && word(1).text == ",";
        if (macro == macros.end() || !named) return std::nullopt;
        if (macro->form == cel_form::bind) {
            if (tree_.nodes[operand].form != cel_form::type_name || tree_.nodes[operand].name != "cel")
                return std::nullopt;
            return bind();
        }
        const std::size_t names = names_.size();
        cel_node node;
        node.form = macro->form;
        node.slot = variable();
        const bool two =
            word().kind == cel_token_kind::name && word(1).kind == cel_token_kind::sign && word(1).text == ",";
        const bool one_only =
            name == "filter" || name == "map" || name == "optMap" || name == "optFlatMap" || name == "exists_one";
        if (two && !one_only) {
            node.pair = true;
            variable();
        }
        if (name.starts_with("transform") && !node.pair) fail("two variables");
        node.operands = arguments(")");
        node.operands.insert(node.operands.begin(), operand);
        const bool transforms = node.form == cel_form::transform || node.form == cel_form::transform_map;
        if (node.operands.size() != 2 && !(transforms && node.operands.size() == 3))
            fail("another number of arguments");
        names_.resize(names);
        return add(std::move(node));
    }

    std::uint32_t bind() {
        const std::string name = word().text;
        at_ += 2;
        const std::uint32_t content = ternary();
        expect(",");
        names_.push_back(name);
        tree_.slots = std::max(tree_.slots, static_cast<std::uint32_t>(names_.size()));
        cel_node node;
        node.form = cel_form::bind;
        node.slot = static_cast<std::uint32_t>(names_.size() - 1);
        node.operands = {content, ternary()};
        expect(")");
        names_.pop_back();
        return add(std::move(node));
    }

    std::uint32_t number(bool negative) {
        const cel_token token = word();
        ++at_;
        if (token.kind == cel_token_kind::real)
            return add_value(cel_real(std::strtod((negative ? "-" + token.text : token.text).c_str(), nullptr)));
        const bool hex = token.text.size() > 1 && (token.text[1] == 'x' || token.text[1] == 'X');
        const std::string_view digits = std::string_view{token.text}.substr(hex ? 2 : 0);
        std::uint64_t size = 0;
        const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), size, hex ? 16 : 10);
        const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
        const bool natural = token.kind == cel_token_kind::natural;
        if (digits.empty() || wrong != std::errc{} || end != digits.data() + digits.size() || (!natural && size > most))
            fail("a number of 64 bits");
        if (natural) return add_value(cel_natural(size));
        return add_value(cel_integer(static_cast<std::int64_t>(negative ? 0 - size : size)));
    }

    std::uint32_t primary() {
        const cel_token token = word();
        switch (token.kind) {
        case cel_token_kind::integer:
        case cel_token_kind::natural:
        case cel_token_kind::real: return number(false);
        case cel_token_kind::text:
        case cel_token_kind::bytes:
            ++at_;
            return add_value(cel_text(tree_.keep(token.text),
                                      token.kind == cel_token_kind::text ? cel_kind::text : cel_kind::bytes));
        case cel_token_kind::name: return name_or_call();
        default: break;
        }
        if (take("(")) {
            const std::uint32_t inner = ternary();
            expect(")");
            return inner;
        }
        if (take("[")) return add_form(cel_form::list, arguments("]"));
        if (take("{")) return map_literal();
        fail("a value");
        return add({});
    }

    std::uint32_t map_literal() {
        std::vector<std::uint32_t> operands;
        while (error_.empty() && !is("}")) {
            operands.push_back(ternary());
            expect(":");
            operands.push_back(ternary());
            if (!take(",")) break;
        }
        expect("}");
        return add_form(cel_form::map, std::move(operands));
    }

    std::uint32_t name_or_call() {
        static constexpr std::array<std::string_view, 17> reserved{
            "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
            "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};
        const std::string name = word().text;
        if (name == "in" || std::ranges::find(reserved, name) != reserved.end()) fail("a name that is not reserved");
        ++at_;
        if (take("(")) {
            std::vector<std::uint32_t> operands = arguments(")");
            if (name != "has") return add_call(name, std::move(operands));
            if (operands.size() == 1 && tree_.nodes[operands[0]].form == cel_form::select) {
                tree_.nodes[operands[0]].form = cel_form::presence;
                return operands[0];
            }
            fail("a field in has()");
            return add({});
        }
        if (name == "true" || name == "false") return add_value(cel_boolean(name == "true"));
        if (name == "null") return add_value(cel_value{});
        cel_node node;
        for (std::size_t i = names_.size(); i-- > 0;)
            if (names_[i] == name) {
                node.form = cel_form::variable;
                node.slot = static_cast<std::uint32_t>(i);
                return add(std::move(node));
            }
        node.form = cel_form::type_name; // or a namespace; the check knows
        node.name = tree_.keep(name);
        return add(std::move(node));
    }

    std::vector<cel_token> words_;
    std::size_t at_ = 0;
    int depth_ = 0;
    cel_tree tree_;
    std::vector<std::string> names_;
    std::string error_;
};

} // namespace gpupack::dialect::dra::detail
