// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_call.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_compare.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_syntax.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/regex.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Walks through an expression for one device.
class cel_evaluation {
  public:
    cel_evaluation(const cel_tree& tree, const std::vector<regex>& patterns, const cel_device& device)
        : tree_{tree}, patterns_{patterns} {
        if (tree.slots > few_variables_.size()) more_variables_.resize(tree.slots);
        variable(0).kind = cel_kind::device;
        variable(0).device = &device;
    }

    /// The result; a failure's text lives as long as this object.
    [[nodiscard]] cel_value result() {
        const cel_value value = evaluate(tree_.root);
        return arena_.exhausted() ? cel_failure("the limit of its cost") : value;
    }

  private:
    [[nodiscard]] cel_value& variable(std::size_t slot) {
        return more_variables_.empty() ? few_variables_[slot] : more_variables_[slot];
    }

    cel_value evaluate(std::uint32_t index) {
        const cel_node& node = tree_.nodes[index];
        if (!arena_.spend(1)) return cel_failure("the limit of its cost");
        switch (node.form) {
        case cel_form::literal: return node.value;
        case cel_form::variable: return variable(node.slot);
        case cel_form::type_name: return cel_text(node.name, cel_kind::type);
        case cel_form::select:
        case cel_form::optional_select:
        case cel_form::presence: return select(node);
        case cel_form::index:
        case cel_form::optional_index: return element(node);
        case cel_form::conjunction: return decided(node, false);
        case cel_form::disjunction: return decided(node, true);
        case cel_form::conditional: {
            const cel_value condition = evaluate(node.operands[0]);
            if (condition.kind == cel_kind::failure) return condition;
            if (condition.kind != cel_kind::boolean) return cel_failure(cel_no_overload);
            return evaluate(node.operands[condition.boolean ? 1 : 2]);
        }
        case cel_form::call: return call(node);
        case cel_form::list: return list(node);
        case cel_form::map: return map(node);
        case cel_form::bind: {
            const cel_value content = evaluate(node.operands[0]);
            if (content.kind == cel_kind::failure) return content;
            variable(node.slot) = content;
            return evaluate(node.operands[1]);
        }
        case cel_form::bind_option:
        case cel_form::bind_option_flat: return bind_option(node);
        default: return walk(node);
        }
    }

    /// && and ||: a failure of one side does not matter where the other side decides.
    cel_value decided(const cel_node& node, bool decision) {
        cel_value failure;
        for (const std::uint32_t operand : node.operands) {
            const cel_value side = evaluate(operand);
            if (side.kind == cel_kind::boolean) {
                if (side.boolean == decision) return side;
            } else if (failure.kind != cel_kind::failure) {
                failure = side.kind == cel_kind::failure ? side : cel_failure(cel_no_overload);
            }
        }
        return failure.kind == cel_kind::failure ? failure : cel_boolean(!decision);
    }

    cel_value select(const cel_node& node) {
        cel_value operand = evaluate(node.operands[0]);
        if (operand.kind == cel_kind::failure) return operand;
        const bool presence = node.form == cel_form::presence;
        bool optional = node.form == cel_form::optional_select;
        if (operand.kind == cel_kind::option) {
            if (operand.option == nullptr) return presence ? cel_boolean(false) : operand;
            operand = *operand.option;
            optional = true;
        }
        if (operand.kind == cel_kind::device) {
            const cel_device& device = *operand.device;
            const cel_value field = node.name == "driver"       ? device.driver
                                    : node.name == "attributes" ? device.attributes
                                    : node.name == "capacity"   ? device.capacity
                                                                : device.shareable;
            return presence ? cel_boolean(true) : optional ? arena_.keep_option(field) : field;
        }
        if (operand.kind != cel_kind::map) return cel_failure(cel_no_overload);
        return looked_up(*operand.map, cel_text(node.name), presence, optional);
    }

    cel_value looked_up(const cel_map& map, const cel_value& key, bool presence, bool optional) {
        if (key.kind == cel_kind::failure) return key;
        const cel_value* const found = cel_find(map, key);
        if (presence) return cel_boolean(found != nullptr || map.missing != nullptr);
        if (found != nullptr) return optional ? arena_.keep_option(*found) : *found;
        if (map.missing != nullptr)
            return optional ? arena_.keep_option(cel_map_of(*map.missing)) : cel_map_of(*map.missing);
        if (optional) return cel_option(nullptr);
        return arena_.keep_failure("no such key: " + cel_written(key));
    }

    cel_value element(const cel_node& node) {
        cel_value operand = evaluate(node.operands[0]);
        if (operand.kind == cel_kind::failure) return operand;
        bool optional = node.form == cel_form::optional_index;
        if (operand.kind == cel_kind::option) {
            if (operand.option == nullptr) return operand;
            operand = *operand.option;
            optional = true;
        }
        const cel_value key = evaluate(node.operands[1]);
        if (key.kind == cel_kind::failure) return key;
        if (operand.kind == cel_kind::map) return looked_up(*operand.map, key, false, optional);
        if (operand.kind != cel_kind::list || !cel_is_number(key)) return cel_failure(cel_no_overload);
        const std::vector<cel_value>& items = operand.list->items;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (cel_number_order(key, cel_integer(static_cast<std::int64_t>(i))) == 0)
                return optional ? arena_.keep_option(items[i]) : items[i];
        return optional ? cel_option(nullptr) : cel_failure("index out of bounds");
    }

