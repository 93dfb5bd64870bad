// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_signatures.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_syntax.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Finds the type of each part of an expression and the function of each call; error() says what does not fit.
///
/// As Kubernetes' compiler does: an attribute may be anything (dyn), everything else has a type.
class cel_check {
  public:
    cel_check(cel_tree& tree, bool lists, bool shareable)
        : tree_{tree}, lists_{lists}, shareable_{shareable}, variables_(tree.slots, any) {
        variables_[0] = device;
        const type result = type_of(tree.root);
        if (error_.empty() && result != any && result != boolean) error_ = "the result must be a bool";
    }

    [[nodiscard]] const std::string& error() const noexcept { return error_; }

  private:
    using type = std::uint32_t;
    enum : type {
        any,
        null,
        boolean,
        integer,
        natural,
        real,
        text,
        bytes,
        amount,
        version,
        device,
        type_type,
        simple_types,
        no_type = 0xFFFFFFFF
    };
    struct composite {
        char kind; // L, M, O
        type element;
        type key;
    };

    type made(char kind, type element, type key = any) {
        for (std::size_t i = 0; i < composites_.size(); ++i)
            if (composites_[i].kind == kind && composites_[i].element == element && composites_[i].key == key)
                return simple_types + static_cast<type>(i);
        composites_.push_back({kind, element, key});
        return simple_types + static_cast<type>(composites_.size() - 1);
    }
    [[nodiscard]] composite parts(type which) const {
        return which < simple_types ? composite{' ', any, any} : composites_[which - simple_types];
    }
    type fail(std::string message) {
        if (error_.empty()) error_ = std::move(message);
        return any;
    }
    [[nodiscard]] bool fits(type a, type b) const {
        if (a == any || b == any || a == b) return true;
        const composite left = parts(a);
        const composite other = parts(b);
        return left.kind == other.kind && left.kind != ' ' && fits(left.element, other.element) &&
               fits(left.key, other.key);
    }
    [[nodiscard]] bool is_number(type which) const { return which == integer || which == natural || which == real; }

    type type_of(std::uint32_t index) {
        if (!error_.empty()) return any;
        const cel_form form = tree_.nodes[index].form;
        switch (form) {
        case cel_form::literal: return literal(tree_.nodes[index].value.kind);
        case cel_form::variable: return variables_[tree_.nodes[index].slot];
        case cel_form::type_name: return type_name(tree_.nodes[index].name);
        case cel_form::select:
        case cel_form::optional_select:
        case cel_form::presence: return select(index);
        case cel_form::index:
        case cel_form::optional_index: return element_at(index);
        case cel_form::conjunction:
        case cel_form::disjunction: return both_boolean(index);
        case cel_form::conditional: return conditional(index);
        case cel_form::call: return call(index);
        case cel_form::list: return list(index);
        case cel_form::map: return map(index);
        case cel_form::bind:
        case cel_form::bind_option:
        case cel_form::bind_option_flat: return binding(index);
        default: return walk(index);
        }
    }

    static type literal(cel_kind kind) {
        switch (kind) {
        case cel_kind::boolean: return boolean;
        case cel_kind::integer: return integer;
        case cel_kind::natural: return natural;
        case cel_kind::real: return real;
        case cel_kind::text: return text;
        case cel_kind::bytes: return bytes;
        default: return null;
        }
    }
    type type_name(std::string_view name) {
        static constexpr std::array<std::string_view, 9> names{"bool",  "int",  "uint", "double", "string",
                                                               "bytes", "list", "map",  "type"};
        for (const std::string_view known : names)
            if (known == name) return type_type;
        if (name == "null_type") return type_type;
        return fail("undeclared reference to '" + std::string{name} + "'");
    }

    type select(std::uint32_t index) {
        const std::string_view name = tree_.nodes[index].name;
        const cel_form form = tree_.nodes[index].form;
        type operand = type_of(tree_.nodes[index].operands[0]);
        bool optional = form == cel_form::optional_select;
        if (parts(operand).kind == 'O') {
            optional = true;
            operand = parts(operand).element;
        }
        type field = any;
        if (operand == device) {
            field = field_of_device(name);
        } else if (parts(operand).kind == 'M') {
            field = parts(operand).element;
        } else if (operand != any) {
            return fail("a value without fields, where '" + std::string{name} + "' is looked up");
        }
        if (form == cel_form::presence) return boolean;
        return optional ? made('O', field) : field;
    }
    type field_of_device(std::string_view name) {
        if (name == "driver") return text;
        if (name == "attributes") return made('M', made('M', any, text), text);
        if (name == "capacity") return made('M', made('M', amount, text), text);
        if (name == "allowMultipleAllocations" && shareable_) return boolean;
        return fail("undefined field '" + std::string{name} + "'");
    }

