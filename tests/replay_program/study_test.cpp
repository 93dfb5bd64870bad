// SPDX-License-Identifier: Apache-2.0
// A study gives the same bytes however it is divided, in whatever order its runs end, and where it was interrupted.
#include "replay_program/program_fixture.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

namespace {

const std::string study_of_twelve =
    "study " + recorded + "--arrivals poisson --policy best-fit,first-fit,fgd --seed 7:8 --loads 0.5,1 ";

long lines_of(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
}

} // namespace

TEST_F(replay_program, merges_shards_to_the_bytes_of_one_study) {
    ASSERT_EQ(call(study_of_twelve + "--out all.ndjson").status, 0);
    EXPECT_EQ(lines_of(content("all.ndjson")), 12);
    ASSERT_EQ(call("merge --out one.ndjson all.ndjson").status, 0);
    for (const char* const shard : {"2/5", "0/5", "4/5", "1/5", "3/5"}) {
        const run told = call(study_of_twelve + "--out shards.ndjson --shard " + shard);
        ASSERT_EQ(told.status, 0) << told.err;
    }
    EXPECT_EQ(lines_of(content("shards.ndjson")), 12);
    ASSERT_EQ(call("merge --out merged.ndjson shards.ndjson").status, 0);
    EXPECT_EQ(content("merged.ndjson"), content("one.ndjson"));
    EXPECT_EQ(call("merge shards.ndjson").out, content("one.ndjson"));

    int cell = 0;
    std::istringstream text{content("one.ndjson")};
    for (std::string line; std::getline(text, line); ++cell) {
        const auto run = nlohmann::json::parse(line);
        EXPECT_EQ(run["cell"], cell);
        EXPECT_EQ(run["load"], cell < 6 ? 0.5 : 1.0);
        EXPECT_EQ(run["policy"], cell / 2 % 3 == 0 ? "best-fit" : cell / 2 % 3 == 1 ? "first-fit" : "fgd");
        EXPECT_EQ(run["seed"], 7 + cell % 2);
    }
    EXPECT_EQ(cell, 12);
}

TEST_F(replay_program, goes_on_with_a_study_that_was_interrupted_anywhere) {
    ASSERT_EQ(call(study_of_twelve + "--out all.ndjson").status, 0);
    ASSERT_EQ(call("merge --out whole.ndjson all.ndjson").status, 0);
    const std::string all = content("all.ndjson");
    for (const std::size_t kept :
         {std::size_t{0}, std::size_t{1}, all.size() / 3, all.find('\n') + 1, all.size() - 1}) {
        write("cut.ndjson", all.substr(0, kept));
        const run told = call(study_of_twelve + "--out cut.ndjson");
        ASSERT_EQ(told.status, 0) << told.err;
        EXPECT_EQ(call("merge cut.ndjson").out, content("whole.ndjson")) << kept;
    }
    const run again = call(study_of_twelve + "--out all.ndjson"); // nothing is left to do
    EXPECT_EQ(again.status, 0);
    EXPECT_EQ(content("all.ndjson"), all);
}

TEST_F(replay_program, studies_cluster_sizes) {
    ASSERT_EQ(call("study --policy first-fit --cluster-sizes 100,1213 --out sizes.ndjson").status, 0);
    std::istringstream text{call("merge sizes.ndjson").out};
    for (const int nodes : {100, 1213}) {
        std::string line;
        ASSERT_TRUE(std::getline(text, line));
        const auto run = nlohmann::json::parse(line);
        EXPECT_EQ(run["nodes"], nodes);
    }
}

