// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// A part of an input that a reader did not use, and why.
struct left_out_text {
    std::size_t line = 0; ///< In the file, from 1; 0 where it is no single line.
    std::string text;     ///< What stands there, shortened.
    std::string why;      ///< What is wrong with it, or why it is of no use here.

    friend bool operator==(const left_out_text&, const left_out_text&) = default;
};

/// A MIG instance that a machine lists.
struct described_instance {
    std::string profile;      ///< "1g.10gb".
    std::optional<int> start; ///< On the placement grid; none: the format does not say.
    int size = 0;             ///< On the placement grid; 0: the format does not say.
    std::string id;           ///< Its number or UUID; empty: the format does not say.

    friend bool operator==(const described_instance&, const described_instance&) = default;
};

/// A MIG profile that a machine offers on a GPU, as `nvidia-smi mig -lgip` lists it.
struct described_profile {
    std::string name;          ///< "1g.10gb+me".
    int id = 0;                ///< NVIDIA's number of it.
    int free = 0;              ///< Instances that can be created now.
    int total = 0;             ///< Instances on an empty GPU.
    mebibytes memory{};        ///< Of one instance.
    int sms = 0;               ///< Streaming multiprocessors of one instance.
    int size = 0;              ///< On the placement grid, from -lgipp; 0: not listed.
    std::vector<int> starts{}; ///< On the placement grid, from -lgipp.

    friend bool operator==(const described_profile&, const described_profile&) = default;
};

/// A GPU as a machine describes it.
struct described_gpu {
    int index = 0;                               ///< Its number on the machine.
    std::string name;                            ///< The product; empty: the format does not say.
    std::optional<int> numa;                     ///< The NUMA node as the text has it; none: unknown.
    std::string bus_id;                          ///< On the PCI bus; empty: the format does not say.
    std::string uuid;                            ///< Empty: the format does not say.
    std::vector<described_instance> instances{}; ///< Its MIG instances, where the format lists them.
    std::vector<described_profile> profiles{};   ///< The MIG profiles it offers, where the format lists them.

    friend bool operator==(const described_gpu&, const described_gpu&) = default;
};

/// A network adapter as a machine describes it.
struct described_nic {
    std::string label;                ///< In the matrix: NIC0.
    std::string name;                 ///< Of the device: mlx5_0; the label where no legend names it.
    std::string bus_id;               ///< On the PCI bus; empty: the format does not say.
    std::optional<int> numa;          ///< The NUMA node; none: unknown.
    std::vector<std::string> to_gpus; ///< [GPUs] how it reaches each, as words.

    friend bool operator==(const described_nic&, const described_nic&) = default;
};

/// What a text says of the GPUs of a machine, in its own words, and as a topology.
struct described_machine {
    std::string format;              ///< What printed it: "nvidia-smi topo -m".
    std::vector<described_gpu> gpus; ///< In the order of their numbers.
    /// [GPUs][GPUs] how each reaches each, in the words of the text; X on the diagonal. Empty: the format does not say.
    std::vector<std::vector<std::string>> links;
    std::vector<described_nic> nics; ///< Those that were read whole.
    /// The pairs of GPUs whose PCIe path the text hides, so that it was inferred.
    std::vector<std::pair<int, int>> inferred;
    std::vector<left_out_text> left_out; ///< What was not used.
    /// The links as policies use them. Empty where the text has none.
    node_topology topology;

    friend bool operator==(const described_machine&, const described_machine&) = default;
};

/// The MIG instances of a described GPU as gpu_setup::instances holds them; those whose start is not known are missing.
[[nodiscard]] inline std::vector<mig::gpu_instance> standing_instances(const described_gpu& gpu) {
    std::vector<mig::gpu_instance> instances;
    for (const described_instance& each : gpu.instances)
        if (each.start && name::fits(each.profile)) instances.push_back({each.profile.c_str(), *each.start});
    return instances;
}

} // namespace gpupack::io
