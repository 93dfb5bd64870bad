// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_quotas.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

std::string quotas_error(const std::string& text) {
    const auto read = io::read_quotas("quotas.csv", text);
    return read ? "" : read.error().message();
}

} // namespace

TEST(read_quotas, reads_what_is_there_and_bounds_nothing_else) {
    const auto book =
        io::read_quotas("quotas.csv", "tenant,cohort,gpus,weight,borrow_gpus,limit_memory_mib,lend_cpu_milli\n"
                                      "vision,lab,16,2,2.5,,4000\nspeech,lab,8,,,1024,\n*,,,,,,\n");
    ASSERT_TRUE(book) << book.error().message();
    ASSERT_EQ(book->tenants().size(), 3U);
    const plan::tenant_quota& vision = book->tenants()[0];
    EXPECT_EQ(vision.name, "vision");
    EXPECT_EQ(vision.cohort, "lab");
    EXPECT_EQ(vision.weight, 2);
    EXPECT_EQ(vision.nominal.gpus, milli_gpu{16'000});
    EXPECT_EQ(vision.nominal.cpu, plan::quota_amounts::none().cpu);
    EXPECT_EQ(vision.borrowing_limit.gpus, milli_gpu{2500});
    EXPECT_EQ(vision.lending_limit.cpu, milli_cpu{4000});
    EXPECT_EQ(vision.limit, plan::quota_amounts::none());
    EXPECT_EQ(book->tenants()[1].limit.memory, mebibytes{1024});
    EXPECT_EQ(book->tenants()[1].weight, 1);
    EXPECT_EQ(book->tenants()[2].nominal, plan::quota_amounts::none());
    EXPECT_EQ(book->find("speech"), 1U);
}

TEST(read_quotas, refuses_bad_rows_with_line_field_and_value) {
    EXPECT_EQ(quotas_error("tenant,gpus\na,-1\n"),
              "quotas.csv:2: gpus: \"-1\": expected a number of GPUs from 0: 12 or 2.5");
    EXPECT_EQ(quotas_error("tenant,cpu_milli\na,1.5\n"),
              "quotas.csv:2: cpu_milli: \"1.5\": expected a whole number from 0");
    EXPECT_EQ(quotas_error("tenant,limit_gpus\na,many\n"),
              "quotas.csv:2: limit_gpus: \"many\": expected a number of GPUs from 0: 12 or 2.5");
    EXPECT_EQ(quotas_error("tenant,weight\na,0\n"),
              "quotas.csv:2: weight: \"0\": expected a whole number from 1 to 1000000");
    EXPECT_EQ(quotas_error("tenant,gpus\na,1\na,2\n"),
              "quotas.csv: tenant: \"a\": expected a name that no other tenant has");
    EXPECT_EQ(quotas_error("tenant,gpus\n"), "quotas.csv: rows: \"\": expected a tenant at least");
    EXPECT_NE(quotas_error("tenant,gpu\na,1\n").find("quotas.csv:1: column: \"gpu\""), std::string::npos);
    EXPECT_NE(quotas_error("gpus\n1\n").find("tenant"), std::string::npos);
}
