// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/model_set.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/profile_set.hpp>
#include <gpupack/topology/vgpu_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The GPU models of a cluster, numbered in the order in which they were added, and their profiles, numbered too.
class model_table {
  public:
    /// How GPUs of one model are cut into instances; null where they are not.
    struct tables {
        std::shared_ptr<const partition_table> mig;        ///< All legal places.
        std::shared_ptr<const partition_table> vgpu;       ///< One size a GPU.
        std::shared_ptr<const partition_table> mixed_vgpu; ///< Sizes mixed by placement ids.
    };

    /// The number of models.
    [[nodiscard]] std::size_t size() const noexcept { return models_.size(); }

    [[nodiscard]] const gpu_model& operator[](model_id id) const {
        GPUPACK_EXPECTS(id.number() < models_.size(), "the id of a model of this table");
        return models_[id.number()];
    }

    /// How GPUs of the model are cut into instances.
    [[nodiscard]] const tables& tables_of(model_id id) const {
        GPUPACK_EXPECTS(id.number() < models_.size(), "the id of a model of this table");
        return tables_[id.number()];
    }

    /// The id of the model of that name, if the table has it.
    [[nodiscard]] std::optional<model_id> find(std::string_view model) const noexcept {
        for (std::size_t i = 0; i < models_.size(); ++i)
            if (models_[i].model.view() == model) return model_id{static_cast<std::uint8_t>(i)};
        return std::nullopt;
    }

    /// Adds a model, or finds it where the table has it already. Its profiles are copied.
    ///
    /// Errors: an empty name, negative memory, a 65th model or profile, a known name with other memory or profiles,
    /// profiles that are not right (mig::checked_table, vgpu::checked_table).
    [[nodiscard]] expected<model_id, input_error> add(const gpu_model& model) {
        const std::string text{model.model.view()};
        if (text.empty()) return bad_input("model", text, "a name");
        if (model.memory.count() < 0 || model.memory.count() > max_amount)
            return bad_input("model memory", std::to_string(model.memory.count()), "from 0 to 2147483647 MiB");
        const auto known = find(text);
        if (!known && models_.size() == max_models) return bad_input("model", text, "at most 64 models in one cluster");
        if (known) {
            if (models_[known->number()] == model) return *known;
            return bad_input("model", text, "the same memory and profiles as when it was first named");
        }
        tables cut;
        if (auto wrong = fill(cut, model)) return unexpected<input_error>{*std::move(wrong)};
        arrays_.push_back(std::make_shared<const arrays>(model));
        gpu_model kept = model;
        kept.mig.profiles = arrays_.back()->profiles.data(); // those of the caller may go
        kept.vgpu.sizes = arrays_.back()->sizes.data();
        mig_profiles_ += cut.mig ? cut.mig->profile_count : 0;
        vgpu_profiles_ += cut.vgpu ? cut.vgpu->profile_count : 0;
        models_.push_back(kept);
        tables_.push_back(std::move(cut));
        return model_id{static_cast<std::uint8_t>(models_.size() - 1)};
    }

    /// The models named in a list such as "V100M16|V100M32"; an empty list is every model.
    ///
    /// Errors: a name that the table lacks.
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

    friend bool operator==(const model_table& a, const model_table& b) {
        return a.models_ == b.models_ && std::equal(a.tables_.begin(), a.tables_.end(), b.tables_.begin(), same);
    }

  private:
    [[nodiscard]] static bool same(const tables& a, const tables& b) {
        const auto equal = [](const auto& x, const auto& y) { return x && y ? *x == *y : !x && !y; };
        return equal(a.mig, b.mig) && equal(a.vgpu, b.vgpu) && equal(a.mixed_vgpu, b.mixed_vgpu);
    }

    /// What a model points to.
    struct arrays {
        explicit arrays(const gpu_model& model)
            : profiles(model.mig.profiles, model.mig.profiles + model.mig.count),
              sizes(model.vgpu.sizes, model.vgpu.sizes + model.vgpu.count) {
            starts.reserve(sizes.size());
            for (vgpu::size_class& each : sizes) {
                starts.emplace_back(each.mixed_starts, each.mixed_starts + each.mixed_count);
                each.mixed_starts = starts.back().data();
            }
        }
        arrays(const arrays&) = delete;

        std::vector<mig::profile> profiles;
        std::vector<vgpu::size_class> sizes;
        std::vector<std::vector<std::uint8_t>> starts;
    };

    /// Makes the tables of a model, numbered from the next numbers; or says what is wrong with it.
    [[nodiscard]] std::optional<input_error> fill(tables& result, const gpu_model& model) const {
        const auto keep = [&](std::shared_ptr<const partition_table>& kept,
                              expected<partition_table, input_error> table,
                              int first_id) -> std::optional<input_error> {
            if (!table) return std::move(table.error());
            if (first_id + table->profile_count > max_profiles)
                return input_error{{},
                                   0,
                                   "model",
                                   std::string{model.model.view()},
                                   "at most 64 MIG profiles and 64 vGPU sizes over all models of a cluster"};
            table->first_id = static_cast<std::uint8_t>(first_id);
            kept = std::make_shared<const partition_table>(*table);
            return std::nullopt;
        };
        std::optional<input_error> wrong;
        if (!model.mig.empty()) wrong = keep(result.mig, mig::checked_table(model.mig), mig_profiles_);
        if (wrong || model.vgpu.empty()) return wrong;
        wrong = keep(result.vgpu, vgpu::checked_table(model.vgpu, vgpu::sizes::one_size), vgpu_profiles_);
        if (wrong || !model.vgpu.can_mix()) return wrong;
        return keep(result.mixed_vgpu, vgpu::checked_table(model.vgpu, vgpu::sizes::mixed), vgpu_profiles_);
    }

    std::vector<gpu_model> models_; // with arrays that are kept here
    std::vector<tables> tables_;
    std::vector<std::shared_ptr<const arrays>> arrays_;
    int mig_profiles_ = 0;
    int vgpu_profiles_ = 0;
};

} // namespace gpupack
