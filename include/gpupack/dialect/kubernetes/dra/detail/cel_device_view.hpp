// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/detail/cel_value.hpp>
#include <gpupack/dialect/kubernetes/dra/device.hpp>
#include <gpupack/dialect/kubernetes/dra/semantic_version.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// A device as values of expressions: made once, used by each expression. The device must outlive it.
class cel_device_view {
  public:
    cel_device_view(const device& one, std::string_view driver) {
        static const cel_map nothing{};
        view_.driver = cel_text(driver);
        view_.shareable = cel_boolean(one.shareable);
        attributes_.missing = &nothing;
        capacity_.missing = &nothing;
        for (const auto& [name, attribute] : one.attributes) {
            const cel_value value = value_of(attribute);
            if (value.kind == cel_kind::failure) {
                error_ = "attribute " + name + ": " + std::string{value.text};
                return;
            }
            insert(attributes_, name, driver, value);
        }
        for (const device_capacity& capacity : one.capacity)
            insert(capacity_, capacity.name, driver, cel_amount(capacity.value));
        view_.attributes = cel_map_of(attributes_);
        view_.capacity = cel_map_of(capacity_);
    }
    cel_device_view(const cel_device_view&) = delete;
    cel_device_view& operator=(const cel_device_view&) = delete;
    cel_device_view(cel_device_view&&) = delete;
    cel_device_view& operator=(cel_device_view&&) = delete;
    ~cel_device_view() = default;

    [[nodiscard]] const cel_device& device_values() const noexcept { return view_; }
    /// Why no expression can be asked; empty where it can.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

  private:
    void insert(cel_map& domains, std::string_view name, std::string_view driver, const cel_value& value) {
        const std::size_t slash = name.find('/');
        const std::string_view domain = slash == std::string_view::npos ? driver : name.substr(0, slash);
        const std::string_view id = slash == std::string_view::npos ? name : name.substr(slash + 1);
        for (const auto& [key, content] : domains.entries)
            if (key.text == domain) {
                for (const auto& map : maps_)
                    if (map.get() == content.map) put(*map, id, value);
                return;
            }
        cel_map& map = *maps_.emplace_back(std::make_unique<cel_map>());
        put(map, id, value);
        domains.entries.emplace_back(cel_text(domain), cel_map_of(map));
    }
    static void put(cel_map& map, std::string_view id, const cel_value& value) {
        for (auto& [key, content] : map.entries)
            if (key.text == id) {
                content = value;
                return;
            }
        map.entries.emplace_back(cel_text(id), value);
    }

    [[nodiscard]] cel_value version_of(const version_text& text) {
        const auto version = semantic_version::parse(text.text);
        if (!version) return cel_failure("no version");
        return cel_version(*versions_.emplace_back(std::make_unique<semantic_version>(*version)));
    }
    [[nodiscard]] cel_value list_of(std::vector<cel_value> items) {
        return cel_list_of(*lists_.emplace_back(std::make_unique<cel_list>(cel_list{std::move(items)})));
    }
    template <class Values, class Make> [[nodiscard]] cel_value list_of(const Values& values, const Make& make) {
        std::vector<cel_value> items;
        for (const auto& value : values) {
            items.push_back(make(value));
            if (items.back().kind == cel_kind::failure) return items.back();
        }
        return list_of(std::move(items));
    }

    [[nodiscard]] cel_value value_of(const device_attribute& attribute) {
        if (const auto* boolean = std::get_if<bool>(&attribute)) return cel_boolean(*boolean);
        if (const auto* number = std::get_if<std::int64_t>(&attribute)) return cel_integer(*number);
        if (const auto* text = std::get_if<std::string>(&attribute)) return cel_text(*text);
        if (const auto* version = std::get_if<version_text>(&attribute)) return version_of(*version);
        if (const auto* booleans = std::get_if<std::vector<bool>>(&attribute))
            return list_of(*booleans, [](bool value) { return cel_boolean(value); });
        if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute))
            return list_of(*numbers, cel_integer);
        if (const auto* texts = std::get_if<std::vector<std::string>>(&attribute))
            return list_of(*texts, [](const std::string& value) { return cel_text(value); });
        if (const auto* versions = std::get_if<std::vector<version_text>>(&attribute))
            return list_of(*versions, [this](const version_text& value) { return version_of(value); });
        return cel_failure("unsupported attribute value");
    }

    cel_device view_;
    cel_map attributes_;
    cel_map capacity_;
    std::vector<std::unique_ptr<cel_map>> maps_;
    std::vector<std::unique_ptr<cel_list>> lists_;
    std::vector<std::unique_ptr<semantic_version>> versions_;
    std::string error_;
};

} // namespace gpupack::dialect::dra::detail
