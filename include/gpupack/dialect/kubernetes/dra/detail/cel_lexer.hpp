// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

enum class cel_token_kind : std::uint8_t { end, name, sign, integer, natural, real, text, bytes };

/// A word of an expression. `text` is the name or sign, the digits of a number, or the content of a string.
struct cel_token {
    cel_token_kind kind = cel_token_kind::end;
    std::string text;
    std::size_t at = 0;
};

inline void append_utf8(std::string& text, std::uint32_t point) {
    if (point < 0x80) {
        text.push_back(static_cast<char>(point));
        return;
    }
    const auto tail = [&](int shift) { text.push_back(static_cast<char>(0x80U | ((point >> shift) & 0x3FU))); };
    if (point < 0x800) {
        text.push_back(static_cast<char>(0xC0U | (point >> 6)));
    } else if (point < 0x10000) {
        text.push_back(static_cast<char>(0xE0U | (point >> 12)));
        tail(6);
    } else {
        text.push_back(static_cast<char>(0xF0U | (point >> 18)));
        tail(12);
        tail(6);
    }
    tail(0);
}

/// Splits an expression into words.
class cel_lexer {
  public:
    explicit cel_lexer(std::string_view text) : text_{text} {}

    /// The words, the last of which is `end`; nothing where error() says why.
    [[nodiscard]] std::optional<std::vector<cel_token>> words() {
        std::vector<cel_token> words;
        while (true) {
            skip_space();
            if (at_ == text_.size()) break;
            const std::size_t start = at_;
            auto word = next();
            if (!word) {
                if (error_.empty()) error_ = "unexpected character";
                return std::nullopt;
            }
            word->at = start;
            words.push_back(std::move(*word));
        }
        words.push_back({cel_token_kind::end, {}, at_});
        return words;
    }

    [[nodiscard]] const std::string& error() const noexcept { return error_; }

  private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    [[nodiscard]] static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

    void skip_space() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                ++at_;
            } else if (c == '/' && peek(1) == '/') {
                while (at_ < text_.size() && text_[at_] != '\n') ++at_;
            } else {
                return;
            }
        }
    }

    [[nodiscard]] std::optional<cel_token> next() {
        const char c = peek();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
        if (c == '"' || c == '\'') return quoted(false, false);
        if (is_letter(c)) return name_or_prefixed();
        static constexpr std::array<std::string_view, 9> pairs{"||", "&&", "==", "!=", "<=", ">=", ".?", "[?", "{?"};
        for (const std::string_view pair : pairs)
            if (text_.substr(at_, 2) == pair) {
                at_ += 2;
                return cel_token{cel_token_kind::sign, std::string{pair}};
            }
        if (std::string_view{"-+*/%<>!?:.,()[]{}"}.find(c) == std::string_view::npos) return std::nullopt;
        ++at_;
        return cel_token{cel_token_kind::sign, std::string(1, c)};
    }

    [[nodiscard]] std::optional<cel_token> number() {
        const std::size_t start = at_;
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
            at_ += 2;
            while (std::string_view{"0123456789abcdefABCDEF"}.find(peek()) != std::string_view::npos && peek() != '\0')
                ++at_;
        } else {
            bool real = false;
            while (is_digit(peek())) ++at_;
            if (peek() == '.' && is_digit(peek(1))) {
                real = true;
                ++at_;
                while (is_digit(peek())) ++at_;
            }
            const bool sign = peek(1) == '+' || peek(1) == '-';
            if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
                real = true;
                at_ += sign ? 2 : 1;
                while (is_digit(peek())) ++at_;
            }
            if (real) return cel_token{cel_token_kind::real, std::string{text_.substr(start, at_ - start)}};
        }
        std::string digits{text_.substr(start, at_ - start)};
        if (peek() != 'u' && peek() != 'U') return cel_token{cel_token_kind::integer, std::move(digits)};
        ++at_;
        return cel_token{cel_token_kind::natural, std::move(digits)};
    }

    [[nodiscard]] std::optional<cel_token> name_or_prefixed() {
        bool raw = false;
        bool bytes = false;
        std::size_t ahead = 0;
        while (ahead < 2 && std::string_view{"rRbB"}.find(peek(ahead)) != std::string_view::npos) {
            (peek(ahead) == 'r' || peek(ahead) == 'R' ? raw : bytes) = true;
            ++ahead;
        }
        if (ahead > 0 && (peek(ahead) == '"' || peek(ahead) == '\'')) {
            at_ += ahead;
            return quoted(raw, bytes);
        }
        const std::size_t start = at_;
        while (is_letter(peek()) || is_digit(peek())) ++at_;
        return cel_token{cel_token_kind::name, std::string{text_.substr(start, at_ - start)}};
    }

    [[nodiscard]] std::optional<cel_token> quoted(bool raw, bool bytes) {
        const char quote = peek();
        const bool block = peek(1) == quote && peek(2) == quote;
        at_ += block ? 3 : 1;
        cel_token word{bytes ? cel_token_kind::bytes : cel_token_kind::text, {}};
        while (true) {
            if (at_ >= text_.size() || (!block && peek() == '\n')) {
                error_ = "a string without an end";
                return std::nullopt;
            }
            if (peek() == quote && (!block || (peek(1) == quote && peek(2) == quote))) {
                at_ += block ? 3 : 1;
                return word;
            }
            if (peek() == '\\' && !raw) {
                if (!escape(word.text, bytes)) return std::nullopt;
            } else {
                if (peek() == '\\') word.text.push_back(text_[at_++]);
                if (at_ < text_.size()) word.text.push_back(text_[at_++]);
            }
        }
    }

    [[nodiscard]] bool escape(std::string& text, bool bytes) {
        static constexpr std::string_view letters = "abfnrtv\\?\"'`";
        static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\?\"'`";
        const char c = peek(1);
        if (const std::size_t which = letters.find(c); which != std::string_view::npos && c != '\0') {
            text.push_back(meanings[which]);
            at_ += 2;
            return true;
        }
        std::size_t digits = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        const int base = digits == 0 ? 8 : 16;
        const std::size_t start = at_ + (digits == 0 ? 1 : 2);
        if (digits == 0) digits = 3;
        std::uint32_t point = 0;
        const std::string_view number = text_.substr(std::min(start, text_.size()), digits);
        const auto [end, wrong] = std::from_chars(number.data(), number.data() + number.size(), point, base);
        if (number.size() != digits || wrong != std::errc{} || end != number.data() + digits || point > 0x10FFFF) {
            error_ = "an escape that is none";
            return false;
        }
        at_ = start + digits;
        if (bytes) {
            text.push_back(static_cast<char>(point));
        } else {
            append_utf8(text, point);
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string error_;
};

} // namespace gpupack::dialect::dra::detail
