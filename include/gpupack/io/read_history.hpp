// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/delimited_text.hpp>
#include <gpupack/io/detail/history_collector.hpp>
#include <gpupack/io/detail/history_columns.hpp>
#include <gpupack/io/detail/history_rows.hpp>
#include <gpupack/io/detail/kubernetes_objects.hpp>
#include <gpupack/io/detail/philly_jobs.hpp>
#include <gpupack/io/detail/slurm_rows.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/read_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

namespace detail {

/// A header in lower case.
[[nodiscard]] inline std::vector<std::string> lower_case(const std::vector<std::string_view>& fields) {
    std::vector<std::string> names;
    for (const std::string_view field : fields) names.push_back(lower_case(field));
    return names;
}

/// Whether a header is one of sacct.
[[nodiscard]] inline bool is_slurm_header(const std::vector<std::string>& header) {
    const auto has = [&](std::string_view name) {
        return std::find(header.begin(), header.end(), name) != header.end();
    };
    return (has("jobid") || has("jobidraw")) &&
           (has("alloctres") || has("reqtres") || has("allocgres") || has("reqgres") || has("elapsed") ||
            has("elapsedraw") || has("nnodes"));
}

/// The first rows of a text, as a reader keeps them.
[[nodiscard]] inline std::vector<delimited_text::row> first_rows(delimited_text& reader, std::size_t most) {
    std::vector<delimited_text::row> rows;
    for (delimited_text::row row; rows.size() < most && reader.read(row);) rows.push_back(row);
    return rows;
}

/// The columns of PAI's task table, which comes without a header.
[[nodiscard]] inline std::vector<std::string> pai_columns() {
    return {"job_name", "task_name", "inst_num", "status",   "start_time",
            "end_time", "plan_cpu",  "plan_mem", "plan_gpu", "gpu_type"};
}

/// The columns of a text without a header, as far as they are known by what they hold; empty where they are not.
[[nodiscard]] inline std::vector<std::string> guess_columns(const std::vector<delimited_text::row>& rows) {
    if (rows.empty()) return {};
    const std::vector<std::string_view>& first = rows.front().fields;
    if (first.size() == pai_columns().size() && state_of(first[3]) != job_state::unknown && parse_decimal(first[6]))
        return pai_columns();
    if (first.size() > 3 && slurm_job_column(rows) < first.size()) return guess_slurm_columns(rows);
    return {};
}

/// Reads the rows of a delimited text, of Slurm or of another layout.
class delimited_history {
  public:
    delimited_history(const std::string& file, std::string_view content, const history_options& options)
        : file_{file}, content_{content}, options_{options}, separator_{delimited_text::find_separator(content)} {}

    [[nodiscard]] expected<job_history, input_error> read() {
        if (options_.columns.empty()) find_header();
        is_raw_ = separator_ == '|' && content_.substr(0, 4096).find("|\"") == std::string_view::npos;
        delimited_text start{content_, separator_, is_raw_};
        std::vector<delimited_text::row> rows = first_rows(start, 200);
        if (rows.size() <= rows_before_) return no_rows();
        header_ = lower_case(rows[rows_before_].fields);
        has_header_ = true;
        if (!options_.columns.empty()) {
            has_header_ = false;
            header_.clear();
            for (const std::string& name : options_.columns) header_.push_back(lower_case(name));
        } else if (!is_header(header_)) {
            if (auto guessed = guess_columns(rows); !guessed.empty()) {
                has_header_ = false;
                header_ = std::move(guessed);
            }
        }
        auto history = options_.layout == "slurm" || (options_.layout.empty() && is_slurm_header(header_))
                           ? read_slurm()
                           : read_table();
        if (!history) return history;
        if (history->rows == 0) return no_rows();
        if (rows_before_ > 0) history->leave_out("before the header: not read", rows.front().line);
        return history;
    }