TEST_F(replay_program, refuses_studies_that_are_none) {
    expect_refused("study " + recorded + "--policy fgd",
                   "--out: \"\": expected the file that takes a line for each run");
    expect_refused("study --out",
                   "arguments: \"--out: 1 required TEXT missing\": expected arguments as --help lists them");
    for (const char* const shard : {"3", "3/3", "-1/3", "0/0", "1/2/3", "x/3", "/", "0/10000000"})
        expect_refused(study_of_twelve + "--out x.ndjson --shard " + shard,
                       std::string{"--shard: \""}.append(shard).append("\": expected I/N with I from 0 to N - 1"));
    expect_refused("study --cluster-sizes 0 --out x.ndjson --policy fgd",
                   "--cluster-size: \"0\": expected a number of nodes from 1 to 100000000");
    expect_refused("study " + recorded + "--cluster-sizes 3 --out x.ndjson --policy fgd",
                   "--cluster-size: \"3\": expected 1 to 2");
    expect_refused("merge", "merge: \"\": expected the files of all shards");
    write("empty.ndjson", "");
    expect_refused("merge empty.ndjson empty.ndjson", "empty.ndjson: study: \"\": expected a run at least");
    write("other.ndjson", "{\"policy\":\"fgd\"}\n");
    expect_refused("merge other.ndjson",
                   "other.ndjson:1: study: \"{\"policy\":\"fgd\"}\": expected whole lines of one study");
    ASSERT_EQ(call(study_of_twelve + "--out all.ndjson --shard 0/2").status, 0);
    expect_refused("merge all.ndjson", "merge: \"6 of 12 runs\": expected all of them; run 1 is missing");
    expect_refused("study " + recorded + "--policy fgd --out all.ndjson",
                   "all.ndjson:1: study: \"\": expected lines of this very study; another file for another one");
}

TEST_F(replay_program, explains_studies) {
    for (const char* const command : {"study", "merge"}) {
        const run told = call(std::string{command}.append(" --help"));
        EXPECT_EQ(told.status, 0);
        EXPECT_NE(told.out.find("--out FILE"), std::string::npos) << told.out;
    }
    EXPECT_EQ(call(study_of_twelve + "--out=all.ndjson --shard=1/2").status, 0); // a value may also stand behind =
    expect_refused("merge --ot all.ndjson",
                   "argument: \"--ot\": expected a flag that --help lists, did you mean --out?");
}

// The commands in examples/study, as Slurm and Kubernetes would run them, on few nodes and for a short time.
TEST_F(replay_program, runs_the_examples_of_studies) {
    const std::string examples = GPUPACK_SOURCE_DIR "/examples/study/";
    write("gpupack-replay",
          "#!/bin/sh\nexec " GPUPACK_REPLAY_PROGRAM " \"$@\" --cluster-sizes 8 --warm-up 1 --length 1\n");
    std::filesystem::permissions(folder_ / "gpupack-replay", std::filesystem::perms::owner_all);

    const std::string job = read_file(examples + "kubernetes_job.yaml");
    const std::size_t begin = job.find(">-\n") + 3;
    std::string command = job.substr(begin, job.find("resources:") - begin);
    std::replace(command.begin(), command.end(), '\n', ' ');
    for (std::size_t at = command.find("/study/"); at != std::string::npos; at = command.find("/study/"))
        command.replace(at, 7, "pod-");
    write("pod.sh", command + "\n");

    const std::string in_folder = "cd " + folder_.string() + " && export PATH=.:$PATH && for i in $(seq 0 15); do ";
    ASSERT_EQ(std::system((in_folder + "SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=16 bash " + examples +
                           "slurm_array.sh || exit 1; done")
                              .c_str()),
              0);
    ASSERT_EQ(std::system((in_folder + "JOB_COMPLETION_INDEX=$i sh pod.sh || exit 1; done").c_str()), 0);
    ASSERT_EQ(call("merge --out slurm.ndjson shard-*.ndjson").status, 0);
    ASSERT_EQ(call("merge --out kubernetes.ndjson pod-shard-*.ndjson").status, 0);
    EXPECT_EQ(lines_of(content("slurm.ndjson")), 4 * 3 * 20);
    EXPECT_EQ(content("slurm.ndjson"), content("kubernetes.ndjson"));
}
