// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/instances.hpp>

#include <gpupack/request/checked_request.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

model_table table_of(std::initializer_list<gpu_model> models) {
    model_table table;
    for (const gpu_model& model : models) EXPECT_TRUE(table.add(model));
    return table;
}

/// The names of the profiles, each with its model: "A30:1g.6gb".
std::string names(const model_table& models, const expected<instance, input_error>& request) {
    if (!request) return request.error().message();
    std::string text;
    for (std::size_t m = 0; m < models.size(); ++m) {
        const model_id id{static_cast<std::uint8_t>(m)};
        const auto& of = request->way == sharing::mig ? models.tables_of(id).mig : models.tables_of(id).vgpu;
        for (int p = 0; of && p < of->profile_count; ++p)
            if ((of->among(request->profiles) >> p & 1) != 0)
                text.append(text.empty() ? "" : " ")
                    .append(models[id].model.view())
                    .append(":")
                    .append(of->profiles[p].name.view());
    }
    return text;
}

} // namespace

TEST(instances, a_mig_profile_is_asked_for_by_name_on_each_model_that_has_it) {
    const model_table models = table_of({models::a100_40gb, models::t4, models::a100_80gb});
    EXPECT_EQ(names(models, mig_profile(models, "1g.10gb")), "A100-40GB:1g.10gb A100-80GB:1g.10gb");
    EXPECT_EQ(names(models, mig_profile(models, "1g.5gb+me")), "A100-40GB:1g.5gb+me"); // not refused
    EXPECT_EQ(names(models, mig_profile(models, "1g.5")).substr(0, 48),
              "MIG profile: \"1g.5\": expected one of 1g.5gb, 1g.");
    EXPECT_EQ(mig_profile(models, "1g.5gb")->compute, milli_gpu{142});
    EXPECT_EQ(names(models, mig_profile(models, "nvidia.com/mig-1g.5gb.me")), "A100-40GB:1g.5gb+me");
    EXPECT_EQ(names(models, mig_profile(models, "3g.39gb")), "A100-80GB:3g.40gb"); // as older drivers round
    const model_table close = table_of({models::b200, models::rtx_pro_6000});
    EXPECT_EQ(names(close, mig_profile(close, "1g.24gb")),
              "RTX-PRO-6000:1g.24gb"); // not 1g.23gb, which is another GPU's
}

TEST(instances, the_smallest_mig_profile_that_serves_is_of_real_memory) {
    const model_table models = table_of({models::a100_40gb, models::h100_64gb});
    EXPECT_EQ(names(models, mig_at_least(models, 4864_MiB)), "A100-40GB:1g.5gb"); // H100-64's memory is not known
    EXPECT_EQ(names(models, mig_at_least(models, 5120_MiB)),
              "A100-40GB:1g.10gb"); // 1g.5gb has 4864 MiB
    EXPECT_EQ(names(models, mig_at_least(models, 5120_MiB, 285_milli)), "A100-40GB:2g.10gb");
    EXPECT_EQ(names(models, mig_at_least(models, 0_MiB, 571_milli)), "A100-40GB:4g.20gb H100-64GB:4g.32gb");
    EXPECT_EQ(names(models, mig_at_least(models, 15000_MiB, {}, true)),
              "A100-40GB:3g.20gb A100-40GB:4g.20gb A100-40GB:7g.40gb");
    EXPECT_EQ(names(models, mig_at_least(models, 50_GiB)),
              "MIG instance: \"51200 MiB, 0 milli-GPUs\": expected no more than the largest MIG profile has");
}

TEST(instances, vgpus_by_type_by_frame_buffer_and_by_fraction) {
    const model_table models = table_of({models::t4, models::a10});
    EXPECT_EQ(names(models, vgpu_type(models, "A10-4Q")), "A10:A10-4");
    EXPECT_EQ(names(models, vgpu_type(models, "A10-4X")).substr(0, 41), "vGPU type: \"A10-4X\": expected one of T4-1");
    EXPECT_EQ(names(models, vgpu_at_least(models, 3_GiB)), "T4:T4-4 A10:A10-3");
    EXPECT_EQ(names(models, vgpu_at_least(models, 25_GiB)),
              "vGPU frame buffer: \"25600\": expected no more MiB than the largest type has");
    EXPECT_EQ(names(models, vgpu_fraction(models, 8)), "T4:T4-2 A10:A10-3");
    EXPECT_EQ(names(models, vgpu_fraction(models, 1)), "T4:T4-16 A10:A10-24");
    EXPECT_EQ(names(models, vgpu_fraction(models, 12)), "A10:A10-2"); // as ecs.sgn7i-vws-m2 is sold
    EXPECT_EQ(names(models, vgpu_fraction(models, 5)), "vGPU fraction: \"1/5\": expected a part for which a board "
                                                       "here has a type: its frame buffer must divide by it");
    EXPECT_FALSE(vgpu_fraction(models, 0));
}

TEST(instances, a_request_for_them_is_checked) {
    const model_table models = table_of({models::a30});
    const instance one = mig_profile(models, "1g.6gb").value();
    EXPECT_TRUE(checked({.gpus = 8, .share = one}));
    EXPECT_EQ(checked({.gpus = 9, .share = one}).error().message(), "gpus: \"9\": expected from 0 to 8 instances");
    EXPECT_EQ(checked({.gpus = 1, .share = instance{}}).error().message(), "profiles: \"\": expected one at least");
    EXPECT_EQ(checked({.gpus = 1, .share = slice{.memory_percent = 101}}).error().message(),
              "slice memory: \"101 %\": expected from 1 to 100 %");
    EXPECT_EQ(checked({.gpus = 1, .share = slice{.memory_percent = -1}}).error().message(),
              "slice memory: \"-1 %\": expected from 1 to 100 %");
    EXPECT_EQ(checked({.gpus = 1, .share = slice{.memory = 1_GiB, .memory_percent = 5}}).error().message(),
              "slice memory: \"5 %\": expected MiB or percent, not both");
}