  private:
    [[nodiscard]] static bool is_header(const std::vector<std::string>& names) {
        return is_slurm_header(names) || find_layout(names) != nullptr;
    }
    [[nodiscard]] unexpected<input_error> no_rows() const {
        return unexpected<input_error>{input_error{file_, 0, "rows", "", "a header and one row or more"}};
    }

    /// Finds a header that is known behind what a terminal or a warning has put before it.
    void find_header() {
        constexpr std::size_t looked_at = 20;
        for (const char separator : {separator_, '|', ',', '\t', ';'}) {
            delimited_text start{content_, separator};
            const std::vector<delimited_text::row> rows = first_rows(start, looked_at);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                if (!is_header(lower_case(rows[i].fields))) continue;
                separator_ = separator;
                rows_before_ = i;
                return;
            }
        }
    }

    [[nodiscard]] unexpected<input_error> unknown_layout() const {
        if (header_.size() == 1 && header_.front().starts_with("jobid "))
            return unexpected<input_error>{input_error{file_, 1, "header", header_.front().substr(0, 40),
                                                       "fields between bars: sacct --parsable2"}};
        std::string header;
        for (const std::string& name : header_) header.append(header.empty() ? "" : ",").append(name);
        std::string known = "slurm";
        for (const history_layout& each : history_layouts) known.append(", ").append(each.name);
        if (!options_.layout.empty())
            return unexpected<input_error>{
                input_error{file_, 0, "layout", options_.layout,
                            std::string{"one of "}.append(known).append(", philly, kubernetes, plain")}};
        return unexpected<input_error>{
            input_error{file_, 1, "header", header.substr(0, 200),
                        "the columns of one of " + known +
                            ", philly or kubernetes; or a time of arrival, a duration or an end, and GPUs"}};
    }

    /// Whether a row is the header of a file that was put behind another one.
    [[nodiscard]] bool is_header_again(const delimited_text::row& row) const {
        return row.fields.size() == header_.size() && !row.fields.front().empty() &&
               lower_case(row.fields.front()) == header_.front() && lower_case(row.fields) == header_;
    }

    /// Calls visit(row) for each row behind the header; stops at the first error.
    template <class Visit> [[nodiscard]] expected<void, input_error> for_each_row(job_history& history, Visit&& visit) {
        delimited_text reader{content_, separator_, is_raw_};
        delimited_text::row row;
        for (std::size_t i = 0; i < rows_before_; ++i) (void)reader.read(row);
        if (has_header_) (void)reader.read(row);
        while (reader.read(row, header_.size())) {
            if (has_header_ && is_header_again(row)) continue;
            ++history.rows;
            if (row.fields.size() != header_.size())
                return unexpected<input_error>{input_error{
                    file_, row.line, "row", std::string{row.fields.empty() ? "" : row.fields.front()} + " ...",
                    std::to_string(header_.size()) + " fields, not " + std::to_string(row.fields.size())}};
            if (auto done = visit(row); !done) return done;
        }
        return {};
    }

    [[nodiscard]] expected<job_history, input_error> read_slurm() {
        history_collector collector{options_};
        collector.history().layout = "slurm";
        slurm_row_reader reader{file_, header_};
        if (const std::string_view missing = reader.missing_column(); !missing.empty())
            return unexpected<input_error>{input_error{
                file_, 1, "columns", "",
                std::string{has_header_ ? "the column "
                                        : "a header, or --columns with the names of sacct --format: the column "}
                    .append(missing)}};
        if (auto done = for_each_row(collector.history(),
                                     [&](const delimited_text::row& row) { return reader.read(row, collector); });
            !done)
            return unexpected<input_error>{done.error()};
        return collector.finish();
    }

