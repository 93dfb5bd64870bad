// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/regex_bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// A regular expression in the syntax of RE2, over bytes, matched in linear time.
///
/// The text comes from whoever may create a claim, so matching must not explode as std::regex does. Refused: Unicode
/// classes (\p), named groups' use, back references and look-around (which RE2 refuses as well).
class regex {
  public:
    /// Nothing where the pattern is not valid or not supported.
    [[nodiscard]] static std::optional<regex> compile(std::string_view pattern) {
        regex result;
        result.pattern_ = pattern;
        const auto tree = result.alternatives(0);
        if (result.bad_ || result.at_ != pattern.size()) return std::nullopt;
        result.emit(tree);
        result.add({.what = op::accept});
        result.pattern_ = {};
        return result.bad_ ? std::nullopt : std::optional{std::move(result)};
    }

    /// The leftmost match at or behind a place: where it starts and its length.
    [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> find(std::string_view text,
                                                                          std::size_t from_place = 0) const {
        std::vector<thread> now;
        std::vector<thread> next;
        std::vector<std::size_t> mark(program_.size(), static_cast<std::size_t>(-1));
        std::optional<std::pair<std::size_t, std::size_t>> best;
        for (std::size_t place = from_place; place <= text.size(); ++place) {
            if (!best) follow(now, mark, {0, place}, text, place);
            if (now.empty() && best) break;
            next.clear();
            std::vector<std::size_t> next_mark(program_.size(), static_cast<std::size_t>(-1));
            for (const thread& one : now) {
                const instruction& order = program_[one.at];
                if (order.what == op::accept) {
                    best = {one.start, place - one.start};
                    break; // threads behind are less wanted
                }
                if (place < text.size() && order.set.test(static_cast<unsigned char>(text[place])))
                    follow(next, next_mark, {one.at + 1, one.start}, text, place + 1);
            }
            now.swap(next);
            mark.swap(next_mark);
        }
        return best;
    }

  private:
    enum class op : std::uint8_t { set, split, jump, start, end, boundary, no_boundary, accept };
    struct instruction {
        op what = op::accept;
        std::size_t first = 0; ///< Of a split: tried first; of a jump: where to.
        std::size_t second = 0;
        byte_set set{};
    };
    enum class kind : std::uint8_t { empty, set, check, sequence, choice, repeat };
    struct node {
        kind what = kind::empty;
        op check = op::accept;
        byte_set set{};
        std::vector<std::size_t> parts{};
        int least = 0;
        int most = -1; ///< -1: any number.
        bool greedy = true;
    };
    struct thread {
        std::size_t at;
        std::size_t start;
    };
    static constexpr std::size_t most_instructions = 10'000;

    std::size_t add(instruction result) {
        if (program_.size() >= most_instructions) {
            bad_ = true;
            return 0;
        }
        program_.push_back(std::move(result));
        return program_.size() - 1;
    }
    std::size_t grow(node result) {
        nodes_.push_back(std::move(result));
        return nodes_.size() - 1;
    }
    [[nodiscard]] bool more() const { return !bad_ && at_ < pattern_.size(); }
    [[nodiscard]] char peek() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }
    bool take(std::string_view text) {
        if (!pattern_.substr(std::min(at_, pattern_.size())).starts_with(text)) return false;
        at_ += text.size();
        return true;
    }

    std::size_t alternatives(int depth) {
        if (depth > 50) bad_ = true;
        node choice{.what = kind::choice};
        const bool fold = fold_;
        do choice.parts.push_back(sequence(depth));
        while (!bad_ && take("|"));
        fold_ = fold;
        return choice.parts.size() == 1 ? choice.parts[0] : grow(std::move(choice));
    }

    std::size_t sequence(int depth) {
        node whole{.what = kind::sequence};
        while (more() && peek() != '|' && peek() != ')') {
            std::size_t part = atom(depth);
            while (more() && !bad_) {
                node repeat{.what = kind::repeat, .parts = {part}};
                if (!count(repeat)) break;
                repeat.greedy = !take("?");
                part = grow(std::move(repeat));
            }
            whole.parts.push_back(part);
        }
        return grow(std::move(whole));
    }

