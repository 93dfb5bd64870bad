// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>

/// What a run of the program left.
struct run {
    int status = 0;
    std::string out;
    std::string err;
};

inline std::string read_file(const std::string& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Runs the program in a folder of this test's own.
class replay_program : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("gpupack_" + std::string{testing::UnitTest::GetInstance()->current_test_info()->name()});
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        write("nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,8000,8192,2,T4\nn1,16000,8192,4,P100\n");
        write("pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time\n"
                          "a,1000,100,1,1000,,0,10\nb,1000,100,1,500,T4,1,20\nc,1000,100,4,1000,,2,30\n"
                          "d,1000,100,0,0,,3,40\n");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& content) { std::ofstream{folder_ / name} << content; }
    [[nodiscard]] std::string content(const std::string& name) const { return read_file(folder_ / name); }
    [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder_}, {}));
    }

    [[nodiscard]] run call(const std::string& arguments) const {
        const std::string err = std::filesystem::temp_directory_path() / (folder_.filename().string() + ".err");
        const std::string command =
            "cd " + folder_.string() + " && " GPUPACK_REPLAY_PROGRAM " " + arguments + " 2>" + err;
        run told;
        FILE* const pipe = popen(command.c_str(), "r");
        std::array<char, 4096> buffer{};
        for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
            told.out.append(buffer.data(), got);
        told.status = WEXITSTATUS(pclose(pipe));
        told.err = read_file(err);
        std::filesystem::remove(err);
        return told;
    }

    /// Exit status 2, one line, nothing on standard output, and no file written.
    void expect_refused(const std::string& arguments, const std::string& line) const {
        const std::size_t before = files();
        const run told = call(arguments);
        EXPECT_EQ(told.status, 2) << arguments;
        EXPECT_EQ(told.err, "gpupack-replay: " + line + "\n") << arguments;
        EXPECT_EQ(told.out, "") << arguments;
        EXPECT_EQ(files(), before) << arguments;
    }

    std::filesystem::path folder_;
};

/// The two recorded files that every test's folder has.
inline const std::string recorded = "--nodes nodes.csv --pods pods.csv ";
