// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_check.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_device_view.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_evaluation.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_parser.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_syntax.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/regex.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra {

/// What an expression may use. The defaults are those of expressions that are stored in a cluster, of any release.
struct selector_options {
    bool lists = true;     ///< includes().
    bool shareable = true; ///< device.allowMultipleAllocations.
};

/// A device selector: an expression in CEL, compiled.
///
/// Supported are core CEL with macros, optionals, strings, regular expressions (the bytes of a text, RE2's syntax), lists,
/// sets, quantities and versions. Not supported are times, IP addresses, URLs, authorizers and named formats: an expression
/// that uses them does not compile. The cost of an expression is counted in steps, more coarsely than Kubernetes does.
/// Sources: docs/sources.md#cel, docs/sources.md#kubernetes-dra.
class selector {
  public:
    /// The longest expression that the API server accepts, in bytes.
    static constexpr std::size_t longest = 10'240;

    /// Compiles an expression.
    ///
    /// @param text     the expression
    /// @param options  what it may use
    /// @return the selector, or what is wrong with the expression
    [[nodiscard]] static expected<selector, input_error> compile(std::string_view text, selector_options options = {}) {
        if (text.size() > longest)
            return bad_input("selector", std::string{text.substr(0, 40)}.append("..."), "at most 10240 bytes");
        auto tree = detail::cel_parser::parse(text);
        if (!tree) return bad_input("selector", std::string{text}, tree.error());
        selector made{std::move(*tree)};
        const detail::cel_check check{made.tree_, options.lists, options.shareable};
        if (!check.error().empty())
            return bad_input("selector", std::string{text}, "an expression without: " + check.error());
        if (!made.compile_patterns()) return bad_input("selector", std::string{text}, "a valid regular expression");
        return made;
    }

    /// Whether a device is selected.
    ///
    /// @param view  the device, as expressions see it
    /// @return the answer, or why the expression fails for this device
    [[nodiscard]] expected<bool, std::string> evaluate(const detail::cel_device_view& view) const {
        if (!view.error().empty()) return unexpected<std::string>{view.error()};
        detail::cel_evaluation evaluation{tree_, patterns_, view.device_values()};
        const detail::cel_value result = evaluation.result();
        if (result.kind == detail::cel_kind::boolean) return result.boolean;
        if (result.kind == detail::cel_kind::failure) return unexpected<std::string>{std::string{result.text}};
        return unexpected<std::string>{"the result is no bool"};
    }

    /// Whether a device is selected.
    ///
    /// @param one     the device
    /// @param driver  its driver
    /// @return the answer, or why the expression fails for this device
    [[nodiscard]] expected<bool, std::string> evaluate(const device& one, std::string_view driver) const {
        const detail::cel_device_view view{one, driver};
        return evaluate(view);
    }

  private:
    explicit selector(detail::cel_tree tree) : tree_{std::move(tree)} {}

    /// Compiles the patterns that are literals, so that a bad one is found at once.
    bool compile_patterns() {
        for (detail::cel_node& node : tree_.nodes) {
            const auto function = static_cast<detail::cel_function>(node.function);
            const bool uses = function == detail::cel_function::matches || function == detail::cel_function::find ||
                              function == detail::cel_function::find_all;
            if (node.form != detail::cel_form::call || !uses) continue;
            const detail::cel_node& pattern = tree_.nodes[node.operands[1]];
            if (pattern.form != detail::cel_form::literal || pattern.value.kind != detail::cel_kind::text) continue;
            auto compiled = detail::regex::compile(pattern.value.text);
            if (!compiled) return false;
            patterns_.push_back(std::move(*compiled));
            node.slot = static_cast<std::uint32_t>(patterns_.size());
        }
        return true;
    }

    detail::cel_tree tree_;
    std::vector<detail::regex> patterns_;
};

} // namespace gpupack::dialect::dra