    bool count(node& repeat) {
        if (take("*")) return true;
        if (take("+")) return (repeat.least = 1) == 1;
        if (take("?")) return (repeat.most = 1) == 1;
        if (peek() != '{') return false;
        std::size_t place = at_ + 1;
        const auto number = [&]() -> int {
            int value = -1;
            while (place < pattern_.size() && pattern_[place] >= '0' && pattern_[place] <= '9')
                value = std::min(1001, std::max(value, 0) * 10 + (pattern_[place++] - '0'));
            return value;
        };
        repeat.least = number();
        repeat.most = repeat.least;
        if (place < pattern_.size() && pattern_[place] == ',') {
            ++place;
            repeat.most = number();
        }
        if (repeat.least < 0 || place >= pattern_.size() || pattern_[place] != '}')
            return false; // a brace that stands for itself
        if (repeat.least > 1000 || repeat.most > 1000 || (repeat.most >= 0 && repeat.most < repeat.least)) bad_ = true;
        at_ = place + 1;
        return true;
    }

    std::size_t atom(int depth) {
        const char c = peek();
        ++at_;
        switch (c) {
        case '(': return group(depth);
        case '[': return grow({.what = kind::set, .set = folded(bracket())});
        case '.': return grow({.what = kind::set, .set = ~one_byte('\n')});
        case '^': return grow({.what = kind::check, .check = op::start});
        case '$': return grow({.what = kind::check, .check = op::end});
        case '*':
        case '+':
        case '?': bad_ = true; return 0;
        case '\\': return escape();
        default: return grow({.what = kind::set, .set = folded(one_byte(c))});
        }
    }

    std::size_t group(int depth) {
        if (take("?")) {
            const bool named = take("P<") || take("<");
            if (named) {
                const std::size_t end = pattern_.find('>', at_);
                if (end == std::string_view::npos || peek() == '=' || peek() == '!') bad_ = true;
                at_ = bad_ ? at_ : end + 1;
            } else {
                bool on = true;
                bool fold = fold_;
                while (more() && peek() != ':' && peek() != ')') {
                    const char flag = pattern_[at_++];
                    if (flag == '-')
                        on = false;
                    else if (flag == 'i')
                        fold = on;
                    else
                        bad_ = true; // s, m and U would need other meanings of . ^ and *
                }
                if (take(")")) {
                    fold_ = fold;
                    return grow({});
                }
                if (!take(":")) bad_ = true;
                const bool before = std::exchange(fold_, fold);
                const std::size_t inner = alternatives(depth + 1);
                fold_ = before;
                if (!take(")")) bad_ = true;
                return inner;
            }
        }
        const std::size_t inner = alternatives(depth + 1);
        if (!take(")")) bad_ = true;
        return inner;
    }

