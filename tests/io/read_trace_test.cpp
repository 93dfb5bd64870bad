// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_trace.hpp>

#include <gpupack/fit/fits.hpp>

#include <gtest/gtest.h>

#include <fstream>

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

auto read(const std::string& text, model_table& models) {
    label_table labels;
    return io::read_tasks("p", text, models, labels);
}

auto read_tasks(const std::string& rows) {
    model_table models = two_models();
    label_table labels;
    return io::read_tasks("pods.csv", std::string{task_header} + rows, models, labels);
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
    EXPECT_EQ(node_error("a,1,1,1,T4\na,1,1,1,T4\n"), "nodes.csv:3: sn: \"a\": expected a name that no other node has");
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
    const auto tasks = read("name,cpu_milli,memory_mib,num_gpu,gpu_milli\nt,1,1,1,1000\n", models);
    ASSERT_TRUE(tasks);
    EXPECT_TRUE((*tasks)[0].request.models.is_any());
}

TEST(read_tasks, a_catalogued_model_that_no_node_has_is_no_error) {
    model_table models = two_models();
    const auto tasks = read(std::string{task_header} + "t,1,1,1,1000,A10,,,,,\n", models);
    ASSERT_TRUE(tasks);
    EXPECT_EQ((*tasks)[0].request.models, model_set::of(*models.find("A10")));
}

