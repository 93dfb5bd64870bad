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
    {"k8s-exclusive", 0xb255abdcf95b3f4fULL},
    {"device-plugin-packed", 0xf765cb60107d216bULL},
    {"device-plugin-distributed", 0xf8073ee5573658c8ULL},
    {"gpushare", 0x8f389e80993d99fbULL},
    {"aliyun-vgpu", 0x8f389e80993d99fbULL},
    {"hami-binpack", 0x80e9320a1f3319e9ULL},
    {"hami-spread", 0xe0916ca7a535e18eULL},
    {"hami-binpack-spread", 0x5571f90b9155709aULL},
    {"hami-spread-binpack", 0xc01d20adb9e342ccULL},
    {"volcano-vgpu-binpack", 0x36fd58464c325f8bULL},
    {"kai-binpack", 0xa060fafea60aec11ULL},
    {"kai-spread", 0x0bb1c738a0fbcef8ULL},
    {"koordinator-most", 0xa31ce60fb8e2965bULL},
    {"koordinator-least", 0x45cc972e7f41346eULL},
    {"ray-pack", 0xbedcf6eb8fc97a70ULL},
    {"ray-spread", 0x074c3c2ff82526e7ULL},
    {"slurm-shard", 0x290c8f12c7983041ULL},
    {"gpuallocator", 0xaae1fe31f7a0a1e6ULL},
    {"gpuallocator-binpack", 0xd4723cc21a6ea769ULL},
    {"hami-topology", 0x9d190e1ccd68ea20ULL},
    {"link-preserve", 0x2055ae5b9d4bf40fULL},
    {"lookahead", 0x3287196ae2c2a8bcULL},
    {"lookahead-fill", 0xa3ce0092d0a0b6afULL},
    {"lookahead-dense", 0xa3ce0092d0a0b6afULL},
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