    [[nodiscard]] byte_set folded(byte_set set) const {
        if (!fold_) return set;
        for (std::size_t i = 'a'; i <= 'z'; ++i)
            if (set.test(i) || set.test(i - 32)) set.set(i).set(i - 32);
        return set;
    }
    /// The byte that an escape stands for, behind the backslash.
    char escaped_byte() {
        if (at_ >= pattern_.size()) {
            bad_ = true;
            return '\0';
        }
        const char c = pattern_[at_++];
        static constexpr std::string_view letters = "afnrtv";
        static constexpr std::string_view meanings = "\a\f\n\r\t\v";
        if (const std::size_t which = letters.find(c); which != std::string_view::npos) return meanings[which];
        if (c == 'x') {
            unsigned value = 0;
            for (int i = 0; i < 2; ++i) {
                const std::size_t digit = std::string_view{"0123456789abcdef"}.find(static_cast<char>(peek() | 32));
                if (digit == std::string_view::npos) bad_ = true;
                value = value * 16 + static_cast<unsigned>(digit);
                ++at_;
            }
            return static_cast<char>(value);
        }
        const bool letter_or_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter_or_digit) bad_ = true;
        return c;
    }

    std::size_t escape() {
        const char c = peek();
        if (const auto set = letter_class(c)) {
            ++at_;
            return grow({.what = kind::set, .set = *set});
        }
        if (take("b")) return grow({.what = kind::check, .check = op::boundary});
        if (take("B")) return grow({.what = kind::check, .check = op::no_boundary});
        if (take("A")) return grow({.what = kind::check, .check = op::start});
        if (take("z")) return grow({.what = kind::check, .check = op::end});
        return grow({.what = kind::set, .set = folded(one_byte(escaped_byte()))});
    }

    byte_set bracket() {
        byte_set set;
        const bool negated = take("^");
        bool begins = true;
        while (more() && (peek() != ']' || begins)) {
            begins = false;
            if (take("[:")) {
                set |= named_class();
                continue;
            }
            if (peek() == '\\' && at_ + 1 < pattern_.size())
                if (const auto named = letter_class(pattern_[at_ + 1])) {
                    at_ += 2;
                    set |= *named;
                    continue;
                }
            const char low = take("\\") ? escaped_byte() : pattern_[at_++];
            char high = low;
            if (peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
                ++at_;
                high = take("\\") ? escaped_byte() : pattern_[at_++];
            }
            if (static_cast<unsigned char>(high) < static_cast<unsigned char>(low)) bad_ = true;
            set |= byte_span(static_cast<unsigned char>(low), static_cast<unsigned char>(high));
        }
        if (!take("]")) bad_ = true;
        return negated ? ~folded(set) : set;
    }
    byte_set named_class() {
        if (take("digit:]")) return byte_span('0', '9');
        if (take("lower:]")) return byte_span('a', 'z');
        if (take("upper:]")) return byte_span('A', 'Z');
        if (take("alpha:]")) return byte_span('a', 'z') | byte_span('A', 'Z');
        if (take("alnum:]")) return byte_span('a', 'z') | byte_span('A', 'Z') | byte_span('0', '9');
        if (take("space:]")) return one_byte(' ') | byte_span('\t', '\r');
        bad_ = true;
        return {};
    }

    void emit(std::size_t index) {
        if (bad_) return;
        const node part = nodes_[index];
        switch (part.what) {
        case kind::empty: return;
        case kind::set: add({.what = op::set, .set = part.set}); return;
        case kind::check: add({.what = part.check}); return;
        case kind::sequence:
            for (const std::size_t one_part : part.parts) emit(one_part);
            return;
        case kind::choice: emit_choice(part); return;
        case kind::repeat: emit_repeat(part); return;
        }
    }
    void emit_choice(const node& part) {
        std::vector<std::size_t> jumps;
        for (std::size_t i = 0; i < part.parts.size(); ++i) {
            const bool last = i + 1 == part.parts.size();
            const std::size_t split = last ? 0 : add({.what = op::split});
            emit(part.parts[i]);
            if (last || bad_) break;
            jumps.push_back(add({.what = op::jump}));
            program_[split].first = split + 1;
            program_[split].second = program_.size();
        }
        for (const std::size_t jump : jumps) program_[jump].first = program_.size();
    }
    void emit_repeat(const node& part) {
        for (int i = 0; i < part.least && !bad_; ++i) emit(part.parts[0]);
        if (part.most < 0) {
            const std::size_t split = add({.what = op::split});
            emit(part.parts[0]);
            add({.what = op::jump, .first = split});
            if (!bad_) point(split, program_.size(), part.greedy);
            return;
        }
        std::vector<std::size_t> splits;
        for (int i = part.least; i < part.most && !bad_; ++i) {
            splits.push_back(add({.what = op::split}));
            emit(part.parts[0]);
        }
        for (const std::size_t split : splits)
            if (!bad_) point(split, program_.size(), part.greedy);
    }
    void point(std::size_t split, std::size_t behind, bool greedy) {
        program_[split].first = greedy ? split + 1 : behind;
        program_[split].second = greedy ? behind : split + 1;
    }

    [[nodiscard]] static bool word_at(std::string_view text, std::size_t place) {
        return place < text.size() && letter_class('w')->test(static_cast<unsigned char>(text[place]));
    }
    void follow(std::vector<thread>& threads, std::vector<std::size_t>& mark, thread first, std::string_view text,
                std::size_t place) const {
        std::vector<thread> open{first};
        while (!open.empty()) {
            const thread one_thread = open.back();
            open.pop_back();
            if (mark[one_thread.at] == place) continue;
            mark[one_thread.at] = place;
            const instruction& order = program_[one_thread.at];
            const bool edge = word_at(text, place) != (place > 0 && word_at(text, place - 1));
            switch (order.what) {
            case op::jump: open.push_back({order.first, one_thread.start}); break;
            case op::split:
                open.push_back({order.second, one_thread.start});
                open.push_back({order.first, one_thread.start});
                break;
            case op::start:
                if (place == 0) open.push_back({one_thread.at + 1, one_thread.start});
                break;
            case op::end:
                if (place == text.size()) open.push_back({one_thread.at + 1, one_thread.start});
                break;
            case op::boundary:
                if (edge) open.push_back({one_thread.at + 1, one_thread.start});
                break;
            case op::no_boundary:
                if (!edge) open.push_back({one_thread.at + 1, one_thread.start});
                break;
            default: threads.push_back(one_thread);
            }
        }
    }

    std::vector<instruction> program_;
    std::vector<node> nodes_;
    std::string_view pattern_;
    std::size_t at_ = 0;
    bool fold_ = false;
    bool bad_ = false;
};

} // namespace gpupack::dialect::dra::detail
