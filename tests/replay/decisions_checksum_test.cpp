// SPDX-License-Identifier: Apache-2.0
// The decisions of every preset on the built-in workload, as one checksum each: the same on every compiler, with
// and without optimisation, and never changed by accident. That every engine decides so is shown by the replay
// program, which has all of them compiled already.
#include <gpupack/any_scheduler.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/search/scan.hpp>

#include "support/presets.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

using namespace gpupack;

namespace {

constexpr std::int64_t half_load = 500; // enough for every tier and tie, and quick without optimisation

std::uint64_t checksum(const replay::result& of) {
    std::uint64_t sum = 0;
    for (const replay::outcome& each : of.outcomes)
        sum = mix_bits(sum ^ each.task ^ std::uint64_t{each.node.number()} << 20 ^
                       std::uint64_t{each.gpus.bits()} << 40 ^ std::uint64_t{each.placed} << 63);
    return sum;
}

std::uint64_t checksum_under(const std::string& preset) {
    static const workload::workload of = workload::openb();
    const auto arrivals = workload::draw_arrivals(of, 42, half_load);
    const auto order = workload::draw_node_order(of.nodes.size(), 42);
    any_scheduler by{of.build(order).value(), test::preset(preset, {of.mix(), 42}, search::scan{})};
    return checksum(replay::run(by, of.tasks, arrivals));
}

// Where a policy is meant to decide otherwise, the new value stands in the failure's message.
const std::map<std::string, std::uint64_t> known{
    {"random", 0x0ab2ec8ed21a182dULL},
    {"first-fit", 0x290c8f12c7983041ULL},
    {"worst-fit", 0x8297392c14d65290ULL},
    {"best-fit", 0xf2c2db23233c90d7ULL},
    {"dot-product", 0x4dd66daa8c223fa7ULL},
    {"gpu-packing", 0xcb05558bf42b6874ULL},
    {"gpu-clustering", 0x2f912072616607f1ULL},
    {"fgd", 0xe5635c6ed4d6edc9ULL},
    {"binpack", 0x64ce18148c6a151bULL},
    {"spread", 0x1d88efa21f278713ULL},
    {"nomad-binpack", 0x0556214bb2010066ULL},
    {"nomad-spread", 0x4291f73506ea2ca5ULL},
    {"volcano-binpack", 0xa7a57c3d83d41671ULL},
    {"mig-best-fit", 0x40a270cf061efe66ULL},
    {"mig-fragmentation", 0x40a270cf061efe66ULL},
    {"mig-options", 0x6a02936b01e434f1ULL},
    {"mig-scarcity", 0x6a02936b01e434f1ULL},
    {"k8s-exclusive", 0xb42d238414fb2112ULL},
    {"device-plugin-packed", 0x1e971db3c5e5fc8cULL},
    {"device-plugin-distributed", 0x76a59eb93dc41834ULL},
    {"gpushare", 0x1e971db3c5e5fc8cULL},
    {"aliyun-vgpu", 0x1e971db3c5e5fc8cULL},
    {"hami-binpack", 0xaca851539e00c3e1ULL},
    {"hami-spread", 0x13c00fcbe2b8dd71ULL},
    {"hami-binpack-spread", 0x639b96e75adf4d26ULL},
    {"hami-spread-binpack", 0x5a580052a7412a08ULL},
    {"volcano-vgpu-binpack", 0x7516d5590e1d7d47ULL},
    {"kai-binpack", 0x599c50eba86be3ebULL},
    {"kai-spread", 0xe181e645ad7558fdULL},
    {"koordinator-most", 0xaa1fc1afa5d6d9feULL},
    {"koordinator-least", 0xf8c11dca4efec6c4ULL},
    {"ray-pack", 0x2e41fff08af6c38fULL},
    {"ray-spread", 0x2e41fff08af6c38fULL},
    {"slurm-shard", 0x290c8f12c7983041ULL},
    {"gpuallocator", 0x1e971db3c5e5fc8cULL},
    {"gpuallocator-binpack", 0xd4723cc21a6ea769ULL},
    {"hami-topology", 0x639b96e75adf4d26ULL},
    {"link-preserve", 0x2055ae5b9d4bf40fULL},
    {"lookahead", 0x1b7d77c8bd4278ccULL},
    {"lookahead-fill", 0xa3ce0092d0a0b6afULL},
    {"lookahead-dense", 0xa3ce0092d0a0b6afULL},
    {"volcano-vgpu-spread", 0x81c5fe5b77672aceULL},
    {"volcano-vgpu-default", 0x8fcf0114b39326bfULL},
    {"kai-spread-sharing", 0x2e2f19293ae8c0bdULL},
};

} // namespace

TEST(decisions_checksum, of_every_preset_is_the_known_one) {
    for (const std::string& name : test::preset_names()) {
        const std::uint64_t sum = checksum_under(name);
        const auto found = known.find(name);
        EXPECT_TRUE(found != known.end() && found->second == sum)
            << std::hex << "{\"" << name << "\", 0x" << sum << "ULL},";
    }
}

TEST(decisions_checksum, two_runs_are_one) {
    EXPECT_EQ(checksum_under("random"), checksum_under("random"));
}
