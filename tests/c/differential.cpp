// SPDX-License-Identifier: Apache-2.0
// The C library decides as the C++ one: 100,000 random calls of both, answers and records compared.
#include <gpupack/c/gpupack.h>
#include <gpupack/core/random.hpp>
#include <gpupack/fleet.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/state/request_text.hpp>
#include <gpupack/topology/gpu_list_text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

namespace {

/// Both libraries, driven alike.
class both_libraries {
  public:
    both_libraries()
        : here_{any_scheduler{cluster_builder{}.build().value(), any_policy{policy::first_fit{}, search::indexed{}},
                              "first-fit"}} {
        EXPECT_EQ(gpupack_fleet_new("first-fit", &there_), GPUPACK_OK);
    }
    ~both_libraries() { gpupack_fleet_free(there_); }
    both_libraries(const both_libraries&) = delete;
    both_libraries& operator=(const both_libraries&) = delete;

    void put_node(const std::string& name, const char* gpus, std::int64_t cpu) {
        gpupack_node node{};
        node.size = sizeof node;
        node.name = name.c_str();
        node.gpus = gpus;
        node.cpu_milli = cpu;
        node.memory_mib = 65536;
        const auto spec_gpus =
            here_.look([&](const any_scheduler& by) { return gpu_list_from_text(gpus, by.cluster().models()); });
        const auto answer = here_.put_node(name, {.cpu = milli_cpu{cpu}, .memory = 64_GiB, .gpus = spec_gpus.value()});
        compare(gpupack_node_put(there_, &node), answer);
    }
    void remove_node(const std::string& name) {
        compare(gpupack_node_remove(there_, name.c_str()), here_.remove_node(name));
    }
    void close_node(const std::string& name, bool closed) {
        compare(gpupack_node_close(there_, name.c_str(), nullptr, closed ? 1 : 0),
                here_.close_node(name, std::nullopt, closed));
    }
    void release(const std::string& task) { compare(gpupack_release(there_, task.c_str()), here_.release(task)); }
    void place(const std::string& task, int gpus, const char* share, std::int64_t cpu) {
        gpupack_request request{};
        request.size = sizeof request;
        request.gpus = gpus;
        request.task = task.c_str();
        request.share = share;
        request.cpu_milli = cpu;
        gpupack_placement placement{};
        placement.size = sizeof placement;
        const std::string line =
            "gpus=" + std::to_string(gpus) + " share=" + share + " cpu=" + std::to_string(cpu) + "m";
        const auto made = here_.look([&](const any_scheduler& by) { return request_from_text(line, by.cluster()); });
        const gpupack_status status = gpupack_place(there_, &request, &placement);
        ++calls_;
        if (!made) {
            EXPECT_EQ(status, GPUPACK_BAD_INPUT) << line;
            return;
        }
        const auto answer = here_.place(task, *made);
        compare(status, answer);
        if (answer && status == GPUPACK_OK) {
            EXPECT_EQ(placement.record, to_text(*answer));
        }
    }
    [[nodiscard]] std::string differences() {
        std::string text(1U << 22, '\0');
        std::size_t length = text.size();
        EXPECT_EQ(gpupack_tasks(there_, nullptr, text.data(), &length), GPUPACK_OK);
        text.resize(length);
        std::string expected;
        for (const placement_record& each : here_.records()) expected.append(to_text(each)).append("\n");
        return text == expected ? std::string{} : "there:\n" + text + "here:\n" + expected;
    }
    [[nodiscard]] int calls() const { return calls_; }

  private:
    template <class Answer> void compare(gpupack_status status, const Answer& answer) {
        ++calls_;
        EXPECT_EQ(static_cast<int>(status), answer ? 0 : static_cast<int>(answer.error().status));
        if (!answer) {
            EXPECT_EQ(gpupack_last_error(), answer.error().message);
        }
    }

    fleet here_;
    gpupack_fleet* there_ = nullptr;
    int calls_ = 0;
};

} // namespace

TEST(c_interface, decides_as_the_library_does) {
    random_stream random{7};
    both_libraries both;
    const std::array shares{"exclusive",      "slice:4096MiB,250m", "slice:33%",   "slice:306%",
                            "split:20000MiB", "mig:1g.5gb",         "mig:3g.20gb", "what"};
    const std::array gpus{"2xT4", "4xA100-40GB", "8xA100-40GB{only=mig}", "1xA10,1xT4", ""};
    for (int n = 0; n < 6; ++n)
        both.put_node("n" + std::to_string(n), gpus[static_cast<std::size_t>(n) % gpus.size()], 16000);
    while (both.calls() < 100'000 && !testing::Test::HasFailure()) {
        const std::string node = "n" + std::to_string(random.below(8));
        const std::string task = "t" + std::to_string(random.below(60));
        switch (random.below(40)) {
        case 0:
            both.put_node(node, gpus[random.below(gpus.size())],
                          static_cast<std::int64_t>(4000 * (1 + random.below(4))));
            break;
        case 1: both.remove_node(node); break;
        case 2:
        case 3: both.close_node(node, random.below(3) == 0); break;
        default:
            if (random.below(5) < 2)
                both.release(task);
            else
                both.place(task, static_cast<int>(random.below(4)), shares[random.below(shares.size())],
                           static_cast<std::int64_t>(random.below(4) * 500));
        }
        if (random.below(500) == 0) {
            ASSERT_EQ(both.differences(), "");
        }
    }
    EXPECT_EQ(both.differences(), "");
}
