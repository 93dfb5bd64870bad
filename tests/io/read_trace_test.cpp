// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_trace.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

constexpr std::string_view node_header = "sn,cpu_milli,memory_mib,gpu,model\n";
constexpr std::string_view task_header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,"
                                         "creation_time,deletion_time,scheduled_time\n";

std::string node_error(const std::string& rows) {
    const auto nodes = io::read_nodes("nodes.csv", std::string{node_header} + rows);
    return nodes ? "" : nodes.error().message();
}

model_table two_models() {
    model_table models;
    EXPECT_TRUE(models.add({"V100M16", 16160_MiB}));
    EXPECT_TRUE(models.add({"G2", 0_MiB}));
    return models;
}

auto read_tasks(const std::string& rows) {
    model_table models = two_models();
    return io::read_tasks("pods.csv", std::string{task_header} + rows, models);
}

std::string task_error(const std::string& rows) {
    const auto tasks = read_tasks(rows);
    return tasks ? "" : tasks.error().message();
}

} // namespace

TEST(read_nodes, reads_amounts_and_models) {
    const auto nodes = io::read_nodes("n", std::string{node_header} + "a,64000,262144,2,P100\nb,8000,1024,0,\n");
    ASSERT_TRUE(nodes);
    EXPECT_EQ((*nodes)[0].spec, (node_spec{64_cores, 256_GiB, {2, models::p100}}));
    EXPECT_EQ((*nodes)[1].spec, (node_spec{8_cores, 1_GiB, {}}));
}

TEST(read_nodes, refuses_bad_rows_with_line_field_and_value) {
    EXPECT_EQ(node_error("a,-1,1,1,T4\n"),
              "nodes.csv:2: cpu_milli: \"-1\": expected a whole number from 0 to 2147483647");
    EXPECT_EQ(node_error("a,1,9999999999,1,T4\n"),
              "nodes.csv:2: memory_mib: \"9999999999\": expected a whole number from 0 to 2147483647");
    EXPECT_EQ(node_error("a,1,1,33,T4\n"), "nodes.csv:2: gpu: \"33\": expected a whole number from 0 to 32");
    EXPECT_EQ(node_error("a,1,1,1,T4\na,1,1,1,T4\n"),
              "nodes.csv:3: sn: \"a\": expected a name that no other node has");
    EXPECT_EQ(node_error("a,1,1,1,\n"),
              "nodes.csv:2: model: \"\": expected the name of a GPU model, of at most 63 characters");
    EXPECT_EQ(node_error(",1,1,1,T4\n"), "nodes.csv:2: sn: \"\": expected a node name");
}

TEST(read_tasks, reads_shares_models_and_times) {
    const auto tasks = read_tasks("t0,4000,1024,0,0,,LS,Running,10,50,12\n"
                                  "t1,4000,1024,1,460,V100M16|G2,LS,Running,10,,\n"
                                  "t2,4000,1024,8,1000,G2,LS,Running,,,\n");
    ASSERT_TRUE(tasks);
    EXPECT_EQ((*tasks)[0].request, (request{.cpu = 4_cores, .memory = 1_GiB}));
    EXPECT_EQ((*tasks)[0].arrival, 10);
    EXPECT_EQ((*tasks)[0].duration, 38);
    EXPECT_EQ((*tasks)[1].request.share, (share{slice{.memory = {}, .compute = 460_milli}}));
    EXPECT_EQ((*tasks)[1].request.models.bits(), 3U);
    EXPECT_EQ((*tasks)[1].model_list, "V100M16|G2"); // as written
    EXPECT_FALSE((*tasks)[1].duration);
    EXPECT_EQ((*tasks)[2].request.share, share{exclusive{}});
    EXPECT_EQ((*tasks)[2].request.models.bits(), 2U);
    EXPECT_FALSE((*tasks)[2].arrival);
}

TEST(read_tasks, needs_only_the_first_five_columns) {
    model_table models;
    const auto tasks = io::read_tasks("p", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\nt,1,1,1,1000\n", models);
    ASSERT_TRUE(tasks);
    EXPECT_TRUE((*tasks)[0].request.models.is_any());
}

TEST(read_tasks, a_catalogued_model_that_no_node_has_is_no_error) {
    model_table models = two_models();
    const auto tasks = io::read_tasks("p", std::string{task_header} + "t,1,1,1,1000,A10,,,,,\n", models);
    ASSERT_TRUE(tasks);
    EXPECT_EQ((*tasks)[0].request.models, model_set::of(*models.find("A10")));
}

TEST(read_tasks, refuses_bad_rows_with_line_field_and_value) {
    EXPECT_EQ(task_error("t,x,1,0,0,,,,,,\n"),
              "pods.csv:2: cpu_milli: \"x\": expected a whole number from 0 to 2147483647");
    EXPECT_EQ(task_error("t,1,1,2,500,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"500\": expected 1000 where several GPUs are requested");
    EXPECT_EQ(task_error("t,1,1,1,0,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"0\": expected 0 without GPUs, from 1 to 1000 with them");
    EXPECT_EQ(task_error("t,1,1,0,5,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"5\": expected 0 without GPUs, from 1 to 1000 with them");
    EXPECT_EQ(task_error("t,1,1,1,1001,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"1001\": expected a whole number from 0 to 1000");
    EXPECT_EQ(task_error("t,1,1,1,1000,G2|B42,,,,,\n"),
              "pods.csv:2: gpu_spec: \"B42\": expected one of V100M16, G2");
    EXPECT_EQ(task_error("t,1,1,0,0,,,,5,3,\n"),
              "pods.csv:2: deletion_time: \"3\": expected a time that is not before the task started");
    EXPECT_EQ(task_error("t,1,1,0,0,,,,,,\nt,1,1,0,0,,,,,,\n"),
              "pods.csv:3: name: \"t\": expected a name that no other task has");
    EXPECT_EQ(task_error("t,1,1,0\n"), "pods.csv:2: row: \"t,1,1,0\": expected 11 fields");
}

TEST(read_trace, names_the_file_that_is_missing) {
    EXPECT_EQ(io::read_trace("no-nodes.csv", "no-pods.csv").error().message(),
              "file: \"no-nodes.csv\": expected a file that can be read");
}