TEST(read_tasks, refuses_bad_rows_with_line_field_and_value) {
    EXPECT_EQ(task_error("t,x,1,0,0,,,,,,\n"),
              "pods.csv:2: cpu_milli: \"x\": expected a whole number from 0 to 2147483647");
    EXPECT_EQ(task_error("t,1,1,1,0,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"0\": expected 0 without GPUs, from 1 to 1000 with them");
    EXPECT_EQ(task_error("t,1,1,0,5,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"5\": expected 0 without GPUs, from 1 to 1000 with them");
    EXPECT_EQ(task_error("t,1,1,1,1001,,,,,,\n"),
              "pods.csv:2: gpu_milli: \"1001\": expected a whole number from 0 to 1000");
    EXPECT_EQ(task_error("t,1,1,1,1000,G2|B42,,,,,\n"), "pods.csv:2: gpu_spec: \"B42\": expected one of V100M16, G2");
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

TEST(read_trace, reads_nodes_without_tasks) {
    const std::string file = testing::TempDir() + "/read_trace_nodes.csv";
    std::ofstream{file}
        << "sn,cpu_milli,memory_mib,gpu,model,domain\na,8000,1024,2,A10,rack 1\nb,8000,1024,1,T4,rack 2\n";
    const auto read = io::read_cluster(file);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_TRUE(read->tasks.empty());
    ASSERT_EQ(read->nodes.size(), 2U);
    EXPECT_EQ(read->models.size(), 2U);
    EXPECT_EQ(read->build().value().domains().size(), 3U);
    EXPECT_EQ(io::read_cluster("no-nodes.csv").error().message(),
              "file: \"no-nodes.csv\": expected a file that can be read");
}

TEST(read_nodes, reads_how_gpus_are_set_up_and_which_stand_together) {
    const auto nodes =
        io::read_nodes("n",
                       "sn,cpu_milli,memory_mib,gpu,model,gpu_memory_mib,gpu_reserve_mib,max_sharers,memory_percent,"
                       "compute_percent,sharing,mig_layout,labels,domain\n"
                       "a,8000,1024,3,A10:2+T4:1,,300,4,150,200,slices,,spot|west,\n"
                       "b,8000,1024,1,X9,12000,,,,,,,,block 1/rack 2\n")
            .value();
    const std::vector<gpu_group>& groups = nodes[0].spec.gpus.groups();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[1].count, 1);
    EXPECT_EQ(groups[0].setup.reserve, 300_MiB);
    EXPECT_EQ(groups[0].setup.max_sharers, 4);
    EXPECT_EQ(groups[0].setup.memory_percent, 150);
    EXPECT_EQ(groups[0].setup.compute_percent, 200);
    EXPECT_EQ(groups[0].setup.only, sharing::slices);
    EXPECT_EQ(nodes[0].spec.labels, (std::vector<std::string>{"spot", "west"}));
    EXPECT_EQ(nodes[1].spec.gpus.groups()[0].model.memory, 12000_MiB);
    EXPECT_EQ(nodes[1].domain, "block 1/rack 2");
}

TEST(read_nodes, refuses_columns_that_nobody_reads_and_files_without_nodes) {
    const std::string text = "sn,cpu_milli,memory_mib,gpu,model,max_sharer\na,1,1,0,,2\n";
    EXPECT_EQ(io::read_nodes("n.csv", text).error().message(),
              "n.csv:1: column: \"max_sharer\": expected max_sharers, or --ignore-column max_sharer");
    EXPECT_TRUE(io::read_nodes("n.csv", text, {"max_sharer"}).has_value());
    EXPECT_EQ(node_error(""), "nodes.csv: rows: \"\": expected a node at least");
}

TEST(read_tasks, reads_every_way_to_share_a_gpu) {
    model_table models;
    (void)models.add(models::t4).value();
    (void)models.add(models::a100_80gb).value();
    const auto tasks = read("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_memory_mib,gpu_memory_percent,mig_profile,"
                            "vgpu,members,qos\n"
                            "a,1,1,1,,14000,,,,,\n"
                            "b,1,1,2,300,,40,,,,\n"
                            "c,1,1,1,,,,1g.10gb,,,\n"
                            "d,1,1,1,0,,,,1/4,,\n"
                            "e,1,1,8,1000,,,,,16,\n"
                            "f,1,1,2,500,,,,,,\n",
                            models)
                           .value();
    EXPECT_EQ(tasks[0].request.share, share{slice{.memory = 14000_MiB}});
    EXPECT_EQ(tasks[1].request.share, (share{slice{.compute = 300_milli, .memory_percent = 40}}));
    EXPECT_EQ(tasks[2].request.share, share{mig_profile(models, "1g.10gb").value()});
    EXPECT_EQ(tasks[3].request.share, share{vgpu_fraction(models, 4).value()});
    EXPECT_EQ(tasks[4].members, 16);
    EXPECT_EQ(tasks[5].request.share, share{slice{.compute = 500_milli}}); // half of each of two GPUs
}

TEST(read_tasks, joins_the_rows_of_a_gang_that_ask_alike) {
    model_table models = two_models();
    const std::string header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gang\n";
    const auto tasks = read(header + "a,1,1,8,1000,g\nb,1,1,1,1000,\nc,1,1,8,1000,g\n", models).value();
    ASSERT_EQ(tasks.size(), 2U);
    EXPECT_EQ(tasks[0].members, 2);
    EXPECT_EQ(read(header + "a,1,1,8,1000,g\nc,1,1,4,1000,g\n", models).error().message(),
              "p:3: gang: \"g\": expected rows of one gang that ask for the same at the same times");
}

TEST(read_tasks, refuses_columns_that_nobody_reads_and_shares_that_contradict) {
    model_table models = two_models();
    const std::string header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,";
    EXPECT_EQ(read(header + "gpu_mem_mib\na,1,1,1,1000,5\n", models).error().message(),
              "p:1: column: \"gpu_mem_mib\": expected gpu_memory_mib, or --ignore-column gpu_mem_mib");
    EXPECT_EQ(read(header + "gpu_memory_mib,vgpu\na,1,1,1,0,5,1/2\n", models).error().message(),
              "p:2: gpu_memory_mib: \"5\": expected one of gpu_memory_mib, gpu_memory_percent, mig_profile and "
              "vgpu at most");
    EXPECT_EQ(read(header + "gpu_memory_mib\na,1,1,0,0,5\n", models).error().message(),
              "p:2: num_gpu: \"0\": expected 1 or more for a part of a GPU");
}

TEST(read_tasks, priorities_limits_and_tenants) {
    model_table models = two_models();
    const auto tasks = read("name,cpu_milli,memory_mib,num_gpu,gpu_milli,priority,time_limit,tenant\na,1,"
                            "1,1,1000,-3,1-00:00:00,team\nb,1,1,1,1000,,,\n",
                            models);
    ASSERT_TRUE(tasks) << tasks.error().message();
    EXPECT_EQ((*tasks)[0].priority, -3);
    EXPECT_EQ((*tasks)[0].limit, 86400);
    EXPECT_EQ((*tasks)[0].tenant, "team");
    EXPECT_EQ((*tasks)[1].priority, 0);
    EXPECT_FALSE((*tasks)[1].limit);
    EXPECT_FALSE(read("name,cpu_milli,memory_mib,num_gpu,gpu_milli,time_limit\na,1,1,1,1000,soon\n", models));
}

TEST(read_tasks, labels_that_tasks_want_are_numbered_for_the_cluster) {
    const std::string nodes = std::string{node_header.substr(0, node_header.size() - 1)} +
                              ",labels\na,1000,10,1,T4,west|spot\nb,1000,10,1,T4,west\n";
    const std::string header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,labels\n";
    workload::workload workload;
    workload.nodes = io::read_nodes("n", nodes).value();
    workload.tasks =
        io::read_tasks("p", header + "t,1,1,1,1000,west|!spot\nu,1,1,1,1000,\n", workload.models, workload.labels)
            .value();
    const cluster cluster = workload.build().value();
    EXPECT_FALSE(fit::fits(cluster[node_id{0}], workload.tasks[0].request));
    EXPECT_TRUE(fit::fits(cluster[node_id{1}], workload.tasks[0].request));
    EXPECT_TRUE(fit::fits(cluster[node_id{0}], workload.tasks[1].request));
    EXPECT_EQ(read(header + "t,1,1,1,1000,west|!\n", workload.models).error().message(),
              "p:2: labels: \"west|!\": expected labels, and !LABEL for those that must not be there, 64 in one "
              "workload at most");
}

TEST(read_nodes, reads_links) {
    const std::string header = std::string{node_header.substr(0, node_header.size() - 1)} + ",topology\n";
    const auto nodes = io::read_nodes("n", header + "a,1000,10,2,T4,\"numa=0,1 links=NODE+4\"\n");
    ASSERT_TRUE(nodes) << nodes.error().message();
    EXPECT_EQ(nodes->front().spec.topology->links[1][0].nvlinks, 4);
    EXPECT_EQ(io::read_nodes("n", header + "a,1000,10,2,T4,\"numa=0,1 links=NEAR\"\n").error().message().substr(0, 62),
              "n:2: topology: \"NEAR\": expected links, column 10: after numa, ");
}