    type element_at(std::uint32_t index) {
        type operand = type_of(tree_.nodes[index].operands[0]);
        const type key = type_of(tree_.nodes[index].operands[1]);
        bool optional = tree_.nodes[index].form == cel_form::optional_index;
        if (parts(operand).kind == 'O') {
            optional = true;
            operand = parts(operand).element;
        }
        type element = any;
        const composite of_what = parts(operand);
        if (of_what.kind == 'L' && (key == integer || key == any)) {
            element = of_what.element;
        } else if (of_what.kind == 'M' && fits(of_what.key, key)) {
            element = of_what.element;
        } else if (operand != any) {
            return fail("no such overload of []");
        }
        return optional ? made('O', element) : element;
    }

    type both_boolean(std::uint32_t index) {
        for (std::size_t i = 0; i < 2; ++i)
            if (const type side = type_of(tree_.nodes[index].operands[i]); side != any && side != boolean)
                return fail("&& and || need a bool");
        return boolean;
    }
    type conditional(std::uint32_t index) {
        if (const type condition = type_of(tree_.nodes[index].operands[0]); condition != any && condition != boolean)
            return fail("? needs a bool");
        const type first = type_of(tree_.nodes[index].operands[1]);
        const type second = type_of(tree_.nodes[index].operands[2]);
        if (!fits(first, second)) return fail("the two results of ? have different types");
        return first == any || second == any ? any : first;
    }

    type list(std::uint32_t index) {
        type element = any;
        const bool mixed = std::exchange(mixed_, false);
        for (std::size_t i = 0; i < tree_.nodes[index].operands.size(); ++i)
            element = mixed ? mixed_element(tree_.nodes[index].operands[i])
                            : joined(element, type_of(tree_.nodes[index].operands[i]), i == 0);
        return made('L', element);
    }
    type mixed_element(std::uint32_t index) {
        type_of(index);
        return any;
    }
    type map(std::uint32_t index) {
        type key = any;
        type element = any;
        for (std::size_t i = 0; i + 1 < tree_.nodes[index].operands.size(); i += 2) {
            key = joined(key, type_of(tree_.nodes[index].operands[i]), i == 0);
            element = joined(element, type_of(tree_.nodes[index].operands[i + 1]), i == 0);
        }
        return made('M', element, key);
    }
    type joined(type whole, type one, bool begins) {
        if (begins) return one;
        if (!fits(whole, one) || (whole == any) != (one == any))
            return fail("values of different types in one list or map");
        return parts(whole).element == any ? one : whole; // [] takes the type of the others
    }

    type binding(std::uint32_t index) {
        const cel_form form = tree_.nodes[index].form;
        type content = type_of(tree_.nodes[index].operands[0]);
        if (form != cel_form::bind) {
            if (content != any && parts(content).kind != 'O') return fail("optMap needs an optional");
            content = parts(content).element;
        }
        variables_[tree_.nodes[index].slot] = content;
        const type result = type_of(tree_.nodes[index].operands[1]);
        if (form == cel_form::bind_option) return made('O', result);
        if (form == cel_form::bind_option_flat && result != any && parts(result).kind != 'O')
            return fail("optFlatMap needs an optional");
        return result;
    }

    type walk(std::uint32_t index) {
        const type whole = type_of(tree_.nodes[index].operands[0]);
        const composite of_what = parts(whole);
        if (whole != any && of_what.kind != 'L' && of_what.kind != 'M')
            return fail("a value that is neither a list nor a map, where one is walked through");
        const std::uint32_t slot = tree_.nodes[index].slot;
        const bool pair = tree_.nodes[index].pair;
        const type key = of_what.kind == 'M'   ? of_what.key
                         : of_what.kind == 'L' ? static_cast<type>(integer)
                                               : static_cast<type>(any);
        variables_[slot] = pair || of_what.kind == 'M' ? key : of_what.element;
        if (pair) variables_[slot + 1] = of_what.element;
        const cel_form form = tree_.nodes[index].form;
        const std::size_t operands = tree_.nodes[index].operands.size();
        const bool transforms = form == cel_form::transform || form == cel_form::transform_map;
        const type first = type_of(tree_.nodes[index].operands[1]);
        if ((!transforms || operands == 3) && first != any && first != boolean) return fail("a test that is no bool");
        const type item = transforms && operands == 3 ? type_of(tree_.nodes[index].operands[2]) : first;
        if (form == cel_form::transform) return made('L', item);
        if (form == cel_form::transform_map) return made('M', item, key);
        if (form == cel_form::filter)
            return of_what.kind == 'M' ? made('L', key) : whole == any ? made('L', any) : whole;
        return boolean;
    }