    cel_value call(const cel_node& node) {
        std::array<cel_value, 4> operands;
        std::size_t count = 0;
        for (const std::uint32_t operand : node.operands) {
            operands[count] = evaluate(operand);
            if (operands[count].kind == cel_kind::failure) return operands[count];
            ++count;
        }
        const auto function = static_cast<cel_function>(node.function);
        const std::span<const cel_value> values{operands.data(), count};
        if (function != cel_function::matches && function != cel_function::find && function != cel_function::find_all)
            return cel_call(function, values, arena_);
        if (values[0].kind != cel_kind::text || values[1].kind != cel_kind::text) return cel_failure(cel_no_overload);
        const std::int64_t most = count > 2 ? values[2].integer : -1;
        if (node.slot != 0) return cel_regex_call(function, values[0].text, patterns_[node.slot - 1], most, arena_);
        const auto pattern = regex::compile(values[1].text);
        if (!pattern || !arena_.spend(values[1].text.size() * 10)) return cel_failure("no regular expression");
        return cel_regex_call(function, values[0].text, *pattern, most, arena_);
    }

    cel_value list(const cel_node& node) {
        std::vector<cel_value> items;
        items.reserve(node.operands.size());
        for (const std::uint32_t operand : node.operands) {
            items.push_back(evaluate(operand));
            if (items.back().kind == cel_kind::failure) return items.back();
        }
        return arena_.keep_list(std::move(items));
    }

    cel_value map(const cel_node& node) {
        std::vector<std::pair<cel_value, cel_value>> entries;
        for (std::size_t i = 0; i + 1 < node.operands.size(); i += 2) {
            const cel_value key = evaluate(node.operands[i]);
            if (key.kind == cel_kind::failure) return key;
            const cel_value value = evaluate(node.operands[i + 1]);
            if (value.kind == cel_kind::failure) return value;
            entries.emplace_back(key, value);
        }
        return arena_.keep_map(std::move(entries));
    }

    cel_value bind_option(const cel_node& node) {
        const cel_value content = evaluate(node.operands[0]);
        if (content.kind == cel_kind::failure) return content;
        if (content.kind != cel_kind::option) return cel_failure(cel_no_overload);
        if (content.option == nullptr) return content;
        variable(node.slot) = *content.option;
        const cel_value result = evaluate(node.operands[1]);
        return node.form == cel_form::bind_option_flat || result.kind == cel_kind::failure ? result
                                                                                           : arena_.keep_option(result);
    }

    /// all, exists, exists_one, filter, map, transformList and transformMap.
    cel_value walk(const cel_node& node) {
        const cel_value whole = evaluate(node.operands[0]);
        if (whole.kind == cel_kind::failure) return whole;
        if (whole.kind != cel_kind::list && whole.kind != cel_kind::map) return cel_failure(cel_no_overload);
        const bool is_map = whole.kind == cel_kind::map;
        const std::size_t size = is_map ? whole.map->entries.size() : whole.list->items.size();
        const bool transforms = node.form == cel_form::transform || node.form == cel_form::transform_map;
        const bool tests = !transforms || node.operands.size() == 3;
        walk_state state;
        for (std::size_t i = 0; i < size; ++i) {
            const cel_value key = is_map ? whole.map->entries[i].first : cel_integer(static_cast<std::int64_t>(i));
            const cel_value item = is_map ? whole.map->entries[i].second : whole.list->items[i];
            variable(node.slot) = node.pair || is_map ? key : item;
            if (node.pair) variable(node.slot + 1) = item;
            const cel_value test = tests ? evaluate(node.operands[1]) : cel_boolean(true);
            if (arena_.exhausted()) return cel_failure("the limit of its cost");
            if (step(node, state, test, key, node.pair || is_map ? key : item)) return state.result;
        }
        return finished(node, state);
    }

    struct walk_state {
        cel_value result;
        cel_value failure;
        std::size_t hits = 0;
        std::vector<cel_value> items{};
        std::vector<std::pair<cel_value, cel_value>> entries{};
    };

    /// Takes one item; true where the result is known.
    bool step(const cel_node& node, walk_state& state, const cel_value& test, const cel_value& key,
              const cel_value& item) {
        const bool quantifies = node.form == cel_form::every || node.form == cel_form::any;
        if (test.kind != cel_kind::boolean) {
            state.failure = test.kind == cel_kind::failure ? test : cel_failure(cel_no_overload);
            if (quantifies) return false; // another item may decide
            state.result = state.failure;
            return true;
        }
        if (quantifies) {
            state.result = cel_boolean(node.form == cel_form::any);
            return test.boolean == (node.form == cel_form::any);
        }
        if (!test.boolean) return false;
        ++state.hits;
        if (node.form == cel_form::filter) state.items.push_back(item);
        if (node.form != cel_form::transform && node.form != cel_form::transform_map) return false;
        state.result = evaluate(node.operands.back());
        if (state.result.kind == cel_kind::failure) return true;
        state.items.push_back(state.result);
        state.entries.emplace_back(key, state.result);
        return false;
    }

    cel_value finished(const cel_node& node, walk_state& state) {
        switch (node.form) {
        case cel_form::every:
        case cel_form::any:
            return state.failure.kind == cel_kind::failure ? state.failure : cel_boolean(node.form == cel_form::every);
        case cel_form::exactly_one: return cel_boolean(state.hits == 1);
        case cel_form::transform_map: return arena_.keep_map(std::move(state.entries));
        default: return arena_.keep_list(std::move(state.items));
        }
    }

    const cel_tree& tree_;
    const std::vector<regex>& patterns_;
    cel_arena arena_;
    std::array<cel_value, 6> few_variables_{};
    std::vector<cel_value> more_variables_;
};

} // namespace gpupack::dialect::dra::detail
