// SPDX-License-Identifier: Apache-2.0
#include "csv_text.hpp"

#include "outputs.hpp"

#include <gpupack/io/delimited_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace replay_program {

using json = nlohmann::ordered_json;

namespace {

/// The values of an object by the name of their column: of objects in it, and of objects with a name in its arrays, the names are
/// joined by points.
void add_columns(const json& object, const std::string& prefix, std::vector<std::pair<std::string, json>>& values) {
    for (const auto& [key, value] : object.items()) {
        const std::string column = prefix + key;
        if (value.is_primitive()) {
            values.emplace_back(column, value);
        } else if (value.is_object()) {
            add_columns(value, column + ".", values);
        } else {
            for (const json& each : value)
                for (const char* const name : {"name", "priority", "tenant"}) {
                    if (!each.is_object() || !each.contains(name)) continue;
                    json rest = each;
                    rest.erase(name);
                    const std::string own = each[name].is_string() ? each[name].get<std::string>() : each[name].dump();
                    add_columns(rest, column + "." + own + ".", values);
                }
        }
    }
}

} // namespace

std::string csv_text(const std::vector<run_record>& runs) {
    const json all = json::parse(json_text(runs, json_layout::compact), nullptr, false);
    std::vector<std::string> columns;
    std::vector<std::map<std::string, json>> rows;
    for (const json& object : all) {
        std::vector<std::pair<std::string, json>> values;
        add_columns(object, "", values);
        for (const auto& [column, value] : values)
            if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
        rows.emplace_back(values.begin(), values.end());
    }
    std::string text;
    for (const std::string& column : columns) text += (text.empty() ? "" : ",") + gpupack::io::delimited_field(column);
    for (const std::map<std::string, json>& row : rows) {
        text += "\n";
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const auto value = row.find(columns[c]);
            if (c > 0) text += ",";
            if (value == row.end() || value->second.is_null()) continue;
            text += value->second.is_string() ? gpupack::io::delimited_field(value->second.get<std::string>())
                                              : value->second.dump();
        }
    }
    return text + "\n";
}

} // namespace replay_program
