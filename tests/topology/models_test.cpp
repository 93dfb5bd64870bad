#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <set>

TEST(models, have_names_of_their_own) {
    std::set<std::string_view> names;
    for (const gpupack::gpu_model& model : gpupack::models::all) names.insert(model.model.view());
    EXPECT_EQ(names.size(), gpupack::models::all.size());
    EXPECT_EQ(gpupack::models::t4.memory, gpupack::mebibytes{15109});
}
