// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

TEST(models, have_names_of_their_own) {
    std::set<std::string_view> names;
    for (const gpupack::gpu_model& model : gpupack::models::all) names.insert(model.model.view());
    EXPECT_EQ(names.size(), gpupack::models::all.size());
    EXPECT_EQ(gpupack::models::t4.memory, gpupack::mebibytes{15109});
}

TEST(models, have_the_profiles_of_their_own_memory) { // an 80 GB model has no profiles of 40 GB
    int compared = 0;
    for (const gpupack::gpu_model& model : gpupack::models::all) {
        if (model.mig.empty()) continue;
        for (int p = 0; p < model.mig.count; ++p) {
            const gpupack::mig::profile& profile = model.mig.profiles[p];
            if (profile.memory.count() == 0) continue;                                // not known
            if (profile.name.view().find("_nps") != std::string_view::npos) continue; // AMD's say no memory
            const std::string name{profile.name.view()};
            const std::int64_t gigabytes = std::stoll(name.substr(name.find('.') + 1));
            const std::string what = std::string{model.model.view()}.append(" ").append(name);
            // What it has, in MiB, is what the name says in gigabytes, less what the driver keeps.
            EXPECT_GT(profile.memory.count(), gigabytes * 1024 * 8 / 10) << what;
            EXPECT_LT(profile.memory.count(), gigabytes * 1024 * 11 / 10) << what;
            EXPECT_LE(profile.memory, model.memory) << what;
            ++compared;
        }
    }
    EXPECT_GT(compared, 50);
}
