// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/plan/quota_book.hpp>
#include <gpupack/plan/tenant_quota.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// The columns that may be there beside the tenant, in their order.
inline const std::vector<std::string_view> quota_columns{"cohort",
                                                         "weight",
                                                         "gpus",
                                                         "cpu_milli",
                                                         "memory_mib",
                                                         "borrow_gpus",
                                                         "borrow_cpu_milli",
                                                         "borrow_memory_mib",
                                                         "lend_gpus",
                                                         "lend_cpu_milli",
                                                         "lend_memory_mib",
                                                         "limit_gpus",
                                                         "limit_cpu_milli",
                                                         "limit_memory_mib"};

/// Reads three amounts that stand side by side; what is empty has no bound.
///
/// @param row     of the file
/// @param column  the number of the first, that of the GPUs
[[nodiscard]] inline expected<plan::quota_amounts, input_error>
read_amounts(const std::string& file, const text_table::row& row, std::size_t column) {
    plan::quota_amounts read = plan::quota_amounts::none();
    for (std::size_t r = 0; r < plan::quota_resources; ++r) {
        const std::string_view text = row.fields[column + r];
        if (text.empty()) continue;
        const auto number = parse_decimal(text);
        const auto amount = number ? number->scaled(r == 0 ? whole_gpu.count() : 1) : std::nullopt;
        const bool whole = number && (r == 0 || number->is_whole());
        if (!whole || !amount || *amount < 0 || *amount >= plan::quota_amounts::unlimited)
            return unexpected<input_error>{
                input_error{file, row.line, std::string{quota_columns[column + r - 1]}, std::string{text},
                            r == 0 ? "a number of GPUs from 0: 12 or 2.5" : "a whole number from 0"}};
        if (r == 0) read.gpus = milli_gpu{*amount};
        if (r == 1) read.cpu = milli_cpu{*amount};
        if (r == 2) read.memory = mebibytes{*amount};
    }
    return read;
}

} // namespace detail

/// Reads quotas: the column tenant, and if present cohort, weight, gpus, cpu_milli and memory_mib (nominal), and the same with
/// borrow_, lend_ or limit_ before them (docs/io.md#quotas).
///
/// @param file  named in errors
/// @param text  the content of the file
/// @return the book, with nothing used; or the first error: what text_table refuses; a column that is not known; no row; an
///         amount that is no number in its range; what plan::quota_book refuses
[[nodiscard]] inline expected<plan::quota_book, input_error> read_quotas(const std::string& file,
                                                                         std::string_view text) {
    const auto table = text_table::parse(file, text, {"tenant"}, detail::quota_columns);
    if (!table) return unexpected<input_error>{table.error()};
    std::vector<std::string_view> known = detail::quota_columns;
    known.emplace_back("tenant");
    if (auto done = text_table::check_columns(file, text, known); !done) return unexpected<input_error>{done.error()};
    if (table->rows().empty()) return unexpected<input_error>{input_error{file, 0, "rows", "", "a tenant at least"}};
    std::vector<plan::tenant_quota> tenants;
    for (const text_table::row& row : table->rows()) {
        plan::tenant_quota& tenant = tenants.emplace_back();
        tenant.name = row.fields[0];
        tenant.cohort = row.fields[1];
        if (!row.fields[2].empty()) {
            const auto weight = parse_number(file, row.line, "weight", row.fields[2], 1, 1'000'000);
            if (!weight) return unexpected<input_error>{weight.error()};
            tenant.weight = *weight;
        }
        std::size_t column = 3;
        for (plan::quota_amounts* const part :
             {&tenant.nominal, &tenant.borrowing_limit, &tenant.lending_limit, &tenant.limit}) {
            const auto amounts = detail::read_amounts(file, row, column);
            if (!amounts) return unexpected<input_error>{amounts.error()};
            *part = *amounts;
            column += plan::quota_resources;
        }
    }
    auto book = plan::quota_book::make(std::move(tenants));
    if (!book) {
        book.error().file = file;
        return unexpected<input_error>{book.error()};
    }
    return book;
}

} // namespace gpupack::inline GPUPACK_ABI::io