    [[nodiscard]] expected<job_history, input_error> read_table() {
        const history_layout* layout = find_layout(header_);
        if (!options_.layout.empty()) {
            const auto named = std::find_if(history_layouts.begin(), history_layouts.end(),
                                            [&](const history_layout& each) { return each.name == options_.layout; });
            layout = named != history_layouts.end() ? &*named : options_.layout == "plain" ? &plain_layout : nullptr;
        }
        if (layout == nullptr) return unknown_layout();
        history_collector collector{options_};
        collector.history().layout = layout->name;
        history_row_reader reader{file_, *layout, header_, options_};
        note_ignored(collector.history());
        const auto visit = [&](const delimited_text::row& row) -> expected<void, input_error> {
            auto recorded = reader.read(row, collector.history());
            if (!recorded) return unexpected<input_error>{recorded.error()};
            collector.add(*std::move(recorded));
            return {};
        };
        if (auto done = for_each_row(collector.history(), visit); !done) return unexpected<input_error>{done.error()};
        return collector.finish();
    }

    /// Says which columns mean nothing here.
    void note_ignored(job_history& history) const {
        const column_map columns{header_};
        std::string ignored;
        for (std::size_t c = 0; c < header_.size(); ++c)
            if (!columns.is_used(c) && !header_[c].empty())
                ignored.append(ignored.empty() ? "" : ", ").append(header_[c]);
        const std::size_t end = columns[column_role::end];
        if (history.layout == "openb" && end != column_map::none && header_[end] != "deletion_time")
            history.assumed.push_back({"the column " + header_[end] + " is read as deletion_time", 0, 0});
        if (!ignored.empty()) history.assumed.push_back({"columns that mean nothing here: " + ignored, 0, 0});
    }

    const std::string& file_;
    std::string_view content_;
    const history_options& options_;
    char separator_;
    std::vector<std::string> header_;
    bool has_header_ = true;
    bool is_raw_ = false;         // whether quotes mean nothing
    std::size_t rows_before_ = 0; // the header
};

} // namespace detail

/// Reads the jobs of a history, in whatever layout it is: Slurm's accounting (sacct --parsable2, with or without a
/// header), openb, Philly, Helios, Acme, PAI 2020, Alibaba 2025 and 2026, Kubernetes objects, or any table that says
/// when jobs came, how long they ran and how many GPUs they had.
///
/// What is not recorded is read by the rules of docs/io.md#histories; what was left out or assumed is counted.
/// @param file     named in errors
/// @param content  of the file
/// @param options  where the file leaves a choice
/// @return the jobs, or the first error: a layout that is not known, a row of another width, a value that is none
[[nodiscard]] inline expected<job_history, input_error> parse_history(const std::string& file, std::string_view content,
                                                                      const history_options& options = {}) {
    const std::string_view start = trimmed(content.substr(0, 4096));
    if (start.empty()) return unexpected<input_error>{input_error{file, 0, "rows", "", "a header and one row or more"}};
    if (start.front() != '{' && start.front() != '[') return detail::delimited_history{file, content, options}.read();
    auto json = detail::parse_documents(content);
    if (json.is_discarded())
        return unexpected<input_error>{
            input_error{file, 0, "document", std::string{start.substr(0, 30)}, "JSON that is whole"}};
    detail::history_collector collector{options};
    if (json.is_object() && json.contains("jobid")) json = nlohmann::json::array({json});
    if (json.is_array() && json.empty())
        return unexpected<input_error>{input_error{file, 0, "rows", "[]", "one job or more"}};
    const bool is_philly = json.is_array() && json.front().is_object() && json.front().contains("jobid");
    collector.history().layout = is_philly ? "philly" : "kubernetes";
    collector.history().rows = is_philly ? json.size() : 0;
    const auto done = is_philly ? detail::read_philly_jobs(file, json, collector)
                                : detail::read_kubernetes_pods(file, json, collector);
    if (!done) return unexpected<input_error>{done.error()};
    return collector.finish();
}

/// Reads the jobs of a history from a file; see parse_history().
///
/// @return the jobs, or an error: a file that cannot be read, and those of parse_history()
[[nodiscard]] inline expected<job_history, input_error> read_history(const std::string& file,
                                                                     const history_options& options = {}) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_history(file, *content, options);
}

} // namespace gpupack::inline GPUPACK_ABI::io