    type call(std::uint32_t index) {
        std::vector<type> operands;
        const std::string_view name = tree_.nodes[index].name;
        const bool mixes = name == "format" && tree_.nodes[index].receiver;
        for (std::size_t i = 0; i < tree_.nodes[index].operands.size(); ++i) {
            mixed_ = mixes && i == 1; // what is formatted may be of different types
            operands.push_back(type_of(tree_.nodes[index].operands[i]));
            mixed_ = false;
        }
        if (!error_.empty()) return any;
        if (name.starts_with("sets.") && operands.size() == 2 && !fits(operands[0], operands[1]))
            return fail("no such overload of '" + std::string{name} + "'");
        if (const type special = comparison(index, name, operands); special != no_type) return special;
        bool known = false;
        type result = no_type;
        for (const cel_signature& signature : cel_signatures) {
            if (signature.name != name || signature.receiver != tree_.nodes[index].receiver) continue;
            if (signature.function == cel_function::includes && !lists_) continue;
            known = true;
            if (!accepts(signature.operands, operands)) continue;
            tree_.nodes[index].function = static_cast<std::uint16_t>(signature.function);
            const type found = result_of(signature.result, operands);
            result = result == no_type || result == found ? found : any;
        }
        if (result != no_type) return result;
        return fail((known ? "no such overload of '" : "undeclared reference to '") + std::string{name} + "'");
    }

    /// The type of a comparison or of `in`; no_type where the call is neither.
    type comparison(std::uint32_t index, std::string_view name, const std::vector<type>& operands) {
        static constexpr std::array<std::string_view, 7> names{"==", "!=", "<", "<=", ">", ">=", "in"};
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] != name || tree_.nodes[index].receiver) continue;
            tree_.nodes[index].function = static_cast<std::uint16_t>(i);
            const type a = operands[0];
            const type b = operands[1];
            bool valid = fits(a, b);
            if (i >= 2 && i < 6) {
                const bool ordered = a == any || is_number(a) || a == text || a == bytes || a == boolean;
                valid = (valid && ordered && (b == any || b < amount)) || (is_number(a) && is_number(b));
            } else if (i == 6) {
                const composite whole = parts(b);
                valid = b == any || (whole.kind == 'L' && fits(a, whole.element)) ||
                        (whole.kind == 'M' && fits(a, whole.key));
            }
            return valid ? static_cast<type>(boolean) : fail("no such overload of '" + std::string{name} + "'");
        }
        return no_type;
    }

    [[nodiscard]] bool accepts(std::string_view letters, const std::vector<type>& operands) const {
        if (letters.size() != operands.size()) return false;
        for (std::size_t i = 0; i < letters.size(); ++i)
            if (operands[i] != any && letters[i] != '*' && letter_of(operands[i]) != letters[i]) return false;
        return true;
    }
    [[nodiscard]] char letter_of(type which) const {
        return which >= simple_types ? parts(which).kind : std::string_view{"*nbiudsyqv@t"}[which];
    }
    type result_of(char letter, const std::vector<type>& operands) {
        switch (letter) {
        case 'e': return parts(operands[0]).element;
        case '0': return operands[0];
        case 'E': return made('O', parts(operands[0]).element);
        case 'P': return made('O', operands[0]);
        case 'S': return made('L', text);
        case 'I': return made('L', integer);
        case 'L': return made('L', any);
        case 'O': return made('O', any);
        default: return static_cast<type>(std::string_view{"*nbiudsyqv@t"}.find(letter));
        }
    }

    cel_tree& tree_;
    bool lists_;
    bool shareable_;
    bool mixed_ = false;
    std::vector<type> variables_;
    std::vector<composite> composites_;
    std::string error_;
};

} // namespace gpupack::dialect::dra::detail
