#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/model_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack {

/// The GPU models of a cluster, numbered in the order in which they were added.
class model_table {
  public:
    [[nodiscard]] std::size_t size() const noexcept { return models_.size(); }

    [[nodiscard]] const gpu_model& operator[](model_id id) const {
        GPUPACK_EXPECTS(id.number() < models_.size(), "the id of a model of this table");
        return models_[id.number()];
    }

    /// The id of the model of that name, if the table has it.
    [[nodiscard]] std::optional<model_id> find(std::string_view model) const noexcept {
        for (std::size_t i = 0; i < models_.size(); ++i)
            if (models_[i].model.view() == model) return model_id{static_cast<std::uint8_t>(i)};
        return std::nullopt;
    }

    /// Adds a model, or finds it where the table has it already.
    ///
    /// errors  an empty name, negative memory, a 65th model, a known name with another memory
    [[nodiscard]] expected<model_id, input_error> add(const gpu_model& model) {
        const std::string text{model.model.view()};
        if (text.empty()) return bad_input("model", text, "a name");
        if (model.memory.count() < 0 || model.memory.count() > max_amount)
            return bad_input("model memory", std::to_string(model.memory.count()), "from 0 to 2147483647 MiB");
        if (const auto known = find(text)) {
            if (models_[known->number()] == model) return *known;
            return bad_input("model", text, "the same memory as when it was first named");
        }
        if (models_.size() == max_models) return bad_input("model", text, "at most 64 models in one cluster");
        models_.push_back(model);
        return model_id{static_cast<std::uint8_t>(models_.size() - 1)};
    }

    /// The models named in a list such as "V100M16|V100M32"; an empty list is every model.
    ///
    /// errors  a name that the table lacks
    [[nodiscard]] expected<model_set, input_error> select(std::string_view list) const {
        if (list.empty()) return model_set::any();
        model_set selected;
        for (std::size_t begin = 0; begin <= list.size();) {
            const std::size_t end = std::min(list.find('|', begin), list.size());
            const std::string_view model = list.substr(begin, end - begin);
            const auto known = find(model);
            if (!known) return bad_input("model", std::string{model}, std::string{"one of "}.append(names()));
            selected.insert(*known);
            begin = end + 1;
        }
        return selected;
    }

    /// The names of all models, comma separated, in the order of their ids.
    [[nodiscard]] std::string names() const {
        std::string text;
        for (const gpu_model& model : models_) {
            if (!text.empty()) text += ", ";
            text += model.model.view();
        }
        return text;
    }

    friend bool operator==(const model_table&, const model_table&) = default;

  private:
    std::vector<gpu_model> models_;
};

} // namespace gpupack
